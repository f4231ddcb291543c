//! Who was asked how often: what tests and benches look at afterwards.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;

/// The requests of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceRequestCount {
    /// All of them, the refused ones too.
    pub requests: u64,
    /// Those above the limit.
    pub refused: u64,
    /// By path, without ids and queries.
    pub paths: BTreeMap<String, u64>,
    /// Every question as it was asked, path and query, with how often.
    #[serde(skip)]
    pub request_uris: BTreeMap<String, u64>,
    /// When each request arrived.
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
