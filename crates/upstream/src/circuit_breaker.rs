//! Circuit breaker: stops requests to a service that fails repeatedly, so that the service can recover and other work
//! continues.
//!
//! ```text
//! Closed ──failures in a row──> Open(until) ──time──> one probe ──answer──> Closed
//!                                 ^                       │
//!                                 └────failure: a longer cool-down
//! ```
//!
//! See M. Nygard, "Release It!", circuit breaker. The breaker does not read a clock: the caller passes `now`.

use std::time::{Duration, Instant};

/// Maximum number of times the cool-down doubles, once per failed probe; up to eightfold.
const MAX_DOUBLINGS: u32 = 3;

/// The circuit breaker of one service.
#[derive(Debug)]
pub struct CircuitBreaker {
    failures_to_open: u32,
    cool_down: Duration,
    failure_count: u32,
    failed_probes: u32,
    state: BreakerState,
}

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakerState {
    /// Requests may be sent.
    Closed,
    /// No request may be sent before `until`.
    Open { until: Instant },
    /// One request, the probe, may be sent or is in flight.
    HalfOpen,
}

/// The reason why a request may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitRejection {
    /// No request is sent before `until`.
    Open { until: Instant },
    /// A probe is in flight, and its result decides.
    HalfOpen,
}

/// Permission to send one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitPermit {
    /// A request while the circuit is closed.
    Normal,
    /// The one request that tests whether the service has recovered.
    Probe,
}

impl CircuitBreaker {
    /// Creates a closed circuit breaker that opens after `failures_to_open` failures in a row, for `cool_down`.
    pub fn new(failures_to_open: u32, cool_down: Duration) -> Self {
        Self { failures_to_open, cool_down, failure_count: 0, failed_probes: 0, state: BreakerState::Closed }
    }

    /// Checks whether a request may be sent, without changing the state.
    ///
    /// # Errors
    /// Returns [`CircuitRejection`] if no request may be sent.
    pub(crate) fn check_allowed(&self, now: Instant) -> Result<(), CircuitRejection> {
        match self.state {
            BreakerState::Open { until } if now < until => Err(CircuitRejection::Open { until }),
            BreakerState::HalfOpen => Err(CircuitRejection::HalfOpen),
            BreakerState::Open { .. } | BreakerState::Closed => Ok(()),
        }
    }

    /// Acquires permission to send a request. After the cool-down, this request is the probe.
    ///
    /// # Errors
    /// Returns [`CircuitRejection`] if no request may be sent.
    pub fn acquire(&mut self, now: Instant) -> Result<CircuitPermit, CircuitRejection> {
        self.check_allowed(now)?;
        if self.state == BreakerState::Closed {
            return Ok(CircuitPermit::Normal);
        }
        self.state = BreakerState::HalfOpen;
        Ok(CircuitPermit::Probe)
    }

    /// Records that the service answered.
    pub fn record_success(&mut self, permit: CircuitPermit) {
        // A late response to an earlier request says nothing about the current state; only the probe does.
        if self.state == BreakerState::Closed || permit == CircuitPermit::Probe {
            self.state = BreakerState::Closed;
            self.failure_count = 0;
            self.failed_probes = 0;
        }
    }

    /// Records that the service failed: no connection, a timeout, or an error status.
    pub fn record_failure(&mut self, permit: CircuitPermit, now: Instant) {
        self.failure_count = self.failure_count.saturating_add(1);
        match (self.state, permit) {
            (BreakerState::Closed, _) if self.failure_count >= self.failures_to_open => self.open_for_cool_down(now),
            (BreakerState::HalfOpen, CircuitPermit::Probe) => {
                self.failed_probes = self.failed_probes.saturating_add(1);
                self.open_for_cool_down(now);
            }
            _ => {}
        }
    }

    /// Records that the request was abandoned before a response, so that the next request may be the probe.
    pub fn record_abandoned(&mut self, permit: CircuitPermit, now: Instant) {
        if (self.state, permit) == (BreakerState::HalfOpen, CircuitPermit::Probe) {
            self.state = BreakerState::Open { until: now };
        }
    }

