//! Estimates a database server's clock from its responses. Turns (see [`crate::upstream_turns`]) are times of the
//! server's clock, and this process waits for them by its own clock.

use std::time::{Duration, Instant};

/// Maximum drift between the two clocks, in microseconds per second.
const MAX_DRIFT_PER_SECOND: i64 = 100;

/// Bounds for the local time at which the server's clock showed zero, in microseconds since the start.
#[derive(Clone, Copy, Debug)]
struct ZeroTime {
    earliest: i64,
    latest: i64,
}

/// Converts times of the server's clock, in microseconds, to local times. The error is at most half the duration of
/// the fastest recent round trip.
#[derive(Debug)]
pub(crate) struct ServerClock {
    start: Instant,
    zero: Option<ZeroTime>,
    observed_at: Instant,
}

impl ServerClock {
    /// Returns a clock without any observations.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self { start: now, zero: None, observed_at: now }
    }

    /// Updates the estimate from a response: the server read its clock at some moment between request and response.
    pub(crate) fn observe(&mut self, asked_at: Instant, answered_at: Instant, server_micros: i64) {
        let answer = ZeroTime {
            earliest: self.micros_at(asked_at) - server_micros,
            latest: self.micros_at(answered_at) - server_micros,
        };
        let elapsed = answered_at.saturating_duration_since(self.observed_at);
        let drift = to_micros(elapsed) / 1_000_000 * MAX_DRIFT_PER_SECOND + MAX_DRIFT_PER_SECOND;
        let both = self.zero.map_or(answer, |zero| ZeroTime {
            earliest: (zero.earliest - drift).max(answer.earliest),
            latest: (zero.latest + drift).min(answer.latest),
        });
        // The bounds contradict each other: the clock was set, or another server responded.
        self.zero = Some(if both.earliest <= both.latest { both } else { answer });
        self.observed_at = answered_at;
    }

    /// Returns the local time at which the server's clock shows `server_micros`; now, if there is no observation.
    pub(crate) fn to_local(&self, server_micros: i64) -> Instant {
        let Some(zero) = self.zero else { return Instant::now() };
        let micros = zero.earliest + (zero.latest - zero.earliest) / 2 + server_micros;
        self.start + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    fn micros_at(&self, at: Instant) -> i64 {
        to_micros(at.saturating_duration_since(self.start))
    }
}

/// Returns a duration in microseconds.
pub(crate) fn to_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock and its start. At the start, the server's clock shows 5,000,000 seconds.
    fn clock() -> (ServerClock, Instant) {
        let clock = ServerClock::new();
        let start = clock.start;
        (clock, start)
    }

    const SHOWN: i64 = 5_000_000_000_000;

    fn millis(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_fast_answer_corrects_slow_ones() {
        let (mut clock, start) = clock();
        // The server read its clock at some moment within the 80 ms of the round trip.
        clock.observe(start, start + millis(80), SHOWN);
        assert_eq!(clock.to_local(SHOWN), start + millis(40));
        clock.observe(start + millis(100), start + millis(102), SHOWN + 101_000);
        let converted = |clock: &ServerClock| clock.to_local(SHOWN + 1_000_000).duration_since(start);
        assert!(converted(&clock).abs_diff(millis(1_000)) < millis(1), "{clock:?}");
        // Another slow response does not change the estimate.
        clock.observe(start + millis(103), start + millis(203), SHOWN + 104_000);
        assert!(converted(&clock).abs_diff(millis(1_000)) < millis(1), "{clock:?}");
    }

    #[test]
    fn a_clock_that_was_set_is_believed() {
        for set_by in [-3_000_000_i64, 3_000_000] {
            let (mut clock, start) = clock();
            clock.observe(start, start + millis(2), SHOWN + 1_000);
            clock.observe(start + millis(10), start + millis(12), SHOWN + 11_000 + set_by);
            assert_eq!(clock.to_local(SHOWN + 20_000 + set_by), start + millis(20));
        }
    }
}
