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
const MOST_DOUBLINGS: u32 = 3;

/// The state of one host.
#[derive(Debug)]
pub(super) struct Circuit {
    failures_to_open: u32,
    cool_down: Duration,
    failures: u32,
    failed_probes: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Closed,
    Open { until: Instant },
    Probing,
}

/// Why a request may not go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The host is left alone.
    Resting { until: Instant },
    /// A probe is out, and its answer decides.
    Probing,
}

/// A request that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Ordinary,
    Probe,
}

impl Circuit {
    pub(super) fn new(failures_to_open: u32, cool_down: Duration) -> Self {
        Self { failures_to_open, cool_down, failures: 0, failed_probes: 0, state: State::Closed }
    }

    /// May a request go now? Nothing changes.
    pub(super) fn ask(&self, now: Instant) -> Result<(), Refusal> {
        match self.state {
            State::Open { until } if now < until => Err(Refusal::Resting { until }),
            State::Probing => Err(Refusal::Probing),
            State::Open { .. } | State::Closed => Ok(()),
        }
    }

    /// Lets a request through, as a probe where the rest is over.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Pass, Refusal> {
        self.ask(now)?;
        if self.state == State::Closed {
            return Ok(Pass::Ordinary);
        }
        self.state = State::Probing;
        Ok(Pass::Probe)
    }

    /// The host answered.
    pub(super) fn succeeded(&mut self, pass: Pass) {
        // A straggler's answer says how the host was, a probe's how it is.
        if self.state == State::Closed || pass == Pass::Probe {
            self.state = State::Closed;
            self.failures = 0;
            self.failed_probes = 0;
        }
    }

    /// The host failed: no connection, no answer in time, or a status that says that it is sick.
    pub(super) fn failed(&mut self, pass: Pass, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        match (self.state, pass) {
            (State::Closed, _) if self.failures >= self.failures_to_open => self.rest(now),
            (State::Probing, Pass::Probe) => {
                self.failed_probes = self.failed_probes.saturating_add(1);
                self.rest(now);
            }
            _ => {}
        }
    }

    /// The request was given up before an answer, so the next one may probe.
    pub(super) fn abandoned(&mut self, pass: Pass, now: Instant) {
        if (self.state, pass) == (State::Probing, Pass::Probe) {
            self.state = State::Open { until: now };
        }
    }

    /// The host asked to be left alone until then.
    pub(super) fn rest_until(&mut self, until: Instant) {
        if !matches!(self.state, State::Open { until: already } if already >= until) {
            self.state = State::Open { until };
        }
    }

    pub(super) fn state(&self, now: Instant) -> State {
        match self.state {
            State::Open { until } if until <= now => State::Probing,
            state => state,
        }
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    fn rest(&mut self, now: Instant) {
        let doubled = self.cool_down * 2_u32.pow(self.failed_probes.min(MOST_DOUBLINGS));
        self.state = State::Open { until: now + doubled };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    fn opened(now: Instant) -> Circuit {
        let mut circuit = Circuit::new(3, REST);
        for _ in 0..3 {
            let pass = circuit.enter(now).expect("closed");
            circuit.failed(pass, now);
        }
        circuit
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_does_not() {
        let now = Instant::now();
        let mut circuit = Circuit::new(3, REST);
        for failed in [true, true, false, true, true] {
            let pass = circuit.enter(now).expect("closed");
            if failed { circuit.failed(pass, now) } else { circuit.succeeded(pass) }
        }
        assert_eq!(circuit.ask(now), Ok(()));
        circuit.failed(Pass::Ordinary, now);
        assert_eq!(circuit.enter(now), Err(Refusal::Resting { until: now + REST }));
    }

    #[test]
    fn after_the_rest_one_probe_goes_and_its_answer_closes_it() {
        let start = Instant::now();
        let mut circuit = opened(start);
        let later = start + REST;
        assert_eq!(circuit.enter(later), Ok(Pass::Probe));
        assert_eq!(circuit.enter(later), Err(Refusal::Probing));
        circuit.succeeded(Pass::Probe);
        assert_eq!(circuit.enter(later), Ok(Pass::Ordinary));
        assert_eq!(circuit.failures(), 0);
    }

    #[test]
    fn failed_probes_double_the_rest_up_to_eightfold() {
        let mut now = Instant::now();
        let mut circuit = opened(now);
        for factor in [2, 4, 8, 8, 8] {
            let Err(Refusal::Resting { until }) = circuit.ask(now) else { panic!("it does not rest") };
            now = until;
            let pass = circuit.enter(now).expect("probe");
            circuit.failed(pass, now);
            assert_eq!(circuit.ask(now), Err(Refusal::Resting { until: now + REST * factor }));
        }
    }

    #[test]
    fn a_probe_that_was_given_up_makes_room_for_the_next() {
        let later = Instant::now() + REST;
        let mut circuit = opened(later.checked_sub(REST).expect("past"));
        let probe = circuit.enter(later).expect("probe");
        circuit.abandoned(probe, later);
        assert_eq!(circuit.enter(later), Ok(Pass::Probe));
    }

    #[test]
    fn stragglers_neither_close_it_nor_make_it_rest_longer() {
        let now = Instant::now();
        let mut circuit = opened(now);
        circuit.succeeded(Pass::Ordinary);
        circuit.failed(Pass::Ordinary, now + REST / 2);
        assert_eq!(circuit.ask(now + REST / 2), Err(Refusal::Resting { until: now + REST }));
    }

    #[test]
    fn a_long_retry_after_outlasts_a_shorter_rest() {
        let now = Instant::now();
        let mut circuit = opened(now);
        circuit.rest_until(now + REST * 10);
        circuit.rest_until(now + REST);
        assert_eq!(circuit.ask(now), Err(Refusal::Resting { until: now + REST * 10 }));
    }
}
