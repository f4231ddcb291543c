//! Counts the requests to each simulated service, for tests and benchmarks.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;

/// The requests of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceRequestCount {
    /// All requests, including refused ones.
    pub requests: u64,
    /// Requests that were refused because they exceeded a limit.
    pub refused: u64,
    /// Requests by path, without ids and queries.
    pub paths: BTreeMap<String, u64>,
    /// Requests by complete path and query.
    #[serde(skip)]
    pub request_uris: BTreeMap<String, u64>,
    /// Arrival time of each request.
    #[serde(skip)]
    pub arrivals: Vec<Instant>,
}

#[derive(Default)]
pub(super) struct ServiceCounters(Mutex<BTreeMap<&'static str, ServiceRequestCount>>);

impl ServiceCounters {
    pub(super) fn record_request(&self, service: &'static str, path: &str, question: &str) {
        self.update_count(service, |count| {
            count.requests += 1;
            count.arrivals.push(Instant::now());
            *count.paths.entry(path.to_owned()).or_default() += 1;
            *count.request_uris.entry(question.to_owned()).or_default() += 1;
        });
    }

    pub(super) fn record_refusal(&self, service: &'static str) {
        self.update_count(service, |count| count.refused += 1);
    }

    pub(super) fn to_map(&self) -> BTreeMap<&'static str, ServiceRequestCount> {
        self.0.lock().clone()
    }

    fn update_count(&self, service: &'static str, change: impl FnOnce(&mut ServiceRequestCount)) {
        let mut counts = self.0.lock();
        change(counts.entry(service).or_default());
    }
}
