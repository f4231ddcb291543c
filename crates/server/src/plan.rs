//! What an order would lead to, before it is given.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::batch::Wanted;
use super::body::Body;
use super::front::Front;
use super::problem::Problem;
use domain::forecast::Forecast;
use domain::survey::{Amount, Survey};
use pipeline::survey::{SurveyError, survey};
use store::journal::Seller;

/// An order that is not given yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanQuestion)]
pub(super) struct Asked {
    order: Wanted,
    /// How much is in the list, where that is known; left out, the list is read.
    #[serde(default)]
    list: Option<Amount>,
}

/// What it would lead to.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanAnswer)]
pub(super) struct Planned {
    /// What the list holds; `null` where the question said how much.
    list: Option<Survey>,
    forecast: Forecast,
}

/// See what an order would lead to
///
/// Nothing is written, and no service is asked: which providers, which sink, how long at the limits, how much of today's
/// calls at eBay, when its turn comes. The list is read to its end, unless the question says how much is in it.
#[utoipa::path(
    post, path = "/api/batch/plan", tag = "batch", request_body = Asked,
    responses(
        (status = 200, description = "What the list holds and what a batch over it would do", body = Planned),
        (status = 400, description = "No JSON, or no gs:// path", body = Problem),
        (status = 403, description = "The object may not be read", body = Problem),
        (status = 404, description = "There is no such object", body = Problem),
        (status = 408, description = "The body did not come in time", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is not sent as JSON", body = Problem),
        (status = 422, description = "A field is wrong or unknown, or the object is no list", body = Problem),
        (status = 424, description = "Google Cloud Storage does not answer", body = Problem),
        (status = 503, description = "What is under way cannot be read", body = Problem),
    )
)]
pub(super) async fn plan(State(front): State<Arc<Front>>, Body(asked): Body<Asked>) -> Result<Json<Planned>, Problem> {
    let source = asked.order.source()?;
    // Nobody is asked who is signed in: whoever sells at this eBay counts.
    let (works, seller) = (front.works(), Seller::unknown(front.works().ebay_place.clone()));
    let list = if asked.list.is_none() {
        Some(survey(front.journal(), &seller, &source, &works.intake, &|_| {}).await?)
    } else {
        None
    };
    let amount = asked.list.or_else(|| list.as_ref().map(Survey::amount)).unwrap_or_default();
    let order = asked.order.order(&source, None, (front.standards)());
    Ok(Json(Planned { list, forecast: front.queue.forecast(&order, amount).await? }))
}

impl From<SurveyError> for Problem {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::Intake(error) => error.into(),
            SurveyError::Journal(error) => error.into(),
        }
    }
}
