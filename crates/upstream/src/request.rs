//! Requests to an upstream.
//!
//! GET, PUT and DELETE are idempotent (RFC 9110, 9.2.2) and may be sent twice. So may a POST, unless it is marked with
//! [`UpstreamRequest::not_idempotent`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use bytes::Bytes;
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use url::Url;

use super::multipart::{FormFile, MultipartForm};

/// The part of the body to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyRead {
    /// The whole body. A body above the limit is an error.
    Full,
    /// Only this many bytes; the rest is not transferred.
    Prefix(usize),
    /// Nothing: the caller reads the body of a successful response in chunks.
    Streamed,
}

/// A request relative to the base URL of the upstream. The default method is GET.
#[derive(Clone)]
pub struct UpstreamRequest {
    pub(super) method: Method,
    pub(super) target: RequestTarget,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) secrets: Vec<(&'static str, SecretString)>,
    /// Secrets inside headers and body that the response may echo.
    pub(super) further_secrets: Vec<SecretString>,
    pub(super) body: Option<UpstreamRequestBody>,
    pub(super) body_read: BodyRead,
    pub(super) not_idempotent: bool,
    pub(super) isolates_failures: bool,
    pub(super) attempt_counter: Option<Arc<AtomicU32>>,
}

/// The target of a request.
#[derive(Clone)]
pub(super) enum RequestTarget {
    /// Path segments below the base URL, not encoded.
    Path(Vec<String>),
    /// A complete URL that a service returned.
    Url(Url),
}

/// The body of a request.
#[derive(Clone)]
pub(super) enum UpstreamRequestBody {
    /// `application/json`.
    Json(Bytes),
    /// `application/x-www-form-urlencoded`. Secret because it contains tokens.
    Form(SecretString),
    /// `multipart/form-data` with one file (RFC 7578).
    Multipart { content_type: String, body: Bytes },
}

impl UpstreamRequest {
    /// Creates a request for path segments below the base URL. The segments are encoded, so they may contain any text.
    /// An empty last segment ends the path with a slash.
    pub fn for_path<I, S>(segments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self::for_target(RequestTarget::Path(segments.into_iter().map(Into::into).collect()))
    }

    /// Creates a request for a complete URL. The upstream's redirect policy must allow it; plain http becomes https.
    pub fn for_url(url: Url) -> Self {
        Self::for_target(RequestTarget::Url(url))
    }

    /// Sets the method to POST.
    pub fn post(self) -> Self {
        Self { method: Method::POST, ..self }
    }

    /// Sets the method to PUT.
    pub fn put(self) -> Self {
        Self { method: Method::PUT, ..self }
    }

    /// Sets the method to DELETE.
    pub fn delete(self) -> Self {
        Self { method: Method::DELETE, ..self }
    }

    /// Adds a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // Serialization fails only for a map with non-string keys, which no caller uses.
        self.body = serde_json::to_vec(body).ok().map(|bytes| UpstreamRequestBody::Json(bytes.into()));
        self
    }

    /// Adds an encoded form as body. The body is never logged.
    pub fn form(mut self, encoded: SecretString) -> Self {
        self.body = Some(UpstreamRequestBody::Form(encoded));
        self
    }

    /// Adds a form with one file as body.
    pub fn file(mut self, file: FormFile<'_>) -> Self {
        let MultipartForm { content_type, body } = MultipartForm::encode(&[file]);
        self.body = Some(UpstreamRequestBody::Multipart { content_type, body: body.into() });
        self
    }

    /// Marks a request that must not be sent again if the server may have executed it: after a timeout, a broken
    /// connection, or a status of 500 or above. The caller must find out what happened first.
    pub fn not_idempotent(self) -> Self {
        Self { not_idempotent: true, ..self }
    }

    /// Marks a request whose own content may make the service fail: with a status of 500 or above, a broken connection
    /// or no answer in time. Such a failure is neither retried nor counted as a failure of the service: the caller checks
    /// whether other requests succeed. The status is returned as a response; a `Retry-After` with it pauses all requests.
    pub fn isolate_failures(self) -> Self {
        Self { isolates_failures: true, ..self }
    }

    /// Counts every attempt in `counter`, because services count attempts and not requests.
    pub fn count_attempts(mut self, counter: Arc<AtomicU32>) -> Self {
        self.attempt_counter = Some(counter);
        self
    }

    /// Adds a query parameter and encodes it. Secrets belong in a header, which is never logged.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a header that is not secret.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a secret header. It is sent only to the base URL, and its value is redacted in the response.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.secrets.push((name, value));
        self
    }

    /// Declares a secret inside a header or the body, so that it is redacted in the response.
    pub fn redact_in_response(mut self, secret: SecretString) -> Self {
        self.further_secrets.push(secret);
        self
    }

    /// Reads only the first `bytes` of the body.
    pub fn read_prefix(mut self, bytes: usize) -> Self {
        self.body_read = BodyRead::Prefix(bytes);
        self
    }

    /// Leaves the body of a successful response to the caller, see [`super::UpstreamResponse::stream`]. For downloads:
    /// the limits on body size and attempt time do not apply.
    pub fn stream_body(mut self) -> Self {
        self.body_read = BodyRead::Streamed;
        self
    }

    fn for_target(target: RequestTarget) -> Self {
        Self {
            method: Method::GET,
            target,
            query: Vec::new(),
            headers: Vec::new(),
            secrets: Vec::new(),
            further_secrets: Vec::new(),
            body: None,
            body_read: BodyRead::Full,
            not_idempotent: false,
            isolates_failures: false,
            attempt_counter: None,
        }
    }
}

/// Omits query, headers and body, which may contain tokens.
impl fmt::Debug for UpstreamRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            RequestTarget::Path(segments) => write!(f, "{} /{}", self.method, segments.join("/")),
            RequestTarget::Url(url) => {
                write!(f, "{} {}{}", self.method, url.host_str().unwrap_or_default(), url.path())
            }
        }
    }
}
