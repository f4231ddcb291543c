//! Jobs: one, and the list of them.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{ApiQuery, JobPath};
use super::job_response::JobResponse;
use super::results;
use super::state::AppState;
use domain::job::JobState;
use report::ReportFormat;
use report::json::JsonLayout;

/// Jobs of one answer where nobody says, and at most.
const DEFAULT_JOB_LIMIT: u32 = 10;
const MAX_JOB_LIMIT: u32 = 1_000;

/// One job
///
/// With its results once it has ended.
#[utoipa::path(
    get, path = "/api/batch/status/{job_id}", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn get_job(State(state): State<Arc<AppState>>, JobPath(job): JobPath) -> Result<Response, ApiError> {
    let known = state.journal().job_summary(&job).await?;
    let ended = known.ended_at.is_some();
    let view = JobResponse::from(known);
    if !ended {
        return Ok(Json(view).into_response());
    }
    let results = results::stream_job_report(&state, &job, ReportFormat::Json(JsonLayout::Compact)).await?;
    let whole = |text: String| stream::iter([Ok(Bytes::from(text))]);
    let body = whole(view.to_json_before_results()).chain(results).chain(whole("}".to_owned()));
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response())
}

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListJobsQuery {
    /// So many at most, the newest first.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000, default = 10)]
    limit: Option<u32>,
    /// Only those in this state.
    #[serde(default)]
    #[param(inline, value_type = Option<JobState>)]
    status: Option<String>,
}

/// Jobs, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Jobs)]
pub(super) struct ListJobsResponse {
    /// All jobs that are known.
    total: usize,
    /// Those in the state that was asked for.
    filtered: usize,
    jobs: Vec<JobResponse>,
}

/// The jobs, the newest first
#[utoipa::path(
    get, path = "/api/batch/jobs", tag = "batch", params(ListJobsQuery),
    responses(
        (status = 200, description = "The jobs", body = ListJobsResponse),
        (status = 422, description = "No such state, or no such number", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn list_jobs(
    State(app_state): State<Arc<AppState>>,
    ApiQuery(which): ApiQuery<ListJobsQuery>,
) -> Result<Json<ListJobsResponse>, ApiError> {
    let limit = validate_limit(which.limit, DEFAULT_JOB_LIMIT, MAX_JOB_LIMIT)?;
    let state = which.status.as_deref().map(parse_job_state).transpose()?;
    let mut standings = app_state.journal().job_statuses().await?;
    let total = standings.len();
    standings.retain(|standing| state.is_none_or(|state| standing.state == state));
    let filtered = standings.len();
    let mut jobs = Vec::new();
    for standing in standings.into_iter().take(limit) {
        jobs.push(app_state.journal().job_summary(&standing.job).await?.into());
    }
    Ok(Json(ListJobsResponse { total, filtered, jobs }))
}

/// A number of rows that was asked for.
pub(super) fn validate_limit(asked: Option<u32>, few: u32, most: u32) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(few);
    if !(1..=most).contains(&limit) {
        return Err(ApiError::invalid(format!("limit is {limit}; it goes from 1 to {most}")));
    }
    Ok(limit as usize)
}

fn parse_job_state(name: &str) -> Result<JobState, ApiError> {
    let known = || JobState::ALL.map(JobState::as_str).join(", ");
    name.parse().map_err(|_| ApiError::invalid(format!("status is {name:?}; there are {}", known())))
}
