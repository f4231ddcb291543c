//! What can go wrong, and how often.

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A fault that hits a share of the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultRule {
    /// The service; `None` for all of them.
    pub service: Option<String>,
    pub kind: FaultKind,
    /// From 0 to 1.
    pub share: f64,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// 429 with `Retry-After` in seconds.
    TooManyRequests,
    /// 403 with a page that refuses the address of this machine.
    Forbidden,
    /// 500 with the service's own error form.
    ServerError,
    /// 503 with `Retry-After` as a date.
    Unavailable,
    /// The connection is taken and nothing is said.
    Hang,
    /// The body ends before its length.
    Truncated,
    /// A body of 200 MB.
    Oversized,
    /// A web page where JSON was asked for.
    Html,
    /// What was asked is done, and the answer gets lost.
    LostAnswer,
    /// What was asked is done, and the answer says that it is in gzip and is not.
    DamagedGzip,
    /// What was asked is done, and the answer is 204 without a body.
    NoContent,
    /// What was asked is done, and the answer is JSON that has another form: `null`.
    Null,
    /// What was asked is done, and the answer is JSON in Latin-1.
    Latin1,
    /// What was asked is done, and the first field of the JSON answer comes twice.
    DuplicateField,
    /// A redirect to the same address.
    RedirectLoop,
    /// 429 without `Retry-After`.
    BareTooManyRequests,
    /// The answer comes after some seconds.
    Slow,
    /// eBay only: its own fault, in one part of a bulk call or the whole of another (25001).
    SystemError,
    /// eBay only: somebody else writes the same object (25025).
    ConcurrentWrite,
    /// eBay only: the day's limit is used up (429, 2001).
    QuotaExhausted,
    /// eBay only: the token is not taken (401, 1001).
    Unauthorized,
}

impl FaultKind {
    /// All of them, under the names of the command line.
    pub const ALL: [(&str, Self); 21] = [
        ("403", Self::Forbidden),
        ("429", Self::TooManyRequests),
        ("500", Self::ServerError),
        ("503", Self::Unavailable),
        ("hang", Self::Hang),
        ("truncated", Self::Truncated),
        ("oversized", Self::Oversized),
        ("html", Self::Html),
        ("lost", Self::LostAnswer),
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

    /// True for those that one service alone has.
    const fn is_service_specific(self) -> bool {
        matches!(self, Self::SystemError | Self::ConcurrentWrite | Self::QuotaExhausted | Self::Unauthorized)
    }

    /// The fault of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

/// How a path is out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// 503 with `Retry-After`.
    Unavailable,
    /// This status, with a page of a gateway.
    Status(u16),
    /// The connection is taken and nothing is said.
    Hang,
}

/// Draws the faults; the same seed and the same order of requests draw the same.
pub(super) struct FaultInjector {
    faults: Mutex<Vec<FaultRule>>,
    random: Mutex<StdRng>,
    /// Answers to paths that hold this get lost.
    lost_path: Mutex<String>,
    /// Paths that hold this are out of order, in this way.
    broken_path: Mutex<Option<(String, PathFault)>>,
    /// The next answer to an address that holds this breaks off in the middle.
    cut_address: Mutex<String>,
    /// Requests for which Discogs still accepts a token; `None` for any number.
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

    /// Counts a request with a token. Returns whether the token was withdrawn before it.
    pub(super) fn is_token_withdrawn(&self) -> bool {
        let mut left = self.token_requests_left.lock();
        let is_withdrawn = *left == Some(0);
        *left = left.map(|left| left.saturating_sub(1));
        is_withdrawn
    }

    pub(super) fn lose_answers(&self, path: &str) {
        path.clone_into(&mut self.lost_path.lock());
    }

    pub(super) fn break_path(&self, path: &str, fault: PathFault) {
        *self.broken_path.lock() = Some((path.to_owned(), fault)).filter(|_| !path.is_empty());
    }

    pub(super) fn cut_next_answer(&self, address: &str) {
        address.clone_into(&mut self.cut_address.lock());
    }

    /// True once where the answer to this path and query breaks off.
    pub(super) fn cuts_answer(&self, address: &str) -> bool {
        let is_cut = matches_path(&self.cut_address, address);
        if is_cut {
            self.cut_address.lock().clear();
        }
        is_cut
    }

    /// True where the answer to this path gets lost.
    pub(super) fn loses_answer(&self, path: &str) -> bool {
        matches_path(&self.lost_path, path)
    }

    /// How this path is out of order; `None` if it is not.
    pub(super) fn path_fault(&self, path: &str) -> Option<PathFault> {
        self.broken_path.lock().as_ref().filter(|(part, _)| path.contains(part.as_str())).map(|(_, fault)| *fault)
    }

    /// What hits the next answer of `service`, of the faults that any service can have.
    pub(super) fn draw_fault(&self, service: &str) -> Option<FaultKind> {
        self.draw_matching(service, false)
    }

    /// The same of those that belong to one service, which deals with them itself.
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
