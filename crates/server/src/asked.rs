//! What stands in the path and the query of a request.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use domain::batch::JobId;
use domain::upc::Upc;

/// The job that a path names. What is no job id cannot be a job either, and goes no further than here.
pub(super) struct Named(pub(super) JobId);

/// The job and the item that a path names.
pub(super) struct NamedItem(pub(super) JobId, pub(super) Upc);

/// The job and the scan, by its key, that a path names.
pub(super) struct NamedScan(pub(super) JobId, pub(super) String);

/// The query, with names that are known and nothing else.
pub(super) struct Asked<T>(pub(super) T);

type Names = Path<HashMap<String, String>>;

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(names) = Names::from_request_parts(parts, state).await?;
        let name = names.get("job_id").map(String::as_str).unwrap_or_default();
        name.parse().map(Self).map_err(|error: domain::batch::BadJobId| unknown(&error))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NamedItem {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Named(job) = Named::from_request_parts(parts, state).await?;
        let Path(names) = Names::from_request_parts(parts, state).await?;
        let code = names.get("upc").map(String::as_str).unwrap_or_default();
        let upc = code.parse().map_err(|error| Problem::not_found("UNKNOWN_ITEM", format!("{code:?}: {error}")))?;
        Ok(Self(job, upc))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NamedScan {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Named(job) = Named::from_request_parts(parts, state).await?;
        let Path(mut names) = Names::from_request_parts(parts, state).await?;
        Ok(Self(job, names.remove("key").unwrap_or_default()))
    }
}

fn unknown(error: &domain::batch::BadJobId) -> Problem {
    Problem::not_found("UNKNOWN_JOB", error.to_string())
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(asked))
    }
}
