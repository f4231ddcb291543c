//! Circuit breaker that stops requests to a service that refuses all of them, and tries again later.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use upstream::{CircuitBreaker, CircuitPermit};

/// Consecutive refusals after which the cause is assumed to be the account or application, not the item.
const MAX_CONSECUTIVE_REFUSALS: u32 = 3;

/// Time until a single request tries again. It doubles with each refusal, up to eightfold. The operator may have
/// renewed a key or obtained an approval in the meantime, which only a request can show.
const COOL_DOWN: Duration = Duration::from_mins(10);

/// A circuit breaker that counts only refusals; the upstream client handles all other failures.
pub(super) struct RefusalBreaker {
    circuit: Mutex<CircuitBreaker>,
}

/// Permission to send one request. Dropping it without a result counts as neither answer nor refusal.
pub(super) struct RefusalPermit<'a> {
    breaker: &'a RefusalBreaker,
    permit: Option<CircuitPermit>,
}

impl RefusalBreaker {
    pub(super) fn new() -> Self {
        Self { circuit: Mutex::new(CircuitBreaker::new(MAX_CONSECUTIVE_REFUSALS, COOL_DOWN)) }
    }

    /// Returns permission to send a request at `now`; `None` while the service is known to refuse.
    pub(super) fn acquire(&self, now: Instant) -> Option<RefusalPermit<'_>> {
        let permit = self.circuit.lock().acquire(now).ok()?;
        Some(RefusalPermit { breaker: self, permit: Some(permit) })
    }
}

impl RefusalPermit<'_> {
    /// Records that the service answered.
    pub(super) fn record_answer(mut self) {
        if let Some(permit) = self.permit.take() {
            self.breaker.circuit.lock().record_success(permit);
        }
    }

    /// Records that the service refused at `now`.
    pub(super) fn record_refusal(mut self, now: Instant) {
        if let Some(permit) = self.permit.take() {
            self.breaker.circuit.lock().record_failure(permit, now);
        }
    }
}

impl Drop for RefusalPermit<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.breaker.circuit.lock().record_abandoned(permit, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_breaker(now: Instant) -> RefusalBreaker {
        let breaker = RefusalBreaker::new();
        for _ in 0..MAX_CONSECUTIVE_REFUSALS {
            breaker.acquire(now).expect("not enough refusals yet").record_refusal(now);
        }
        breaker
    }

    #[test]
    fn three_refusals_in_a_row_stop_the_requests_for_ten_minutes() {
        let now = Instant::now();
        let breaker = refused_breaker(now);
        assert!(breaker.acquire(now).is_none());
        let later = now + COOL_DOWN;
        let probe = breaker.acquire(later).expect("one request may try");
        assert!(breaker.acquire(later).is_none(), "and only one");
        probe.record_answer();
        assert!(breaker.acquire(later).is_some(), "an answer ends it");
    }

    #[test]
    fn a_refused_probe_stops_the_requests_for_longer() {
        let now = Instant::now();
        let breaker = refused_breaker(now);
        let later = now + COOL_DOWN;
        breaker.acquire(later).expect("one request may try").record_refusal(later);
        assert!(breaker.acquire(later + COOL_DOWN).is_none());
        assert!(breaker.acquire(later + 2 * COOL_DOWN).is_some());
    }

    #[test]
    fn an_answer_between_refusals_and_a_failure_that_is_none_do_not_count() {
        let now = Instant::now();
        let breaker = RefusalBreaker::new();
        for _ in 0..MAX_CONSECUTIVE_REFUSALS {
            breaker.acquire(now).expect("allowed").record_refusal(now);
            breaker.acquire(now).expect("allowed").record_answer();
            drop(breaker.acquire(now).expect("allowed"));
        }
        assert!(breaker.acquire(now).is_some());
    }
}
