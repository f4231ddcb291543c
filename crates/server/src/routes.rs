//! The table of routes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use futures::FutureExt;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::front::Front;
use super::guard::{self, Guard};
use super::problem::Problem;
use super::{
    acts, batch, body, docs, events, health, items, jobs, metrics, openapi, plan, reports, review, scans, upstreams,
    wishes,
};

/// Every route, in the order in which the documentation shows them.
fn table() -> OpenApiRouter<Arc<Front>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(batch::process))
        .routes(routes!(plan::plan))
        .routes(routes!(jobs::status))
        .routes(routes!(jobs::list))
        .routes(routes!(wishes::pause))
        .routes(routes!(wishes::resume))
        .routes(routes!(wishes::cancel))
        .routes(routes!(wishes::retry))
        .routes(routes!(scans::begin))
        .routes(routes!(scans::scan))
        .routes(routes!(scans::take_back))
        .routes(routes!(scans::close))
        .routes(routes!(items::list))
        .routes(routes!(acts::act).layer(DefaultBodyLimit::max(acts::LONGEST_BODY)))
        .routes(routes!(items::one))
        .routes(routes!(items::at_ebay))
        .routes(routes!(review::list))
        .routes(routes!(review::decide))
        .routes(routes!(events::of_job))
        .routes(routes!(events::of_all))
        .routes(routes!(reports::json))
        .routes(routes!(reports::csv))
        .routes(routes!(health::health))
        .routes(routes!(metrics::metrics))
        .routes(routes!(upstreams::list))
        .routes(routes!(openapi::openapi))
        .routes(routes!(docs::docs))
        .routes(routes!(docs::index))
}

/// The routes with what stands around all of them, the outermost last.
pub(super) fn router(front: Arc<Front>, guard: Arc<Guard>) -> Router {
    let (router, api) = table().split_for_parts();
    router
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(Extension(Arc::new(openapi::finished(&api))))
        .layer(DefaultBodyLimit::max(body::LARGEST))
        .layer(middleware::from_fn(survive))
        .layer(middleware::from_fn_with_state(guard, guard::watch))
        .layer(middleware::from_fn_with_state(front.clone(), metrics::count_answer))
        .with_state(front)
}

async fn no_route(uri: Uri) -> Problem {
    Problem::not_found("NOT_FOUND", format!("there is nothing at {}; /docs shows what there is", uri.path()))
}

async fn no_method(request: Request) -> Problem {
    let words = format!("{} does not take {}", request.uri().path(), request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", words)
}

/// A fault in this program costs one answer.
async fn survive(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        let words = "a fault in Draft Maker itself; standard error and the log have it";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "FAULT", words).into_response()
    })
}
