//! What an order would lead to, before it is given.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create_job::CreateJobRequest;
use super::error::ApiError;
use super::json_body::JsonBody;
use super::state::AppState;
use domain::batch_estimate::BatchEstimate;
use domain::list_preview::{ListPreview, Workload};
use pipeline::list_preview::{ListPreviewError, preview_list};
use store::journal::SellerAccount;

/// An order that is not given yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanQuestion)]
pub(super) struct PlanRequest {
    #[serde(rename = "order")]
    job: CreateJobRequest,
    /// How much is in the list, where that is known; left out, the list is read.
    #[serde(default)]
    list: Option<Workload>,
}

/// What it would lead to.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanAnswer)]
pub(super) struct PlanResponse {
    /// What the list holds; `null` where the question said how much.
    list: Option<ListPreview>,
    #[serde(rename = "forecast")]
    estimate: BatchEstimate,
}

/// See what an order would lead to
///
/// Nothing is written, and no service is asked: which providers, which sink, how long at the limits, how much of today's
/// calls at eBay, when its turn comes. The list is read to its end, unless the question says how much is in it.
#[utoipa::path(
    post, path = "/api/batch/plan", tag = "batch", request_body = PlanRequest,
    responses(
        (status = 200, description = "What the list holds and what a batch over it would do", body = PlanResponse),
        (status = 400, description = "No JSON, or no gs:// path", body = ApiError),
        (status = 403, description = "The object may not be read", body = ApiError),
        (status = 404, description = "There is no such object", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or the object is no list", body = ApiError),
        (status = 424, description = "Google Cloud Storage does not answer", body = ApiError),
        (status = 503, description = "What is under way cannot be read", body = ApiError),
    )
)]
pub(super) async fn plan_job(
    State(state): State<Arc<AppState>>,
    JsonBody(asked): JsonBody<PlanRequest>,
) -> Result<Json<PlanResponse>, ApiError> {
    let source = asked.job.parse_source()?;
    // Nobody is asked who is signed in: whoever sells at this eBay counts.
    let (context, seller) = (state.context(), SellerAccount::anonymous(state.context().ebay_environment_id.clone()));
    let list = if asked.list.is_none() {
        Some(preview_list(state.journal(), &seller, &source, &context.intake, &|_| {}).await?)
    } else {
        None
    };
    let amount = asked.list.or_else(|| list.as_ref().map(ListPreview::workload)).unwrap_or_default();
    let spec = asked.job.to_job_spec(&source, None, (state.default_spec)());
    Ok(Json(PlanResponse { list, estimate: state.queue.estimate_batch(&spec, amount).await? }))
}

impl From<ListPreviewError> for ApiError {
    fn from(error: ListPreviewError) -> Self {
        match error {
            ListPreviewError::Intake(error) => error.into(),
            ListPreviewError::Journal(error) => error.into(),
        }
    }
}
