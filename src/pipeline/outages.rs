//! Services that are sick. Whoever needs one waits until it may be asked again, together with all others; once an outage
//! has lasted too long, nobody waits for that service until it answers again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::provider::Provider;
use crate::http::{CircuitState, Host, HostState};
use crate::providers::Unanswered;

/// Pauses double from here, so that a service that is just getting up is not asked by everybody every moment.
const SHORTEST: Duration = Duration::from_secs(1);

/// Up to here, where the service does not say more.
const LONGEST: Duration = Duration::from_secs(30);

/// When it is worth asking again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hope {
    /// Where the service as a whole is left alone: a question that failed while others are answered will fail again. It
    /// is asked once more all the same where nobody knows of an outage, or where an answer came meanwhile: one may have
    /// begun with its first try, or ended with its last.
    WhenAllFail,
    /// Also where this question alone failed: it stands for many UPCs.
    Always,
}

/// Since when each sick service has not answered.
#[derive(Default)]
pub(super) struct Outages {
    patience: Duration,
    hosts: HashMap<Provider, Host>,
    since: Mutex<HashMap<Provider, Instant>>,
    /// When each service answered last.
    answered: Mutex<HashMap<Provider, Instant>>,
}

impl Outages {
    /// Outages of these services, which nobody waits out yet.
    pub(super) fn hosts(&self) -> Vec<(String, HostState)> {
        // One host may serve under several names.
        let by_host = self.hosts.values().map(|host| (host.name().to_string(), host.state()));
        by_host.collect::<BTreeMap<_, _>>().into_iter().collect()
    }

    pub(super) fn of(hosts: HashMap<Provider, Host>) -> Self {
        Self { hosts, ..Self::default() }
    }

    /// Each is waited out for so long.
    pub(super) fn lasting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Asks, again after each pause that the service is given.
    ///
    /// # Errors
    /// What the last try failed with.
    pub(super) async fn waited_out<T, F>(&self, hope: Hope, ask: impl Fn() -> F) -> Result<T, Unanswered>
    where
        F: Future<Output = Result<T, Unanswered>>,
    {
        let (began, mut least) = (Instant::now(), SHORTEST);
        loop {
            let unanswered = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(unanswered) => unanswered,
            };
            let is_first = least == SHORTEST && Self::may_pass(&unanswered);
            let provider = unanswered.provider();
            let is_open_question = !self.is_out(provider) || self.has_answered_since(provider, began);
            let once_more = (is_first && is_open_question).then_some(SHORTEST);
            let pause = self.pause(hope, &unanswered, least).or(once_more);
            let pause = pause.filter(|pause| began.elapsed() + *pause <= self.patience);
            let Some(pause) = pause else { return Err(unanswered) };
            tokio::time::sleep(pause).await;
            least = LONGEST.min(least * 2);
        }
    }

    fn may_pass(unanswered: &Unanswered) -> bool {
        unanswered.may_pass() && unanswered.was_reached()
    }

    /// How long to wait, where that is worth it.
    fn pause(&self, hope: Hope, unanswered: &Unanswered, least: Duration) -> Option<Duration> {
        let provider = unanswered.provider();
        if !Self::may_pass(unanswered) || (hope == Hope::WhenAllFail && !self.is_out(provider)) {
            return None;
        }
        let until = unanswered.again_at().unwrap_or_default();
        let pause = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(least);
        let since = *self.since().entry(provider.clone()).or_insert_with(Instant::now);
        // Somebody is asking whether it is well again: that is worth a moment, however long the outage has lasted.
        let is_tried = self.circuit(provider) == Some(CircuitState::HalfOpen);
        (is_tried || since.elapsed() + pause <= self.patience).then_some(pause)
    }

    fn circuit(&self, provider: &Provider) -> Option<CircuitState> {
        self.hosts.get(provider).map(|host| host.state().circuit)
    }

    /// True where the service as a whole is left alone, or somebody waits for it already.
    fn is_out(&self, provider: &Provider) -> bool {
        let is_open = self.circuit(provider).is_some_and(|circuit| circuit != CircuitState::Closed);
        is_open || self.since().contains_key(provider)
    }

    fn has_answered_since(&self, provider: &Provider, since: Instant) -> bool {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.get(provider).is_some_and(|at| *at > since)
    }

    /// The service has answered.
    pub(super) fn is_back(&self, provider: &Provider) {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.clone(), Instant::now());
        self.since().remove(provider);
    }

    fn since(&self) -> MutexGuard<'_, HashMap<Provider, Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
