//! What a console reads, whoever runs the batches: buckets, folders, lists, the journal.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::super::{order, wiring};
use super::pictures::Pictures;
use super::places::Places;
use super::tape::Tape;
use super::{complete, spots, upload};
use crate::config::Config;
use console::{
    Composed, Found, Hears, JobLine, MOST_WAITING, Moment, NotUploaded, Page, Records, Settings, Spot, Then, Trouble,
    Wish,
};
use domain::batch::{JobId, Order};
use domain::board::Board;
use domain::dossier::Dossier;
use domain::review::Case;
use domain::survey::Survey;
use domain::upc::Upc;
use input::{self, Source, gcs::Client};
use pipeline::survey::survey;
use pipeline::{batch, composed, scans};
use store::journal::{Journal, JournalError, Seller};

/// How long the places wait for the project's buckets.
const BUCKETS_WITHIN: std::time::Duration = std::time::Duration::from_secs(3);

/// The reading side.
pub(super) struct Desk {
    config: Config,
    journal: Journal,
    intake: input::Settings,
    /// Set up when a bucket is first looked into.
    client: tokio::sync::OnceCell<Client>,
    places: Places,
    /// Of the batch whose past was looked at last.
    tape: tokio::sync::Mutex<Option<Tape>>,
    pictures: Pictures,
}

/// A folder as it can be come back to from anywhere.
async fn absolute(path: &Path) -> Result<String, Trouble> {
    let found = tokio::fs::canonicalize(path).await.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(found.display().to_string())
}

impl Desk {
    pub(super) fn new(config: &Config, journal: Journal, intake: input::Settings) -> Self {
        // Beside his keys: the data folder may be another process's.
        let keys = config.section::<Settings>("console").map(|settings| settings.keys).unwrap_or_default();
        let places = Places::of(keys.with_file_name("places.json"));
        let client = tokio::sync::OnceCell::new();
        let pictures = Pictures::new(config);
        Self { config: config.clone(), journal, intake, client, places, tape: <_>::default(), pictures }
    }

    /// A batch as the settings say, and over them what the operator chose.
    pub(super) fn order(&self, wish: &Wish) -> Result<Order, Trouble> {
        let standard = order(&self.config, wish.source.clone(), None).map_err(|error| format!("{error:#}"))?;
        Ok(Order {
            test_mode: standard.test_mode || wish.test_mode,
            create_drafts: standard.create_drafts && wish.create_drafts,
            review: standard.review || wish.review,
            condition: wish.condition.or(standard.condition),
            sink: wish.sink.clone().unwrap_or(standard.sink),
            copies: wish.copies.unwrap_or(standard.copies),
            ..standard
        })
    }

    pub(super) async fn client(&self) -> Result<&Client, Trouble> {
        let connect = || Client::connect(&self.intake.gcs);
        self.client.get_or_try_init(connect).await.map_err(|error| error.to_string())
    }

    pub(super) async fn buckets(&self) -> Result<Option<Vec<String>>, Trouble> {
        self.client().await?.buckets().await.map_err(|error| error.to_string())
    }

    /// What a list holds; what was looked at is found again among the places.
    pub(super) async fn preview(&self, source: &str, hears: Hears<'_>) -> Result<Survey, Trouble> {
        let parsed = source.parse::<Source>().map_err(|error| error.to_string())?;
        // Nobody is asked who is signed in: whoever sells at this eBay counts.
        let settings = self.config.section::<ebay::Settings>("ebay").map_err(|error| error.to_string())?;
        let seller = Seller::unknown(settings.place());
        let survey = survey(&self.journal, &seller, &parsed, &self.intake, hears).await;
        let survey = survey.map_err(|error| error.to_string())?;
        self.places.note(source).await;
        Ok(survey)
    }

