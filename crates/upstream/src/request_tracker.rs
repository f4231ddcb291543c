//! Tracks the requests that are in flight, for screens: since when, and for which barcodes. The barcodes of requests
//! that were answered within the last second are listed too. Also tracks requests that failed and are repeated.

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

/// The current requests to one upstream.
#[derive(Debug, Default)]
pub(super) struct RequestTracker(Mutex<TrackedRequests>);

/// The requests that failed and are repeated until they succeed or are given up. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct RepeatedRequests(Arc<Mutex<Vec<Instant>>>);

impl RepeatedRequests {
    /// Records a request that has failed now, until the guard is dropped.
    pub(super) fn track_failure(&self) -> RepeatedRequest {
        let failed_at = Instant::now();
        self.0.lock().push(failed_at);
        RepeatedRequest { all: self.clone(), failed_at }
    }

    /// Returns how long ago the oldest of these requests failed for the first time; `None` if there is no request.
    pub(super) fn longest_failure(&self) -> Option<Duration> {
        self.0.lock().iter().min().map(Instant::elapsed)
    }
}

/// Guard for a request that failed and is repeated. Keep it until the request has succeeded or is given up.
#[derive(Debug)]
pub struct RepeatedRequest {
    all: RepeatedRequests,
    failed_at: Instant,
}

impl Drop for RepeatedRequest {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        if let Some(index) = all.iter().position(|failed_at| *failed_at == self.failed_at) {
            all.swap_remove(index);
        }
    }
}

#[derive(Debug, Default)]
struct TrackedRequests {
    next_request: u64,
    in_flight: HashMap<u64, TrackedRequest>,
    /// Time of the response and barcodes, oldest first.
    answered: VecDeque<(Instant, Arc<[Upc]>)>,
}

#[derive(Debug)]
struct TrackedRequest {
    started_at: Instant,
    /// Barcodes of the task; `None` if it has none.
    upcs: Option<Arc<[Upc]>>,
}

impl RequestTracker {
    /// Records a request, with the barcodes of this task, until the guard is dropped.
    pub(super) fn track_request(&self) -> TrackedGuard<'_> {
        let tracked = TrackedRequest { started_at: Instant::now(), upcs: SUBJECTS.try_with(Arc::clone).ok() };
        let mut requests = self.0.lock();
        requests.next_request += 1;
        let request = requests.next_request;
        requests.in_flight.insert(request, tracked);
        TrackedGuard { tracker: self, request }
    }

    /// Returns the barcodes of current requests, sorted.
    pub(super) fn list_upcs(&self) -> Vec<Upc> {
        let mut requests = self.0.lock();
        requests.drop_old_answers(Instant::now());
        let answered = requests.answered.iter().map(|(_, upcs)| upcs);
        let in_flight = requests.in_flight.values().filter_map(|tracked| tracked.upcs.as_ref());
        let upcs = in_flight.chain(answered).flat_map(|upcs| upcs.iter().copied());
        upcs.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Returns how long the oldest request has been in flight; `None` if no request is.
    pub(super) fn longest_wait(&self) -> Option<Duration> {
        let oldest = self.0.lock().in_flight.values().map(|tracked| tracked.started_at).min();
        oldest.map(|started_at| started_at.elapsed())
    }
}

impl TrackedRequests {
    fn drop_old_answers(&mut self, now: Instant) {
        while self.answered.front().is_some_and(|(at, _)| now.duration_since(*at) >= NAMED_AFTER_ANSWER) {
            self.answered.pop_front();
        }
    }
}

/// Guard for a request in flight.
pub(super) struct TrackedGuard<'a> {
    tracker: &'a RequestTracker,
    request: u64,
}

impl Drop for TrackedGuard<'_> {
    fn drop(&mut self) {
        let (mut requests, now) = (self.tracker.0.lock(), Instant::now());
        requests.drop_old_answers(now);
        if let Some(upcs) = requests.in_flight.remove(&self.request).and_then(|tracked| tracked.upcs) {
            requests.answered.push_back((now, upcs));
        }
    }
}
