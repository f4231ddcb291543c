//! Input and output of preparing a sink for a job.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::draft_sink::DraftSink;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::Categories;
use ebay::EbayClient;
use store::journal::Journal;
use store::response_cache::ResponseCache;

/// Everything that the preparation of a sink may need.
#[derive(Clone)]
pub struct SinkContext {
    /// Journal with the ledger, which ensures one draft per item across all jobs.
    pub journal: Journal,
    pub job_spec: JobSpec,
    /// Local folder for drafts files.
    pub output_folder: PathBuf,
    /// eBay client; `None` if no keyset is set.
    pub ebay: Option<EbayClient>,
    /// eBay environment of the settings, known even without a keyset.
    pub ebay_environment: String,
    pub response_cache: ResponseCache,
    pub categories: &'static Categories,
    pub items: ExpectedItems,
    /// Maximum time to wait while eBay does not answer.
    pub max_wait: Duration,
    /// Tells the operator, in one sentence, what the preparation waits for.
    pub notify_wait: fn(&str),
}

/// The items that a sink is prepared for.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedItems {
    /// Number of items to draft.
    pub count: u64,
    /// True if items state their own condition or media grade, or if later scans may state one.
    pub state_condition: bool,
}

impl ExpectedItems {
    /// Returns items of which some may state a condition.
    pub const fn with_possible_condition(count: u64) -> Self {
        Self { count, state_condition: true }
    }
}

/// A prepared sink, ready to be opened for a job.
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

/// Error of a sink that cannot create drafts yet. The message has one line per failed check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", describe_not_ready(self))]
pub struct NotReady {
    pub sink: &'static str,
    pub to_do: Vec<String>,
    /// True if the operator has nothing to change: eBay did not answer, or the daily quota is used up.
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
            "eBay cannot take drafts for the destination {sink} now:{lines}\nno draft was created; run the batch again later"
        );
    }
    format!("no drafts can be created for the destination {sink} yet:{lines}\n`draft-maker doctor` shows all checks")
}
