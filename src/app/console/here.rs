//! The batches of this process: the console's questions put to the queue and the journal.

use std::path::Path;

use async_trait::async_trait;
use futures::StreamExt;

use super::super::{order, wiring};
use super::{preview, spots};
use crate::config::Config;
use crate::console::{Change, Gauge, JobLine, Operations, Page, Preview, Spot, Trouble, Watched, Wish};
use crate::domain::batch::{JobId, Order};
use crate::domain::dossier::Dossier;
use crate::domain::outcome::Status;
use crate::domain::upc::Upc;
use crate::http::CircuitState;
use crate::intake::gcs::Client;
use crate::pipeline::queue::Queue;

/// One batch at a time: two would share the same limits and be ready later, both of them.
const AT_ONCE: usize = 1;

/// This process.
pub(super) struct Here {
    config: Config,
    queue: Queue,
    /// Set up when a bucket is first looked into.
    client: tokio::sync::OnceCell<Client>,
}

impl Here {
    /// Takes the data folder, and goes on with what was under way.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let works = wiring::works(config).await?;
        let queue = Queue::open(works, AT_ONCE).await?;
        Ok(Self { config: config.clone(), queue, client: tokio::sync::OnceCell::new() })
    }

    async fn client(&self) -> Result<&Client, Trouble> {
        let settings = &self.queue.works().intake.gcs;
        self.client.get_or_try_init(|| Client::connect(settings)).await.map_err(|error| error.to_string())
    }

    fn order(&self, source: &str) -> Result<Order, Trouble> {
        order(&self.config, source.to_owned(), None).map_err(|error| format!("{error:#}"))
    }
}

#[async_trait]
impl Operations for Here {
    fn name(&self) -> String {
        "this console".to_owned()
    }

    async fn list(&self, spot: &Spot, page: Option<String>) -> Result<Page, Trouble> {
        match spot {
            Spot::Bucket { bucket, prefix } => {
                spots::bucket(self.client().await?, bucket, prefix, page.as_deref()).await
            }
            Spot::Folder(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || spots::folder(Path::new(&path)));
                read.await.map_err(|error| error.to_string())?
            }
        }
    }

    async fn preview(&self, source: &str) -> Result<Preview, Trouble> {
        preview::preview(self.queue.works(), &self.order(source)?).await
    }

    async fn start(&self, wish: &Wish) -> Result<JobId, Trouble> {
        let mut order = self.order(&wish.source)?;
        order.test_mode |= wish.test_mode;
        order.create_drafts &= wish.create_drafts;
        order.condition = wish.condition.or(order.condition);
        let submitted = self.queue.submit(order, false, None).await.map_err(|error| error.to_string())?;
        Ok(submitted.job)
    }

    async fn jobs(&self) -> Result<Vec<JobLine>, Trouble> {
        let journal = &self.queue.works().journal;
        let mut lines = Vec::new();
        for standing in journal.standings().await.map_err(|error| error.to_string())? {
            let job = journal.job(&standing.job).await.map_err(|error| error.to_string())?;
            lines.push(JobLine {
                source: job.order.map(|order| order.source).unwrap_or_default(),
                successful: job.counts.successful(),
                total: job.counts.total,
                done: job.counts.done,
                job: job.id,
                state: job.state,
                started_at: job.started_at,
                ended_at: job.ended_at,
            });
        }
        Ok(lines)
    }

    async fn watch(&self, job: &JobId) -> Result<Watched, Trouble> {
        let journal = &self.queue.works().journal;
        // The bell first: what happens in between is heard twice rather than not at all.
        let upto = *journal.bell().borrow();
        let board = journal.board(job).await.map_err(|error| error.to_string())?;
        let news = journal.follow(Some(job.clone()), upto);
        let news = news.map(|events| events.map_err(|error| error.to_string())).boxed();
        Ok(Watched { board, upto, news })
    }

    async fn open(&self, job: &JobId, upc: Upc) -> Result<Dossier, Trouble> {
        let found = self.queue.works().journal.dossiers(job, &[upc]).await.map_err(|error| error.to_string())?;
        found.into_iter().next().ok_or_else(|| format!("{upc} is not in the list of {job}"))
    }

    async fn change(&self, job: &JobId, change: Change) -> Result<JobId, Trouble> {
        let changed = match change {
            Change::Pause => self.queue.pause(job).await.map(|job| job.id),
            Change::Resume => self.queue.resume(job).await.map(|job| job.id),
            Change::Cancel => self.queue.cancel(job).await.map(|job| job.id),
            Change::Retry => self.queue.retry(job, &[Status::Failed], None).await.map(|submitted| submitted.job),
        };
        changed.map_err(|error| error.to_string())
    }

    async fn gauges(&self) -> Vec<Gauge> {
        self.queue.works().gatherer.hosts().map(|(name, state)| gauge(name, &state)).collect()
    }

    async fn leave(&self) {
        self.queue.close().await;
    }
}

fn gauge(name: String, state: &crate::http::HostState) -> Gauge {
    let quiet_until = match state.circuit {
        CircuitState::Open { until } => Some(until),
        CircuitState::Closed | CircuitState::HalfOpen => state.paused_until,
    };
    Gauge { name, requests: state.requests, waiting: state.waiting as u64, quiet_until }
}
