//! What waits for a person, and what people decide.

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Named};
use super::body::Body;
use super::front::Front;
use super::items::passed_over;
use super::jobs::limit;
use super::problem::Problem;
use domain::job::JobState;
use domain::outcome::Status;
use domain::review::{Answer, Became, Case, Look};
use domain::upc::Upc;
use pipeline::batch;
use report::entry::Candidate;

/// Cases of one answer where nobody says, and at most; each has several releases with their tracks.
const FEW: u32 = 20;
const MOST: u32 = 100;

/// Decisions of one request.
const MOST_DECISIONS: usize = 200;

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
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
pub(super) struct Waiting {
    /// All that wait.
    total: u64,
    items: Vec<CaseView>,
    /// What to ask the next page with; `null` on the last.
    next: Option<u32>,
}

/// One item that waits.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub(super) struct CaseView {
    upc: String,
    copies: u32,
    /// What must be looked at.
    look: Look,
    /// The one fact that decides.
    fact: String,
    /// Why it waits.
    why: String,
    /// Those to choose from, the best first; `choose` is a place among them, from 1.
    candidates: Vec<Candidate>,
    /// Fields in which they differ.
    differing: Vec<String>,
    /// What the listing lacks.
    missing: Vec<domain::listing::Missing>,
    /// What was decided about the same barcode before, in whichever batch.
    earlier: Option<EarlierView>,
}

/// A decision of before.
#[derive(Serialize, ToSchema)]
#[schema(as = EarlierDecision)]
pub(super) struct EarlierView {
    job_id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Object)]
    decision: domain::decision::Decision,
    /// The candidate that it means here, from 1; `null` where it is none of them.
    choose: Option<usize>,
}

impl From<&Case> for CaseView {
    fn from(case: &Case) -> Self {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| row.field.to_owned());
        Self {
            upc: case.upc().to_string(),
            copies: case.dossier.listed.copies,
            look: case.look,
            fact: case.fact(),
            why: case.why().to_owned(),
            candidates: case.candidates().into_iter().map(Candidate::from).collect(),
            differing: differing.collect(),
            missing: case.dossier.missing.clone(),
            earlier: case.earlier.as_ref().map(|earlier| EarlierView {
                job_id: earlier.job.to_string(),
                at: earlier.at,
                decision: earlier.decision.clone(),
                choose: case.offered(),
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
    params(("job_id" = String, Path, description = "As in `job_id`"), Which),
    responses(
        (status = 200, description = "A page of what waits", body = Waiting),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 422, description = "No such number", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn list(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    Asked(which): Asked<Which>,
) -> Result<Json<Waiting>, Problem> {
    let (limit, after) = (limit(which.limit, FEW, MOST)?, passed_over(which.after)?);
    let board = front.journal().board(&job).await?;
    let total = board.read().unwrap_or_else(PoisonError::into_inner).counts.of(Status::NeedsReview);
    let cases = batch::waiting(front.journal(), &job, after as usize, limit).await?;
    let items: Vec<_> = cases.iter().map(CaseView::from).collect();
    let seen = u64::from(after) + items.len() as u64;
    let next = u32::try_from(seen).ok().filter(|_| seen < total && !items.is_empty());
    Ok(Json(Waiting { total, items, next }))
}

/// Several decisions.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decisions)]
pub(super) struct Decisions {
    /// Each by itself: what is wrong with one keeps none of the others from being obeyed.
    #[schema(min_items = 1, max_items = 200)]
    decisions: Vec<Answer>,
}

/// What became of them, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = DecisionResults)]
pub(super) struct Results {
    results: Vec<OneResult>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DecisionResult)]
pub(super) struct OneResult {
    upc: String,
    #[serde(flatten)]
    became: Became,
}

/// Decide about items
///
/// An item that was decided about goes on to its price, cover and draft; the job runs once more where it had ended. An
/// order in test mode stays one.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/decisions", tag = "review", request_body = Decisions,
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "What became of each", body = Results),
        (status = 400, description = "No JSON", body = Problem),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 409, description = "The job was cancelled, and nothing follows that", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is unknown, a barcode is none, or there are none or too many", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn decide(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    Body(Decisions { decisions }): Body<Decisions>,
) -> Result<Json<Results>, Problem> {
    if decisions.is_empty() || decisions.len() > MOST_DECISIONS {
        let words = format!("decisions has {}; 1 to {MOST_DECISIONS} are taken at once", decisions.len());
        return Err(Problem::invalid(words));
    }
    let answers = decisions.into_iter().map(addressed).collect::<Result<Vec<_>, _>>()?;
    let state = front.journal().job(&job).await?.state;
    if state == JobState::Cancelled {
        return Err(pipeline::queue::QueueError::Unfit { job, state, wish: "decided about" }.into());
    }
    let upcs: Vec<String> = answers.iter().map(|(upc, _)| upc.to_string()).collect();
    // A client that goes away does not leave it half done.
    let deciding = tokio::spawn(async move { front.queue.decide(&job, &answers).await });
    let became = deciding.await.map_err(|_| Problem::unavailable("the service is ending"))??;
    let results = upcs.into_iter().zip(became).map(|(upc, became)| OneResult { upc, became });
    Ok(Json(Results { results: results.collect() }))
}

fn addressed(answer: Answer) -> Result<(Upc, Answer), Problem> {
    let upc = answer.upc.parse().map_err(|error| Problem::invalid(format!("upc is {:?}: {error}", answer.upc)))?;
    Ok((upc, answer))
}
