//! The search desk of one catalogue: UPCs wait a moment for each other and leave together.
//!
//! ```text
//! ask(upc) ─┐
//! ask(upc) ─┼─> wait a moment ─> what is kept is answered at once ─> the rest: one search ─> keep ─> answer all
//! ask(upc) ─┘
//! ```

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::cached_response::{decode_value, is_fresh};
use domain::job_spec::JobId;
use domain::provider_release::ProviderRelease;
use domain::upc::Upc;
use providers::{ProviderError, ReleaseCatalog};
use store::response_cache::{CacheKey, ResponseCache};

/// What a search desk answers.
pub type UpcSearchResult = Result<Vec<ProviderRelease>, ProviderError>;

/// How long the first UPC waits for others. Workers start a tray of items at once, so a full request is together
/// within a few milliseconds; waiting longer would only delay a single look-up.
const BATCH_WINDOW: Duration = Duration::from_millis(20);

/// Questions that may wait at a desk before askers wait themselves.
const QUEUE_CAPACITY: usize = 1_024;

struct UpcSearchRequest {
    upc: Upc,
    job: Option<JobId>,
    reply: oneshot::Sender<UpcSearchResult>,
}

/// A handle to the desk; the desk closes when the last handle is gone.
#[derive(Clone)]
pub struct SearchBatcher {
    requests: mpsc::Sender<UpcSearchRequest>,
}

impl SearchBatcher {
    /// Opens the desk of `catalogue`.
    pub fn spawn_worker(catalogue: Arc<dyn ReleaseCatalog>, answers: ResponseCache) -> Self {
        let (requests, queue) = mpsc::channel(QUEUE_CAPACITY);
        let worker =
            SearchWorker { catalog: catalogue, cache: answers, waiting: HashMap::new(), searches: JoinSet::new() };
        tokio::spawn(worker.run_loop(queue));
        Self { requests }
    }

    /// All entries of the catalogue that hold `upc`; asked for by `job`, where it is one that asks.
    ///
    /// # Errors
    /// [`Unanswered`] where the catalogue could not answer; `None` where the desk was closed meanwhile.
    pub async fn search_upc(&self, upc: Upc, job: Option<&JobId>) -> Option<UpcSearchResult> {
        let (answer, reply) = oneshot::channel();
        self.requests.send(UpcSearchRequest { upc, job: job.cloned(), reply: answer }).await.ok()?;
        reply.await.ok()
    }
}

/// Owns the questions that are under way, so a UPC that two jobs ask for is one flight.
struct SearchWorker {
    catalog: Arc<dyn ReleaseCatalog>,
    cache: ResponseCache,
    waiting: HashMap<Upc, Vec<oneshot::Sender<UpcSearchResult>>>,
    searches: JoinSet<UpcSearchResults>,
}

type UpcSearchResults = Vec<(Upc, UpcSearchResult)>;

impl SearchWorker {
    async fn run_loop(mut self, mut queue: mpsc::Receiver<UpcSearchRequest>) {
        let size = self.catalog.batch_size().max(1);
        let mut asks = Vec::with_capacity(size);
        loop {
            tokio::select! {
                Some(done) = self.searches.join_next(), if !self.searches.is_empty() => self.send_results(done.unwrap_or_default()),
                taken = queue.recv_many(&mut asks, size) => {
                    if taken == 0 {
                        break;
                    }
                    if asks.len() < size {
                        tokio::time::sleep(BATCH_WINDOW).await;
                        while asks.len() < size && let Ok(ask) = queue.try_recv() {
                            asks.push(ask);
                        }
                    }
                    self.start_search(&mut asks);
                }
            }
        }
        while let Some(done) = self.searches.join_next().await {
            self.send_results(done.unwrap_or_default());
        }
    }

