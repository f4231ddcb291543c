//! How many requests left within the last minute: a count for each of its seconds.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const SECONDS: usize = 60;

/// The counts of a minute.
#[derive(Debug)]
pub(super) struct Recent {
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    each: [u32; SECONDS],
    /// The second of the newest count.
    at: u64,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), counts: Mutex::new(Counts { each: [0; SECONDS], at: 0 }) }
    }

    /// One more, now.
    pub(super) fn count(&self) {
        self.with(|counts, slot| counts[slot] += 1);
    }

    /// All of the last minute.
    pub(super) fn sum(&self) -> u64 {
        self.with(|counts, _| counts.iter().map(|count| u64::from(*count)).sum())
    }

    fn with<T>(&self, then: impl FnOnce(&mut [u32; SECONDS], usize) -> T) -> T {
        let now = self.began.elapsed().as_secs();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for second in counts.at + 1..=now.min(counts.at + SECONDS as u64) {
            counts.each[slot(second)] = 0;
        }
        counts.at = now;
        then(&mut counts.each, slot(now))
    }
}

fn slot(second: u64) -> usize {
    usize::try_from(second % SECONDS as u64).unwrap_or_default()
}
