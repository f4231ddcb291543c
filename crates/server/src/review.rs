//! What waits for a person, and what people decide.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{ApiQuery, JobPath};
use super::items::validate_offset;
use super::jobs::validate_limit;
use super::json_body::JsonBody;
use super::state::AppState;
use domain::job::JobState;
use domain::outcome::Status;
use domain::review::{DistinguishingField, ReviewCase, ReviewInput, ReviewResult};
use domain::upc::Upc;
use pipeline::batch;
use report::entry::Candidate;

/// Cases of one answer where nobody says, and at most; each has several releases with their tracks.
const DEFAULT_REVIEW_LIMIT: u32 = 20;
const MAX_REVIEW_LIMIT: u32 = 100;

/// Decisions of one request.
const MAX_DECISIONS: usize = 200;

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReviewQueueQuery {
    /// So many are passed over: `next` of the page before.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    after: Option<u32>,
    /// So many at most.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// A page of what waits, in the order of the list.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewQueue)]
pub(super) struct ReviewQueueResponse {
    /// All that wait.
    total: u64,
    items: Vec<ReviewItemResponse>,
    /// What to ask the next page with; `null` on the last.
    next: Option<u32>,
}

/// One item that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub(super) struct ReviewItemResponse {
    upc: String,
    copies: u32,
    /// What must be looked at.
    #[serde(rename = "look")]
    distinguishing_field: DistinguishingField,
    /// The one fact that decides.
    #[serde(rename = "fact")]
    hint: String,
    /// Why it waits.
    #[serde(rename = "why")]
    reason: String,
    /// Those to choose from, the best first; `choose` is a place among them, from 1.
    candidates: Vec<Candidate>,
    /// Fields in which they differ.
    #[serde(rename = "differing")]
    differing_fields: Vec<String>,
    /// What the listing lacks.
    missing: Vec<domain::listing::MissingField>,
    /// What was decided about the same barcode before, in whichever batch.
    #[serde(rename = "earlier")]
    previous_decision: Option<PreviousDecisionResponse>,
}

/// A decision of before.
#[derive(Serialize, ToSchema)]
#[schema(as = EarlierDecision)]
pub(super) struct PreviousDecisionResponse {
    job_id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Object)]
    decision: domain::decision::Decision,
    /// The candidate that it means here, from 1; `null` where it is none of them.
    #[serde(rename = "choose")]
    candidate_number: Option<usize>,
}

impl From<&ReviewCase> for ReviewItemResponse {
    fn from(case: &ReviewCase) -> Self {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| row.field.to_owned());
        Self {
            upc: case.upc().to_string(),
            copies: case.details.input.copies,
            distinguishing_field: case.distinguishing_field,
            hint: case.question(),
            reason: case.review_reason().to_owned(),
            candidates: case.candidates().into_iter().map(Candidate::from).collect(),
            differing_fields: differing.collect(),
            missing: case.details.missing.clone(),
            previous_decision: case.previous.as_ref().map(|earlier| PreviousDecisionResponse {
                job_id: earlier.job.to_string(),
                at: earlier.at,
                decision: earlier.decision.clone(),
                candidate_number: case.suggested_candidate(),
            }),
        }
    }
}

/// What waits for a person
///
/// Several pressings that fit equally well, what nobody knows, listings that lack something, and with `review` every
/// item before its draft is made.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/review", tag = "review",
    params(("job_id" = String, Path, description = "As in `job_id`"), ReviewQueueQuery),
    responses(
        (status = 200, description = "A page of what waits", body = ReviewQueueResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 422, description = "No such number", body = ApiError),
        (status = 503, description = "The journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn list_review_queue(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(which): ApiQuery<ReviewQueueQuery>,
) -> Result<Json<ReviewQueueResponse>, ApiError> {
    let (limit, after) =
        (validate_limit(which.limit, DEFAULT_REVIEW_LIMIT, MAX_REVIEW_LIMIT)?, validate_offset(which.after)?);
    let projection = state.journal().projection(&job).await?;
    let total = projection.read().counts.for_status(Status::NeedsReview);
    let cases = batch::list_review_cases(state.journal(), &job, after as usize, limit).await?;
    let items: Vec<_> = cases.iter().map(ReviewItemResponse::from).collect();
    let seen = u64::from(after) + items.len() as u64;
    let next = u32::try_from(seen).ok().filter(|_| seen < total && !items.is_empty());
    Ok(Json(ReviewQueueResponse { total, items, next }))
}

/// Several decisions.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decisions)]
pub(super) struct DecideRequest {
    /// Each by itself: what is wrong with one keeps none of the others from being obeyed.
    #[schema(min_items = 1, max_items = 200)]
    decisions: Vec<ReviewInput>,
}

/// What became of them, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = DecisionResults)]
pub(super) struct DecideResponse {
    results: Vec<DecisionResult>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DecisionResult)]
pub(super) struct DecisionResult {
    upc: String,
    #[serde(flatten)]
    result: ReviewResult,
}

/// Decide about items
///
/// An item that was decided about goes on to its price, cover and draft; the job runs once more where it had ended. An
/// order in test mode stays one.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/decisions", tag = "review", request_body = DecideRequest,
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "What became of each", body = DecideResponse),
        (status = 400, description = "No JSON", body = ApiError),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 409, description = "The job was cancelled, and nothing follows that", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is unknown, a barcode is none, or there are none or too many", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn decide_items(
    State(app_state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    JsonBody(DecideRequest { decisions }): JsonBody<DecideRequest>,
) -> Result<Json<DecideResponse>, ApiError> {
    if decisions.is_empty() || decisions.len() > MAX_DECISIONS {
        let message = format!("decisions has {}; 1 to {MAX_DECISIONS} are taken at once", decisions.len());
        return Err(ApiError::invalid(message));
    }
    let answers = decisions.into_iter().map(with_upc).collect::<Result<Vec<_>, _>>()?;
    let state = app_state.journal().job_summary(&job).await?.state;
    if state == JobState::Cancelled {
        return Err(pipeline::queue::QueueError::InvalidState { job, state, action: "decided about" }.into());
    }
    let upcs: Vec<String> = answers.iter().map(|(upc, _)| upc.to_string()).collect();
    // A client that goes away does not leave it half done.
    let deciding = tokio::spawn(async move { app_state.queue.record_decisions(&job, &answers).await });
    let result = deciding.await.map_err(|_| ApiError::unavailable("the service is ending"))??;
    let results = upcs.into_iter().zip(result).map(|(upc, result)| DecisionResult { upc, result: result });
    Ok(Json(DecideResponse { results: results.collect() }))
}

fn with_upc(answer: ReviewInput) -> Result<(Upc, ReviewInput), ApiError> {
    let upc = answer.upc.parse().map_err(|error| ApiError::invalid(format!("upc is {:?}: {error}", answer.upc)))?;
    Ok((upc, answer))
}
