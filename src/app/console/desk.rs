//! What a console reads, whoever runs the batches: buckets, folders, lists, the journal.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::super::order;
use super::{preview, spots};
use crate::config::Config;
use crate::console::{JobLine, MOST_WAITING, Page, Preview, Spot, Trouble, Wish};
use crate::domain::batch::{JobId, Order};
use crate::domain::board::Board;
use crate::domain::dossier::Dossier;
use crate::domain::review::Case;
use crate::domain::upc::Upc;
use crate::intake::{self, gcs::Client};
use crate::journal::{Journal, JournalError};
use crate::pipeline::batch;

/// The reading side.
pub(super) struct Desk {
    config: Config,
    journal: Journal,
    intake: intake::Settings,
    /// Set up when a bucket is first looked into.
    client: tokio::sync::OnceCell<Client>,
}

impl Desk {
    pub(super) fn new(config: &Config, journal: Journal, intake: intake::Settings) -> Self {
        Self { config: config.clone(), journal, intake, client: tokio::sync::OnceCell::new() }
    }

    /// A batch as the settings say, and over them what the operator chose.
    pub(super) fn order(&self, wish: &Wish) -> Result<Order, Trouble> {
        let standard = order(&self.config, wish.source.clone(), None).map_err(|error| format!("{error:#}"))?;
        Ok(Order {
            test_mode: standard.test_mode || wish.test_mode,
            create_drafts: standard.create_drafts && wish.create_drafts,
            review: standard.review || wish.review,
            condition: wish.condition.or(standard.condition),
            ..standard
        })
    }

    pub(super) async fn list(&self, spot: &Spot, page: Option<String>) -> Result<Page, Trouble> {
        match spot {
            Spot::Bucket { bucket, prefix } => {
                let connect = || Client::connect(&self.intake.gcs);
                let client = self.client.get_or_try_init(connect).await.map_err(|error| error.to_string())?;
                spots::bucket(client, bucket, prefix, page.as_deref()).await
            }
            Spot::Folder(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || spots::folder(Path::new(&path)));
                read.await.map_err(|error| error.to_string())?
            }
        }
    }

    pub(super) async fn preview(&self, source: &str) -> Result<Preview, Trouble> {
        let wish =
            Wish { source: source.to_owned(), test_mode: false, create_drafts: true, review: false, condition: None };
        preview::preview(&self.journal, &self.intake, &self.order(&wish)?).await
    }

    pub(super) async fn waiting(&self, job: &JobId) -> Result<Vec<Case>, Trouble> {
        batch::waiting(&self.journal, job, 0, MOST_WAITING).await.map_err(|error| error.to_string())
    }

    pub(super) async fn jobs(&self) -> Result<Vec<JobLine>, Trouble> {
        self.job_lines().await.map_err(|error| error.to_string())
    }

    async fn job_lines(&self) -> Result<Vec<JobLine>, JournalError> {
        let mut lines = Vec::new();
        for standing in self.journal.standings().await? {
            let job = self.journal.job(&standing.job).await?;
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

    /// A job as it is now, for whoever folds in by himself what happens from here on.
    pub(super) async fn board(&self, job: &JobId) -> Result<Board, JournalError> {
        let board = self.journal.board(job).await?;
        // Of a journal that is only read, nobody else has it.
        Ok(Arc::try_unwrap(board).map_or_else(
            |shared| shared.read().unwrap_or_else(PoisonError::into_inner).clone(),
            |own| own.into_inner().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    pub(super) async fn open(&self, job: &JobId, upc: Upc) -> Result<Dossier, Trouble> {
        let found = self.journal.dossiers(job, &[upc]).await.map_err(|error| error.to_string())?;
        found.into_iter().next().ok_or_else(|| format!("{upc} is not in the list of {job}"))
    }
}
