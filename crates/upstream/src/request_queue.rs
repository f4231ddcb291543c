//! Whose turn it is at one host: first come, first served; never faster than the rate; never more at once than
//! allowed; and nobody while the host has asked for a pause.
//!
//! ```text
//! newcomers ──line──┐
//!                   ├──head──> seat ──> pause over ──> rate ──> other processes ──> go
//! retries ──────────┘
//! ```
//!
//! A retry goes past the line, for its deadline runs; behind a thousand newcomers at one a second it would never
//! come. Whoever is given up while waiting leaves without using a turn.

use parking_lot::Mutex;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Rate;
use super::cross_process_rate_limit::CrossProcessRateLimit;

/// Thousandths by which turns of several processes are further apart than the rate asks; less than the margin below,
/// so that one process alone never waits for itself.
const SHARED_MARGIN_PER_MILLE: u32 = 5;

/// Hundredths by which turns come later than the rate allows: a request can travel faster than the one before it,
/// and the service counts arrivals.
const RATE_MARGIN_PERCENT: u32 = 1;

/// The queue of one host. `tokio::sync::Mutex` and `Semaphore` are fair.
pub(super) struct RequestQueue {
    queue: tokio::sync::Mutex<()>,
    front: tokio::sync::Mutex<()>,
    permits: Arc<Semaphore>,
    concurrency: usize,
    limiter: Option<DefaultDirectRateLimiter>,
    shared_limit: Option<CrossProcessRateLimit>,
    paused_until: Mutex<Option<Instant>>,
    waiting_count: AtomicUsize,
}

/// The right to have one request in flight; given back when dropped.
pub(super) struct RequestPermit {
    _permit: OwnedSemaphorePermit,
}

impl RequestQueue {
    /// `pace` is what other processes know of this host, where there are any.
    pub(super) fn new(rate: Option<Rate>, at_once: usize, shared_limit: Option<CrossProcessRateLimit>) -> Self {
        let concurrency = at_once.clamp(1, Semaphore::MAX_PERMITS);
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

    /// Waits in line for a turn. `gate` is asked before and after each wait: a closed host sends all home, and where it
    /// gives something to wait for, the first in line waits for it, and all others behind.
    pub(super) async fn acquire<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        let _counted = WaitingGuard::new(&self.waiting_count);
        let _line = self.queue.lock().await;
        self.acquire_at_front(gate).await
    }

    /// Waits for another turn of a request that has had one.
    pub(super) async fn reacquire<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        let _counted = WaitingGuard::new(&self.waiting_count);
        self.acquire_at_front(gate).await
    }

    async fn acquire_at_front<E, F: Future>(
        &self,
        gate: impl Fn() -> Result<Option<F>, E>,
    ) -> Result<RequestPermit, E> {
        loop {
            // The head is not held meanwhile: what is waited for may itself need another turn.
            while let Some(opened) = gate()? {
                opened.await;
            }
            let _head = self.front.lock().await;
            if gate()?.is_some() {
                continue;
            }
            // The semaphore lives as long as `self` and is never closed.
            let permit = Arc::clone(&self.permits).acquire_owned().await.expect("the seats are never closed");
            self.wait_until_resumed().await;
            if gate()?.is_some() {
                continue;
            }
            if let Some(limiter) = &self.limiter {
                limiter.until_ready().await;
            }
            if let Some(pace) = &self.shared_limit {
                pace.wait_for_turn().await;
            }
            // The host may have asked for a pause meanwhile. From here on nothing waits, so no turn is lost.
            if self.paused_until().is_none() && gate()?.is_none() {
                return Ok(RequestPermit { _permit: permit });
            }
        }
    }

    /// Holds the whole queue for so long, and that of other processes.
    pub(super) async fn pause_for(&self, pause: Duration) {
        let until = Instant::now() + pause;
        {
            let mut paused = self.paused_until.lock();
            *paused = Some(paused.map_or(until, |already| already.max(until)));
        }
        if let Some(pace) = &self.shared_limit {
            pace.pause_for(pause).await;
        }
    }

    /// Until when the queue holds, if it does.
    pub(super) fn paused_until(&self) -> Option<Instant> {
        let paused = *self.paused_until.lock();
        paused.filter(|until| *until > Instant::now())
    }

    pub(super) fn waiting_count(&self) -> usize {
        self.waiting_count.load(Ordering::Relaxed)
    }

    pub(super) fn in_flight(&self) -> usize {
        self.concurrency - self.permits.available_permits()
    }

    async fn wait_until_resumed(&self) {
        while let Some(until) = self.paused_until() {
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

/// Counts who waits, also when the wait is given up.
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

/// `None` where the period is zero, which is no limit.
fn to_governor_quota(rate: Rate) -> Option<Quota> {
    let period = rate.period + rate.period * RATE_MARGIN_PERCENT / 100;
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    Some(Quota::with_period(period)?.allow_burst(burst))
}

/// How far apart the turns of several processes are; zero where there is no limit.
pub(super) fn shared_interval(rate: Rate) -> Duration {
    rate.period + rate.period * SHARED_MARGIN_PER_MILLE / 1_000
}

/// How long one turn lasts, at least; zero where there is no limit.
pub(super) fn min_interval(rate: Option<Rate>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| rate.period)
}
