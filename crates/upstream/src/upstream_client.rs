//! One service, and the way of one request to it.

use parking_lot::{Mutex, MutexGuard};
use std::fmt;
use std::future::Ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{sleep, timeout, timeout_at};
use tracing::{debug, trace};
use url::Url;

use super::circuit_breaker::{self, CircuitBreaker, CircuitPermit, CircuitRejection};
use super::cross_process_rate_limit::CrossProcessRateLimit;
use super::exchange::{AttemptFailure, ExchangeContext, ExchangeOutcome};
use super::request::RequestTarget;
use super::request_queue::{self, RequestPermit, RequestQueue, min_interval};
use super::request_window::RequestWindow;
use super::retry::{RetryAdvice, RetryPolicy};
use super::{
    CircuitState, HttpError, Rate, Settings, UpstreamConfig, UpstreamRequest, UpstreamResponse, UpstreamSnapshot,
    address, redirect,
};
use domain::provider::Provider;

/// A service that can be asked. Clones share its queue, its rate and its circuit.
#[derive(Clone)]
pub struct UpstreamClient {
    inner: Arc<UpstreamInner>,
}

struct UpstreamInner {
    config: UpstreamConfig,
    base_url: Url,
    client: reqwest::Client,
    settings: Arc<Settings>,
    queue: RequestQueue,
    circuit: Mutex<CircuitBreaker>,
    /// Tells whoever waits for a probe's answer that it is there.
    probe_finished: Notify,
    last_failure: Mutex<String>,
    was_reached: AtomicBool,
    request_count: AtomicU64,
    request_window: RequestWindow,
}

impl UpstreamClient {
    pub(super) fn new(rules: UpstreamConfig, base: Url, client: reqwest::Client, settings: Arc<Settings>) -> Self {
        let turn = RequestQueue::new(rules.rate, rules.concurrency, open_shared_limit(&rules, &base, &settings));
        let circuit = Mutex::new(CircuitBreaker::new(settings.failures_to_open, settings.cool_down));
        let (last_failure, reached, requests) = (Mutex::default(), AtomicBool::default(), AtomicU64::default());
        let shared = UpstreamInner {
            config: rules,
            base_url: base,
            client,
            settings,
            queue: turn,
            circuit,
            probe_finished: Notify::new(),
            last_failure,
            was_reached: reached,
            request_count: requests,
            request_window: RequestWindow::new(),
        };
        Self { inner: Arc::new(shared) }
    }

    /// Asks, in its turn, and again where the service fails: after its `Retry-After`, or a backoff.
    ///
    /// May be dropped at any time; a turn that was not used is not lost.
    ///
    /// # Errors
    /// What the last try failed with. [`HttpError::CircuitOpen`] comes at once, without a request.
    pub async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, HttpError> {
        self.inner.send_with_retries(&request).await
    }

    /// How the host is now.
    pub fn snapshot(&self) -> UpstreamSnapshot {
        self.inner.snapshot()
    }

    /// How often it may be asked; `None` where it has no limit.
    pub fn rate(&self) -> Option<Rate> {
        self.inner.config.rate
    }

    /// How many requests a minute its limit allows; `None` without a limit.
    pub fn requests_per_minute(&self) -> Option<f64> {
        let period = self.inner.config.rate?.period;
        (!period.is_zero()).then(|| 60.0 / period.as_secs_f64())
    }

    /// Who is asked, as in settings and results.
    pub fn name(&self) -> &Provider {
        &self.inner.config.name
    }
}

impl fmt::Debug for UpstreamClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamClient").field("name", &self.inner.config.name).finish_non_exhaustive()
    }
}

impl UpstreamInner {
    async fn send_with_retries(&self, request: &UpstreamRequest) -> Result<UpstreamResponse, HttpError> {
        let url = self.resolve_url(request)?;
        let mut schedule = self.retry_policy().start();
        self.check_circuit()?;
        let mut permit = self.queue.acquire(|| self.check_circuit()).await?;
        let deadline = Instant::now() + self.settings.total_timeout;
        loop {
            let failure = match self.try_once(request, &url, permit, deadline).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            debug!(host = %self.config.name, ?request, error = %failure.error, "a try failed");
            if request.not_idempotent && failure.may_have_executed() {
                return Err(failure.error);
            }
            let backoff =
                schedule.next_delay(if failure.error.is_transient() { RetryAdvice::Retry } else { RetryAdvice::Stop });
            permit = self.wait_for_retry(failure, backoff, deadline).await?;
        }
    }

