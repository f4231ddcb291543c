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

use super::kept::{fresh, kept_value};
use domain::batch::JobId;
use domain::entry::Entry;
use domain::upc::Upc;
use providers::{Catalogue, Unanswered};
use store::response_cache::{Answers, Question};

/// What a search desk answers.
pub type Found = Result<Vec<Entry>, Unanswered>;

/// How long the first UPC waits for others. Workers start a tray of items at once, so a full request is together
/// within a few milliseconds; waiting longer would only delay a single look-up.
const MOMENT: Duration = Duration::from_millis(20);

/// Questions that may wait at a desk before askers wait themselves.
const QUEUE: usize = 1_024;

struct Ask {
    upc: Upc,
    job: Option<JobId>,
    answer: oneshot::Sender<Found>,
}

/// A handle to the desk; the desk closes when the last handle is gone.
#[derive(Clone)]
pub struct Desk {
    asks: mpsc::Sender<Ask>,
}

impl Desk {
    /// Opens the desk of `catalogue`.
    pub fn open(catalogue: Arc<dyn Catalogue>, answers: Answers) -> Self {
        let (asks, queue) = mpsc::channel(QUEUE);
        let clerk = Clerk { catalogue, answers, waiting: HashMap::new(), searches: JoinSet::new() };
        tokio::spawn(clerk.serve(queue));
        Self { asks }
    }

    /// All entries of the catalogue that hold `upc`; asked for by `job`, where it is one that asks.
    ///
    /// # Errors
    /// [`Unanswered`] where the catalogue could not answer; `None` where the desk was closed meanwhile.
    pub async fn ask(&self, upc: Upc, job: Option<&JobId>) -> Option<Found> {
        let (answer, reply) = oneshot::channel();
        self.asks.send(Ask { upc, job: job.cloned(), answer }).await.ok()?;
        reply.await.ok()
    }
}

/// Owns the questions that are under way, so a UPC that two jobs ask for is one flight.
struct Clerk {
    catalogue: Arc<dyn Catalogue>,
    answers: Answers,
    waiting: HashMap<Upc, Vec<oneshot::Sender<Found>>>,
    searches: JoinSet<Searched>,
}

type Searched = Vec<(Upc, Found)>;

impl Clerk {
    async fn serve(mut self, mut queue: mpsc::Receiver<Ask>) {
        let size = self.catalogue.batch_size().max(1);
        let mut asks = Vec::with_capacity(size);
        loop {
            tokio::select! {
                Some(done) = self.searches.join_next(), if !self.searches.is_empty() => self.answer_all(done.unwrap_or_default()),
                taken = queue.recv_many(&mut asks, size) => {
                    if taken == 0 {
                        break;
                    }
                    if asks.len() < size {
                        tokio::time::sleep(MOMENT).await;
                        while asks.len() < size && let Ok(ask) = queue.try_recv() {
                            asks.push(ask);
                        }
                    }
                    self.start(&mut asks);
                }
            }
        }
        while let Some(done) = self.searches.join_next().await {
            self.answer_all(done.unwrap_or_default());
        }
    }

    /// Sends off what nobody has asked yet; the others join the flight that is under way.
    fn start(&mut self, asks: &mut Vec<Ask>) {
        let (mut upcs, mut jobs) = (Vec::new(), BTreeSet::new());
        for Ask { upc, job, answer } in asks.drain(..) {
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
            self.searches.spawn(search(self.catalogue.clone(), self.answers.clone(), upcs).instrument(span));
        }
    }

    fn answer_all(&mut self, found: Searched) {
        for (upc, found) in found {
            for answer in self.waiting.remove(&upc).unwrap_or_default() {
                // An asker that was stopped meanwhile no longer listens.
                let _ = answer.send(found.clone());
            }
        }
    }
}

fn question(catalogue: &dyn Catalogue, upc: Upc) -> Question {
    Question { provider: catalogue.provider(), text: format!("upc:{}", upc.ean13()) }
}

async fn search(catalogue: Arc<dyn Catalogue>, answers: Answers, upcs: Vec<Upc>) -> Searched {
    let (mut found, open) = answered_before(catalogue.as_ref(), &answers, upcs).await;
    if open.is_empty() {
        return found;
    }
    match catalogue.search(&open).await {
        Ok(mut entries) => {
            let new = open.into_iter().map(|upc| (upc, entries.remove(&upc).unwrap_or_default())).collect::<Vec<_>>();
            keep(catalogue.as_ref(), &answers, &new).await;
            found.extend(new.into_iter().map(|(upc, entries)| (upc, Ok(entries))));
        }
        Err(error) => found.extend(open.into_iter().map(|upc| (upc, Err(error.clone())))),
    }
    found
}

/// Splits `upcs` into those whose answers are kept and fresh, and those to ask for.
async fn answered_before(catalogue: &dyn Catalogue, answers: &Answers, upcs: Vec<Upc>) -> (Searched, Vec<Upc>) {
    let questions = upcs.iter().map(|upc| question(catalogue, *upc)).collect::<Vec<_>>();
    let known = answers.look_up(&questions).await.unwrap_or_else(|error| {
        // Without the answers the question is asked once more, which costs time and loses nothing.
        tracing::warn!(%error, "kept answers cannot be read");
        HashMap::new()
    });
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for (upc, question) in upcs.into_iter().zip(questions) {
        let answer = known.get(&question).filter(|answer| fresh(answer, catalogue.keep(), Timestamp::now()));
        match answer.map(kept_value::<Vec<Entry>>) {
            Some(Ok(entries)) => found.push((upc, Ok(entries.unwrap_or_default()))),
            Some(Err(_)) | None => open.push(upc),
        }
    }
    (found, open)
}

async fn keep(catalogue: &dyn Catalogue, answers: &Answers, new: &[(Upc, Vec<Entry>)]) {
    let rows = (new.iter())
        .map(|(upc, entries)| {
            let found = (!entries.is_empty()).then(|| serde_json::to_value(entries).ok()).flatten();
            (question(catalogue, *upc), found)
        })
        .collect::<Vec<_>>();
    if let Err(error) = answers.keep(&rows, Timestamp::now()).await {
        tracing::warn!(%error, "answers cannot be kept");
    }
}
