//! Fault injection: which faults hit which responses, and how often.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A fault that hits a share of the responses.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultRule {
    /// The affected service; `None` for all services.
    pub service: Option<String>,
    pub kind: FaultKind,
    /// Share of the responses that the fault hits, from 0 to 1.
    pub share: f64,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// 429 with `Retry-After` in seconds.
    TooManyRequests,
    /// 403 with a page that blocks the address of this machine.
    Forbidden,
    /// 500 with a JSON error message.
    ServerError,
    /// 503 with `Retry-After` as a date.
    Unavailable,
    /// The connection is accepted, but no response is sent.
    Hang,
    /// The connection breaks off in the middle of the body.
    Truncated,
    /// A body of 200 MB.
    Oversized,
    /// A web page instead of JSON.
    Html,
    /// The request is executed, but the response is lost.
    LostResponse,
    /// The request is executed, but the response wrongly claims to be compressed with gzip.
    DamagedGzip,
    /// The request is executed, but the response is 204 without a body.
    NoContent,
    /// The request is executed, but the JSON of the response is `null`.
    Null,
    /// The request is executed, but the JSON of the response is encoded in Latin-1.
    Latin1,
    /// The request is executed, but the JSON of the response has its first field twice.
    DuplicateField,
    /// A redirect to the same address.
    RedirectLoop,
    /// 429 without `Retry-After`.
    BareTooManyRequests,
    /// The response is sent after some seconds.
    Slow,
    /// eBay only: a system error (25001), in one part of a bulk call or as the response to another call.
    SystemError,
    /// eBay only: another program is writing the same object (25025).
    ConcurrentWrite,
    /// eBay only: the daily limit is exhausted (429, 2001).
    QuotaExhausted,
    /// eBay only: the token is not accepted (401, 1001).
    Unauthorized,
}

impl FaultKind {
    /// All faults, with their names on the command line.
    pub const ALL: [(&str, Self); 21] = [
        ("403", Self::Forbidden),
        ("429", Self::TooManyRequests),
        ("500", Self::ServerError),
        ("503", Self::Unavailable),
        ("hang", Self::Hang),
        ("truncated", Self::Truncated),
        ("oversized", Self::Oversized),
        ("html", Self::Html),
        ("lost", Self::LostResponse),
        ("gzip", Self::DamagedGzip),
        ("204", Self::NoContent),
        ("null", Self::Null),
        ("latin1", Self::Latin1),
        ("twice", Self::DuplicateField),
        ("redirect", Self::RedirectLoop),
        ("bare-429", Self::BareTooManyRequests),
        ("slow", Self::Slow),
        ("25001", Self::SystemError),
        ("25025", Self::ConcurrentWrite),
        ("2001", Self::QuotaExhausted),
        ("401", Self::Unauthorized),
    ];

    /// Returns true for the faults that only eBay has.
    const fn is_service_specific(self) -> bool {
        matches!(self, Self::SystemError | Self::ConcurrentWrite | Self::QuotaExhausted | Self::Unauthorized)
    }

    /// Returns the fault with this name on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

/// How all requests to a path fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// 503 with `Retry-After`.
    Unavailable,
    /// This status, with the error page of a gateway.
    Status(u16),
    /// The connection is accepted, but no response is sent.
    Hang,
}

/// Decides which faults hit a request. The same seed and order of requests give the same faults.
pub(super) struct FaultInjector {
    faults: Mutex<Vec<FaultRule>>,
    random: Mutex<StdRng>,
    /// Responses to paths that contain this text are lost.
    lost_path: Mutex<String>,
    /// Requests to paths that contain this text fail in this way.
    broken_path: Mutex<Option<(String, PathFault)>>,
    /// The next response to an address that contains this text breaks off in the middle.
    cut_address: Mutex<String>,
    /// Number of requests for which Discogs still accepts a token; `None` for any number.
    token_requests_left: Mutex<Option<u64>>,
}

impl FaultInjector {
    pub(super) fn new(faults: Vec<FaultRule>, seed: u64) -> Self {
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        let (lost_path, broken_path, cut_address, token_requests_left) = <_>::default();
        Self { faults: Mutex::new(faults), random, lost_path, broken_path, cut_address, token_requests_left }
    }

    pub(super) fn set_faults(&self, faults: Vec<FaultRule>) {
        *self.faults.lock() = faults;
    }

    pub(super) fn withdraw_token_after(&self, requests: u64) {
        *self.token_requests_left.lock() = Some(requests);
    }

    /// Counts a request with a token. Returns true if the token was withdrawn before this request.
    pub(super) fn is_token_withdrawn(&self) -> bool {
        let mut left = self.token_requests_left.lock();
        let is_withdrawn = *left == Some(0);
        *left = left.map(|left| left.saturating_sub(1));
        is_withdrawn
    }

    pub(super) fn lose_responses(&self, path: &str) {
        path.clone_into(&mut self.lost_path.lock());
    }

    pub(super) fn break_path(&self, path: &str, fault: PathFault) {
        *self.broken_path.lock() = Some((path.to_owned(), fault)).filter(|_| !path.is_empty());
    }

    pub(super) fn cut_next_response(&self, address: &str) {
        address.clone_into(&mut self.cut_address.lock());
    }

    /// Returns true once if the response to this path and query is to break off.
    pub(super) fn cuts_response(&self, address: &str) -> bool {
        let is_cut = matches_path(&self.cut_address, address);
        if is_cut {
            self.cut_address.lock().clear();
        }
        is_cut
    }

    /// Returns true if the response to this path is to be lost.
    pub(super) fn loses_response(&self, path: &str) -> bool {
        matches_path(&self.lost_path, path)
    }

    /// Returns how requests to this path fail; `None` if they succeed.
    pub(super) fn path_fault(&self, path: &str) -> Option<PathFault> {
        self.broken_path.lock().as_ref().filter(|(part, _)| path.contains(part.as_str())).map(|(_, fault)| *fault)
    }

    /// Returns the fault that hits the next response of `service`, among the faults that any service can have.
    pub(super) fn draw_fault(&self, service: &str) -> Option<FaultKind> {
        self.draw_matching(service, false)
    }

    /// Like [`Self::draw_fault`], among the faults that only eBay has. The service produces the response.
    pub(super) fn draw_service_fault(&self, service: &str) -> Option<FaultKind> {
        self.draw_matching(service, true)
    }

    fn draw_matching(&self, service: &str, special: bool) -> Option<FaultKind> {
        let hits = |fault: &&FaultRule| {
            fault.service.as_deref().is_none_or(|hit| hit == service) && fault.kind.is_service_specific() == special
        };
        let faults = self.faults.lock();
        let mut random = self.random.lock();
        faults.iter().filter(hits).find(|fault| random.random::<f64>() < fault.share).map(|fault| fault.kind)
    }
}

fn matches_path(part: &Mutex<String>, path: &str) -> bool {
    let part = part.lock();
    !part.is_empty() && path.contains(part.as_str())
}

/// Returns a response whose connection breaks off before the body.
pub(crate) fn broken_response() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("the answer gets lost")) });
    ([(header::CONTENT_LENGTH, "1000")], Body::from_stream(broken)).into_response()
}

/// Returns a response whose body never arrives.
pub(crate) fn unfinished_response() -> Response {
    Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()).into_response()
}
