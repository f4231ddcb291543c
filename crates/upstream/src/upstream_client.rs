//! The client of one upstream service: queues, sends and retries its requests.

use parking_lot::{Mutex, MutexGuard};
use std::fmt;
use std::future::Ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{sleep, timeout, timeout_at};
use tracing::{debug, trace};
use url::Url;

use super::circuit_breaker::{self, CircuitBreaker, CircuitPermit, CircuitRejection};
use super::exchange::{AttemptFailure, ExchangeContext, ExchangeOutcome};
use super::request::RequestTarget;
use super::request_queue::{self, RequestPermit, RequestQueue, min_interval};
use super::request_tracker::{RepeatedRequest, RepeatedRequests, RequestTracker};
use super::request_window::RequestWindow;
use super::retry_after::parse_retry_after;
use super::shared_rate_limits::{SharedRateLimit, SharedRateLimits};
use super::{
    CircuitState, HttpError, Rate, Settings, UpstreamConfig, UpstreamRequest, UpstreamResponse, UpstreamSnapshot,
    address, redirect,
};
use domain::provider::Provider;
use retry::{RetryAdvice, RetryPolicy};

/// The client of one upstream. Clones share its queue, rate limit and circuit breaker.
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
    /// Notifies requests that wait for the result of a probe.
    probe_finished: Notify,
    last_failure: Mutex<String>,
    was_reached: AtomicBool,
    /// Time of the last complete response.
    answered_at: Mutex<Option<Instant>>,
    request_count: AtomicU64,
    request_window: RequestWindow,
    request_tracker: RequestTracker,
    repeated_requests: RepeatedRequests,
}

impl UpstreamClient {
    pub(super) fn new(
        config: UpstreamConfig,
        base: Url,
        client: reqwest::Client,
        settings: Arc<Settings>,
        shared_limits: Option<Arc<dyn SharedRateLimits>>,
    ) -> Self {
        let shared_limit = shared_limits.and_then(|limits| shared_limit(&config, &base, limits));
        let queue = RequestQueue::new(config.rate, config.concurrency, shared_limit);
        let circuit = Mutex::new(CircuitBreaker::new(settings.failures_to_open, settings.cool_down));
        let inner = UpstreamInner {
            config,
            base_url: base,
            client,
            settings,
            queue,
            circuit,
            probe_finished: Notify::new(),
            last_failure: Mutex::default(),
            was_reached: AtomicBool::default(),
            answered_at: Mutex::default(),
            request_count: AtomicU64::default(),
            request_window: RequestWindow::new(),
            request_tracker: RequestTracker::default(),
            repeated_requests: RepeatedRequests::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Sends a request when its turn comes. Retries after a transient failure, after the time in `Retry-After` or a
    /// backoff.
    ///
    /// Cancel safe: dropping the future does not lose an unused turn.
    ///
    /// # Errors
    /// Returns the error of the last attempt. Returns [`HttpError::CircuitOpen`] immediately, without an attempt.
    pub async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, HttpError> {
        self.inner.send_with_retries(&request).await
    }

    /// Returns the current state of the upstream.
    pub fn snapshot(&self) -> UpstreamSnapshot {
        self.inner.snapshot()
    }

    /// Records that the caller repeats a request at which the service has failed, so that screens name the service. Keep
    /// the guard until the request has succeeded or is given up.
    pub fn track_failure(&self) -> RepeatedRequest {
        self.inner.repeated_requests.track_failure()
    }

    /// Returns true if the service has sent a complete response since this time. A request that got none may then be
    /// the cause itself.
    pub fn has_answered_since(&self, time: Instant) -> bool {
        self.inner.answered_at.lock().is_some_and(|answered_at| answered_at >= time)
    }

    /// Returns the rate limit; `None` if there is none.
    pub fn rate(&self) -> Option<Rate> {
        self.inner.config.rate
    }

    /// Returns the requests per minute that the rate limit allows; `None` if there is no limit.
    pub fn requests_per_minute(&self) -> Option<f64> {
        let period = self.inner.config.rate?.period;
        (!period.is_zero()).then(|| 60.0 / period.as_secs_f64())
    }

    /// Returns the name in settings and results.
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
                Ok(reply) => {
                    if reply.status >= 500 {
                        let requested = parse_retry_after(&reply.headers, SystemTime::now());
                        self.apply_pause(false, requested, None).await;
                    }
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            debug!(host = self.config.name.as_str(), ?request, error = %failure.error, "request failed");
            if (request.not_idempotent && failure.may_have_executed()) || is_isolated(request, &failure.error) {
                return Err(failure.error);
            }
            let backoff =
                schedule.next_delay(if failure.error.is_transient() { RetryAdvice::Retry } else { RetryAdvice::Stop });
            permit = self.wait_for_retry(failure, backoff, deadline).await?;
        }
    }

    /// Has no time limit, because the queue also waits: [`Self::wait_for_retry`] checks both against the deadline.
    fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::exponential(self.settings.backoff_from, self.settings.backoff_to)
            .with_full_jitter()
            .with_max_retries(self.settings.retries)
    }

