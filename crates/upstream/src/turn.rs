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

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::Rate;
use super::pace::Pace;

/// Thousandths by which turns of several processes are further apart than the rate asks; less than the margin below,
/// so that one process alone never waits for itself.
const SHARED_PER_MILLE: u32 = 5;

/// Hundredths by which turns come later than the rate allows: a request can travel faster than the one before it,
/// and the service counts arrivals.
const MARGIN_PERCENT: u32 = 1;

/// The queue of one host. `tokio::sync::Mutex` and `Semaphore` are fair.
pub(super) struct Turn {
    line: Mutex<()>,
    head: Mutex<()>,
    seats: Arc<Semaphore>,
    at_once: usize,
    limiter: Option<DefaultDirectRateLimiter>,
    pace: Option<Pace>,
    paused_until: Lock<Option<Instant>>,
    waiting: AtomicUsize,
}

/// The right to have one request in flight; given back when dropped.
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// `pace` is what other processes know of this host, where there are any.
    pub(super) fn new(rate: Option<Rate>, at_once: usize, pace: Option<Pace>) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            line: Mutex::new(()),
            head: Mutex::new(()),
            seats: Arc::new(Semaphore::new(at_once)),
            at_once,
            limiter: rate.and_then(quota).map(RateLimiter::direct),
            pace,
            paused_until: Lock::new(None),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits in line for a turn. `gate` is asked before and after each wait: a closed host sends all home, and where it
    /// gives something to wait for, the first in line waits for it, and all others behind.
    pub(super) async fn first<E, F: Future>(&self, gate: impl Fn() -> Result<Option<F>, E>) -> Result<Seat, E> {
        let _counted = Waiting::at(&self.waiting);
        let _line = self.line.lock().await;
        self.take(gate).await
    }

    /// Waits for another turn of a request that has had one.
    pub(super) async fn again<E, F: Future>(&self, gate: impl Fn() -> Result<Option<F>, E>) -> Result<Seat, E> {
        let _counted = Waiting::at(&self.waiting);
        self.take(gate).await
    }

    async fn take<E, F: Future>(&self, gate: impl Fn() -> Result<Option<F>, E>) -> Result<Seat, E> {
        loop {
            // The head is not held meanwhile: what is waited for may itself need another turn.
            while let Some(opened) = gate()? {
                opened.await;
            }
            let _head = self.head.lock().await;
            if gate()?.is_some() {
                continue;
            }
            // The semaphore lives as long as `self` and is never closed.
            let permit = Arc::clone(&self.seats).acquire_owned().await.expect("the seats are never closed");
            self.pause_is_over().await;
            if gate()?.is_some() {
                continue;
            }
            if let Some(limiter) = &self.limiter {
                limiter.until_ready().await;
            }
            if let Some(pace) = &self.pace {
                pace.turn().await;
            }
            // The host may have asked for a pause meanwhile. From here on nothing waits, so no turn is lost.
            if self.pause().is_none() && gate()?.is_none() {
                return Ok(Seat { _permit: permit });
            }
        }
    }

    /// Holds the whole queue for so long, and that of other processes.
    pub(super) async fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        {
            let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            *paused = Some(paused.map_or(until, |already| already.max(until)));
        }
        if let Some(pace) = &self.pace {
            pace.hold(pause).await;
        }
    }

    /// Until when the queue holds, if it does.
    pub(super) fn pause(&self) -> Option<Instant> {
        let paused = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        paused.filter(|until| *until > Instant::now())
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) fn in_flight(&self) -> usize {
        self.at_once - self.seats.available_permits()
    }

    async fn pause_is_over(&self) {
        while let Some(until) = self.pause() {
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

/// Counts who waits, also when the wait is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn at(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `None` where the period is zero, which is no limit.
fn quota(rate: Rate) -> Option<Quota> {
    let period = rate.period + rate.period * MARGIN_PERCENT / 100;
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    Some(Quota::with_period(period)?.allow_burst(burst))
}

/// How far apart the turns of several processes are; zero where there is no limit.
pub(super) fn step(rate: Rate) -> Duration {
    rate.period + rate.period * SHARED_PER_MILLE / 1_000
}

/// How long one turn lasts, at least; zero where there is no limit.
pub(super) fn period(rate: Option<Rate>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| rate.period)
}
