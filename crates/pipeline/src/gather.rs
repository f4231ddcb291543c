//! The gatherer: every question to a provider goes through here, so nothing known is asked twice and many UPCs
//! share a request where the provider takes many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::desk::{Desk, Found};
use super::kept::{fresh, kept_value};
use super::outages::{Hope, Outages};
use domain::appraisal::{Appraisal, PriceRules, Sample};
use domain::batch::JobId;
use domain::condition::Condition;
use domain::entry::Entry;
use domain::forecast::Quota;
use domain::matching::Match;
use domain::provider::Provider;
use domain::release::{EntryId, Release};
use domain::upc::Upc;
use providers::{Catalogue, Connected, Gallery, Keep, PriceGuide, Unanswered};
use store::response_cache::{Answers, Question};
use upstream::HostState;

/// All connected providers, with what they have answered before. One for the whole process: jobs share it, and
/// with it the upstreams' limits.
pub struct Gatherer {
    answers: Answers,
    catalogues: Vec<Arc<dyn Catalogue>>,
    desks: Vec<Desk>,
    guides: Vec<Arc<dyn PriceGuide>>,
    galleries: Vec<Arc<dyn Gallery>>,
    flights: std::sync::Mutex<HashMap<Question, Weak<Mutex<()>>>>,
    heard: AtomicBool,
    outages: Outages,
}

impl Gatherer {
    /// Gathers from `connected`, which stand in the order in which they are trusted.
    pub fn new(connected: Vec<Connected>, answers: Answers) -> Self {
        let (mut catalogues, mut guides, mut galleries) = (Vec::new(), Vec::new(), Vec::new());
        let mut hosts = HashMap::new();
        for provider in connected {
            hosts.extend(provider.names().map(|name| (name, provider.host.clone())));
            catalogues.extend(provider.catalogue);
            guides.extend(provider.price_guide);
            galleries.extend(provider.gallery);
        }
        let desks = catalogues.iter().map(|c| Desk::open(c.clone(), answers.clone())).collect();
        let (flights, heard, outages) = (std::sync::Mutex::default(), AtomicBool::new(false), Outages::of(hosts));
        Self { answers, catalogues, desks, guides, galleries, flights, heard, outages }
    }

