//! The rate limiter of one upstream: a queue of its requests, first come, first served, within the rate limit and the
//! concurrency limit. It stops while the service has requested a pause.
//!
//! ```text
//! new requests ──queue──┐
//!                       ├──front──> concurrency ──> pause ──> rate ──> other processes ──> send
//! retries ──────────────┘
//! ```
//!
//! A retry skips the queue because its deadline is running: behind a thousand requests at one per second it would miss
//! it. A request that is dropped while waiting uses no turn.

use parking_lot::Mutex;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Rate;
use super::shared_rate_limits::SharedRateLimit;

/// Margin added to the interval between requests, in thousandths: a service counts arrivals, and a request can travel
/// faster than an earlier one. In a minute of requests, which is how Discogs counts, this allows for 0.3 s.
const RATE_MARGIN_PER_MILLE: u32 = 5;

/// The queue of one upstream. It is fair because `tokio::sync::Mutex` and `Semaphore` are fair.
pub(super) struct RequestQueue {
    queue: tokio::sync::Mutex<()>,
    front: tokio::sync::Mutex<()>,
    permits: Arc<Semaphore>,
    concurrency: usize,
    limiter: Option<DefaultDirectRateLimiter>,
    shared_limit: Option<SharedRateLimit>,
    paused_until: Mutex<Option<Instant>>,
    waiting_count: AtomicUsize,
}

/// Permission to have one request in flight; returned on drop.
pub(super) struct RequestPermit {
    _permit: OwnedSemaphorePermit,
}

impl RequestQueue {
    /// Creates a queue with a rate limit, a concurrency limit, and a limit shared with other processes.
    pub(super) fn new(rate: Option<Rate>, concurrency: usize, shared_limit: Option<SharedRateLimit>) -> Self {
        let concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            queue: tokio::sync::Mutex::new(()),
            front: tokio::sync::Mutex::new(()),
            permits: Arc::new(Semaphore::new(concurrency)),
            concurrency,
            limiter: rate.and_then(to_governor_quota).map(RateLimiter::direct),
            shared_limit,
            paused_until: Mutex::new(None),
            waiting_count: AtomicUsize::new(0),
        }
    }

    /// Waits for a turn. Calls `gate` before and after each wait: an error ends the wait, and a returned future is
    /// awaited first, which blocks the whole queue.
    pub(super) async fn acquire<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        let _waiting = WaitingGuard::new(&self.waiting_count);
        let _queued = self.queue.lock().await;
        self.acquire_at_front(gate).await
    }

    /// Waits for another turn of a request that has already had one, ahead of the queue.
    pub(super) async fn reacquire<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        let _waiting = WaitingGuard::new(&self.waiting_count);
        self.acquire_at_front(gate).await
    }

    async fn acquire_at_front<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        loop {
            // The front is not locked here, because the request that the gate waits for may need another turn.
            while let Some(gate_opened) = gate()? {
                gate_opened.await;
            }
            let _front = self.front.lock().await;
            if gate()?.is_some() {
                continue;
            }
            // The semaphore lives as long as `self` and is never closed.
            let permit = Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed");
            self.wait_until_resumed().await;
            if gate()?.is_some() {
                continue;
            }
            if let Some(limiter) = &self.limiter {
                limiter.until_ready().await;
            }
            if let Some(shared_limit) = &self.shared_limit {
                shared_limit.wait_for_turn().await;
            }
            // The service may have requested a pause in the meantime. There is no wait after this check, so no turn
            // is lost.
            if self.paused_until().is_none() && gate()?.is_none() {
                return Ok(RequestPermit { _permit: permit });
            }
        }
    }

    /// Pauses this queue and those of other processes for `pause`.
    pub(super) async fn pause_for(&self, pause: Duration) {
        let until = Instant::now() + pause;
        {
            let mut paused = self.paused_until.lock();
            *paused = Some(paused.map_or(until, |already| already.max(until)));
        }
        if let Some(shared_limit) = &self.shared_limit {
            shared_limit.pause_for(pause).await;
        }
    }

    /// Returns the end of the current pause; `None` if there is none.
    pub(super) fn paused_until(&self) -> Option<Instant> {
        let paused = *self.paused_until.lock();
        paused.filter(|until| *until > Instant::now())
    }

    /// Returns the number of requests that are waiting for a turn.
    pub(super) fn waiting_count(&self) -> usize {
        self.waiting_count.load(Ordering::Relaxed)
    }

    /// Returns the number of requests in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.concurrency - self.permits.available_permits()
    }

    async fn wait_until_resumed(&self) {
        while let Some(until) = self.paused_until() {
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

/// Counts a waiting request until dropped.
struct WaitingGuard<'a>(&'a AtomicUsize);

impl<'a> WaitingGuard<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for WaitingGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Converts a rate; `None` for a period of zero, which means no limit.
fn to_governor_quota(rate: Rate) -> Option<Quota> {
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    Some(Quota::with_period(interval_with_margin(rate))?.allow_burst(burst))
}

/// Returns the interval between requests of one process and of several, longer than the limit demands; zero for no
/// limit.
pub(super) fn interval_with_margin(rate: Rate) -> Duration {
    rate.period + rate.period * RATE_MARGIN_PER_MILLE / 1_000
}

/// Returns the interval between requests; zero for no limit.
pub(super) fn min_interval(rate: Option<Rate>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| rate.period)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 requests take 60.3 s, in one process and in several.
    #[test]
    fn one_process_and_several_keep_the_same_margin() {
        let rate = Rate { period: Duration::from_secs(1), burst: 1 };
        assert_eq!(interval_with_margin(rate) * 60, Duration::from_millis(60_300));
        assert_eq!(to_governor_quota(rate).map(|quota| quota.replenish_interval()), Some(interval_with_margin(rate)));
        assert!(to_governor_quota(Rate { period: Duration::ZERO, burst: 1 }).is_none(), "no limit");
    }
}
