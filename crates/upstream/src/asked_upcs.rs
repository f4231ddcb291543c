//! Tracks the barcodes of requests that are in flight or were answered within the last second, for screens.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use domain::upc::Upc;

/// How long a barcode is listed after the response, so that a screen that refreshes every second misses no request.
const NAMED_AFTER_ANSWER: Duration = Duration::from_secs(1);

tokio::task_local! {
    static SUBJECTS: Arc<[Upc]>;
}

/// Runs a future and attributes its requests to these barcodes. Requests of tasks that the future spawns do not count.
pub async fn ask_about<F: Future>(upcs: impl IntoIterator<Item = Upc>, future: F) -> F::Output {
    SUBJECTS.scope(upcs.into_iter().collect(), future).await
}

/// The barcodes of requests to one upstream.
#[derive(Debug, Default)]
pub(super) struct AskedUpcs(Mutex<AskedRequests>);

#[derive(Debug, Default)]
struct AskedRequests {
    next_request: u64,
    in_flight: HashMap<u64, Arc<[Upc]>>,
    /// Time of the response and barcodes, oldest first.
    answered: VecDeque<(Instant, Arc<[Upc]>)>,
}

impl AskedUpcs {
    /// Records a request for the barcodes of this task until the guard is dropped; `None` if the task has no barcodes.
    pub(super) fn record_request(&self) -> Option<AskedGuard<'_>> {
        let upcs = SUBJECTS.try_with(Arc::clone).ok()?;
        let mut requests = self.0.lock();
        requests.next_request += 1;
        let request = requests.next_request;
        requests.in_flight.insert(request, upcs);
        Some(AskedGuard { asked: self, request })
    }

    /// Returns the barcodes of current requests, sorted.
    pub(super) fn list(&self) -> Vec<Upc> {
        let mut requests = self.0.lock();
        requests.drop_old_answers(Instant::now());
        let answered = requests.answered.iter().map(|(_, upcs)| upcs);
        let upcs = requests.in_flight.values().chain(answered).flat_map(|upcs| upcs.iter().copied());
        upcs.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl AskedRequests {
    fn drop_old_answers(&mut self, now: Instant) {
        while self.answered.front().is_some_and(|(at, _)| now.duration_since(*at) >= NAMED_AFTER_ANSWER) {
            self.answered.pop_front();
        }
    }
}

/// Guard for a request in flight.
pub(super) struct AskedGuard<'a> {
    asked: &'a AskedUpcs,
    request: u64,
}

impl Drop for AskedGuard<'_> {
    fn drop(&mut self) {
        let (mut requests, now) = (self.asked.0.lock(), Instant::now());
        requests.drop_old_answers(now);
        if let Some(upcs) = requests.in_flight.remove(&self.request) {
            requests.answered.push_back((now, upcs));
        }
    }
}
