//! The batch as a whole: what stands above `results[]`, and the `summary`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::entry::ResultEntry;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, RejectedLine};
use domain::outcome::Status;
use domain::provider::ProviderFailure;

/// The keys above `results[]`.
///
/// `total_upcs` is `successful`, `failed` and what the summary counts as `needs_review`, `skipped` and `unfinished`,
/// added up. `failed` counts the items whose status is `failed` and no others: one that a person has to look at has
/// not failed.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Totals {
    #[schema(value_type = String)]
    pub job_id: JobId,
    /// RFC 3339, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start_time: Option<Timestamp>,
    pub input_source: Option<String>,
    pub source_type: Option<String>,
    /// Different UPCs of the list.
    pub total_upcs: u64,
    /// Items where the operator wanted them: drafted, already drafted, exported, rehearsed.
    pub successful: u64,
    pub failed: u64,
    /// Percent of `total_upcs` that are `successful`, to two decimal places; 0 for an empty list.
    pub success_rate: f64,
    /// From `start_time` to `end_time`, pauses included.
    pub processing_time_seconds: Option<f64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end_time: Option<Timestamp>,
    /// For [`Summary`], which stands below the results.
    #[serde(skip)]
    summary: Summary,
}

/// Every line of the list and every item, accounted for.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// `running` for a report of a batch that goes on; how it ends for one that is just ending.
    pub state: JobState,
    /// Items by end state.
    #[serde(flatten)]
    pub by_status: BTreeMap<&'static str, u64>,
    /// Items that have not ended; they have no entry in `results[]`.
    pub unfinished: u64,
    /// Copies beyond the first of each UPC.
    pub duplicates: u64,
    /// Lines that were not taken.
    #[serde(rename = "refused_lines")]
    pub rejected_line_count: u64,
    /// Each with its reason: those that the journal keeps, or of a bare board the first.
    #[serde(rename = "refused")]
    pub rejected_lines: Vec<RejectedLine>,
    /// Who could not answer for some of the items.
    #[serde(rename = "providers_without_answer")]
    pub failed_providers: Vec<ProviderFailureCount>,
}

/// A provider that could not answer, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProviderFailure)]
pub struct ProviderFailureCount {
    pub provider: String,
    /// How many questions it left open.
    #[serde(rename = "times")]
    pub count: u64,
    /// Its words the first time.
    #[serde(rename = "words")]
    pub first_message: String,
}

/// The object of a results file, as the API describes it: the totals, an entry for each item that has ended, the
/// summary.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ResultsDocument {
    #[serde(flatten)]
    pub totals: Totals,
    pub results: Vec<ResultEntry>,
    pub summary: Summary,
}

impl fmt::Display for ProviderFailureCount {
    /// `discogs, 20 times; the first time: status 503`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        write!(f, "{}, {times}; the first time: {}", self.provider, self.first_message)
    }
}

impl Totals {
    /// The totals of a job. `end` is for a job that is just ending: its result files are written before the journal
    /// says that it is finished. `None` for a job that goes on.
    pub fn new(projection: &JobProjection, end: Option<Timestamp>) -> Self {
        let counts = &projection.counts;
        let end_time = projection.ended_at.or(end);
        Self {
            job_id: projection.job.clone(),
            start_time: projection.started_at,
            input_source: projection.spec.as_ref().map(|spec| spec.source.clone()),
            source_type: projection.spec.as_ref().map(|spec| spec.source_type.clone()),
            total_upcs: counts.total,
            successful: counts.successful(),
            failed: counts.for_status(Status::Failed),
            success_rate: to_percent(counts.successful(), counts.total),
            processing_time_seconds: projection
                .started_at
                .zip(end_time)
                .map(|(start, end)| elapsed_seconds(start, end)),
            end_time,
            summary: Summary::new(projection, end.is_some()),
        }
    }

    /// How a job that is just ending ends, where that is not plain from what is unfinished.
    pub fn with_final_state(mut self, state: JobState) -> Self {
        self.summary.state = state;
        self
    }

    /// With the lines that were not taken, of which a board holds only the first.
    pub fn with_rejected_lines(mut self, rejected: Vec<RejectedLine>) -> Self {
        self.summary.rejected_lines = rejected;
        self
    }

    /// The summary as the board knows it; the providers' part comes from the items, see [`Summary::count`].
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl Summary {
    /// Providers of which the words are kept; there are five.
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
            unfinished,
            duplicates: projection.items().iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
            rejected_line_count: projection.counts.rejected_lines,
            rejected_lines: projection.rejected_lines.clone(),
            failed_providers: Vec::new(),
        }
    }

    /// Counts the failures of an item by provider.
    pub fn count_failures(&mut self, failures: &[ProviderFailure]) {
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

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn to_percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 * 10_000.0 / whole as f64).round() / 100.0 }
}

/// To the millisecond; never negative, should the machine's clock have been set back.
fn elapsed_seconds(start: Timestamp, end: Timestamp) -> f64 {
    let milliseconds = end.duration_since(start).as_millis().max(0);
    std::time::Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default()).as_secs_f64()
}
