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
}

impl FaultKind {
    /// All of them, under the names of the command line.
    pub const ALL: [(&str, Self); 7] = [
        ("429", Self::TooMany),
        ("500", Self::Broken),
        ("503", Self::Unavailable),
        ("hang", Self::Hang),
        ("truncated", Self::Truncated),
        ("oversized", Self::Oversized),
        ("html", Self::Html),
    ];

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

/// Draws the faults; the same seed and the same order of requests draw the same.
pub(super) struct Lottery {
    faults: Mutex<Vec<Fault>>,
    random: Mutex<StdRng>,
}

impl Lottery {
    pub(super) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { faults: Mutex::new(faults), random: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    pub(super) fn set(&self, faults: Vec<Fault>) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// What hits the next answer of `service`.
    pub(super) fn draw(&self, service: &str) -> Option<FaultKind> {
        let hits = |fault: &&Fault| fault.service.as_deref().is_none_or(|hit| hit == service);
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().filter(hits).find(|fault| random.random::<f64>() < fault.share).map(|fault| fault.kind)
    }
}
