//! Errors of Google Cloud Storage, with the service's own message and advice for the operator.
//!
//! `GcsError` is the error of all operations. `GcsErrorContext` describes the request and the credentials, because the
//! same status means different things for different requests.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use domain::text::error_message::{shorten_message, strip_markup};
use google_cloud_gax::error::rpc::{Code, StatusDetails};
use google_cloud_storage::Error;
use google_cloud_storage::error::ReadError;
use serde_json::Value;

use super::connection_failure::ConnectionFailure;

/// Maximum characters of a message.
const MAX_MESSAGE_CHARS: usize = 300;

/// Reason why an object or a bucket could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GcsError {
    NoCredentials { why: String },
    InvalidEmulatorAddress { address: String },
    Setup { why: String },
    BucketNotFound,
    ObjectNotFound { bucket: String },
    GenerationGone { generation: i64 },
    Forbidden { message: String, role: &'static str },
    Unauthenticated { message: String },
    NotPublic { message: String },
    RequesterPays { message: String },
    PayerNotAccepted { project: String, message: String },
    AlreadyExists,
    UnexpectedResponse,
    CustomerEncrypted { message: String },
    BillingClosed { message: String },
    Damaged,
    ConditionNotMet { message: String },
    Rejected { status: u16, message: String },
    Refused { status: u16, message: String },
    Timeout { seconds: u64 },
    Unreachable { reason: ConnectionFailure },
}

/// Formats the problem, the fix after a colon, and the service's own message in a second line.
impl fmt::Display for GcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_problem(f)?;
        self.fix().map_or(Ok(()), |fix| write!(f, ": {fix}"))?;
        self.service_message().map_or(Ok(()), |message| write!(f, "\ncaused by: {message}"))
    }
}

impl StdError for GcsError {}

impl GcsError {
    /// Returns the problem, without the fix.
    pub fn problem(&self) -> String {
        fmt::from_fn(|f| self.fmt_problem(f)).to_string()
    }

    /// Returns the service's own message, if it has one that says more than the problem.
    pub fn service_message(&self) -> Option<&str> {
        match self {
            Self::Forbidden { message, .. }
            | Self::Unauthenticated { message }
            | Self::NotPublic { message }
            | Self::RequesterPays { message }
            | Self::PayerNotAccepted { message, .. }
            | Self::CustomerEncrypted { message }
            | Self::BillingClosed { message }
            | Self::ConditionNotMet { message }
            | Self::Rejected { message, .. }
            | Self::Refused { message, .. } => Some(message.as_str()).filter(|message| !message.is_empty()),
            _ => None,
        }
    }