    /// Without a time limit: the queue waits too, and [`Self::wait_for_retry`] holds both against the deadline.
    fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::exponential(self.settings.backoff_from, self.settings.backoff_to)
            .with_full_jitter()
            .with_max_retries(self.settings.retries)
    }

    /// Waits until the request may be tried again, or says why it will not be.
    async fn wait_for_retry(
        &self,
        failure: AttemptFailure,
        wait: Option<Duration>,
        end: Instant,
    ) -> Result<RequestPermit, HttpError> {
        let AttemptFailure { error, retry_after, throttled: refused } = failure;
        let wait = retry_after.map_or(wait, |asked| wait.map(|_| asked.max(self.min_wait())));
        self.apply_pause(refused, retry_after, wait).await;
        let Some(wait) = wait else { return Err(error) };
        let too_late = Instant::now() + wait >= end || self.queue.paused_until().is_some_and(|until| until >= end);
        if too_late || self.check_circuit().is_err() {
            return Err(error);
        }
        trace!(host = %self.config.name, ?wait, "will try again");
        sleep(wait).await;
        match timeout_at(end.into(), self.queue.reacquire(|| self.check_circuit())).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(error),
        }
    }

    /// A service that wants quiet gets it from everybody: the queue holds, or the circuit opens where it takes long.
    async fn apply_pause(&self, refused: bool, retry_after: Option<Duration>, backoff: Option<Duration>) {
        let pause = match (retry_after, refused) {
            (Some(asked), _) => asked.max(self.min_wait()),
            (None, true) => backoff.unwrap_or_default().max(self.min_wait()),
            (None, false) => return,
        };
        if pause > self.settings.max_pause {
            self.lock_circuit().open_until(Instant::now() + pause);
        } else {
            self.queue.pause_for(pause).await;
        }
        debug!(host = %self.config.name, ?pause, "the host asked for a pause");
    }

    /// A refusal is never answered faster than the rate, or than the first backoff.
    fn min_wait(&self) -> Duration {
        min_interval(self.config.rate).max(self.settings.backoff_from)
    }

    /// One try: through the circuit, along the redirects, and what the circuit learns of it.
    async fn try_once(
        &self,
        request: &UpstreamRequest,
        url: &Url,
        permit: RequestPermit,
        end: Instant,
    ) -> Result<UpstreamResponse, AttemptFailure> {
        let mut passage = CircuitGuard::acquire(self)?;
        let outcome = self.follow_redirects(request, url, permit, end).await;
        if outcome.as_ref().err().is_none_or(|failure| failure.error.reached_server()) {
            self.was_reached.store(true, Ordering::Relaxed);
        }
        match &outcome {
            Err(AttemptFailure { error, .. }) if error.is_transient() => {
                *self.last_failure.lock() = error.to_string();
                passage.record_failure();
            }
            // A page that is too large or leads astray is still an answer of a living host.
            _ => passage.record_success(),
        }
        outcome
    }

    async fn follow_redirects(
        &self,
        request: &UpstreamRequest,
        url: &Url,
        mut permit: RequestPermit,
        end: Instant,
    ) -> Result<UpstreamResponse, AttemptFailure> {
        let mut at = url.clone();
        for _ in 0..=redirect::MAX_REDIRECTS {
            let location = match self.exchange_once(request, &at, end).await? {
                ExchangeOutcome::Response(reply) => return Ok(reply),
                ExchangeOutcome::Redirect(location) => location,
            };
            at = redirect::resolve_redirect(self.config.redirects, &self.base_url, &at, location.as_deref())?;
            if redirect::is_same_host(&self.base_url, &at) {
                // For the service this is one more request, so it takes one more turn.
                drop(permit);
                let turn = timeout_at(end.into(), self.queue.reacquire(|| Ok::<_, HttpError>(None::<Ready<()>>))).await;
                permit = turn.map_err(|_| HttpError::Timeout { after: self.settings.total_timeout })??;
            }
        }
        Err(HttpError::Redirect { to: address::redacted_url(&at), why: "after too many redirects" }.into())
    }

    async fn exchange_once(
        &self,
        request: &UpstreamRequest,
        url: &Url,
        end: Instant,
    ) -> Result<ExchangeOutcome, AttemptFailure> {
        let terms = ExchangeContext {
            client: &self.client,
            request,
            max_body_bytes: self.settings.max_body_bytes,
            config: &self.config,
        };
        self.request_count.fetch_add(1, Ordering::Relaxed);
        self.request_window.record_request();
        if let Some(tries) = &request.attempt_counter {
            tries.fetch_add(1, Ordering::Relaxed);
        }
        let (start, left) = (Instant::now(), end.saturating_duration_since(Instant::now()));
        let limit = left.min(self.settings.attempt_timeout);
        let answer = timeout(limit, terms.send_request(url, redirect::is_same_origin(&self.base_url, url))).await;
        trace!(host = %self.config.name, path = url.path(), took = ?start.elapsed(), "asked");
        answer.unwrap_or_else(|_| Err(HttpError::Timeout { after: limit }.into()))
    }

    fn resolve_url(&self, request: &UpstreamRequest) -> Result<Url, HttpError> {
        let mut url = match &request.target {
            RequestTarget::Path(segments) => address::join_segments(&self.base_url, segments),
            RequestTarget::Url(url) => redirect::check_address(self.config.redirects, &self.base_url, url.clone())?,
        };
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    /// Lets everybody through but where the host is left alone. While a probe is out, its answer is to be waited for.
    fn check_circuit(&self) -> Result<Option<Notified<'_>>, HttpError> {
        // Made before the question: what is told between the two is heard.
        let probed = self.probe_finished.notified();
        let asked = self.lock_circuit().check_allowed(Instant::now());
        match asked {
            Ok(()) => Ok(None),
            Err(CircuitRejection::HalfOpen) => Ok(Some(probed)),
            Err(refusal) => Err(self.circuit_error(refusal)),
        }
    }

    fn circuit_error(&self, refusal: CircuitRejection) -> HttpError {
        let failures = self.lock_circuit().failure_count();
        let until = match refusal {
            CircuitRejection::Open { until } => until,
            CircuitRejection::HalfOpen => Instant::now(),
        };
        let last = self.last_failure.lock().clone();
        HttpError::CircuitOpen {
            until: to_wall_clock(until),
            failures,
            last,
            reached: self.was_reached.load(Ordering::Relaxed),
        }
    }

    fn lock_circuit(&self) -> MutexGuard<'_, CircuitBreaker> {
        self.circuit.lock()
    }

    fn snapshot(&self) -> UpstreamSnapshot {
        let circuit = match self.lock_circuit().state(Instant::now()) {
            circuit_breaker::BreakerState::Closed => CircuitState::Closed,
            circuit_breaker::BreakerState::Open { until } => CircuitState::Open { until: to_wall_clock(until) },
            circuit_breaker::BreakerState::HalfOpen => CircuitState::HalfOpen,
        };
        UpstreamSnapshot {
            requests: self.request_count.load(Ordering::Relaxed),
            last_minute: self.request_window.count_last_minute(),
            waiting: self.queue.waiting_count(),
            in_flight: self.queue.in_flight(),
            paused_until: self.queue.paused_until().map(to_wall_clock),
            circuit,
        }
    }
}