    /// Waits until the request may be sent again, or returns the error if it will not be retried.
    async fn wait_for_retry(
        &self,
        failure: AttemptFailure,
        wait: Option<Duration>,
        end: Instant,
    ) -> Result<RequestPermit, HttpError> {
        let AttemptFailure { error, retry_after, throttled } = failure;
        let wait = retry_after.map_or(wait, |requested| wait.map(|_| requested.max(self.min_wait())));
        self.apply_pause(throttled, retry_after, wait).await;
        let Some(wait) = wait else { return Err(error) };
        let too_late = Instant::now() + wait >= end || self.queue.paused_until().is_some_and(|until| until >= end);
        if too_late || self.check_circuit().is_err() {
            return Err(error);
        }
        trace!(host = self.config.name.as_str(), ?wait, "retrying");
        sleep(wait).await;
        match timeout_at(end.into(), self.queue.reacquire(|| self.check_circuit())).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(error),
        }
    }

    /// Stops all requests to a service that requested a pause: pauses the queue, or opens the circuit if the pause is
    /// long.
    async fn apply_pause(&self, throttled: bool, retry_after: Option<Duration>, backoff: Option<Duration>) {
        let pause = match (retry_after, throttled) {
            (Some(requested), _) => requested.max(self.min_wait()),
            (None, true) => backoff.unwrap_or_default().max(self.min_wait()),
            (None, false) => return,
        };
        if pause > self.settings.max_pause {
            self.lock_circuit().open_until(Instant::now() + pause);
        } else {
            self.queue.pause_for(pause).await;
        }
        debug!(host = self.config.name.as_str(), ?pause, "the service asks to slow down; pausing");
    }

    /// Returns the minimum delay after a throttled request: the interval of the rate limit or the first backoff,
    /// whichever is longer.
    fn min_wait(&self) -> Duration {
        min_interval(self.config.rate).max(self.settings.backoff_from)
    }

    /// Makes one attempt, including redirects, and records the result in the circuit breaker.
    async fn try_once(
        &self,
        request: &UpstreamRequest,
        url: &Url,
        permit: RequestPermit,
        end: Instant,
    ) -> Result<UpstreamResponse, AttemptFailure> {
        let mut circuit_guard = CircuitGuard::acquire(self)?;
        let outcome = self.follow_redirects(request, url, permit, end).await;
        if outcome.as_ref().err().is_none_or(|failure| failure.error.reached_server()) {
            self.was_reached.store(true, Ordering::Relaxed);
        }
        if outcome.is_ok() {
            *self.answered_at.lock() = Some(Instant::now());
        }
        match &outcome {
            // Either the request or the service may be the cause, so the result neither closes nor opens the circuit.
            Err(AttemptFailure { error, .. }) if is_isolated(request, error) => {}
            Ok(reply) if reply.status >= 500 => {}
            Err(AttemptFailure { error, .. }) if error.is_transient() => {
                *self.last_failure.lock() = error.to_string();
                circuit_guard.record_failure();
            }
            // Even a page that is too large or redirects elsewhere comes from a working service.
            _ => circuit_guard.record_success(),
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
                ExchangeOutcome::Response(reply) => return Ok(*reply),
                ExchangeOutcome::Redirect(location) => location,
            };
            // A redirected write would arrive without its body or be executed twice.
            let policy = if request.method.is_safe() { self.config.redirects } else { super::RedirectPolicy::None };
            at = redirect::resolve_redirect(policy, &self.base_url, &at, location.as_deref())?;
            if redirect::is_same_host(&self.base_url, &at) {
                // The service counts this as a separate request, so another turn is needed.
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
        let exchange = ExchangeContext {
            client: &self.client,
            request,
            max_body_bytes: self.settings.max_body_bytes,
            idle_timeout: self.settings.attempt_timeout,
            config: &self.config,
        };
        self.request_count.fetch_add(1, Ordering::Relaxed);
        self.request_window.record_request();
        let _tracked = self.request_tracker.track_request();
        if let Some(counter) = &request.attempt_counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let (start, left) = (Instant::now(), end.saturating_duration_since(Instant::now()));
        let limit = left.min(self.settings.attempt_timeout);
        let answer = timeout(limit, exchange.send_request(url, redirect::is_same_origin(&self.base_url, url))).await;
        trace!(host = self.config.name.as_str(), path = url.path(), took = ?start.elapsed(), "request answered");
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

    /// Returns an error if the circuit is open. While a probe is in flight, returns a future that completes with it.
    fn check_circuit(&self) -> Result<Option<Notified<'_>>, HttpError> {
        // Created before the check, so that a notification in between is not missed.
        let probe_finished = self.probe_finished.notified();
        let allowed = self.lock_circuit().check_allowed(Instant::now());
        match allowed {
            Ok(()) => Ok(None),
            Err(CircuitRejection::HalfOpen) => Ok(Some(probe_finished)),
            Err(rejection) => Err(self.circuit_error(rejection)),
        }
    }

    fn circuit_error(&self, rejection: CircuitRejection) -> HttpError {
        let failures = self.lock_circuit().failure_count();
        let until = match rejection {
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
            asked_upcs: self.request_tracker.list_upcs(),
            longest_wait: self.request_tracker.longest_wait(),
            longest_failure: self.repeated_requests.longest_failure(),
            paused_until: self.queue.paused_until().map(to_wall_clock),
            circuit,
        }
    }
}