    /// Returns true if the same request may succeed soon.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Unreachable { .. } | Self::Refused { .. })
    }

    fn fmt_problem(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentials { why } => write!(f, "no usable Google credentials ({why})"),
            Self::InvalidEmulatorAddress { address } => {
                write!(f, "{address:?} is not the address of a storage emulator")
            }
            Self::Setup { why } => write!(f, "cannot set up the client for Google Cloud Storage: {why}"),
            Self::BucketNotFound => f.write_str("the bucket does not exist"),
            Self::ObjectNotFound { .. } => f.write_str("the object does not exist"),
            Self::GenerationGone { generation } => write!(f, "generation {generation} no longer exists"),
            Self::Forbidden { .. } => f.write_str("access is denied"),
            Self::Unauthenticated { .. } => f.write_str("the credentials were not accepted"),
            Self::NotPublic { .. } => f.write_str("it is not public"),
            Self::RequesterPays { .. } => f.write_str("readers of this bucket pay for their requests"),
            Self::PayerNotAccepted { project, .. } => {
                write!(f, "{project} is not accepted as the project that pays for requests")
            }
            Self::AlreadyExists => f.write_str("an object of this name already exists; it is unchanged"),
            Self::UnexpectedResponse => f.write_str("the answer is not from Google Cloud Storage"),
            Self::CustomerEncrypted { .. } => {
                f.write_str("the object is encrypted with a key of its owner, which Draft Maker does not support")
            }
            Self::BillingClosed { .. } => f.write_str("the billing account of the project is closed"),
            Self::Damaged => f.write_str("the received bytes did not match their checksum, twice in a row"),
            Self::ConditionNotMet { .. } => {
                f.write_str("a condition of the request or a policy of the bucket's organization is not met")
            }
            Self::Rejected { status, .. } => {
                write!(f, "Google Cloud Storage rejected the request with status {status}")
            }
            Self::Refused { status, .. } => write!(f, "Google Cloud Storage answered with status {status}"),
            Self::Timeout { seconds } => write!(f, "no answer from Google Cloud Storage within {seconds} seconds"),
            Self::Unreachable { reason } => write!(f, "Google Cloud Storage could not be reached ({reason})"),
        }
    }

    /// Returns the fix; `None` if there is nothing to do.
    pub fn fix(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::NoCredentials { .. } => Cow::Borrowed(
                "set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's key file, or run `gcloud auth application-default login`; for a public object, set intake.gcs.anonymous = true",
            ),
            Self::InvalidEmulatorAddress { .. } => Cow::Borrowed("write one such as http://127.0.0.1:9023"),
            Self::BucketNotFound => Cow::Borrowed("check its name with `gcloud storage ls`"),
            Self::ObjectNotFound { bucket } => {
                Cow::Owned(format!("check its name with `gcloud storage ls gs://{bucket}`"))
            }
            Self::GenerationGone { .. } => Cow::Borrowed("the object was replaced or deleted; run the list again"),
            Self::Forbidden { role, .. } => Cow::Owned(format!("give the account the role {role} on the bucket")),
            Self::Unauthenticated { .. } => Cow::Borrowed(
                "renew them with `gcloud auth application-default login`, or replace the key file that GOOGLE_APPLICATION_CREDENTIALS names",
            ),
            Self::NotPublic { .. } => Cow::Borrowed("set intake.gcs.anonymous = false and use credentials with access"),
            Self::RequesterPays { .. } => {
                Cow::Borrowed("set GOOGLE_CLOUD_PROJECT (intake.gcs.project) to the project that pays")
            }
            Self::PayerNotAccepted { .. } => Cow::Borrowed(
                "check its name, GOOGLE_CLOUD_PROJECT (intake.gcs.project), and its billing account, and give the account the role roles/serviceusage.serviceUsageConsumer on it",
            ),
            Self::UnexpectedResponse => Cow::Borrowed("check the address, and whether the network asks for a sign-in"),
            Self::CustomerEncrypted { .. } => {
                Cow::Borrowed("copy it with `gcloud storage cp --decryption-keys=KEY`, and read the copy")
            }
            Self::BillingClosed { .. } => Cow::Borrowed("open it in the Google Cloud console"),
            Self::Damaged => Cow::Borrowed("check the network, and upload the object again"),
            Self::ConditionNotMet { .. } => {
                Cow::Borrowed("asking again does not help; ask the administrator of the bucket")
            }
            Self::Rejected { .. } => Cow::Borrowed(
                "asking again does not help; check the address, and if readers of the bucket pay, set GOOGLE_CLOUD_PROJECT",
            ),
            Self::Refused { .. } => Cow::Borrowed("try again later"),
            Self::Timeout { .. } => Cow::Borrowed("check the network and try again"),
            Self::Unreachable { .. } => Cow::Borrowed("check the network and the address"),
            Self::Setup { .. } | Self::AlreadyExists => return None,
        })
    }
}

/// Context of a request, as far as it explains a rejection.
#[derive(Clone, Debug, Default)]
pub(super) struct GcsErrorContext {
    /// Requested generation.
    pub(super) generation: Option<i64>,
    /// Role that permits the request.
    pub(super) role: &'static str,
    /// Bucket of the one object that the request reads.
    pub(super) bucket_of_object: Option<String>,
    /// Whether the request writes.
    pub(super) writes: bool,
    pub(super) credential_state: CredentialState,
}

impl GcsErrorContext {
    fn is_without_credentials(&self) -> bool {
        matches!(self.credential_state, CredentialState::Missing(_))
    }

    /// Returns the error for a request that got no answer within `limit`.
    pub(super) fn timeout_error(&self, limit: Duration) -> GcsError {
        match &self.credential_state {
            CredentialState::Missing(why) => GcsError::NoCredentials { why: why.clone() },
            _ => GcsError::Timeout { seconds: limit.as_secs() },
        }
    }
}

/// Credentials that the client uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum CredentialState {
    #[default]
    Authenticated,
    /// Anonymous, as configured by the operator.
    Anonymous,
    /// Anonymous, because there are no usable credentials for this reason.
    Missing(String),
}

