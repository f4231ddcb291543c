//! Jobs: start, list and retry them.

use std::num::NonZeroU32;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::object::deserialize_object;
use domain::condition::Condition;
use domain::job::{Job, JobState};
use domain::job_spec::{Copies, JobId, JobSource, JobSpec, JobSpecPatch};
use domain::list_options::ListOptions;
use domain::outcome::Status;
use domain::seller_data::MediaGrade;
use domain::sink::{SinkKind, deserialize_selectable};
use report::ResultsDocument;

/// Default number of jobs in a response.
pub const DEFAULT_JOB_LIMIT: u32 = 10;
/// Maximum number of jobs in a response.
pub const MAX_JOB_LIMIT: u32 = 1_000;

/// Request to start a batch.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchOrder)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the API")]
pub struct CreateJobRequest {
    /// The list: an object in Google Cloud Storage. A folder (`gs://bucket/incoming/`) or a pattern
    /// (`gs://bucket/box-*.txt`) combines its objects into one list.
    #[schema(
        example = "gs://draft-maker-bucket/upcs.txt",
        pattern = "^gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/[^\\r\\n]+$",
        max_length = 1000
    )]
    pub gcs_path: String,
    /// Whether to create drafts. If false, the batch only looks up releases, prices and covers.
    #[serde(default = "default_true")]
    #[schema(default = true)]
    pub create_drafts: bool,
    /// True for a dry run: every step except the last. Nothing is written outside Draft Maker.
    #[serde(default)]
    #[schema(default = false, example = true)]
    pub test_mode: bool,
    /// True if every item must wait for your decision before its draft is created.
    #[serde(default)]
    #[schema(default = false)]
    pub review: bool,
    /// True to start the batch even if a job for the same list is waiting, running or paused.
    #[serde(default)]
    #[schema(default = false)]
    pub force: bool,
    /// Condition of items that state none. Default: the setting.
    #[serde(default)]
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape of items that state none. Default: the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay of items that state none. Default: the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    /// Condition note for buyers, for items that state none. Default: the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub note: Option<Box<str>>,
    /// Destination of the drafts. Default: the setting.
    #[serde(default, deserialize_with = "deserialize_selectable")]
    #[schema(value_type = Option<String>, example = "csv", pattern = "^(csv|inventory|item-draft)$")]
    pub sink: Option<SinkKind>,
    /// One draft for all copies of a UPC, or one draft per copy. Default: the setting.
    #[serde(default)]
    pub copies: Option<Copies>,
    /// Maximum number of items to process.
    #[serde(default)]
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u32)]
    pub limit: Option<NonZeroU32>,
    /// Options for reading the list that override automatic detection.
    #[serde(default, deserialize_with = "deserialize_object", skip_serializing_if = "ListOptions::is_default")]
    pub list_options: ListOptions,
}

fn default_true() -> bool {
    true
}

impl From<&JobSpec> for CreateJobRequest {
    fn from(spec: &JobSpec) -> Self {
        // A list has at most `u32::MAX` items, so a larger limit has the same effect.
        let limit = spec.limit.map(|limit| NonZeroU32::new(u32::try_from(limit).unwrap_or(u32::MAX)));
        Self {
            gcs_path: spec.source.clone(),
            create_drafts: spec.create_drafts,
            test_mode: spec.test_mode,
            force: false,
            review: spec.review,
            condition: spec.condition,
            media_grade: spec.media_grade,
            sleeve_grade: spec.sleeve_grade,
            note: spec.note.clone(),
            sink: Some(spec.sink),
            copies: Some(spec.copies),
            limit: limit.flatten(),
            list_options: spec.list_options.clone(),
        }
    }
}

impl CreateJobRequest {
    /// Returns the fields of the job spec that the request sets. `source` is the list.
    pub fn to_patch(&self, source: JobSource) -> JobSpecPatch {
        JobSpecPatch {
            source: Some(source),
            create_drafts: Some(self.create_drafts),
            test_mode: Some(self.test_mode),
            review: Some(self.review),
            sink: self.sink,
            condition: self.condition,
            media_grade: self.media_grade,
            sleeve_grade: self.sleeve_grade,
            note: self.note.clone(),
            copies: self.copies,
            limit: self.limit.map(|limit| limit.get().into()),
            list_options: Some(self.list_options.clone()),
        }
    }

    /// Returns the request with a different `force`.
    #[must_use]
    pub fn with_force(self, force: bool) -> Self {
        Self { force, ..self }
    }
}

/// One job.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobResponse {
    #[schema(value_type = String, example = "batch_20240318_143022_0")]
    pub job_id: JobId,
    pub status: JobState,
    /// Location of the list.
    #[schema(example = "gs://draft-maker-bucket/upcs.txt")]
    pub gcs_path: Option<String>,
    /// Time at which work on the job started (RFC 3339, UTC).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// Time at which the job ended; `null` while it is waiting, running or paused.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    /// Number of distinct UPCs in the list; `null` until the list has been read.
    pub total_upcs: Option<u64>,
    /// Number of items that have succeeded so far.
    pub successful: u64,
    /// Number of items that have failed so far.
    pub failed: u64,
    /// Why the job is stopped, failed, paused or canceled.
    pub error: Option<String>,
    /// Addresses of the result files and drafts files in Google Cloud Storage. Present only in the status of a job
    /// whose files are written there. Omits files that could not be written yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["gs://my-bucket/results/batch_results_20240318_143022_0.json"]))]
    pub result_files: Option<Vec<String>>,
    /// Content of the results file; `null` until the job has ended, and in lists of jobs.
    #[schema(value_type = Option<ResultsDocument>)]
    pub results: Option<Value>,
}

impl From<Job> for JobResponse {
    fn from(job: Job) -> Self {
        Self {
            job_id: job.id,
            status: job.state,
            gcs_path: job.spec.map(|spec| spec.source),
            started_at: job.started_at,
            completed_at: job.ended_at,
            total_upcs: job.input_closed.then_some(job.counts.total),
            successful: job.counts.successful(),
            failed: job.counts.for_status(Status::Failed),
            error: job.why,
            result_files: None,
            results: None,
        }
    }
}

/// Query parameters of the job list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListJobsQuery {
    /// Maximum number of jobs, newest first.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 10)]
    pub limit: Option<u32>,
    /// Only jobs in this state.
    #[serde(default)]
    #[param(inline, value_type = Option<JobState>)]
    pub status: Option<String>,
}

/// A page of jobs, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Jobs)]
pub struct ListJobsResponse {
    /// Number of jobs in the journal.
    pub total: usize,
    /// Number of jobs in the requested state.
    pub filtered: usize,
    pub jobs: Vec<JobResponse>,
}

/// Request to retry items of a job.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Retry)]
pub struct RetryRequest {
    /// Statuses of the items to retry.
    #[schema(min_items = 1, default = json!(["failed"]))]
    pub statuses: Vec<Status>,
}

impl Default for RetryRequest {
    fn default() -> Self {
        Self { statuses: vec![Status::Failed] }
    }
}
