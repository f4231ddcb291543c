//! Estimates a batch before it is started.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::create_job::{parse_source, to_job_spec};
use super::error::ApiError;
use super::json_body::JsonBody;
use super::state::AppState;
use api::error::ErrorResponse;
use api::plan::{PlanRequest, PlanResponse};
use domain::list_preview::{ListPreview, Workload};
use pipeline::list_preview::preview_list;
use store::journal::SellerAccount;

/// Estimate a batch
///
/// Returns which data sources and which destination the batch would use, how long it would take at the services' rate
/// limits, how many of today's eBay calls it needs, and when it would start. Nothing is written, and no upstream
/// service is asked. The list is read to its end unless the request states its size.
#[utoipa::path(
    post, path = "/api/batch/plan", tag = "batch", request_body = PlanRequest,
    responses(
        (status = 200, description = "The content of the list, and what a batch would do", body = PlanResponse),
        (status = 400, description = "The body is not JSON, or gcs_path is not a gs:// address", body = ErrorResponse),
        (status = 403, description = "The service's Google account may not read the object; or unknown host name, or a request from another website", body = ErrorResponse),
        (status = 404, description = "The object does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or the object is not a list", body = ErrorResponse),
        (status = 424, description = "Google Cloud Storage does not answer", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn plan_job(
    State(state): State<Arc<AppState>>,
    JsonBody(request): JsonBody<PlanRequest>,
) -> Result<Json<PlanResponse>, ApiError> {
    let source = parse_source(&request.job.gcs_path)?;
    if let Some(name) = request.list.and_then(|list| list.name_of_excess()) {
        return Err(ApiError::invalid(format!("list.{name} is at most {}", Workload::MAX)));
    }
    // eBay is not asked which seller is signed in, so the estimate counts the drafts of every seller in this eBay
    // environment.
    let (context, seller) = (state.context(), SellerAccount::anonymous(state.context().ebay_environment_id.clone()));
    let list = if request.list.is_none() {
        Some(
            preview_list(
                state.journal(),
                &seller,
                &source,
                (&context.intake.for_list(&request.job.list_options), context.catalog_folder.as_deref()),
                &|_| {},
            )
            .await?,
        )
    } else {
        None
    };
    let workload = request.list.or_else(|| list.as_ref().map(ListPreview::workload)).unwrap_or_default();
    let spec = to_job_spec(&request.job, &source, None, (state.default_spec)())?;
    Ok(Json(PlanResponse { list, estimate: state.queue.estimate_batch(&spec, workload).await? }))
}