impl GcsError {
    pub(super) fn from_google(error: &Error, context: &GcsErrorContext) -> Self {
        tracing::debug!(error = error_chain(error), "a request to Google Cloud Storage failed");
        match http_status(error) {
            None if context.is_without_credentials() => {
                Self::from_connection(ConnectionFailure::from_error(error), context)
            }
            None if is_damaged(error) => Self::Damaged,
            None if error.is_authentication() => Self::Unauthenticated { message: "no token was granted".to_owned() },
            None if error.is_deserialization() => Self::UnexpectedResponse,
            None => Self::from_connection(ConnectionFailure::from_error(error), context),
            Some(status) => {
                Self::from_refusal(status, RefusalReason::from_google(error), service_message(error), context)
            }
        }
    }

    /// Creates an error from an answer of the JSON API.
    pub(super) fn from_json(status: u16, body: &[u8], context: &GcsErrorContext) -> Self {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        Self::from_refusal(status, RefusalReason::from_json(&answer), body_message(body), context)
    }

    /// Creates an error for a request that got no answer.
    pub(super) fn from_connection(reason: ConnectionFailure, context: &GcsErrorContext) -> Self {
        match &context.credential_state {
            // Without a network there are no credentials either, so report both.
            CredentialState::Missing(why) => Self::NoCredentials { why: format!("{why}; {reason}") },
            _ => Self::Unreachable { reason },
        }
    }

    fn from_refusal(
        status: u16,
        reason: Option<RefusalReason>,
        message: Option<String>,
        context: &GcsErrorContext,
    ) -> Self {
        tracing::debug!(status, message, "Google Cloud Storage did not serve a request");
        let message = message.unwrap_or_default();
        match reason {
            Some(reason) => reason.into_error(message),
            None => Self::from_status(status, message, context),
        }
    }

    /// Returns the error for a request that named `project` as its payer.
    pub(super) fn with_payer(self, project: &str) -> Self {
        match self {
            Self::RequesterPays { message } | Self::PayerNotAccepted { message, .. } => {
                Self::PayerNotAccepted { project: project.to_owned(), message }
            }
            error => error,
        }
    }

    /// Creates an error from a status whose answer has no known reason.
    fn from_status(status: u16, message: String, context: &GcsErrorContext) -> Self {
        match (status, &context.credential_state) {
            (401 | 403, CredentialState::Missing(why)) => {
                let refusal = if message.is_empty() { format!("status {status}") } else { message };
                Self::NoCredentials { why: format!("{why}; {refusal}") }
            }
            (401 | 403, CredentialState::Anonymous) => Self::NotPublic { message },
            (401, CredentialState::Authenticated) => Self::Unauthenticated { message },
            (403, CredentialState::Authenticated) => Self::Forbidden { message, role: context.role },
            (404, _) => not_found_error(context),
            (412, _) if context.writes => {
                context.generation.map_or(Self::AlreadyExists, |generation| Self::GenerationGone { generation })
            }
            (412, _) => Self::ConditionNotMet { message },
            (408 | 429 | 500.., _) => Self::Refused { status, message },
            _ => Self::Rejected { status, message },
        }
    }
}

/// Returns the error of a missing object or generation for a request about an object, otherwise that of a missing
/// bucket. A read from a missing bucket has the same status, so [`GcsClient::open_object`](super::client::GcsClient)
/// then checks the bucket.
fn not_found_error(context: &GcsErrorContext) -> GcsError {
    match (context.generation, &context.bucket_of_object) {
        (Some(generation), _) => GcsError::GenerationGone { generation },
        (None, Some(bucket)) => GcsError::ObjectNotFound { bucket: bucket.clone() },
        (None, None) => GcsError::BucketNotFound,
    }
}

/// Rejections that are identified by the reason in the answer, not by its status
/// (<https://cloud.google.com/storage/docs/json_api/v1/status-codes>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RefusalReason {
    /// `userProjectMissing`: readers of the bucket must pay.
    RequesterPays,
    /// `resourceIsEncryptedWithCustomerEncryptionKey`, and other problems with such a key.
    CustomerEncrypted,
    /// `accountDisabled`: the billing account of the bucket's project is closed.
    BillingClosed,
    /// `userProjectInvalid` and others: the paying project is not accepted.
    PayerNotAccepted,
}

impl RefusalReason {
    /// Returns the first known reason in the details of an answer. Answers to downloads may be plain text without a
    /// reason.
    fn from_google(error: &Error) -> Option<Self> {
        error.status()?.details.iter().find_map(|detail| match detail {
            StatusDetails::ErrorInfo(info) => Self::from_word(&info.reason),
            _ => None,
        })
    }

