//! A host that fails again and again is left alone for a while, so that it can recover and the others go on.
//!
//! ```text
//! Closed ──failures in a row──> Open(until) ──time──> one probe ──answer──> Closed
//!                                 ^                       │
//!                                 └────failure, rests longer
//! ```
//!
//! M. Nygard, "Release It!", circuit breaker. No clock in here: `now` is passed in.

use std::time::{Duration, Instant};

/// The rest doubles with each failed probe, up to eightfold.
const MAX_DOUBLINGS: u32 = 3;

/// The state of one host.
#[derive(Debug)]
pub struct CircuitBreaker {
    failures_to_open: u32,
    cool_down: Duration,
    failure_count: u32,
    failed_probes: u32,
    state: BreakerState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakerState {
    Closed,
    Open { until: Instant },
    HalfOpen,
}

/// Why a request may not go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitRejection {
    /// The host is left alone.
    Open { until: Instant },
    /// A probe is out, and its answer decides.
    HalfOpen,
}

/// A request that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitPermit {
    Normal,
    Probe,
}

impl CircuitBreaker {
    pub fn new(failures_to_open: u32, cool_down: Duration) -> Self {
        Self { failures_to_open, cool_down, failure_count: 0, failed_probes: 0, state: BreakerState::Closed }
    }

    /// May a request go now? Nothing changes.
    pub fn check_allowed(&self, now: Instant) -> Result<(), CircuitRejection> {
        match self.state {
            BreakerState::Open { until } if now < until => Err(CircuitRejection::Open { until }),
            BreakerState::HalfOpen => Err(CircuitRejection::HalfOpen),
            BreakerState::Open { .. } | BreakerState::Closed => Ok(()),
        }
    }

    /// Lets a request through, as a probe where the rest is over.
    pub fn acquire(&mut self, now: Instant) -> Result<CircuitPermit, CircuitRejection> {
        self.check_allowed(now)?;
        if self.state == BreakerState::Closed {
            return Ok(CircuitPermit::Normal);
        }
        self.state = BreakerState::HalfOpen;
        Ok(CircuitPermit::Probe)
    }

    /// The host answered.
    pub fn record_success(&mut self, pass: CircuitPermit) {
        // A straggler's answer says how the host was, a probe's how it is.
        if self.state == BreakerState::Closed || pass == CircuitPermit::Probe {
            self.state = BreakerState::Closed;
            self.failure_count = 0;
            self.failed_probes = 0;
        }
    }

    /// The host failed: no connection, no answer in time, or a status that says that it is sick.
    pub fn record_failure(&mut self, pass: CircuitPermit, now: Instant) {
        self.failure_count = self.failure_count.saturating_add(1);
        match (self.state, pass) {
            (BreakerState::Closed, _) if self.failure_count >= self.failures_to_open => self.open_for_cool_down(now),
            (BreakerState::HalfOpen, CircuitPermit::Probe) => {
                self.failed_probes = self.failed_probes.saturating_add(1);
                self.open_for_cool_down(now);
            }
            _ => {}
        }
    }

    /// The request was given up before an answer, so the next one may probe.
    pub fn record_abandoned(&mut self, pass: CircuitPermit, now: Instant) {
        if (self.state, pass) == (BreakerState::HalfOpen, CircuitPermit::Probe) {
            self.state = BreakerState::Open { until: now };
        }
    }

    /// The host asked to be left alone until then.
    pub(super) fn open_until(&mut self, until: Instant) {
        if !matches!(self.state, BreakerState::Open { until: already } if already >= until) {
            self.state = BreakerState::Open { until };
        }
    }

    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            BreakerState::Open { until } if until <= now => BreakerState::HalfOpen,
            state => state,
        }
    }

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
            let pass = circuit.acquire(now).expect("closed");
            circuit.record_failure(pass, now);
        }
        circuit
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_does_not() {
        let now = Instant::now();
        let mut circuit = CircuitBreaker::new(3, COOL_DOWN);
        for failed in [true, true, false, true, true] {
            let pass = circuit.acquire(now).expect("closed");
            if failed { circuit.record_failure(pass, now) } else { circuit.record_success(pass) }
        }
        assert_eq!(circuit.check_allowed(now), Ok(()));
        circuit.record_failure(CircuitPermit::Normal, now);
        assert_eq!(circuit.acquire(now), Err(CircuitRejection::Open { until: now + COOL_DOWN }));
    }

    #[test]
    fn after_the_rest_one_probe_goes_and_its_answer_closes_it() {
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
    fn failed_probes_double_the_rest_up_to_eightfold() {
        let mut now = Instant::now();
        let mut circuit = open_breaker(now);
        for factor in [2, 4, 8, 8, 8] {
            let Err(CircuitRejection::Open { until }) = circuit.check_allowed(now) else { panic!("it does not rest") };
            now = until;
            let pass = circuit.acquire(now).expect("probe");
            circuit.record_failure(pass, now);
            assert_eq!(circuit.check_allowed(now), Err(CircuitRejection::Open { until: now + COOL_DOWN * factor }));
        }
    }

    #[test]
    fn a_probe_that_was_given_up_makes_room_for_the_next() {
        let later = Instant::now() + COOL_DOWN;
        let mut circuit = open_breaker(later.checked_sub(COOL_DOWN).expect("past"));
        let probe = circuit.acquire(later).expect("probe");
        circuit.record_abandoned(probe, later);
        assert_eq!(circuit.acquire(later), Ok(CircuitPermit::Probe));
    }

    #[test]
    fn stragglers_neither_close_it_nor_make_it_rest_longer() {
        let now = Instant::now();
        let mut circuit = open_breaker(now);
        circuit.record_success(CircuitPermit::Normal);
        circuit.record_failure(CircuitPermit::Normal, now + COOL_DOWN / 2);
        assert_eq!(circuit.check_allowed(now + COOL_DOWN / 2), Err(CircuitRejection::Open { until: now + COOL_DOWN }));
    }

    #[test]
    fn a_long_retry_after_outlasts_a_shorter_rest() {
        let now = Instant::now();
        let mut circuit = open_breaker(now);
        circuit.open_until(now + COOL_DOWN * 10);
        circuit.open_until(now + COOL_DOWN);
        assert_eq!(circuit.check_allowed(now), Err(CircuitRejection::Open { until: now + COOL_DOWN * 10 }));
    }
}
