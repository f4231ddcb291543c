//! Counts the requests of the last minute with one counter per second.

use parking_lot::Mutex;
use std::time::Instant;

/// Length of the window in seconds.
const WINDOW_SECONDS: usize = 60;

/// Counter of the requests in the last minute.
#[derive(Debug)]
pub(super) struct RequestWindow {
    started: Instant,
    counts: Mutex<SecondCounts>,
}

#[derive(Debug)]
struct SecondCounts {
    per_second: [u32; WINDOW_SECONDS],
    /// Second of the newest counter, since `started`.
    newest_second: u64,
}

impl RequestWindow {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            counts: Mutex::new(SecondCounts { per_second: [0; WINDOW_SECONDS], newest_second: 0 }),
        }
    }

    /// Counts a request at the current time.
    pub(super) fn record_request(&self) {
        self.with_current_slot(|counts, slot| counts[slot] += 1);
    }

    /// Returns the number of requests in the last minute.
    pub(super) fn count_last_minute(&self) -> u64 {
        self.with_current_slot(|counts, _| counts.iter().map(|count| u64::from(*count)).sum())
    }

    fn with_current_slot<T>(&self, use_slot: impl FnOnce(&mut [u32; WINDOW_SECONDS], usize) -> T) -> T {
        let now = self.started.elapsed().as_secs();
        let mut counts = self.counts.lock();
        for second in counts.newest_second + 1..=now.min(counts.newest_second + WINDOW_SECONDS as u64) {
            counts.per_second[slot_for(second)] = 0;
        }
        counts.newest_second = now;
        use_slot(&mut counts.per_second, slot_for(now))
    }
}

fn slot_for(second: u64) -> usize {
    usize::try_from(second % WINDOW_SECONDS as u64).unwrap_or_default()
}
