//! Rate limits as the real services count them: requests within a moving window.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A rate limit: a maximum number of requests within any window of this length.
pub(super) struct RateWindow {
    max_requests: usize,
    length: Duration,
    request_times: Mutex<VecDeque<Instant>>,
}

/// The result of [`RateWindow::try_admit`].
pub(super) struct RateWindowStatus {
    /// False if the window is full.
    pub admitted: bool,
    /// Number of requests in the window.
    pub used: usize,
    pub max_requests: usize,
    /// Time until the oldest request leaves the window.
    pub opens_in: Duration,
}

impl RateWindow {
    /// Creates a rate limit. `speed` divides the length of the window, so that tests are faster.
    pub(super) fn new(max_requests: usize, length: Duration, speed: f64) -> Self {
        Self { max_requests, length: length.div_f64(speed), request_times: Mutex::default() }
    }

    pub(super) fn try_admit(&self, limited: bool) -> RateWindowStatus {
        let now = Instant::now();
        let mut taken = self.request_times.lock();
        while taken.front().is_some_and(|first| now.duration_since(*first) >= self.length) {
            taken.pop_front();
        }
        let admitted = !limited || taken.len() < self.max_requests;
        if admitted {
            taken.push_back(now);
        }
        let first = taken.front().map_or(now, |first| *first);
        let opens_in = self.length.saturating_sub(now.duration_since(first));
        RateWindowStatus { admitted, used: taken.len(), max_requests: self.max_requests, opens_in }
    }
}
