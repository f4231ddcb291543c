//! Reads jobs: one job with its results, and the list of all jobs.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};

use super::error::ApiError;
use super::extract::{ApiQuery, JobPath};
use super::results;
use super::state::AppState;
use api::error::ErrorResponse;
use api::jobs::{DEFAULT_JOB_LIMIT, JobResponse, ListJobsQuery, ListJobsResponse, MAX_JOB_LIMIT};
use domain::job::JobState;
use report::ReportFormat;
use report::json::JsonLayout;

/// Show a job
///
/// The response includes the results if the job has ended.
#[utoipa::path(
    get, path = "/api/batch/status/{job_id}", tag = "batch",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> Result<Response, ApiError> {
    let summary = state.journal().job_summary(&job).await?;
    let has_ended = summary.ended_at.is_some();
    let is_uploaded = summary.spec.as_ref().is_some_and(|spec| spec.output.is_bucket());
    let upload = if is_uploaded { state.context().results.recorded_upload(&job).await } else { None };
    let result_files = upload.map(|upload| upload.addresses());
    let response = JobResponse { result_files, ..JobResponse::from(summary) };
    if !has_ended {
        return Ok(Json(response).into_response());
    }
    // Results can be large, so the report is streamed as the value of `results`, the last key.
    let results = results::stream_job_report(&state, &job, ReportFormat::Json(JsonLayout::Compact)).await?;
    let chunk = |text: String| stream::iter([Ok(Bytes::from(text))]);
    let body = chunk(json_before_results(&response)).chain(results).chain(chunk("}".to_owned()));
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response())
}

/// Returns the JSON of a job without its end, up to the value of `results`.
fn json_before_results(response: &JobResponse) -> String {
    let text = serde_json::to_string(response).unwrap_or_default();
    text.strip_suffix("null}").unwrap_or(&text).to_owned()
}

/// List the jobs
///
/// The newest job comes first.
#[utoipa::path(
    get, path = "/api/batch/jobs", tag = "batch", params(ListJobsQuery),
    responses(
        (status = 200, description = "The jobs", body = ListJobsResponse),
        (status = 422, description = "Unknown state, or an invalid number", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn list_jobs(
    State(state): State<Arc<AppState>>,
    ApiQuery(query): ApiQuery<ListJobsQuery>,
) -> Result<Json<ListJobsResponse>, ApiError> {
    let limit = validate_limit(query.limit, DEFAULT_JOB_LIMIT, MAX_JOB_LIMIT)?;
    let wanted = query.status.as_deref().map(parse_job_state).transpose()?;
    let mut statuses = state.journal().job_statuses().await?;
    let total = statuses.len();
    statuses.retain(|status| wanted.is_none_or(|wanted| status.state == wanted));
    let filtered = statuses.len();
    let mut jobs = Vec::new();
    for status in statuses.into_iter().take(limit) {
        jobs.push(state.journal().job_summary(&status.job).await?.into());
    }
    Ok(Json(ListJobsResponse { total, filtered, jobs }))
}

/// Returns the number of rows to send: `requested`, or the default.
///
/// # Errors
/// Returns an error if the number is 0 or larger than `max`.
pub(super) fn validate_limit(requested: Option<u32>, default: u32, max: u32) -> Result<usize, ApiError> {
    let limit = requested.unwrap_or(default);
    if !(1..=max).contains(&limit) {
        return Err(ApiError::invalid(format!("limit is {limit}; use 1 to {max}")));
    }
    Ok(limit as usize)
}

fn parse_job_state(name: &str) -> Result<JobState, ApiError> {
    let known = || JobState::ALL.map(JobState::as_str).join(", ");
    name.parse().map_err(|_| ApiError::invalid(format!("status is {name:?}; use one of {}", known())))
}
