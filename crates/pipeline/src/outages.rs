//! Services that are sick. Whoever needs one waits until it may be asked again, together with all others; once an outage
//! has lasted too long, nobody waits for that service until it answers again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use domain::provider::Provider;
use providers::Unanswered;
use upstream::{CircuitState, Host, HostState};

/// Pauses double from here, so that a service that is just getting up is not asked by everybody every moment.
const SHORTEST: Duration = Duration::from_secs(1);

/// Up to here, where the service does not say more.
const LONGEST: Duration = Duration::from_secs(30);

/// When it is worth asking again. Once more it always is: an outage may have begun with the first try.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hope {
    /// Where the service as a whole is left alone: a question that failed while others are answered will fail again.
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
    /// When the last outage of each service ended.
    ended: Mutex<HashMap<Provider, Instant>>,
}

impl Outages {
    /// Outages of these services, which nobody waits out yet.
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

    /// How each service is now, by name.
    pub(super) fn hosts(&self) -> Vec<(String, HostState)> {
        // One host may serve under several names.
        let by_host = self.hosts.values().map(|host| (host.name().to_string(), host.state()));
        by_host.collect::<BTreeMap<_, _>>().into_iter().collect()
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
            let asked = Instant::now();
            let unanswered = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(unanswered) => unanswered,
            };
            let is_singular = hope == Hope::WhenAllFail && !self.was_out_since(asked, unanswered.provider());
            let pause = if is_singular {
                (least == SHORTEST && may_pass(&unanswered)).then_some(SHORTEST)
            } else {
                self.pause(&unanswered, least)
            };
            let pause = pause.filter(|pause| began.elapsed() + *pause <= self.patience);
            let Some(pause) = pause else { return Err(unanswered) };
            tokio::time::sleep(pause).await;
            least = LONGEST.min(least * 2);
        }
    }

    /// How long to wait in an outage, where that is worth it.
    fn pause(&self, unanswered: &Unanswered, least: Duration) -> Option<Duration> {
        if !may_pass(unanswered) {
            return None;
        }
        let until = unanswered.again_at().unwrap_or_default();
        let pause = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(least);
        let since = *locked(&self.since).entry(unanswered.provider().clone()).or_insert_with(Instant::now);
        (since.elapsed() + pause <= self.patience).then_some(pause)
    }

    /// True where the service as a whole is left alone, or somebody waits for it already; also where that ended after
    /// `asked`, for a question's last try may have fallen into it.
    fn was_out_since(&self, asked: Instant, provider: &Provider) -> bool {
        let circuit = self.hosts.get(provider).map(|host| host.state().circuit);
        circuit.is_some_and(|circuit| circuit != CircuitState::Closed)
            || locked(&self.since).contains_key(provider)
            || locked(&self.ended).get(provider).is_some_and(|ended| *ended > asked)
    }

    /// The service has answered.
    pub(super) fn is_back(&self, provider: &Provider) {
        if locked(&self.since).remove(provider).is_some() {
            locked(&self.ended).insert(provider.clone(), Instant::now());
        }
    }
}

/// False where no time will mend it, or nobody has ever been reached.
fn may_pass(unanswered: &Unanswered) -> bool {
    unanswered.may_pass() && unanswered.was_reached()
}

fn locked<T>(times: &Mutex<T>) -> MutexGuard<'_, T> {
    times.lock().unwrap_or_else(PoisonError::into_inner)
}