    /// Opens the circuit until a time that the service requested.
    pub(super) fn open_until(&mut self, until: Instant) {
        if !matches!(self.state, BreakerState::Open { until: already } if already >= until) {
            self.state = BreakerState::Open { until };
        }
    }

    /// Returns the state at `now`. An open circuit becomes half-open after its cool-down.
    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            BreakerState::Open { until } if until <= now => BreakerState::HalfOpen,
            state => state,
        }
    }

    /// Returns the number of failures since the last success.
    pub(super) fn failure_count(&self) -> u32 {
        self.failure_count
    }

    fn open_for_cool_down(&mut self, now: Instant) {
        let doubled = self.cool_down * 2_u32.pow(self.failed_probes.min(MAX_DOUBLINGS));
        self.state = BreakerState::Open { until: now + doubled };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL_DOWN: Duration = Duration::from_secs(30);

    fn open_breaker(now: Instant) -> CircuitBreaker {
        let mut circuit = CircuitBreaker::new(3, COOL_DOWN);
        for _ in 0..3 {
            let permit = circuit.acquire(now).expect("closed");
            circuit.record_failure(permit, now);
        }
        circuit
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_does_not() {
        let now = Instant::now();
        let mut circuit = CircuitBreaker::new(3, COOL_DOWN);
        for failed in [true, true, false, true, true] {
            let permit = circuit.acquire(now).expect("closed");
            if failed { circuit.record_failure(permit, now) } else { circuit.record_success(permit) }
        }
        assert_eq!(circuit.check_allowed(now), Ok(()));
        circuit.record_failure(CircuitPermit::Normal, now);
        assert_eq!(circuit.acquire(now), Err(CircuitRejection::Open { until: now + COOL_DOWN }));
    }

    #[test]
    fn after_the_cool_down_one_probe_leaves_and_its_answer_closes_it() {
        let start = Instant::now();
        let mut circuit = open_breaker(start);
        let later = start + COOL_DOWN;
        assert_eq!(circuit.acquire(later), Ok(CircuitPermit::Probe));
        assert_eq!(circuit.acquire(later), Err(CircuitRejection::HalfOpen));
        circuit.record_success(CircuitPermit::Probe);
        assert_eq!(circuit.acquire(later), Ok(CircuitPermit::Normal));
        assert_eq!(circuit.failure_count(), 0);
    }

    #[test]
    fn failed_probes_double_the_cool_down_up_to_eightfold() {
        let mut now = Instant::now();
        let mut circuit = open_breaker(now);
        for factor in [2, 4, 8, 8, 8] {
            let Err(CircuitRejection::Open { until }) = circuit.check_allowed(now) else {
                panic!("the circuit is not open")
            };
            now = until;
            let permit = circuit.acquire(now).expect("probe");
            circuit.record_failure(permit, now);
            assert_eq!(circuit.check_allowed(now), Err(CircuitRejection::Open { until: now + COOL_DOWN * factor }));
        }
    }

    #[test]
    fn an_abandoned_probe_makes_room_for_the_next() {
        let later = Instant::now() + COOL_DOWN;
        let mut circuit = open_breaker(later.checked_sub(COOL_DOWN).expect("past"));
        let probe = circuit.acquire(later).expect("probe");
        circuit.record_abandoned(probe, later);
        assert_eq!(circuit.acquire(later), Ok(CircuitPermit::Probe));
    }

    #[test]
    fn late_results_neither_close_it_nor_extend_the_cool_down() {
        let now = Instant::now();
        let mut circuit = open_breaker(now);
        circuit.record_success(CircuitPermit::Normal);
        circuit.record_failure(CircuitPermit::Normal, now + COOL_DOWN / 2);
        assert_eq!(circuit.check_allowed(now + COOL_DOWN / 2), Err(CircuitRejection::Open { until: now + COOL_DOWN }));
    }

    #[test]
    fn a_long_retry_after_outlasts_a_shorter_one() {
        let now = Instant::now();
        let mut circuit = open_breaker(now);
        circuit.open_until(now + COOL_DOWN * 10);
        circuit.open_until(now + COOL_DOWN);
        assert_eq!(circuit.check_allowed(now), Err(CircuitRejection::Open { until: now + COOL_DOWN * 10 }));
    }
}
