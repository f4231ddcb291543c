//! The body of every error response.

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;
use utoipa::ToSchema;

use domain::job::JobState;
use domain::job_spec::JobId;

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApiError)]
pub struct ErrorResponse {
    /// Error message for people: what is wrong and where. Quotes Google or eBay if they report the error.
    pub detail: String,
    /// Error code for programs.
    #[serde(rename = "error")]
    #[schema(value_type = String, example = "UNKNOWN_JOB")]
    pub code: ErrorCode,
    /// Job that conflicts with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub job_id: Option<JobId>,
    /// State of the conflicting job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_status: Option<JobState>,
}

/// Error code, such as `UNKNOWN_JOB`. `docs/API.md` lists the codes with their HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The request body is not JSON.
    NotJson,
    /// `gcs_path` does not name an object.
    BadPath,
    /// The `Idempotency-Key` is not valid.
    BadKey,
    /// The `Last-Event-ID` is not a number.
    BadLastEventId,
    /// The request body cannot be read from the connection.
    Unreadable,
    /// A token is required.
    Unauthorized,
    /// The `Host` header does not name this service.
    HostRefused,
    /// The `Origin` header names another site.
    OriginRefused,
    /// Google does not allow the account to read the object.
    ObjectForbidden,
    UnknownJob,
    UnknownItem,
    UnknownScan,
    /// The item has no photo of this name.
    UnknownPhoto,
    /// The item has no draft at eBay.
    NoDraft,
    /// The list does not exist in its bucket.
    NoSuchObject,
    /// The route does not exist.
    NotFound,
    MethodNotAllowed,
    /// The request body did not arrive in time.
    TooSlow,
    /// The job exists, but its state does not allow the request.
    UnfitState,
    /// Another job for the same list is waiting, running or paused.
    AlreadyUnderWay,
    /// The job has no item with one of the requested statuses, or a retry is already running.
    NothingToRetry,
    /// The job reads a list and does not accept scans.
    NoScans,
    /// The scan job is closed and accepts no more scans.
    Closed,
    /// The scanned item already has a draft.
    AlreadyDrafted,
    /// The draft of the scanned item is being created; retry in a moment.
    Busy,
    /// The request body is too large.
    TooLarge,
    /// The Content-Type is not `application/json`.
    NotJsonType,
    /// A field or parameter is invalid or unknown.
    Invalid,
    /// The idempotency key was already used for a different request.
    KeyUsed,
    /// The queue is full; the settings limit the number of waiting jobs.
    QueueFull,
    /// The object is not a list.
    NoList,
    /// Google Cloud Storage does not respond.
    Storage,
    /// eBay does not respond, or rejects the request.
    Ebay,
    /// An internal error: a bug in Draft Maker.
    Fault,
    /// The service cannot handle the request now: the journal is unavailable, too many clients are reading, or it is
    /// shutting down.
    Unavailable,
    /// An error code of a newer version.
    #[serde(other)]
    Unrecognized,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}