    /// A batch that takes scans, as the settings say.
    pub(super) fn scan_order(&self) -> Result<Order, Trouble> {
        let standard = order(&self.config, Order::SCANS.to_owned(), None).map_err(|error| format!("{error:#}"))?;
        Ok(standard.over_scans())
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

    async fn wound(&self, job: &JobId, moment: Moment) -> Result<Then, JournalError> {
        let mut tape = self.tape.lock().await;
        let known = tape.take().filter(|known| known.is_of(job));
        let mut known = match known {
            Some(known) => known,
            None => Tape::of(&self.journal, self.board(job).await?).await?,
        };
        let then = known.go(&self.journal, moment).await;
        // One that could not be wound to its end is begun anew the next time.
        *tape = then.is_ok().then_some(known);
        then
    }
}

#[async_trait]
impl Records for Desk {
    async fn list(&self, spot: &Spot, page: Option<String>) -> Result<Page, Trouble> {
        match spot {
            Spot::Bucket { bucket, prefix } => {
                let found = spots::bucket(self.client().await?, bucket, prefix, page.as_deref()).await?;
                if page.is_none() {
                    self.places.note(&spot.to_string()).await;
                }
                Ok(found)
            }
            Spot::Places => {
                // Bookmarks do not wait for a network that is not there.
                let buckets = tokio::time::timeout(BUCKETS_WITHIN, self.buckets()).await;
                let buckets = buckets.unwrap_or_else(|_| Err("no answer yet; look again with r".to_owned()));
                let kept = self.places.kept().await.map_err(|error| error.to_string())?;
                let listed = tokio::task::spawn_blocking(move || spots::places(&kept, buckets));
                listed.await.map_err(|error| error.to_string())
            }
            Spot::Folder(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || spots::folder(Path::new(&path)));
                read.await.map_err(|error| error.to_string())?
            }
        }
    }

    async fn find(&self, address: &str) -> Result<Found, Trouble> {
        let address = address.to_owned();
        let found = tokio::task::spawn_blocking(move || spots::find(&address));
        found.await.map_err(|error| error.to_string())?
    }

    async fn bookmark(&self, spot: &Spot) -> Result<String, Trouble> {
        let address = match spot {
            Spot::Places => return Err("go to a bucket or a folder first".to_owned()),
            Spot::Folder(path) => absolute(path).await?,
            bucket @ Spot::Bucket { .. } => bucket.to_string(),
        };
        let is_there = self.places.mark(&address).await.map_err(|error| error.to_string())?;
        Ok(format!("{address} is {} bookmark", if is_there { "a" } else { "no longer a" }))
    }

    async fn complete(&self, typed: &str) -> Result<Vec<String>, Trouble> {
        complete::complete(self, typed).await
    }

    async fn upload(&self, file: &str, to: &str, over: Option<i64>) -> Result<Found, NotUploaded> {
        upload::upload(self, file, to, over).await
    }

    async fn jobs(&self) -> Result<Vec<JobLine>, Trouble> {
        self.job_lines().await.map_err(|error| error.to_string())
    }

    async fn open(&self, job: &JobId, upc: Upc) -> Result<Dossier, Trouble> {
        let found = self.journal.dossiers(job, &[upc]).await.map_err(|error| error.to_string())?;
        found.into_iter().next().ok_or_else(|| format!("{upc} is not in the list of {job}"))
    }

    /// The listing of an item, by the rules of now.
    async fn listing(&self, job: &JobId, upc: Upc) -> Result<Composed, Trouble> {
        let dossier = self.open(job, upc).await?;
        let order = self.journal.job(job).await.map_err(|error| error.to_string())?.order;
        let rules = wiring::rules(&self.config).map_err(|error| format!("{error:#}"))?;
        Ok(order.map_or(Composed::NotYet, |order| composed(&rules, &order, &dossier)))
    }

    async fn picture(&self, address: &str) -> Result<Bytes, Trouble> {
        self.pictures.fetch(address).await
    }

    async fn waiting(&self, job: &JobId) -> Result<Vec<Case>, Trouble> {
        batch::waiting(&self.journal, job, 0, MOST_WAITING).await.map_err(|error| error.to_string())
    }

    /// A batch as it was. Who comes from now begins with a tape of its own, and that of before is let go.
    async fn past(&self, job: &JobId, moment: Moment) -> Result<Then, Trouble> {
        self.wound(job, moment).await.map_err(|error| error.to_string())
    }

    /// The batch that takes scans now.
    async fn scanning(&self) -> Result<Option<JobId>, Trouble> {
        scans::newest(&self.journal).await.map_err(|error| error.to_string())
    }

    /// A new file, or a new object.
    async fn save(&self, to: &str, text: String) -> Result<String, Trouble> {
        let source = to.parse::<Source>().map_err(|error| error.to_string())?;
        match &source {
            Source::Gcs { bucket, object } => {
                let written = self.client().await?.write_new(bucket, object, text.into()).await;
                written.map_err(|error| error.to_string())?;
            }
            Source::File(path) => {
                let written = write_new(path.clone(), text);
                written.await.map_err(|error| format!("{}: {error}", path.display()))?;
            }
            Source::Stdin => return Err("- is no name of a file".to_owned()),
        }
        Ok(source.to_string())
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