    /// Waits out a service that is sick, for so long at most: for batches, which nobody sits before.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.outages = self.outages.lasting(patience);
        self
    }

    /// How long a sick service is waited for.
    pub fn patience(&self) -> Duration {
        self.outages.patience()
    }

    /// Every upstream of the providers at this moment, by name.
    pub fn hosts(&self) -> impl Iterator<Item = (String, HostState)> {
        self.outages.hosts().into_iter()
    }

    /// Deletes what the providers' terms let nobody keep any longer.
    pub async fn forget_outdated(&self, now: Timestamp) {
        let of_catalogues = self.catalogues.iter().map(|c| (c.provider(), c.keep()));
        let of_guides = self.guides.iter().map(|g| (g.provider(), g.keep()));
        let of_galleries = self.galleries.iter().map(|g| (g.provider(), g.keep()));
        let keeps = of_catalogues.chain(of_guides).chain(of_galleries).collect::<HashMap<_, _>>();
        for (provider, keep) in keeps {
            let (found_since, not_found_since) = (now - keep.found, now - keep.not_found);
            if let Err(error) = self.answers.forget(&provider, found_since, not_found_since).await {
                tracing::warn!(%error, "outdated answers cannot be deleted");
            }
        }
    }

    /// How many UPCs the most generous catalogue takes in one request: items started together fill it.
    pub fn tray(&self) -> usize {
        self.catalogues.iter().map(|c| c.batch_size()).max().unwrap_or(1).max(1)
    }

    /// The catalogues, in the order in which they are trusted.
    pub fn catalogues(&self) -> &[Arc<dyn Catalogue>] {
        &self.catalogues
    }

    /// The catalogues that are searched for a barcode.
    pub fn searched(&self) -> impl Iterator<Item = Provider> {
        self.catalogues.iter().filter(|catalogue| catalogue.can_search()).map(|catalogue| catalogue.provider())
    }

    /// Where pictures are.
    pub(super) fn galleries(&self) -> &[Arc<dyn Gallery>] {
        &self.galleries
    }

    /// What each catalogue that can be searched has for `upc`, all asked at the same time; for `job`, where it is one
    /// that asks.
    pub async fn search(&self, upc: Upc, job: Option<&JobId>) -> Vec<(Provider, Found)> {
        let asked = self.catalogues.iter().zip(&self.desks).filter(|(catalogue, _)| catalogue.can_search());
        let asks = asked.map(|(catalogue, desk)| async move {
            let ask = || async { desk.ask(upc, job).await.transpose() };
            let found = self.outages.waited_out(Hope::Always, ask).await.transpose()?;
            Some((catalogue.provider(), found))
        });
        let found = futures::future::join_all(asks).await.into_iter().flatten().collect::<Vec<_>>();
        for (provider, _) in found.iter().filter(|(_, found)| found.is_ok()) {
            self.heard.store(true, Ordering::Relaxed);
            self.outages.is_back(provider);
        }
        found
    }

    /// True once any catalogue has answered: what fails later is an outage and worth waiting for. What cannot even be
    /// reached before is a missing network or a wrong address, which waiting does not mend.
    pub fn has_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// One entry in full; `None` where its provider is not connected or has it no more.
    ///
    /// # Errors
    /// [`Unanswered`] where the provider could not answer.
    pub async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered> {
        let Some(catalogue) = self.catalogues.iter().find(|c| c.provider() == id.provider) else { return Ok(None) };
        let question = Question { provider: id.provider.clone(), text: format!("entry:{}", id.id) };
        self.once(question, catalogue.keep(), || catalogue.detail(id)).await
    }

    async fn samples(
        &self,
        guide: &dyn PriceGuide,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Vec<Sample>, Unanswered> {
        let asked = condition.map_or("any", Condition::key);
        let place = guide.place().map(|place| format!(":{place}")).unwrap_or_default();
        let text = format!("samples:{}:{asked}{place}", names(release));
        let question = Question { provider: guide.provider(), text };
        let found = self.once(question, guide.keep(), || guide.samples(release, condition)).await?;
        Ok(found.unwrap_or_default())
    }

    /// What a pressing fetches: what came with its entries, and what the price guides say.
    pub async fn appraise(
        &self,
        found: &Match,
        condition: Option<Condition>,
        rules: &PriceRules,
    ) -> (Appraisal, Vec<Unanswered>) {
        let asks = self.guides.iter().map(|guide| self.samples(guide.as_ref(), &found.release, condition));
        let (heard, without) = split(futures::future::join_all(asks).await);
        let told = found.entries.iter().flat_map(|entry| entry.samples.iter().cloned());
        let samples = told.chain(heard.into_iter().flatten()).collect();
        (Appraisal::from_samples(samples, condition, rules), without)
    }

    /// The guide that would make a better price than this one and is closed until a time that it names; the last to open
    /// where there are several. What a guide says that only the operator can open is not waited for.
    pub fn worth_waiting_for<'a>(&self, price: &Appraisal, without: &'a [Unanswered]) -> Option<&'a Unanswered> {
        let kind = |of: &Unanswered| self.guides.iter().find(|g| g.provider() == *of.provider()).map(|g| g.kind());
        let betters = |closed: &Unanswered| price.carried_by().is_none_or(|carries| Some(carries) <= kind(closed));
        let closed = without.iter().filter(|unanswered| unanswered.closed_until().is_some());
        closed.filter(|closed| betters(closed)).max_by_key(|closed| closed.closed_until())
    }

    /// What the operator should know of the price guides before so many items are appraised.
    pub async fn foresee(&self, items: u64) -> Vec<String> {
        let all = futures::future::join_all(self.guides.iter().map(|guide| guide.foresee(items))).await;
        all.into_iter().flatten().collect()
    }

    /// Today's calls that the price guides need for so many items.
    pub async fn quotas(&self, items: u64) -> Vec<Quota> {
        let all = futures::future::join_all(self.guides.iter().map(|guide| guide.quotas(items))).await;
        all.into_iter().flatten().collect()
    }

    /// Answers `question` from what is kept, or by `ask`, whose answer is kept before anybody sees it. Who asks the
    /// same meanwhile waits for the first: one flight per question. A failure is never kept.
    pub(super) async fn once<T, F>(
        &self,
        question: Question,
        keep: Keep,
        ask: impl Fn() -> F,
    ) -> Result<Option<T>, Unanswered>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<Option<T>, Unanswered>>,
    {
        let flight = self.flight(&question);
        let _seat = flight.lock().await;
        if let Some(found) = self.kept(&question, keep).await {
            return Ok(found);
        }
        let found = self.outages.waited_out(Hope::WhenAllFail, ask).await?;
        self.outages.is_back(&question.provider);
        let row = [(question, found.as_ref().and_then(|value| serde_json::to_value(value).ok()))];
        if let Err(error) = self.answers.keep(&row, Timestamp::now()).await {
            tracing::warn!(%error, "an answer cannot be kept");
        }
        Ok(found)
    }

    async fn kept<T: DeserializeOwned>(&self, question: &Question, keep: Keep) -> Option<Option<T>> {
        let mut known = match self.answers.look_up(std::slice::from_ref(question)).await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "kept answers cannot be read");
                return None;
            }
        };
        let answer = known.remove(question).filter(|answer| fresh(answer, keep, Timestamp::now()))?;
        kept_value(&answer).ok()
    }

    fn flight(&self, question: &Question) -> Arc<Mutex<()>> {
        let mut flights = self.flights.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(flight) = flights.get(question).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() > 4_096 {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(Mutex::new(()));
        flights.insert(question.clone(), Arc::downgrade(&flight));
        flight
    }
}

pub(super) fn split<T>(answers: Vec<Result<T, Unanswered>>) -> (Vec<T>, Vec<Unanswered>) {
    let (mut heard, mut without) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(value) => heard.push(value),
            Err(error) => without.push(error),
        }
    }
    (heard, without)
}

/// A pressing by all its identifiers, so that a question to a guide or a gallery names what was asked.
pub(super) fn names(release: &Release) -> String {
    let mut ids = release.ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    ids.sort();
    ids.join(",")
}