/// What other processes know of this host. A folder that cannot be used is no reason not to work.
fn open_shared_limit(rules: &UpstreamConfig, base: &Url, settings: &Settings) -> Option<CrossProcessRateLimit> {
    let (folder, step) = (settings.rate_dir.as_ref()?, request_queue::shared_interval(rules.rate?));
    match CrossProcessRateLimit::open(folder, &rules.name, base, step) {
        Ok(pace) => (!step.is_zero()).then_some(pace),
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "other processes cannot be told of requests");
            None
        }
    }
}

/// One way through the circuit. Given up before an answer, it makes room for another probe.
struct CircuitGuard<'a> {
    upstream: &'a UpstreamInner,
    permit: Option<CircuitPermit>,
}

impl<'a> CircuitGuard<'a> {
    fn acquire(host: &'a UpstreamInner) -> Result<Self, HttpError> {
        let entered = host.lock_circuit().acquire(Instant::now());
        Ok(Self { upstream: host, permit: Some(entered.map_err(|refusal| host.circuit_error(refusal))?) })
    }

    fn record_success(&mut self) {
        self.report_once(CircuitBreaker::record_success);
    }

    fn record_failure(&mut self) {
        self.report_once(|circuit, pass| circuit.record_failure(pass, Instant::now()));
    }

    /// Only the first end counts.
    fn report_once(&mut self, tell: impl FnOnce(&mut CircuitBreaker, CircuitPermit)) {
        let Some(pass) = self.permit.take() else { return };
        tell(&mut self.upstream.lock_circuit(), pass);
        self.upstream.probe_finished.notify_waiters();
    }
}

impl Drop for CircuitGuard<'_> {
    fn drop(&mut self) {
        self.report_once(|circuit, pass| circuit.record_abandoned(pass, Instant::now()));
    }
}

/// The monotonic instant as a time of day. An instant too far off to tell is now.
fn to_wall_clock(at: Instant) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(at.saturating_duration_since(Instant::now())).unwrap_or(now)
}
