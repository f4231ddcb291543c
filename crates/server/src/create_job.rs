//! `POST /api/batch/process`: starts a batch over a list in a bucket.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::error::ApiError;
use super::idempotency::IdempotencyKey;
use super::job_actions::submit_detached;
use super::json_body::JsonBody;
use super::state::AppState;
use api::error::{ErrorCode, ErrorResponse};
use api::jobs::{CreateJobRequest, JobResponse};
use domain::job_spec::{JobSource, JobSpec, JobSpecPatch};
use domain::list_options::ListOptions;
use input::Source;
use pipeline::queue::SameListPolicy;

/// Parses the list of a request. Only objects in buckets are accepted, because a path would refer to the server's
/// machine.
pub(super) fn parse_source(gcs_path: &str) -> Result<Source, ApiError> {
    let bad = |message: String| ApiError::new(ErrorCode::BadPath, message);
    match gcs_path.parse::<Source>() {
        Ok(source @ Source::Gcs { .. }) => Ok(source),
        Ok(_) => Err(bad(format!("gcs_path is {gcs_path:?}: write gs://bucket/object"))),
        Err(error) => Err(bad(format!("gcs_path: {error}"))),
    }
}

/// Maximum characters of a note, and of a column or sheet name, as documented in the API.
const MAX_NOTE_CHARS: usize = 1000;
const MAX_LIST_OPTION_CHARS: usize = 200;

/// Checks that the texts of a request are not longer than documented.
///
/// # Errors
/// Returns an [`ApiError`] that names the first text that is too long.
pub(super) fn check_text_lengths(patch: &JobSpecPatch) -> Result<(), ApiError> {
    let options = patch.list_options.as_ref();
    let option = |text: fn(&ListOptions) -> Option<&String>| options.and_then(text).map(String::as_str);
    let texts = [
        ("note", patch.note.as_deref(), MAX_NOTE_CHARS),
        ("barcode_column", option(|options| options.barcode_column.as_ref()), MAX_LIST_OPTION_CHARS),
        ("quantity_column", option(|options| options.quantity_column.as_ref()), MAX_LIST_OPTION_CHARS),
        ("sheet", option(|options| options.sheet.as_ref()), MAX_LIST_OPTION_CHARS),
    ];
    let lengths = texts.into_iter().map(|(name, text, limit)| (name, text.unwrap_or_default().chars().count(), limit));
    match lengths.into_iter().find(|(_, length, limit)| length > limit) {
        Some((name, length, limit)) => {
            Err(ApiError::invalid(format!("{name} has {length} characters: shorten it to {limit}")))
        }
        None => Ok(()),
    }
}

/// Combines a request with the default settings. `generation` is the version of the list.
///
/// # Errors
/// Returns an [`ApiError`] if a text of the request is too long.
pub(super) fn to_job_spec(
    request: &CreateJobRequest,
    source: &Source,
    generation: Option<i64>,
    defaults: JobSpec,
) -> Result<JobSpec, ApiError> {
    let source = JobSource { address: source.to_string(), source_type: source.source_type(), generation };
    let patch = request.to_patch(source);
    check_text_lengths(&patch)?;
    Ok(patch.apply_to(defaults))
}

/// Refuses a batch if all of its drafts would lack a condition. Reads the list only if the batch does not state a
/// condition.
async fn check_condition(state: &AppState, source: &Source, spec: &JobSpec) -> Result<(), ApiError> {
    if !state.queue.needs_condition_of_list(spec) {
        return Ok(());
    }
    let settings = state.context().intake.for_list(&spec.list_options);
    let list = input::read_generation(source, spec.generation, &settings).await?;
    Ok(state.queue.check_condition(spec, list.states_condition())?)
}

/// Start a batch
///
/// The object is checked first: a missing one is refused at once.
#[utoipa::path(
    post, path = "/api/batch/process", tag = "batch", request_body = CreateJobRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the key with the same body returns the same job", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses(
        (status = 200, description = "The job, waiting or running", body = JobResponse),
        (status = 400, description = "The body is not JSON, or gcs_path is not a gs:// address", body = ErrorResponse),
        (status = 403, description = "The service's Google account may not read the object; or unknown host name, or a request from another website", body = ErrorResponse),
        (status = 404, description = "The object does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "A job over the same list is waiting, running or paused", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another request", body = ErrorResponse),
        (status = 429, description = "Too many batches are waiting", body = ErrorResponse),
        (status = 424, description = "Google Cloud Storage does not answer", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written, or the disk is full", body = ErrorResponse),
    )
)]
pub(super) async fn create_job(
    State(state): State<Arc<AppState>>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<CreateJobRequest>,
) -> Result<Json<JobResponse>, ApiError> {
    let source = parse_source(&request.gcs_path)?;
    let idempotent = key.into_request("process", &request);
    let job = if let Some(job) = state.queue.find_submitted(idempotent.as_ref()).await? {
        job
    } else {
        state.ensure_disk_space().await?;
        let generation = input::stat_source(&source, &state.context().intake).await?;
        let spec = to_job_spec(&request, &source, generation, (state.default_spec)())?;
        state.queue.check_account(&spec)?;
        check_condition(&state, &source, &spec).await?;
        submit_detached(&state.queue, spec, SameListPolicy::from_force(request.force), idempotent).await?
    };
    Ok(Json(state.journal().job_summary(&job).await?.into()))
}
