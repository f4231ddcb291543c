//! Limits as the services count them: requests within a moving window.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// So many requests within so long, from wherever one looks.
pub(super) struct Window {
    most: usize,
    length: Duration,
    taken: Mutex<VecDeque<Instant>>,
}

/// What a request meets.
pub(super) struct Room {
    /// False where the window is full.
    pub admitted: bool,
    /// Requests in the window now.
    pub used: usize,
    pub most: usize,
    /// How long until the first of them leaves it.
    pub opens_in: Duration,
}

impl Window {
    /// `speed` makes the window shorter, so that a minute of the service passes in a part of one.
    pub(super) fn new(most: usize, length: Duration, speed: f64) -> Self {
        Self { most, length: length.div_f64(speed), taken: Mutex::default() }
    }

    pub(super) fn enter(&self, limited: bool) -> Room {
        let now = Instant::now();
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while taken.front().is_some_and(|first| now.duration_since(*first) >= self.length) {
            taken.pop_front();
        }
        let admitted = !limited || taken.len() < self.most;
        if admitted {
            taken.push_back(now);
        }
        let first = taken.front().map_or(now, |first| *first);
        let opens_in = self.length.saturating_sub(now.duration_since(first));
        Room { admitted, used: taken.len(), most: self.most, opens_in }
    }
}
