//! What can go wrong, and how often.

use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A fault that hits a share of the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
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
    TooMany,
    /// 500 with the service's own error form.
    Broken,
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
    Lost,
    /// The answer comes after some seconds.
    Slow,
    /// EBay only: its own fault, in one part of a bulk call or the whole of another (25001).
    OwnFault,
    /// EBay only: somebody else writes the same object (25025).
    Concurrent,
    /// EBay only: the day's limit is used up (429, 2001).
    DayIsOver,
    /// EBay only: the token is not taken (401, 1001).
    Unauthorised,
}

impl FaultKind {
    /// All of them, under the names of the command line.
    pub const ALL: [(&str, Self); 13] = [
        ("429", Self::TooMany),
        ("500", Self::Broken),
        ("503", Self::Unavailable),
        ("hang", Self::Hang),
        ("truncated", Self::Truncated),
        ("oversized", Self::Oversized),
        ("html", Self::Html),
        ("lost", Self::Lost),
        ("slow", Self::Slow),
        ("25001", Self::OwnFault),
        ("25025", Self::Concurrent),
        ("2001", Self::DayIsOver),
        ("401", Self::Unauthorised),
    ];

    /// True for those that one service alone has.
    const fn is_special(self) -> bool {
        matches!(self, Self::OwnFault | Self::Concurrent | Self::DayIsOver | Self::Unauthorised)
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

/// Draws the faults; the same seed and the same order of requests draw the same.
pub(super) struct Lottery {
    faults: Mutex<Vec<Fault>>,
    random: Mutex<StdRng>,
    /// Answers to paths that hold this get lost.
    lost: Mutex<String>,
    /// Paths that hold this are out of order.
    broken: Mutex<String>,
}

impl Lottery {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        Self { faults: Mutex::new(faults), random, lost: Mutex::default(), broken: Mutex::default() }
    }

    pub(super) fn set(&self, faults: Vec<Fault>) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    pub(super) fn lose(&self, path: &str) {
        path.clone_into(&mut self.lost.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn break_down(&self, path: &str) {
        path.clone_into(&mut self.broken.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// True where the answer to this path gets lost.
    pub(super) fn loses(&self, path: &str) -> bool {
        holds(&self.lost, path)
    }

    /// True where this path is out of order.
    pub(super) fn is_broken(&self, path: &str) -> bool {
        holds(&self.broken, path)
    }

    /// What hits the next answer of `service`, of the faults that any service can have.
    pub(super) fn draw(&self, service: &str) -> Option<FaultKind> {
        self.draw_of(service, false)
    }

    /// The same of those that belong to one service, which deals with them itself.
    pub(super) fn draw_special(&self, service: &str) -> Option<FaultKind> {
        self.draw_of(service, true)
    }

    fn draw_of(&self, service: &str, special: bool) -> Option<FaultKind> {
        let hits = |fault: &&Fault| {
            fault.service.as_deref().is_none_or(|hit| hit == service) && fault.kind.is_special() == special
        };
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().filter(hits).find(|fault| random.random::<f64>() < fault.share).map(|fault| fault.kind)
    }
}

fn holds(part: &Mutex<String>, path: &str) -> bool {
    let part = part.lock().unwrap_or_else(PoisonError::into_inner);
    !part.is_empty() && path.contains(part.as_str())
}
