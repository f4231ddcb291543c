//! Which barcodes are being asked about right now: those of requests that are in flight, or were within the last second.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use domain::upc::Upc;

/// How long a barcode is still named after the answer: a screen that reads the state once a second misses no request.
const NAMED_AFTER_ANSWER: Duration = Duration::from_secs(1);

tokio::task_local! {
    static SUBJECTS: Arc<[Upc]>;
}

/// Runs a future, and names these barcodes as asked while a request of it is sent. Requests of other tasks that it starts
/// are not counted.
pub async fn ask_about<F: Future>(upcs: impl IntoIterator<Item = Upc>, future: F) -> F::Output {
    SUBJECTS.scope(upcs.into_iter().collect(), future).await
}

/// The barcodes of the requests to one upstream.
#[derive(Debug, Default)]
pub(super) struct AskedUpcs(Mutex<AskedRequests>);

#[derive(Debug, Default)]
struct AskedRequests {
    next_request: u64,
    in_flight: HashMap<u64, Arc<[Upc]>>,
    /// With the time of the answer, the oldest first.
    answered: VecDeque<(Instant, Arc<[Upc]>)>,
}

impl AskedUpcs {
    /// Records that a request is sent for the barcodes of this task, until the guard is dropped; `None` if it has none.
    pub(super) fn record_request(&self) -> Option<AskedGuard<'_>> {
        let upcs = SUBJECTS.try_with(Arc::clone).ok()?;
        let mut requests = self.0.lock();
        requests.next_request += 1;
        let request = requests.next_request;
        requests.in_flight.insert(request, upcs);
        Some(AskedGuard { asked: self, request })
    }

    /// Returns the barcodes that are asked about, in their order.
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

/// A request that is in flight.
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
