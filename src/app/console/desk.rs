//! What a console reads, whoever runs the batches: buckets, folders, lists, the journal.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::super::order;
use super::{preview, spots};
use crate::config::Config;
use crate::console::{JobLine, Page, Preview, Spot, Trouble, Wish};
use crate::domain::batch::{JobId, Order};
use crate::domain::board::Board;
use crate::domain::dossier::Dossier;
use crate::domain::upc::Upc;
use crate::intake::{self, gcs::Client};
use crate::journal::{Journal, JournalError};
use crate::pipeline::scans;

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
        let wish = Wish { source: source.to_owned(), test_mode: false, create_drafts: true, condition: None };
        preview::preview(&self.journal, &self.intake, &self.order(&wish)?).await
    }

    /// A batch that takes scans, as the settings say.
    pub(super) fn scan_order(&self) -> Result<Order, Trouble> {
        let standard = order(&self.config, Order::SCANS.to_owned(), None).map_err(|error| format!("{error:#}"))?;
        Ok(standard.over_scans())
    }

    /// The batch that takes scans now.
    pub(super) async fn scanning(&self) -> Result<Option<JobId>, Trouble> {
        scans::newest(&self.journal).await.map_err(|error| error.to_string())
    }

    /// A new file, or a new object.
    pub(super) async fn save(&self, to: &str, text: String) -> Result<String, Trouble> {
        let source = to.parse::<intake::Source>().map_err(|error| error.to_string())?;
        match &source {
            intake::Source::Gcs { bucket, object } => {
                let connect = || Client::connect(&self.intake.gcs);
                let client = self.client.get_or_try_init(connect).await.map_err(|error| error.to_string())?;
                client.write_new(bucket, object, text.into()).await.map_err(|error| error.to_string())?;
            }
            intake::Source::File(path) => {
                let written = write_new(path.clone(), text);
                written.await.map_err(|error| format!("{}: {error}", path.display()))?;
            }
            intake::Source::Stdin => return Err("- is no name of a file".to_owned()),
        }
        Ok(source.to_string())
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

/// What is there stays as it is.
async fn write_new(path: PathBuf, text: String) -> std::io::Result<()> {
    let writing = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all())
    });
    writing.await.map_err(std::io::Error::other)?
}
