//! Ordering a batch.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::idempotency::IdempotencyKey;
use super::job_response::JobResponse;
use super::json_body::JsonBody;
use super::state::AppState;
use domain::condition::Condition;
use domain::job_spec::{Copies, JobSource, JobSpec, JobSpecPatch};
use domain::sink::{SinkKind, deserialize_selectable};
use input::{self, Source};

/// What is ordered.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchOrder)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the API")]
pub(super) struct CreateJobRequest {
    /// The list: an object in Google Cloud Storage.
    #[schema(
        example = "gs://draft-maker-bucket/upcs.txt",
        pattern = "^gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/[^\\r\\n]*[^/\\r\\n]$",
        max_length = 1000
    )]
    gcs_path: String,
    /// False finds facts, price and cover, and makes no drafts.
    #[serde(default = "yes")]
    #[schema(default = true)]
    create_drafts: bool,
    /// True rehearses: everything but the last step; nothing outside is written.
    #[serde(default)]
    #[schema(default = false)]
    test_mode: bool,
    /// True lets every item wait for a person before its draft is made.
    #[serde(default)]
    #[schema(default = false)]
    review: bool,
    /// True orders it although a job over the same list waits, runs or is paused.
    #[serde(default)]
    #[schema(default = false)]
    force: bool,
    /// The condition of all items; left out, the one that is set.
    #[serde(default)]
    condition: Option<Condition>,
    /// Where drafts go; left out, the one that is set.
    #[serde(default, deserialize_with = "deserialize_selectable")]
    #[schema(value_type = Option<String>, example = "csv", pattern = "^(csv|inventory|item-draft)$")]
    sink: Option<SinkKind>,
    /// Whether copies of one UPC are one draft or several.
    #[serde(default)]
    copies: Option<Copies>,
    /// Take no more than so many items.
    #[serde(default)]
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u32)]
    limit: Option<std::num::NonZeroU32>,
}

fn yes() -> bool {
    true
}

impl CreateJobRequest {
    /// The list that is meant. Nothing but a bucket's object: a path would be one of this machine.
    pub(super) fn parse_source(&self) -> Result<Source, ApiError> {
        let bad = |message: String| ApiError::bad_request("BAD_PATH", message);
        match self.gcs_path.parse::<Source>() {
            Ok(source @ Source::Gcs { .. }) => Ok(source),
            Ok(_) => Err(bad(format!("gcs_path is {:?}: write gs://bucket/object", self.gcs_path))),
            Err(error) => Err(bad(format!("gcs_path: {error}"))),
        }
    }

    /// The order, over what the settings say. A service that is set to rehearse writes nothing, whatever is asked.
    pub(super) fn to_job_spec(&self, source: &Source, generation: Option<i64>, standard: JobSpec) -> JobSpec {
        let patch = JobSpecPatch {
            source: Some(JobSource {
                address: source.to_string(),
                source_type: source.source_type().to_owned(),
                generation,
            }),
            create_drafts: Some(self.create_drafts),
            test_mode: Some(self.test_mode),
            review: Some(self.review),
            sink: self.sink,
            condition: self.condition,
            copies: self.copies,
            limit: self.limit.map(|limit| limit.get().into()),
        };
        patch.apply_to(standard)
    }
}

/// Order a batch
///
/// The object is looked at first: one that is not there is refused at once.
#[utoipa::path(
    post, path = "/api/batch/process", tag = "batch", request_body = CreateJobRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses(
        (status = 200, description = "The job, which waits for its turn or runs", body = JobResponse),
        (status = 400, description = "No JSON, or no gs:// path", body = ApiError),
        (status = 403, description = "The object may not be read", body = ApiError),
        (status = 404, description = "There is no such object", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 409, description = "A job over the same list waits, runs or is paused", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = ApiError),
        (status = 424, description = "Google Cloud Storage does not answer", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn create_job(
    State(state): State<Arc<AppState>>,
    key: IdempotencyKey,
    JsonBody(wanted): JsonBody<CreateJobRequest>,
) -> Result<Json<JobResponse>, ApiError> {
    let source = wanted.parse_source()?;
    let request = key.into_request("process", &wanted);
    let job = if let Some(job) = state.queue.find_submitted(request.as_ref()).await? {
        job
    } else {
        let generation = input::stat_source(&source, &state.context().intake).await?;
        let spec = wanted.to_job_spec(&source, generation, (state.default_spec)());
        state.queue.submit(spec, wanted.force, request).await?.job
    };
    Ok(Json(state.journal().job_summary(&job).await?.into()))
}
