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

use super::asked::{Asked, Named};
use super::front::Front;
use super::job::JobView;
use super::problem::Problem;
use super::reports;
use domain::job::JobState;
use report::Form;
use report::json::Layout;

/// Jobs of one answer where nobody says, and at most.
const FEW: u32 = 10;
const MOST: u32 = 1_000;

/// One job
///
/// With its results once it has ended.
#[utoipa::path(
    get, path = "/api/batch/status/{job_id}", tag = "batch",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job", body = JobView),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn status(State(front): State<Arc<Front>>, Named(job): Named) -> Result<Response, Problem> {
    let known = front.journal().job(&job).await?;
    let ended = known.ended_at.is_some();
    let view = JobView::from(known);
    if !ended {
        return Ok(Json(view).into_response());
    }
    let results = reports::of(&front, &job, Form::Json(Layout::Compact)).await?;
    let whole = |text: String| stream::iter([Ok(Bytes::from(text))]);
    let body = whole(view.head()).chain(results).chain(whole("}".to_owned()));
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(body)).into_response())
}

/// Which jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
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
pub(super) struct JobList {
    /// All jobs that are known.
    total: usize,
    /// Those in the state that was asked for.
    filtered: usize,
    jobs: Vec<JobView>,
}

/// The jobs, the newest first
#[utoipa::path(
    get, path = "/api/batch/jobs", tag = "batch", params(Which),
    responses(
        (status = 200, description = "The jobs", body = JobList),
        (status = 422, description = "No such state, or no such number", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn list(
    State(front): State<Arc<Front>>,
    Asked(which): Asked<Which>,
) -> Result<Json<JobList>, Problem> {
    let limit = limit(which.limit, FEW, MOST)?;
    let state = which.status.as_deref().map(state).transpose()?;
    let mut standings = front.journal().standings().await?;
    let total = standings.len();
    standings.retain(|standing| state.is_none_or(|state| standing.state == state));
    let filtered = standings.len();
    let mut jobs = Vec::new();
    for standing in standings.into_iter().take(limit) {
        jobs.push(front.journal().job(&standing.job).await?.into());
    }
    Ok(Json(JobList { total, filtered, jobs }))
}

/// A number of rows that was asked for.
pub(super) fn limit(asked: Option<u32>, few: u32, most: u32) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(few);
    if !(1..=most).contains(&limit) {
        return Err(Problem::invalid(format!("limit is {limit}; it goes from 1 to {most}")));
    }
    Ok(limit as usize)
}

fn state(name: &str) -> Result<JobState, Problem> {
    let known = || JobState::ALL.map(JobState::key).join(", ");
    JobState::named(name).ok_or_else(|| Problem::invalid(format!("status is {name:?}; there are {}", known())))
}