    /// Sends off what nobody has asked yet; the others join the flight that is under way.
    fn start_search(&mut self, asks: &mut Vec<UpcSearchRequest>) {
        let (mut upcs, mut jobs) = (Vec::new(), BTreeSet::new());
        for UpcSearchRequest { upc, job, reply: answer } in asks.drain(..) {
            let flight = self.waiting.entry(upc).or_default();
            if flight.is_empty() {
                upcs.push(upc);
                jobs.extend(job.map(|job| job.to_string()));
            }
            flight.push(answer);
        }
        if !upcs.is_empty() {
            // One question of several items, and maybe of several jobs.
            let names = upcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let jobs = Some(jobs.into_iter().collect::<Vec<_>>().join(", ")).filter(|jobs| !jobs.is_empty());
            let span = tracing::error_span!("search", job = jobs, upc = names);
            self.searches.spawn(search_catalog(self.catalog.clone(), self.cache.clone(), upcs).instrument(span));
        }
    }

    fn send_results(&mut self, found: UpcSearchResults) {
        for (upc, found) in found {
            for answer in self.waiting.remove(&upc).unwrap_or_default() {
                // An asker that was stopped meanwhile no longer listens.
                let _ = answer.send(found.clone());
            }
        }
    }
}

fn search_cache_key(catalogue: &dyn ReleaseCatalog, upc: Upc) -> CacheKey {
    CacheKey { provider: catalogue.provider(), text: format!("upc:{}", upc.ean13()) }
}

async fn search_catalog(
    catalogue: Arc<dyn ReleaseCatalog>,
    answers: ResponseCache,
    upcs: Vec<Upc>,
) -> UpcSearchResults {
    let (mut found, open) = split_cached(catalogue.as_ref(), &answers, upcs).await;
    if open.is_empty() {
        return found;
    }
    match catalogue.search_upcs(&open).await {
        Ok(mut releases) => {
            let new = open.into_iter().map(|upc| (upc, releases.remove(&upc).unwrap_or_default())).collect::<Vec<_>>();
            cache_results(catalogue.as_ref(), &answers, &new).await;
            found.extend(new.into_iter().map(|(upc, releases)| (upc, Ok(releases))));
        }
        Err(error) => found.extend(open.into_iter().map(|upc| (upc, Err(error.clone())))),
    }
    found
}

/// Splits `upcs` into those whose answers are kept and fresh, and those to ask for.
async fn split_cached(
    catalogue: &dyn ReleaseCatalog,
    answers: &ResponseCache,
    upcs: Vec<Upc>,
) -> (UpcSearchResults, Vec<Upc>) {
    let questions = upcs.iter().map(|upc| search_cache_key(catalogue, *upc)).collect::<Vec<_>>();
    let known = answers.get_many(&questions).await.unwrap_or_else(|error| {
        // Without the answers the question is asked once more, which costs time and loses nothing.
        tracing::warn!(%error, "kept answers cannot be read");
        HashMap::new()
    });
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for (upc, question) in upcs.into_iter().zip(questions) {
        let answer = known.get(&question).filter(|answer| is_fresh(answer, catalogue.cache_ttl(), Timestamp::now()));
        match answer.map(decode_value::<Vec<ProviderRelease>>) {
            Some(Ok(releases)) => found.push((upc, Ok(releases.unwrap_or_default()))),
            Some(Err(_)) | None => open.push(upc),
        }
    }
    (found, open)
}

async fn cache_results(catalogue: &dyn ReleaseCatalog, answers: &ResponseCache, new: &[(Upc, Vec<ProviderRelease>)]) {
    let rows = (new.iter())
        .map(|(upc, releases)| {
            let found = (!releases.is_empty()).then(|| serde_json::to_value(releases).ok()).flatten();
            (search_cache_key(catalogue, *upc), found)
        })
        .collect::<Vec<_>>();
    if let Err(error) = answers.put_many(&rows, Timestamp::now()).await {
        tracing::warn!(%error, "answers cannot be kept");
    }
}
