//! Retries requests during a provider's outage. All callers share the time limit of the outage: when it has passed, no
//! request waits for that provider until it answers again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use domain::provider::Provider;
use providers::ProviderError;
use retry::{RetryAdvice, RetryPolicy};
use upstream::{CircuitState, UpstreamClient};

/// First delay before a retry. Delays double, so that not every caller hits a recovering service at once.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Maximum delay before a retry, unless the service requests a longer one.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// When a failed request gets more than one retry. Every request gets one, because an outage may have begun with the
/// first attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OutageRetryPolicy {
    /// Only during an outage of the provider: if other requests succeed, a retry of this one would fail again.
    OnlyInOutage,
    /// Always, because the request is for many UPCs.
    Always,
}

/// Tracks the outages of providers.
#[derive(Default)]
pub(super) struct OutageTracker {
    timeout: Mutex<Duration>,
    upstreams: HashMap<Provider, UpstreamClient>,
    any_reached: AtomicBool,
    started_at: Mutex<HashMap<Provider, Instant>>,
    /// End of each provider's last outage.
    ended_at: Mutex<HashMap<Provider, Instant>>,
}

impl OutageTracker {
    /// Creates a tracker with a timeout of zero; see [`Self::set_timeout`].
    pub(super) fn new(upstreams: HashMap<Provider, UpstreamClient>) -> Self {
        Self { upstreams, ..Self::default() }
    }

    /// Sets how long to wait during an outage, from its first failed request.
    pub(super) fn set_timeout(&self, timeout: Duration) {
        *self.timeout.lock() = timeout;
    }

    pub(super) fn timeout(&self) -> Duration {
        *self.timeout.lock()
    }

    /// Calls `request` until it succeeds or fails permanently, or until the outage exceeds the timeout.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    pub(super) async fn retry_through_outage<T, F>(
        &self,
        policy: OutageRetryPolicy,
        request: impl Fn() -> F,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let mut schedule = RetryPolicy::exponential(MIN_PAUSE, MAX_PAUSE).with_time_limit(self.timeout()).start();
        let mut is_first_attempt = true;
        loop {
            let asked_at = Instant::now();
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let in_outage = policy == OutageRetryPolicy::Always || self.was_in_outage_since(asked_at, error.provider());
            let advice = match error.retry_at() {
                _ if !is_retryable(&error) || !(in_outage || is_first_attempt) => RetryAdvice::Stop,
                Some(retry_at) if in_outage => RetryAdvice::NotBefore(retry_at),
                _ => RetryAdvice::Retry,
            };
            let outage_age = (in_outage && advice != RetryAdvice::Stop).then(|| self.outage_age(error.provider()));
            let delay = schedule.next_delay(advice);
            let delay = delay.filter(|delay| outage_age.is_none_or(|age| age + *delay <= self.timeout()));
            let Some(delay) = delay else { return Err(error) };
            tokio::time::sleep(delay).await;
            is_first_attempt = false;
        }
    }

    /// Returns true if a provider has ever answered.
    pub(super) fn has_reached_any(&self) -> bool {
        self.any_reached.load(Ordering::Relaxed)
    }

    /// Returns how long the outage has lasted; starts an outage now if none is known.
    fn outage_age(&self, provider: &Provider) -> Duration {
        self.started_at.lock().entry(provider.clone()).or_insert_with(Instant::now).elapsed()
    }

    /// Returns true if the provider is in an outage, or an outage ended after `asked_at`, so that it may have affected
    /// the last attempt.
    fn was_in_outage_since(&self, asked_at: Instant, provider: &Provider) -> bool {
        let circuit = self.upstreams.get(provider).map(|upstream| upstream.snapshot().circuit);
        circuit.is_some_and(|circuit| circuit != CircuitState::Closed)
            || self.started_at.lock().contains_key(provider)
            || self.ended_at.lock().get(provider).is_some_and(|ended_at| *ended_at > asked_at)
    }

    /// Records that the provider answered over the network, which ends an outage. A cached response or one of an offline
    /// copy says nothing about the service.
    pub(super) fn record_success(&self, provider: &Provider) {
        self.any_reached.store(true, Ordering::Relaxed);
        if self.started_at.lock().remove(provider).is_some() {
            self.ended_at.lock().insert(provider.clone(), Instant::now());
        }
    }
}

/// Returns false for an error that a delay does not fix, and for a service that was never reached: its address may be
/// wrong.
fn is_retryable(error: &ProviderError) -> bool {
    error.is_transient() && error.reached_server()
}
