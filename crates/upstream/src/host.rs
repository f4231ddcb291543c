//! One service, and the way of one request to it.

use std::fmt;
use std::future::Ready;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{sleep, timeout, timeout_at};
use tracing::{debug, trace};
use url::Url;

use super::circuit::{self, Circuit, Pass, Refusal};
use super::exchange::{Answer, Terms};
use super::pace::Pace;
use super::recent::Recent;
use super::request::To;
use super::retry::{Backoff, Failure};
use super::turn::{self, Seat, Turn, period};
use super::{CircuitState, HostRules, HostState, HttpError, Rate, Reply, Request, Settings, address, redirect};
use domain::provider::Provider;

/// A service that can be asked. Clones share its queue, its rate and its circuit.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

struct Shared {
    rules: HostRules,
    base: Url,
    client: reqwest::Client,
    settings: Arc<Settings>,
    turn: Turn,
    circuit: Mutex<Circuit>,
    /// Tells whoever waits for a probe's answer that it is there.
    probed: Notify,
    last_failure: Mutex<String>,
    reached: AtomicBool,
    requests: AtomicU64,
    recent: Recent,
}

impl Host {
    pub(super) fn new(rules: HostRules, base: Url, client: reqwest::Client, settings: Arc<Settings>) -> Self {
        let turn = Turn::new(rules.rate, rules.at_once, pace(&rules, &base, &settings));
        let circuit = Mutex::new(Circuit::new(settings.failures_to_open, settings.cool_down));
        let (last_failure, reached, requests) = (Mutex::default(), AtomicBool::default(), AtomicU64::default());
        let shared = Shared {
            rules,
            base,
            client,
            settings,
            turn,
            circuit,
            probed: Notify::new(),
            last_failure,
            reached,
            requests,
            recent: Recent::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Asks, in its turn, and again where the service fails: after its `Retry-After`, or a backoff.
    ///
    /// May be dropped at any time; a turn that was not used is not lost.
    ///
    /// # Errors
    /// What the last try failed with. [`HttpError::CircuitOpen`] comes at once, without a request.
    pub async fn send(&self, request: Request) -> Result<Reply, HttpError> {
        self.shared.send(&request).await
    }

    /// How the host is now.
    pub fn state(&self) -> HostState {
        self.shared.state()
    }

    /// How often it may be asked; `None` where it has no limit.
    pub fn rate(&self) -> Option<Rate> {
        self.shared.rules.rate
    }

    /// How many requests a minute its limit allows; `None` without a limit.
    pub fn per_minute(&self) -> Option<f64> {
        let period = self.shared.rules.rate?.period;
        (!period.is_zero()).then(|| 60.0 / period.as_secs_f64())
    }

    /// Who is asked, as in settings and results.
    pub fn name(&self) -> &Provider {
        &self.shared.rules.name
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("name", &self.shared.rules.name).finish_non_exhaustive()
    }
}

impl Shared {
    async fn send(&self, request: &Request) -> Result<Reply, HttpError> {
        let url = self.address(request)?;
        let mut backoff = Backoff::new(&self.settings);
        self.gate()?;
        let mut seat = self.turn.first(|| self.gate()).await?;
        let deadline = Instant::now() + self.settings.total_timeout;
        loop {
            let failure = match self.attempt(request, &url, seat, deadline).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            debug!(host = %self.rules.name, ?request, error = %failure.error, "a try failed");
            if request.once && failure.may_have_been_done() {
                return Err(failure.error);
            }
            let backoff = if failure.error.may_pass() { backoff.next() } else { None };
            seat = self.another_turn(failure, backoff, deadline).await?;
        }
    }

    /// Waits until the request may be tried again, or says why it will not be.
    async fn another_turn(&self, failure: Failure, wait: Option<Duration>, end: Instant) -> Result<Seat, HttpError> {
        let Failure { error, retry_after, refused } = failure;
        let wait = retry_after.map_or(wait, |asked| wait.map(|_| asked.max(self.shortest_wait())));
        self.pause(refused, retry_after, wait).await;
        let Some(wait) = wait else { return Err(error) };
        let too_late = Instant::now() + wait >= end || self.turn.pause().is_some_and(|until| until >= end);
        if too_late || self.gate().is_err() {
            return Err(error);
        }
        trace!(host = %self.rules.name, ?wait, "will try again");
        sleep(wait).await;
        match timeout_at(end.into(), self.turn.again(|| self.gate())).await {
            Ok(Ok(seat)) => Ok(seat),
            _ => Err(error),
        }
    }

    /// A service that wants quiet gets it from everybody: the queue holds, or the circuit opens where it takes long.
    async fn pause(&self, refused: bool, retry_after: Option<Duration>, backoff: Option<Duration>) {
        let pause = match (retry_after, refused) {
            (Some(asked), _) => asked.max(self.shortest_wait()),
            (None, true) => backoff.unwrap_or_default().max(self.shortest_wait()),
            (None, false) => return,
        };
        if pause > self.settings.longest_pause {
            self.circuit().rest_until(Instant::now() + pause);
        } else {
            self.turn.hold(pause).await;
        }
        debug!(host = %self.rules.name, ?pause, "the host asked for a pause");
    }

    /// A refusal is never answered faster than the rate, or than the first backoff.
    fn shortest_wait(&self) -> Duration {
        period(self.rules.rate).max(self.settings.backoff_from)
    }

    /// One try: through the circuit, along the redirects, and what the circuit learns of it.
    async fn attempt(&self, request: &Request, url: &Url, seat: Seat, end: Instant) -> Result<Reply, Failure> {
        let mut passage = Passage::enter(self)?;
        let outcome = self.follow(request, url, seat, end).await;
        if outcome.as_ref().err().is_none_or(|failure| failure.error.was_reached()) {
            self.reached.store(true, Ordering::Relaxed);
        }
        match &outcome {
            Err(Failure { error, .. }) if error.may_pass() => {
                *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = error.to_string();
                passage.failed();
            }
            // A page that is too large or leads astray is still an answer of a living host.
            _ => passage.succeeded(),
        }
        outcome
    }

    async fn follow(&self, request: &Request, url: &Url, mut seat: Seat, end: Instant) -> Result<Reply, Failure> {
        let mut at = url.clone();
        for _ in 0..=redirect::MOST_HOPS {
            let location = match self.exchange(request, &at, end).await? {
                Answer::Reply(reply) => return Ok(reply),
                Answer::SendsOn(location) => location,
            };
            at = redirect::next(self.rules.redirects, &self.base, &at, location.as_deref())?;
            if redirect::same_host(&self.base, &at) {
                // For the service this is one more request, so it takes one more turn.
                drop(seat);
                let turn = timeout_at(end.into(), self.turn.again(|| Ok::<_, HttpError>(None::<Ready<()>>))).await;
                seat = turn.map_err(|_| HttpError::Timeout { after: self.settings.total_timeout })??;
            }
        }
        Err(HttpError::Redirect { to: address::bare(&at), why: "after too many redirects" }.into())
    }

    async fn exchange(&self, request: &Request, url: &Url, end: Instant) -> Result<Answer, Failure> {
        let terms =
            Terms { client: &self.client, request, largest_body: self.settings.largest_body_bytes, rules: &self.rules };
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.recent.count();
        if let Some(tries) = &request.tries {
            tries.fetch_add(1, Ordering::Relaxed);
        }
        let (start, left) = (Instant::now(), end.saturating_duration_since(Instant::now()));
        let limit = left.min(self.settings.attempt_timeout);
        let answer = timeout(limit, terms.exchange(url, redirect::same_origin(&self.base, url))).await;
        trace!(host = %self.rules.name, path = url.path(), took = ?start.elapsed(), "asked");
        answer.unwrap_or_else(|_| Err(HttpError::Timeout { after: limit }.into()))
    }

    fn address(&self, request: &Request) -> Result<Url, HttpError> {
        let mut url = match &request.to {
            To::Path(segments) => address::below(&self.base, segments),
            To::Url(url) => redirect::admit(self.rules.redirects, &self.base, url.clone())?,
        };
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    /// Lets everybody through but where the host is left alone. While a probe is out, its answer is to be waited for.
    fn gate(&self) -> Result<Option<Notified<'_>>, HttpError> {
        // Made before the question: what is told between the two is heard.
        let probed = self.probed.notified();
        let asked = self.circuit().ask(Instant::now());
        match asked {
            Ok(()) => Ok(None),
            Err(Refusal::Probing) => Ok(Some(probed)),
            Err(refusal) => Err(self.refused(refusal)),
        }
    }

    fn refused(&self, refusal: Refusal) -> HttpError {
        let failures = self.circuit().failures();
        let until = match refusal {
            Refusal::Resting { until } => until,
            Refusal::Probing => Instant::now(),
        };
        let last = self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        HttpError::CircuitOpen {
            until: on_the_wall(until),
            failures,
            last,
            reached: self.reached.load(Ordering::Relaxed),
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> HostState {
        let circuit = match self.circuit().state(Instant::now()) {
            circuit::State::Closed => CircuitState::Closed,
            circuit::State::Open { until } => CircuitState::Open { until: on_the_wall(until) },
            circuit::State::Probing => CircuitState::HalfOpen,
        };
        HostState {
            requests: self.requests.load(Ordering::Relaxed),
            last_minute: self.recent.sum(),
            waiting: self.turn.waiting(),
            in_flight: self.turn.in_flight(),
            paused_until: self.turn.pause().map(on_the_wall),
            circuit,
        }
    }
}

/// What other processes know of this host. A folder that cannot be used is no reason not to work.
fn pace(rules: &HostRules, base: &Url, settings: &Settings) -> Option<Pace> {
    let (folder, step) = (settings.pace_dir.as_ref()?, turn::step(rules.rate?));
    match Pace::open(folder, &rules.name, base, step) {
        Ok(pace) => (!step.is_zero()).then_some(pace),
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "other processes cannot be told of requests");
            None
        }
    }
}

/// One way through the circuit. Given up before an answer, it makes room for another probe.
struct Passage<'a> {
    host: &'a Shared,
    pass: Option<Pass>,
}

impl<'a> Passage<'a> {
    fn enter(host: &'a Shared) -> Result<Self, HttpError> {
        let entered = host.circuit().enter(Instant::now());
        Ok(Self { host, pass: Some(entered.map_err(|refusal| host.refused(refusal))?) })
    }

    fn succeeded(&mut self) {
        self.end(Circuit::succeeded);
    }

    fn failed(&mut self) {
        self.end(|circuit, pass| circuit.failed(pass, Instant::now()));
    }

    /// Only the first end counts.
    fn end(&mut self, tell: impl FnOnce(&mut Circuit, Pass)) {
        let Some(pass) = self.pass.take() else { return };
        tell(&mut self.host.circuit(), pass);
        self.host.probed.notify_waiters();
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.end(|circuit, pass| circuit.abandoned(pass, Instant::now()));
    }
}

/// The monotonic instant as a time of day. An instant too far off to tell is now.
fn on_the_wall(at: Instant) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(at.saturating_duration_since(Instant::now())).unwrap_or(now)
}
