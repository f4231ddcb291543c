//! One question or order to a host.
//!
//! A GET, a PUT or a DELETE may be sent twice without harm (RFC 9110, 9.2.2); a POST is too, unless it says
//! [`Request::once`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use bytes::Bytes;
use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;
use url::Url;

/// How much of the body is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRead {
    /// All of it, up to the body limit; more is an error.
    Full,
    /// The first bytes; the rest is not fetched.
    Prefix(usize),
}

/// A request, relative to the host's base address. A GET unless it says otherwise.
#[derive(Clone)]
pub struct UpstreamRequest {
    pub(super) method: Method,
    pub(super) target: RequestTarget,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) secrets: Vec<(&'static str, SecretString)>,
    pub(super) body: Option<UpstreamRequestBody>,
    pub(super) body_read: BodyRead,
    pub(super) not_idempotent: bool,
    pub(super) attempt_counter: Option<Arc<AtomicU32>>,
}

/// Where to.
#[derive(Clone)]
pub(super) enum RequestTarget {
    /// Path segments below the base address, not encoded yet.
    Path(Vec<String>),
    /// An address that a service named.
    Url(Url),
}

/// What goes along.
#[derive(Clone)]
pub(super) enum UpstreamRequestBody {
    Json(Bytes),
    /// `application/x-www-form-urlencoded`, in which tokens stand.
    Form(SecretString),
}

impl UpstreamRequest {
    /// Path segments below the base address. They are encoded here, so a segment may hold anything; an empty last
    /// one ends the path with a slash.
    pub fn for_path<I, S>(segments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self::for_target(RequestTarget::Path(segments.into_iter().map(Into::into).collect()))
    }

    /// A whole address. The host's redirect rules say whether it may be asked, and plain http becomes https.
    pub fn for_url(url: Url) -> Self {
        Self::for_target(RequestTarget::Url(url))
    }

    /// Creates, or asks with a body.
    pub fn post(self) -> Self {
        Self { method: Method::POST, ..self }
    }

    /// Replaces what is there.
    pub fn put(self) -> Self {
        Self { method: Method::PUT, ..self }
    }

    /// Takes away what is there.
    pub fn delete(self) -> Self {
        Self { method: Method::DELETE, ..self }
    }

    /// Goes along as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // Only maps with keys that are no texts cannot be written, and nobody sends such a map.
        self.body = serde_json::to_vec(body).ok().map(|bytes| UpstreamRequestBody::Json(bytes.into()));
        self
    }

    /// Goes along as a form; what stands in it is never shown.
    pub fn form(mut self, encoded: SecretString) -> Self {
        self.body = Some(UpstreamRequestBody::Form(encoded));
        self
    }

    /// Is not sent again where the service may have done already what it asks for: after a time-out, a broken
    /// connection, a status of 500 and above. The caller finds out first.
    pub fn not_idempotent(self) -> Self {
        Self { not_idempotent: true, ..self }
    }

    /// Counts every time that it goes out: services count tries and not questions.
    pub fn count_attempts(mut self, tries: Arc<AtomicU32>) -> Self {
        self.attempt_counter = Some(tries);
        self
    }

    /// One more pair of the query; encoded here. Secrets belong in a header, where no log shows them.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// A header that is no secret.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header that is sent to the base address and to no other.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.secrets.push((name, value));
        self
    }

    /// Reads only the first `bytes` of the body.
    pub fn read_prefix(mut self, bytes: usize) -> Self {
        self.body_read = BodyRead::Prefix(bytes);
        self
    }

    fn for_target(target: RequestTarget) -> Self {
        Self {
            method: Method::GET,
            target,
            query: Vec::new(),
            headers: Vec::new(),
            secrets: Vec::new(),
            body: None,
            body_read: BodyRead::Full,
            not_idempotent: false,
            attempt_counter: None,
        }
    }
}

/// Without query, headers and body, where tokens may stand.
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
