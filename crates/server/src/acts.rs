//! What may be done to some items of a job, with an answer for each: 207 in the manner of WebDAV, where some cannot be.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Named;
use super::body::Body;
use super::front::Front;
use super::key::Key;
use super::problem::Problem;
use super::wishes::undisturbed;
use domain::act::{Act, Acted, NotDone};
use domain::upc::Upc;

/// Items of one request.
const MOST: usize = 100_000;

/// Bytes of its body: fourteen digits, two marks and a comma for each, and as much again for blanks.
pub(super) const LONGEST_BODY: usize = MOST * 34;

/// What is done, and to which items.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ItemAct)]
pub(super) struct Wanted {
    act: Act,
    /// Barcodes of the job's list.
    #[schema(min_items = 1, max_items = 100_000)]
    upcs: Vec<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemsActed)]
pub(super) struct Answer {
    /// The job that goes on with the items: the same, or the new one of `retry`.
    job_id: String,
    /// Those to which it was done.
    done: Vec<String>,
    /// Those to which it was not, each with the reason.
    failed: Vec<Reason>,
}

/// An item to which it was not done.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemNotDone)]
pub(super) struct Reason {
    upc: String,
    error: String,
}

impl Answer {
    fn new(acted: Acted, strange: Vec<Reason>) -> Self {
        let refused = acted.refused.into_iter().map(|NotDone { upc, why }| Reason { upc: upc.to_string(), error: why });
        Self {
            job_id: acted.job.to_string(),
            done: acted.done.iter().map(ToString::to_string).collect(),
            failed: refused.chain(strange).collect(),
        }
    }
}

/// Do something to some items
///
/// `pause` sets them aside until `resume` lets them go, `cancel` skips them, `retry` is a new job over those that failed
/// or need a review. What is on its way to the market is left to end. Each item is answered for by itself.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/items", tag = "items", request_body = Wanted,
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("Idempotency-Key" = Option<String>, Header, description = "For `retry`: the same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "It was done to all of them", body = Answer),
        (status = 207, description = "It was done to some, and `failed` says to which not and why", body = Answer),
        (status = 400, description = "No JSON", body = Problem),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 409, description = "`retry`: the job has not ended, is tried again already, or has no such items", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = Problem),
        (status = 503, description = "Nothing can be written down", body = Problem),
    )
)]
pub(super) async fn act(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    key: Key,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Answer>), Problem> {
    if !(1..=MOST).contains(&wanted.upcs.len()) {
        return Err(Problem::invalid(format!("upcs has {} items; it takes 1 to {MOST}", wanted.upcs.len())));
    }
    let request = key.of(&format!("items {job}"), &wanted);
    let (mut upcs, mut strange) = (Vec::with_capacity(wanted.upcs.len()), Vec::new());
    for code in wanted.upcs {
        match code.parse::<Upc>() {
            Ok(upc) => upcs.push(upc),
            Err(error) => strange.push(Reason { upc: code, error: error.to_string() }),
        }
    }
    let acted = undisturbed(async move { front.queue.act(&job, wanted.act, &upcs, request).await }).await?;
    let answer = Answer::new(acted, strange);
    let status = if answer.failed.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Ok((status, Json(answer)))
}
