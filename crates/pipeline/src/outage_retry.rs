//! Retries requests during a provider's outage. All callers share the outage's time limit: once an outage has lasted too
//! long, no request waits for that provider until it answers again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use domain::provider::Provider;
use providers::ProviderError;
use upstream::retry::{RetryAdvice, RetryPolicy};
use upstream::{CircuitState, UpstreamClient};

/// First delay before a retry. Delays double, so that a service that is coming back is not asked by every caller at once.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Maximum delay before a retry, unless the service asks for a longer one.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// When a failed request is worth more than one retry. One retry always is: an outage may have begun with the first
/// attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OutageRetryPolicy {
    /// Only during an outage of the provider: if other requests succeed, this one would fail again.
    OnlyInOutage,
    /// Always, because the request is about many UPCs.
    Always,
}

/// Since when each provider in an outage has not answered.
#[derive(Default)]
pub(super) struct OutageTracker {
    timeout: Duration,
    upstreams: HashMap<Provider, UpstreamClient>,
    started_at: Mutex<HashMap<Provider, Instant>>,
    /// When the last outage of each provider ended.
    ended_at: Mutex<HashMap<Provider, Instant>>,
}

impl OutageTracker {
    /// Creates a tracker that waits for no outage; see [`Self::set_timeout`].
    pub(super) fn new(upstreams: HashMap<Provider, UpstreamClient>) -> Self {
        Self { upstreams, ..Self::default() }
    }

    /// Sets how long an outage is waited for, from its first failed request.
    pub(super) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Calls `request` until it succeeds, fails for good, or the outage lasts longer than the timeout.
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
        let mut schedule = RetryPolicy::exponential(MIN_PAUSE, MAX_PAUSE).with_time_limit(self.timeout).start();
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
            let delay = delay.filter(|delay| outage_age.is_none_or(|age| age + *delay <= self.timeout));
            let Some(delay) = delay else { return Err(error) };
            tokio::time::sleep(delay).await;
            is_first_attempt = false;
        }
    }

    /// Returns how long the outage has lasted; without a known outage, one begins now.
    fn outage_age(&self, provider: &Provider) -> Duration {
        self.started_at.lock().entry(provider.clone()).or_insert_with(Instant::now).elapsed()
    }

    /// True if the provider is in an outage, or an outage ended after `asked_at`: the last attempt of the request may
    /// have fallen into it.
    fn was_in_outage_since(&self, asked_at: Instant, provider: &Provider) -> bool {
        let circuit = self.upstreams.get(provider).map(|upstream| upstream.snapshot().circuit);
        circuit.is_some_and(|circuit| circuit != CircuitState::Closed)
            || self.started_at.lock().contains_key(provider)
            || self.ended_at.lock().get(provider).is_some_and(|ended_at| *ended_at > asked_at)
    }

    /// Records that the provider has answered, which ends its outage.
    pub(super) fn record_success(&self, provider: &Provider) {
        if self.started_at.lock().remove(provider).is_some() {
            self.ended_at.lock().insert(provider.clone(), Instant::now());
        }
    }
}

/// False for an error that no delay fixes, and for a service that was never reached: the address may be wrong.
fn is_retryable(error: &ProviderError) -> bool {
    error.is_transient() && error.reached_server()
}
