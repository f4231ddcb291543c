//! One question to a host. Only GET exists here: it may be asked twice without harm (RFC 9110, 9.2.2).

use std::fmt;

use secrecy::SecretString;
use url::Url;

/// How much of the body is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// All of it, up to the body limit; more is an error.
    Whole,
    /// The first bytes; the rest is not fetched.
    Start(usize),
}

/// A GET, relative to the host's base address.
#[derive(Clone)]
pub struct Request {
    pub(super) to: To,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(&'static str, SecretString)>,
    pub(super) read: Read,
}

/// Where to.
#[derive(Clone)]
pub(super) enum To {
    /// Path segments below the base address, not encoded yet.
    Path(Vec<String>),
    /// An address that a service named.
    Url(Url),
}

impl Request {
    /// Path segments below the base address. They are encoded here, so a segment may hold anything.
    pub fn path<I, S>(segments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self::to(To::Path(segments.into_iter().map(Into::into).collect()))
    }

    /// A whole address. The host's redirect rules say whether it may be asked, and plain http becomes https.
    pub fn url(url: Url) -> Self {
        Self::to(To::Url(url))
    }

    /// One more pair of the query; encoded here. Secrets belong in a header, where no log shows them.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// A header that is sent to the base address and to no other.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Reads only the first `bytes` of the body.
    pub fn start(mut self, bytes: usize) -> Self {
        self.read = Read::Start(bytes);
        self
    }

    fn to(to: To) -> Self {
        Self { to, query: Vec::new(), headers: Vec::new(), read: Read::Whole }
    }
}

/// Without query and headers, where tokens may stand.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            To::Path(segments) => write!(f, "GET /{}", segments.join("/")),
            To::Url(url) => write!(f, "GET {}{}", url.host_str().unwrap_or_default(), url.path()),
        }
    }
}
