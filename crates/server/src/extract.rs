//! Extractors for the path parameters and the query of a request.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use api::error::ErrorCode;
use domain::job_spec::{JobId, ParseJobIdError};
use domain::upc::Upc;

/// The job in a path. Text that is not a job id gets the same error as an unknown job.
pub(super) struct JobPath(pub(super) JobId);

/// The job and the item in a path.
pub(super) struct ItemPath(pub(super) JobId, pub(super) Upc);

/// The job in a path, and the key of a scan.
pub(super) struct ScanPath(pub(super) JobId, pub(super) String);

/// The job, the item and the name of a photo in a path.
pub(super) struct PhotoPath(pub(super) JobId, pub(super) Upc, pub(super) String);

/// The query parameters. Unknown parameters are refused if `T` denies unknown fields.
pub(super) struct ApiQuery<T>(pub(super) T);

type PathParams = Path<HashMap<String, String>>;

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(params) = PathParams::from_request_parts(parts, state).await?;
        let id = params.get("job_id").map(String::as_str).unwrap_or_default();
        let unknown =
            |error: ParseJobIdError| ApiError::new(ErrorCode::UnknownJob, format!("{id:?} is not a batch: {error}"));
        id.parse().map(Self).map_err(unknown)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let JobPath(job) = JobPath::from_request_parts(parts, state).await?;
        let Path(params) = PathParams::from_request_parts(parts, state).await?;
        let code = params.get("upc").map(String::as_str).unwrap_or_default();
        let unknown = |error| ApiError::new(ErrorCode::UnknownItem, format!("{code:?}: {error}"));
        code.parse().map(|upc| Self(job, upc)).map_err(unknown)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PhotoPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let ItemPath(job, upc) = ItemPath::from_request_parts(parts, state).await?;
        let Path(mut params) = PathParams::from_request_parts(parts, state).await?;
        Ok(Self(job, upc, params.remove("name").unwrap_or_default()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ScanPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let JobPath(job) = JobPath::from_request_parts(parts, state).await?;
        let Path(mut params) = PathParams::from_request_parts(parts, state).await?;
        Ok(Self(job, params.remove("key").unwrap_or_default()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(query))
    }
}