    /// Returns the first known reason in a JSON error
    /// (<https://cloud.google.com/storage/docs/json_api/v1/status-codes#errorformat>).
    fn from_json(answer: &Value) -> Option<Self> {
        let of_list = |name: &str| answer["error"][name].as_array().into_iter().flatten();
        let mut reasons = of_list("errors").chain(of_list("details")).filter_map(|part| part["reason"].as_str());
        reasons.find_map(Self::from_word)
    }

    /// Parses a reason in the spelling of JSON (`userProjectMissing`) or gRPC (`USER_PROJECT_MISSING`).
    fn from_word(word: &str) -> Option<Self> {
        match word.replace('_', "").to_ascii_lowercase().as_str() {
            "userprojectmissing" | "authenticationrequiredrequesterpays" => Some(Self::RequesterPays),
            "resourceisencryptedwithcustomerencryptionkey" | "customerencryptionkeyisincorrect" => {
                Some(Self::CustomerEncrypted)
            }
            "accountdisabled" | "billingdisabled" => Some(Self::BillingClosed),
            "userprojectinvalid"
            | "userprojectinconsistent"
            | "userprojectaccessdenied"
            | "userprojectaccountproblem" => Some(Self::PayerNotAccepted),
            _ => None,
        }
    }

    fn into_error(self, message: String) -> GcsError {
        match self {
            Self::RequesterPays => GcsError::RequesterPays { message },
            Self::CustomerEncrypted => GcsError::CustomerEncrypted { message },
            Self::BillingClosed => GcsError::BillingClosed { message },
            // The request named no project, so the credentials did.
            Self::PayerNotAccepted => {
                GcsError::PayerNotAccepted { project: "the quota project of the credentials".to_owned(), message }
            }
        }
    }
}

/// Returns whether the checksum or the number of the received bytes is wrong.
fn is_damaged(error: &Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<ReadError>());
    matches!(cause, Some(ReadError::ChecksumMismatch(_) | ReadError::ShortRead(_) | ReadError::LongRead { .. }))
}

/// Returns the HTTP status, or the one that corresponds to a gRPC code.
fn http_status(error: &Error) -> Option<u16> {
    let of_code = |code| match code {
        Code::NotFound => Some(404),
        Code::PermissionDenied => Some(403),
        Code::Unauthenticated => Some(401),
        Code::FailedPrecondition | Code::AlreadyExists => Some(412),
        Code::ResourceExhausted => Some(429),
        Code::Unavailable => Some(503),
        Code::Internal => Some(500),
        Code::InvalidArgument => Some(400),
        _ => None,
    };
    error.http_status_code().filter(|code| *code >= 300).or_else(|| of_code(error.status()?.code))
}

/// Returns the service's message, if the answer has one.
fn service_message(error: &Error) -> Option<String> {
    let text = error.status().map(|status| status.message.clone());
    match text.map(|text| clean_message(&text)).filter(|text| !text.is_empty()) {
        Some(text) => Some(text),
        None => body_message(error.http_payload()?),
    }
}

/// Returns the message in the body of an answer, which is a JSON error or plain text.
fn body_message(body: &[u8]) -> Option<String> {
    let text = json_message(body).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    Some(clean_message(&text)).filter(|text| !text.is_empty())
}

/// Returns the message of a JSON error. The client does not parse such an error if its code is missing or not a number.
fn json_message(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let mut at = &answer;
    loop {
        at = at.get("message").or_else(|| at.get("error")).or_else(|| at.get("errors")?.get(0))?;
        if let Some(message) = at.as_str() {
            return Some(message.to_owned());
        }
    }
}

/// Formats an error of Google's library with its causes, for the log.
pub(super) fn error_chain(error: &dyn StdError) -> String {
    let causes = std::iter::successors(Some(error), |error: &&dyn StdError| (*error).source()).map(ToString::to_string);
    let mut text: Vec<String> = Vec::new();
    for cause in causes {
        if !text.iter().any(|earlier| earlier.contains(&cause)) {
            text.push(cause);
        }
    }
    clean_message(&text.join(": "))
}

/// Returns a message as one line without markup.
fn clean_message(text: &str) -> String {
    shorten_message(&strip_markup(text), MAX_MESSAGE_CHARS)
}
