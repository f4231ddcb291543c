//! Totals of a batch: the keys above `results[]`, and the `summary` below.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::entry::ResultEntry;
use domain::copy_description::CopyDescription;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec, RejectedLine};
use domain::list_reading::ListReading;
use domain::outcome::Status;
use domain::provider::{ProviderFailure, display_name_of};

/// The keys above `results[]`.
///
/// `total_upcs` is the sum of `successful` and `failed`, and of `needs_review`, `skipped` and `unfinished` in the
/// summary. `failed` counts only items with the status `failed`; items that wait for a decision are not included.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Totals {
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// Time at which the batch started (RFC 3339, UTC).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start_time: Option<Timestamp>,
    /// Address of the list.
    pub input_source: Option<String>,
    /// Kind of the list: `gcs`, `file`, `stdin` or `scan`.
    pub source_type: Option<String>,
    /// Number of distinct barcodes in the list.
    pub total_upcs: u64,
    /// Number of items with a draft: drafted, already drafted, exported or rehearsed.
    pub successful: u64,
    /// Number of items with the status `failed`.
    pub failed: u64,
    /// Percentage of successful items, to two decimals; 0 for an empty list.
    pub success_rate: f64,
    /// Time from `start_time` to `end_time`, including pauses.
    pub processing_time_seconds: Option<f64>,
    /// Time at which the batch ended; `null` before.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end_time: Option<Timestamp>,
    /// Condition, grades and note for items that state none.
    #[serde(skip)]
    copy_defaults: CopyDescription,
    /// Summary, which is written after the results.
    #[serde(skip)]
    summary: Summary,
}

/// Counts of lines and items.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// State of the job. A report that is written at the end of a job has the final state.
    pub state: JobState,
    /// Number of items by final status.
    #[serde(flatten)]
    pub by_status: BTreeMap<&'static str, u64>,
    /// Number of drafts, also of those that a dry run would create. An item can have several; those of a lot share one.
    pub drafts: u64,
    /// Number of items without a final status; they have no entry in `results[]`.
    pub unfinished: u64,
    /// Number of copies in addition to the first of each barcode.
    pub duplicates: u64,
    /// How the list was read; `null` for batches without a list and batches of earlier versions.
    pub reading: Option<ListReading>,
    /// Number of rejected lines.
    #[serde(rename = "refused_lines")]
    pub rejected_line_count: u64,
    /// Rejected lines with reasons: while the job runs, only the first ones.
    #[serde(rename = "refused")]
    pub rejected_lines: Vec<RejectedLine>,
    /// Providers that failed for some items.
    #[serde(rename = "providers_without_answer")]
    pub failed_providers: Vec<ProviderFailureCount>,
}

/// A provider that failed, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProviderFailure)]
pub struct ProviderFailureCount {
    pub provider: String,
    /// Number of failed requests.
    #[serde(rename = "times")]
    pub count: u64,
    /// Error message of the first failure.
    #[serde(rename = "words")]
    pub first_message: String,
}

/// The content of the results file: totals, one entry per item with a final status, and the summary.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ResultsDocument {
    #[serde(flatten)]
    pub totals: Totals,
    pub results: Vec<ResultEntry>,
    pub summary: Summary,
}

impl fmt::Display for ProviderFailureCount {
    /// Formats `Discogs, 20 times; the first time: status 503`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        write!(f, "{}, {times}; the first time: {}", display_name_of(&self.provider), self.first_message)
    }
}

impl Totals {
    /// Creates the totals of a job. If the job is ending, `end` is its end time, because the result files are written
    /// before the job's last event; otherwise `end` is `None`.
    pub fn new(projection: &JobProjection, end: Option<Timestamp>) -> Self {
        let counts = &projection.counts;
        let end_time = projection.ended_at.or(end.map(truncate_to_millis));
        Self {
            job_id: projection.job.clone(),
            start_time: projection.started_at,
            input_source: projection.spec.as_ref().map(|spec| spec.source.clone()),
            source_type: projection.spec.as_ref().map(|spec| spec.source_type.to_string()),
            total_upcs: counts.total,
            successful: counts.successful(),
            failed: counts.for_status(Status::Failed),
            success_rate: to_percent(counts.successful(), counts.total),
            processing_time_seconds: end_time.and_then(|end| projection.run_time(Some(end))).map(whole_milliseconds),
            end_time,
            copy_defaults: projection.spec.as_ref().map(JobSpec::copy_defaults).unwrap_or_default(),
            summary: Summary::new(projection, end.is_some()),
        }
    }

    /// Overrides the state of a job that is ending.
    pub fn with_final_state(mut self, state: JobState) -> Self {
        self.summary.state = state;
        self
    }

    /// Sets the rejected lines. A projection has only the first ones.
    pub fn with_rejected_lines(mut self, rejected: Vec<RejectedLine>) -> Self {
        self.summary.rejected_lines = rejected;
        self
    }

    /// Returns the condition, grades and note for items that state none.
    pub(crate) fn copy_defaults(&self) -> &CopyDescription {
        &self.copy_defaults
    }

    /// Returns the summary without failed providers, which `Summary::count_failures` adds item by item.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl Summary {
    /// Maximum number of providers in the summary; far above the number of providers.
    const MAX_FAILED_PROVIDERS: usize = 50;

    fn new(projection: &JobProjection, ending: bool) -> Self {
        let unfinished = projection.counts.total - projection.counts.done;
        let state = match projection.state {
            JobState::Running if ending && unfinished == 0 => JobState::Completed,
            JobState::Running if ending => JobState::Stopped,
            state => state,
        };
        Self {
            state,
            by_status: Status::ALL
                .into_iter()
                .map(|status| (status.as_str(), projection.counts.for_status(status)))
                .collect(),
            drafts: projection.count_drafts(),
            unfinished,
            duplicates: projection.items().iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
            reading: projection.reading.clone(),
            rejected_line_count: projection.counts.rejected_lines,
            rejected_lines: projection.rejected_lines.clone(),
            failed_providers: Vec::new(),
        }
    }

    /// Adds the provider failures of one item.
    pub(crate) fn count_failures(&mut self, failures: &[ProviderFailure]) {
        for failure in failures {
            let (provider, known) = (failure.provider().as_str(), &mut self.failed_providers);
            if let Some(known) = known.iter_mut().find(|known| known.provider == provider) {
                known.count += 1;
            } else if known.len() < Self::MAX_FAILED_PROVIDERS {
                known.push(ProviderFailureCount {
                    provider: provider.to_owned(),
                    count: 1,
                    first_message: failure.message().to_owned(),
                });
            }
        }
    }
}

/// Returns the time without fractions of a millisecond, like the times of the journal.
fn truncate_to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn to_percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 * 10_000.0 / whole as f64).round() / 100.0 }
}

/// Returns a time in seconds with millisecond precision.
fn whole_milliseconds(time: Duration) -> f64 {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or_default()).as_secs_f64()
}
