//! A job as the API shows it. Every key is always there.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use domain::job::{Job, JobState};
use domain::outcome::Status;
use report::ResultsDocument;

/// One job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(super) struct JobResponse {
    #[schema(example = "batch_20240318_143022_0")]
    job_id: String,
    status: JobState,
    /// Where the list is.
    #[schema(example = "gs://draft-maker-bucket/upcs.txt")]
    gcs_path: Option<String>,
    /// When work on it began; RFC 3339, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    /// When it ended; `null` while it waits, runs or is paused.
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
    /// Different UPCs of the list; `null` until the list is read.
    total_upcs: Option<u64>,
    /// Items where the operator wanted them, so far.
    successful: u64,
    /// Items that failed, so far.
    failed: u64,
    /// Why it stopped, broke off, was paused or cancelled.
    error: Option<String>,
    /// The object of the results file once the job has ended; `null` before, and in lists of jobs.
    #[schema(value_type = Option<ResultsDocument>)]
    results: Option<()>,
}

impl From<Job> for JobResponse {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.id.to_string(),
            status: job.state,
            gcs_path: job.spec.map(|spec| spec.source),
            started_at: job.started_at,
            completed_at: job.ended_at,
            total_upcs: job.input_closed.then_some(job.counts.total),
            successful: job.counts.successful(),
            failed: job.counts.for_status(Status::Failed),
            error: job.why,
            results: None,
        }
    }
}

impl JobResponse {
    /// The job as text up to where its results stand.
    pub(super) fn to_json_before_results(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        text.strip_suffix("null}").unwrap_or(&text).to_owned()
    }
}
