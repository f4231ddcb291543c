//! Services that are sick. Whoever needs one waits until it may be asked again, together with all others; once an outage
//! has lasted too long, nobody waits for that service until it answers again.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use domain::provider::Provider;
use providers::ProviderError;
use upstream::{CircuitState, UpstreamClient, UpstreamSnapshot};

/// Pauses double from here, so that a service that is just getting up is not asked by everybody every moment.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Up to here, where the service does not say more.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// When it is worth asking again. Once more it always is: an outage may have begun with the first try.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OutageRetryPolicy {
    /// Where the service as a whole is left alone: a question that failed while others are answered will fail again.
    OnlyInOutage,
    /// Also where this question alone failed: it stands for many UPCs.
    Always,
}

/// Since when each sick service has not answered.
#[derive(Default)]
pub(super) struct OutageTracker {
    timeout: Duration,
    upstreams: HashMap<Provider, UpstreamClient>,
    started_at: Mutex<HashMap<Provider, Instant>>,
    /// When the last outage of each service ended.
    ended_at: Mutex<HashMap<Provider, Instant>>,
}

impl OutageTracker {
    /// Outages of these services, which nobody waits out yet.
    pub(super) fn new(upstreams: HashMap<Provider, UpstreamClient>) -> Self {
        Self { upstreams, ..Self::default() }
    }

    /// Each is waited out for so long.
    pub(super) fn with_timeout(self, patience: Duration) -> Self {
        Self { timeout: patience, ..self }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How each service is now, by name.
    pub(super) fn upstream_states(&self) -> Vec<(String, UpstreamSnapshot)> {
        // One host may serve under several names.
        let by_host = self.upstreams.values().map(|upstream| (upstream.name().to_string(), upstream.snapshot()));
        by_host.collect::<BTreeMap<_, _>>().into_iter().collect()
    }

    /// Asks, again after each pause that the service is given.
    ///
    /// # Errors
    /// What the last try failed with.
    pub(super) async fn retry_through_outage<T, F>(
        &self,
        hope: OutageRetryPolicy,
        ask: impl Fn() -> F,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let (began, mut least) = (Instant::now(), MIN_PAUSE);
        loop {
            let asked = Instant::now();
            let error = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let is_singular =
                hope == OutageRetryPolicy::OnlyInOutage && !self.was_in_outage_since(asked, error.provider());
            let pause = if is_singular {
                (least == MIN_PAUSE && is_retryable(&error)).then_some(MIN_PAUSE)
            } else {
                self.next_pause(&error, least)
            };
            let pause = pause.filter(|pause| began.elapsed() + *pause <= self.timeout);
            let Some(pause) = pause else { return Err(error) };
            tokio::time::sleep(pause).await;
            least = MAX_PAUSE.min(least * 2);
        }
    }

    /// How long to wait in an outage, where that is worth it.
    fn next_pause(&self, error: &ProviderError, least: Duration) -> Option<Duration> {
        if !is_retryable(error) {
            return None;
        }
        let until = error.retry_at().unwrap_or_default();
        let pause = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(least);
        let since = *lock_times(&self.started_at).entry(error.provider().clone()).or_insert_with(Instant::now);
        (since.elapsed() + pause <= self.timeout).then_some(pause)
    }

    /// True where the service as a whole is left alone, or somebody waits for it already; also where that ended after
    /// `asked`, for a question's last try may have fallen into it.
    fn was_in_outage_since(&self, asked: Instant, provider: &Provider) -> bool {
        let circuit = self.upstreams.get(provider).map(|upstream| upstream.snapshot().circuit);
        circuit.is_some_and(|circuit| circuit != CircuitState::Closed)
            || lock_times(&self.started_at).contains_key(provider)
            || lock_times(&self.ended_at).get(provider).is_some_and(|ended| *ended > asked)
    }

    /// The service has answered.
    pub(super) fn record_success(&self, provider: &Provider) {
        if lock_times(&self.started_at).remove(provider).is_some() {
            lock_times(&self.ended_at).insert(provider.clone(), Instant::now());
        }
    }
}

/// False where no time will mend it, or nobody has ever been reached.
fn is_retryable(error: &ProviderError) -> bool {
    error.is_transient() && error.reached_server()
}

fn lock_times<T>(times: &Mutex<T>) -> MutexGuard<'_, T> {
    times.lock()
}
