//! What a sink needs to be prepared for a job, and what preparing it returns.

use std::sync::Arc;
use std::time::Duration;

use super::draft_sink::DraftSink;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::Categories;
use ebay::EbayClient;
use store::journal::Journal;
use store::response_cache::ResponseCache;

/// What a sink may need to be prepared.
#[derive(Clone)]
pub struct SinkContext {
    /// The journal with the ledger, which keeps one item one draft over all jobs.
    pub journal: Journal,
    pub job_spec: JobSpec,
    /// `None` if no eBay keyset is set.
    pub ebay: Option<EbayClient>,
    /// Which eBay the settings name, also without a keyset.
    pub ebay_environment: String,
    pub response_cache: ResponseCache,
    pub categories: &'static Categories,
    /// Number of items that are to be drafted.
    pub item_count: u64,
    /// True if items state their own condition or media grade, or scans that may state one come later.
    pub items_state_condition: bool,
    /// Maximum time to wait while eBay does not answer.
    pub max_wait: Duration,
    /// Tells the operator in a sentence what the preparation waits for.
    pub report_wait: fn(&str),
}

/// A sink that is ready, to be opened for a job.
pub struct PreparedSink(Box<dyn FnOnce(JobId) -> Arc<dyn DraftSink> + Send>);

impl PreparedSink {
    pub(super) fn new<S: DraftSink + 'static>(open: impl FnOnce(JobId) -> S + Send + 'static) -> Self {
        Self(Box::new(|job| Arc::new(open(job))))
    }

    /// Opens the sink for a job.
    pub fn open_for_job(self, job: JobId) -> Arc<dyn DraftSink> {
        (self.0)(job)
    }
}

/// The sink cannot create drafts yet. The message has one line for each failed check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", describe_not_ready(self))]
pub struct NotReady {
    pub sink: &'static str,
    pub to_do: Vec<String>,
    /// True if the operator has nothing to change: eBay did not answer, or the day's calls are used up.
    pub is_temporary: bool,
}

impl NotReady {
    /// Returns the error of a sink for which the operator has to do one thing.
    pub(crate) fn needs_setup(sink: &'static str, to_do: impl Into<String>) -> Self {
        Self { sink, to_do: vec![to_do.into()], is_temporary: false }
    }
}

fn describe_not_ready(NotReady { sink, to_do, is_temporary }: &NotReady) -> String {
    let lines = to_do.iter().flat_map(|line| ["\n  - ", line]).collect::<String>();
    if *is_temporary {
        return format!(
            "eBay cannot take drafts at {sink} now:{lines}\nno draft was created; run the batch again later"
        );
    }
    format!("cannot create drafts at {sink} yet:{lines}\n`draft-maker doctor` shows all checks")
}
