//! The table of routes, and the middleware around them.

use std::any::Any;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::Uri;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::auth::{self, AccessPolicy};
use super::error::ApiError;
use super::state::AppState;
use super::{
    create_job, events, forward, item_actions, items, job_actions, jobs, json_body, metrics, monitoring, openapi,
    photos, plan, results, review, scans, upload_list,
};
use api::error::ErrorCode;

/// Returns all routes, in the order of the documentation.
fn api_routes() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::with_openapi(openapi::base_spec())
        .routes(routes!(create_job::create_job))
        .routes(routes!(upload_list::upload_list).layer(DefaultBodyLimit::disable()))
        .routes(routes!(plan::plan_job))
        .routes(routes!(jobs::get_job))
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(job_actions::pause_job))
        .routes(routes!(job_actions::resume_job))
        .routes(routes!(job_actions::cancel_job))
        .routes(routes!(job_actions::retry_job))
        .routes(routes!(scans::create_scan_job))
        .routes(routes!(scans::add_scans))
        .routes(routes!(scans::delete_scan))
        .routes(routes!(scans::close_scan_job))
        .routes(routes!(items::list_items))
        .routes(
            routes!(item_actions::apply_item_action)
                .layer(DefaultBodyLimit::max(json_body::MAX_ITEM_ACTION_BODY_BYTES)),
        )
        .routes(routes!(items::get_item))
        .routes(routes!(items::get_draft_comparison))
        .routes(routes!(photos::list_photos))
        .routes(routes!(photos::add_photos).layer(DefaultBodyLimit::disable()))
        .routes(routes!(photos::arrange_photos))
        .routes(routes!(photos::delete_photo))
        .routes(routes!(review::list_review_queue))
        .routes(routes!(review::decide_items))
        .routes(routes!(review::search_for_item))
        .routes(routes!(events::stream_job_events))
        .routes(routes!(events::stream_all_events))
        .routes(routes!(results::get_results_json))
        .routes(routes!(results::get_results_csv))
        .routes(routes!(monitoring::get_health))
        .routes(routes!(monitoring::get_readiness))
        .routes(routes!(monitoring::get_liveness))
        .routes(routes!(monitoring::get_metrics))
        .routes(routes!(monitoring::list_upstreams))
        .routes(routes!(openapi::get_openapi))
        .routes(routes!(openapi::get_docs))
        .routes(routes!(openapi::get_index))
}

/// Builds the router. The layer added last runs first.
pub(super) fn build_router(state: &Arc<AppState>, policy: Arc<AccessPolicy>) -> Router {
    build_handlers(state)
        .layer(middleware::from_fn_with_state(policy, auth::authorize_request))
        .layer(middleware::from_fn_with_state(state.metrics.clone(), metrics::count_response))
}

/// Builds the routes without access control, for requests that another process has already checked.
pub(super) fn build_handlers(state: &Arc<AppState>) -> Router {
    let (router, api) = api_routes().split_for_parts();
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(Arc::new(openapi::complete_spec(&api))))
        .layer(DefaultBodyLimit::max(json_body::MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(state.clone(), forward::forward_changes))
        .layer(CatchPanicLayer::custom(respond_to_panic))
        .with_state(state.clone())
}

async fn not_found(uri: Uri) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("unknown path {}; /docs lists all paths", uri.path()))
}

async fn method_not_allowed(request: Request) -> ApiError {
    let message = format!("{} does not support {}", request.uri().path(), request.method());
    ApiError::new(ErrorCode::MethodNotAllowed, message)
}

/// Responds to a panic of a handler, so that a bug affects only one request.
fn respond_to_panic(_: Box<dyn Any + Send>) -> Response {
    let message = "an error in Draft Maker itself; standard error and the log have the details";
    ApiError::new(ErrorCode::Fault, message).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_of_a_handler_is_a_response() {
        async fn panics() -> StatusCode {
            std::panic::resume_unwind(Box::new("a bug"))
        }
        let router = Router::<()>::new().route("/", get(panics)).layer(CatchPanicLayer::custom(respond_to_panic));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
