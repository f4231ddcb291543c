//! What stands in the path and the query of a request.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// The job that a path names. What is no job id cannot be a job either, and goes no further than here.
pub(super) struct JobPath(pub(super) JobId);

/// The job and the item that a path names.
pub(super) struct ItemPath(pub(super) JobId, pub(super) Upc);

/// The job and the scan, by its key, that a path names.
pub(super) struct ScanPath(pub(super) JobId, pub(super) String);

/// The query, with names that are known and nothing else.
pub(super) struct ApiQuery<T>(pub(super) T);

type PathParams = Path<HashMap<String, String>>;

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(names) = PathParams::from_request_parts(parts, state).await?;
        let name = names.get("job_id").map(String::as_str).unwrap_or_default();
        name.parse().map(Self).map_err(|error: domain::job_spec::ParseJobIdError| unknown_job(&error))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let JobPath(job) = JobPath::from_request_parts(parts, state).await?;
        let Path(names) = PathParams::from_request_parts(parts, state).await?;
        let code = names.get("upc").map(String::as_str).unwrap_or_default();
        let upc = code.parse().map_err(|error| ApiError::not_found("UNKNOWN_ITEM", format!("{code:?}: {error}")))?;
        Ok(Self(job, upc))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ScanPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let JobPath(job) = JobPath::from_request_parts(parts, state).await?;
        let Path(mut names) = PathParams::from_request_parts(parts, state).await?;
        Ok(Self(job, names.remove("key").unwrap_or_default()))
    }
}

fn unknown_job(error: &domain::job_spec::ParseJobIdError) -> ApiError {
    ApiError::not_found("UNKNOWN_JOB", error.to_string())
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(asked))
    }
}
