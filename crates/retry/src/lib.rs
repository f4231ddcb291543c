//! Retries with exponential backoff, a time limit, and support for delays that a server requests. All retries use it.
//!
//! ```text
//! retry(policy, advise, attempt)     the loop, for an operation that can be called repeatedly
//! RetrySchedule                      only the delays, for a loop that keeps state between attempts
//! ```
//!
//! Backoff and jitter follow M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy as _};
use tokio::time::Instant;

/// The number, delays and time limit of retries.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    backoff: ExponentialBackoff,
    time_limit: Option<Duration>,
}

/// The action after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAdvice {
    /// Report the error, because another attempt would fail too.
    Stop,
    /// Retry after the delay of the policy.
    Retry,
    /// Retry after the delay of the policy, but not before this time, which a server requested.
    NotBefore(Timestamp),
}

impl RetryPolicy {
    /// Creates a policy with delays that double from `first_delay` to `max_delay`, without jitter and without a limit.
    pub fn exponential(first_delay: Duration, max_delay: Duration) -> Self {
        let mut backoff = ExponentialBackoff::builder()
            .retry_bounds(first_delay.min(max_delay), max_delay)
            .jitter(Jitter::None)
            .base(2)
            .build_with_max_retries(0);
        backoff.max_n_retries = None;
        Self { backoff, time_limit: None }
    }

    /// Creates a policy with a constant delay and without a limit.
    pub fn fixed(delay: Duration) -> Self {
        Self::exponential(delay, delay)
    }

    /// Randomizes each delay between zero and the computed one, so that many clients do not retry at the same moment.
    pub fn with_full_jitter(mut self) -> Self {
        self.backoff.jitter = Jitter::Full;
        self
    }

    /// Limits the number of retries. The number of attempts is one higher.
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.backoff.max_n_retries = Some(retries);
        self
    }

    /// Limits the time from the start of the schedule to the start of the last attempt. A delay that exceeds the limit
    /// is not waited for.
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit: Some(time_limit), ..self }
    }

    /// Starts a schedule. The time limit counts from now.
    pub fn start(self) -> RetrySchedule {
        let deadline = self.time_limit.map(|limit| Instant::now() + limit);
        RetrySchedule { backoff: self.backoff, deadline, retries: 0 }
    }
}

/// The delays of one operation.
#[derive(Debug)]
pub struct RetrySchedule {
    backoff: ExponentialBackoff,
    deadline: Option<Instant>,
    retries: u32,
}

impl RetrySchedule {
    /// Returns the delay before the next attempt; `None` if the advice is [`RetryAdvice::Stop`], the retries are used
    /// up, or the delay would exceed the time limit.
    pub fn next_delay(&mut self, advice: RetryAdvice) -> Option<Duration> {
        let not_before = match advice {
            RetryAdvice::Stop => return None,
            RetryAdvice::Retry => Duration::ZERO,
            RetryAdvice::NotBefore(at) => Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default(),
        };
        let now = SystemTime::now();
        let RetryDecision::Retry { execute_after } = self.backoff.should_retry(now, self.retries) else {
            return None;
        };
        let delay = execute_after.duration_since(now).unwrap_or_default().max(not_before);
        if self.deadline.is_some_and(|deadline| Instant::now() + delay > deadline) {
            return None;
        }
        self.retries += 1;
        Some(delay)
    }

    /// Sleeps for [`Self::next_delay`]. Returns false without sleeping if there is no further attempt.
    pub async fn wait(&mut self, advice: RetryAdvice) -> bool {
        let Some(delay) = self.next_delay(advice) else { return false };
        tokio::time::sleep(delay).await;
        true
    }
}

/// Calls `attempt` until it succeeds, `advise` returns [`RetryAdvice::Stop`], or the policy's limit is reached.
///
/// # Errors
/// Returns the error of the last attempt.
pub async fn retry<T, E, F>(
    policy: RetryPolicy,
    advise: impl Fn(&E) -> RetryAdvice,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut schedule = policy.start();
    loop {
        let error = match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !schedule.wait(advise(&error)).await {
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::SignedDuration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Allows for the time between clock readings of the policy and of the test.
    const SLACK: Duration = Duration::from_millis(500);

    #[test]
    fn jittered_delays_stay_under_their_doubling_ceiling_and_end() {
        let policy = RetryPolicy::exponential(SECOND, 5 * SECOND).with_full_jitter().with_max_retries(4);
        for _ in 0..200 {
            let mut schedule = policy.start();
            for ceiling in [1, 2, 4, 5] {
                let delay = schedule.next_delay(RetryAdvice::Retry).expect("a retry is left");
                assert!(delay <= Duration::from_secs(ceiling) + SLACK);
            }
            assert_eq!(schedule.next_delay(RetryAdvice::Retry), None);
        }
    }

    #[test]
    fn delays_without_jitter_double_up_to_the_maximum_and_never_end() {
        let mut schedule = RetryPolicy::exponential(SECOND, 5 * SECOND).start();
        for expected in [1, 2, 4, 5].into_iter().chain([5; 60]) {
            let delay = schedule.next_delay(RetryAdvice::Retry).expect("no end");
            assert!(delay.abs_diff(Duration::from_secs(expected)) < SLACK, "{delay:?} and not {expected} s");
        }
    }

    #[test]
    fn a_time_that_the_server_names_is_not_undercut() {
        let mut schedule = RetryPolicy::fixed(SECOND).start();
        let advice = RetryAdvice::NotBefore(Timestamp::now() + SignedDuration::from_secs(60));
        assert!(schedule.next_delay(advice).expect("a delay") > 59 * SECOND);
        let past = RetryAdvice::NotBefore(Timestamp::now() - SignedDuration::from_secs(60));
        assert!(schedule.next_delay(past).expect("a delay") < SECOND + SLACK);
    }

    #[test]
    fn a_delay_that_would_end_after_the_time_limit_is_the_end() {
        let policy = RetryPolicy::fixed(4 * SECOND);
        assert!(policy.with_time_limit(5 * SECOND).start().next_delay(RetryAdvice::Retry).is_some());
        assert_eq!(policy.with_time_limit(3 * SECOND).start().next_delay(RetryAdvice::Retry), None);
        let later = RetryAdvice::NotBefore(Timestamp::now() + SignedDuration::from_secs(60));
        assert_eq!(policy.with_time_limit(5 * SECOND).start().next_delay(later), None);
    }

    #[tokio::test]
    async fn it_stops_at_a_success_and_at_an_error_that_stays() {
        let attempts = Cell::new(0);
        let attempt = || {
            attempts.set(attempts.get() + 1);
            std::future::ready(if attempts.get() == 3 { Ok(attempts.get()) } else { Err("failed") })
        };
        assert_eq!(retry(RetryPolicy::fixed(Duration::from_millis(1)), |_| RetryAdvice::Retry, attempt).await, Ok(3));
        let result = retry(RetryPolicy::fixed(Duration::from_millis(1)), |_| RetryAdvice::Stop, attempt).await;
        assert_eq!((result, attempts.get()), (Err("failed"), 4));
    }
}
