//! The body of every response that reports an error.

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;
use utoipa::ToSchema;

use domain::job::JobState;
use domain::job_spec::JobId;

/// An error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApiError)]
pub struct ErrorResponse {
    /// What is wrong and where, for people. Google's or eBay's own words if they are the reason.
    pub detail: String,
    /// The kind of error, for programs.
    #[serde(rename = "error")]
    #[schema(value_type = String, example = "UNKNOWN_JOB")]
    pub code: ErrorCode,
    /// The job that conflicts with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub job_id: Option<JobId>,
    /// The state of that job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_status: Option<JobState>,
}

/// The kind of an error: `UNKNOWN_JOB`. `docs/API.md` lists them with their HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The body is not JSON.
    NotJson,
    /// `gcs_path` does not name an object.
    BadPath,
    /// The `Idempotency-Key` is not usable.
    BadKey,
    /// The `Last-Event-ID` is not a number.
    BadLastEventId,
    /// The body cannot be read from the connection.
    Unreadable,
    /// A token is required.
    Unauthorized,
    /// The `Host` is not a name of the service.
    HostRefused,
    /// The `Origin` is another site.
    OriginRefused,
    /// Google does not let the account read the object.
    ObjectForbidden,
    UnknownJob,
    UnknownItem,
    UnknownScan,
    /// The item has no draft at eBay.
    NoDraft,
    /// The list is not in its bucket.
    NoSuchObject,
    /// There is no such route.
    NotFound,
    MethodNotAllowed,
    /// The body did not arrive in time.
    TooSlow,
    /// The job exists, and its state does not allow the request.
    UnfitState,
    /// Another job over the same list is waiting, running or paused.
    AlreadyUnderWay,
    /// The job has no item with one of these statuses, or is being retried already.
    NothingToRetry,
    /// The job runs over a list and takes no scans.
    NoScans,
    /// The scan job takes no more scans.
    Closed,
    /// The draft of the scanned item exists already.
    AlreadyDrafted,
    /// The draft of the scanned item is being created; retry in a moment.
    Busy,
    /// The body is too large.
    TooLarge,
    /// The Content-Type is not application/json.
    NotJsonType,
    /// A field or parameter is wrong or unknown.
    Invalid,
    /// The idempotency key was used for another request.
    KeyUsed,
    /// As many jobs wait as the settings allow.
    QueueFull,
    /// The object is not a list.
    NoList,
    /// Google Cloud Storage does not respond.
    Storage,
    /// eBay does not respond, or refuses.
    Ebay,
    /// A bug in Draft Maker.
    Fault,
    /// The service cannot do it now: the journal cannot be used, too many readers, or a shutdown.
    Unavailable,
    /// A code of a newer version.
    #[serde(other)]
    Unrecognized,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}