/// Returns the rate limit that all processes share; `None` if there is no limit. Its name contains the address,
/// because services count requests per address, whichever seller's token they carry.
fn shared_limit(config: &UpstreamConfig, base: &Url, limits: Arc<dyn SharedRateLimits>) -> Option<SharedRateLimit> {
    let interval = request_queue::interval_with_margin(config.rate?);
    let host: String = base.host_str().unwrap_or_default().chars().filter(|c| *c != '[' && *c != ']').collect();
    let name = format!("{}-{host}-{}", config.name.as_str(), base.port_or_known_default().unwrap_or_default());
    (!interval.is_zero()).then(|| SharedRateLimit::new(limits, name, interval))
}

/// Returns whether the request accepts that its own content may have caused the failure.
fn is_isolated(request: &UpstreamRequest, error: &HttpError) -> bool {
    request.isolates_failures && matches!(error, HttpError::Timeout { .. } | HttpError::Interrupted { .. })
}

/// The circuit permit of one attempt. Dropping it without a result allows another probe.
struct CircuitGuard<'a> {
    upstream: &'a UpstreamInner,
    permit: Option<CircuitPermit>,
}

impl<'a> CircuitGuard<'a> {
    fn acquire(upstream: &'a UpstreamInner) -> Result<Self, HttpError> {
        let permit = upstream.lock_circuit().acquire(Instant::now());
        Ok(Self { upstream, permit: Some(permit.map_err(|rejection| upstream.circuit_error(rejection))?) })
    }

    fn record_success(&mut self) {
        self.report_once(CircuitBreaker::record_success);
    }

    fn record_failure(&mut self) {
        self.report_once(|circuit, permit| circuit.record_failure(permit, Instant::now()));
    }

    /// Records only the first result.
    fn report_once(&mut self, record: impl FnOnce(&mut CircuitBreaker, CircuitPermit)) {
        let Some(permit) = self.permit.take() else { return };
        record(&mut self.upstream.lock_circuit(), permit);
        self.upstream.probe_finished.notify_waiters();
    }
}

impl Drop for CircuitGuard<'_> {
    fn drop(&mut self) {
        self.report_once(|circuit, permit| circuit.record_abandoned(permit, Instant::now()));
    }
}

/// Converts a monotonic time to wall-clock time; returns the current time if it is out of range.
fn to_wall_clock(at: Instant) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(at.saturating_duration_since(Instant::now())).unwrap_or(now)
}
