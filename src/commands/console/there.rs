//! The batches of a service on this machine: wishes go to its API, events come from it, and its journal is read beside it.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};

use super::desk::Desk;
use super::here::taken_back;
use crate::config::Config;
use client::{JoinError, Service, Wanted};
use console::{Change, Gauge, Hears, NotStarted, Operations, Records, Trouble, Unsent, Watched, Wish};
use domain::act::{Act, Acted};
use domain::batch::JobId;
use domain::comparison::Compared;
use domain::forecast::Forecast;
use domain::review::{Answer, Became};
use domain::scan::Scan;
use domain::survey::{Amount, Survey};
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// A service that was joined.
pub(super) struct There {
    desk: Desk,
    data_dir: PathBuf,
    service: Service,
}

impl There {
    /// Joins it; its data directory is read and never written.
    pub(super) async fn join(config: &Config, data_dir: &Path, service: Service) -> anyhow::Result<Self> {
        let journal = Journal::read_only(data_dir).await?;
        Ok(Self { desk: Desk::new(config, journal, config.section("intake")?), data_dir: data_dir.to_owned(), service })
    }
}

impl There {
    /// The service as it answers now: after a restart it may be at another address.
    fn now(&self) -> Service {
        Service::of(&self.data_dir).ok().flatten().unwrap_or_else(|| self.service.clone())
    }
}

/// A no is a no; everything else passes, and what was scanned is kept until then.
fn unsent(error: &JoinError) -> Unsent {
    let words = error.to_string();
    match error {
        JoinError::Refused { status: 404 | 409 | 422, .. } => Unsent::Refused(words),
        _ => Unsent::Down(words),
    }
}

#[async_trait]
impl Operations for There {
    fn name(&self) -> String {
        format!("the service at {}", self.service.address().trim_start_matches("http://"))
    }

    fn ends_with_the_console(&self) -> bool {
        false
    }

    fn records(&self) -> &dyn Records {
        &self.desk
    }

    /// Read here, so that it is told how far it has come; where this console may not read the bucket, the service does.
    async fn preview(&self, source: &str, hears: Hears<'_>) -> Result<Survey, Trouble> {
        let here = self.desk.preview(source, hears).await;
        if here.is_ok() || !source.starts_with("gs://") {
            return here;
        }
        let order = self.desk.order(&Wish::over(source.to_owned()))?;
        let planned = self.now().plan(&Wanted::from(&order), None).await.map_err(|error| error.to_string())?;
        planned.list.map_or(here, Ok)
    }

    async fn forecast(&self, wish: &Wish, amount: Amount) -> Result<Forecast, Trouble> {
        let order = self.desk.order(wish)?;
        let planned = self.now().plan(&Wanted::from(&order), Some(amount)).await;
        planned.map(|planned| planned.forecast).map_err(|error| error.to_string())
    }

    async fn start(&self, wish: &Wish) -> Result<JobId, NotStarted> {
        let order = self.desk.order(wish).map_err(NotStarted::Trouble)?;
        let key = format!("console-{:032x}", rand::random::<u128>());
        match self.now().order(&Wanted::from(&order).forced(wish.force), &key).await {
            Ok(job) => Ok(job),
            Err(JoinError::SameList { under_way, .. }) => Err(NotStarted::SameList(under_way)),
            Err(error) => Err(NotStarted::Trouble(error.to_string())),
        }
    }

    async fn watch(&self, job: &JobId) -> Result<Watched, Trouble> {
        // The past is read from the disk, which both share, and what happens from now on comes from the service.
        let watched = match self.desk.board(job).await {
            Ok(board) => self.now().watch_from(board),
            Err(JournalError::NoJob(_)) => self.now().watch(job),
            Err(error) => return Err(error.to_string()),
        };
        let news = watched.news.map_err(|error| error.to_string()).boxed();
        Ok(Watched { board: watched.board, news })
    }

    async fn compare(&self, job: &JobId, upc: Upc) -> Result<Vec<Compared>, Trouble> {
        self.now().compare(job, upc).await.map_err(|error| error.to_string())
    }

    async fn decide(&self, job: &JobId, upc: Upc, answer: &Answer) -> Result<Became, Trouble> {
        let became = self.now().decide(job, &[(upc, answer.clone())]).await.map_err(|error| error.to_string())?;
        Ok(became.into_iter().next().unwrap_or(Became::NotListed))
    }

    async fn change(&self, job: &JobId, change: Change) -> Result<JobId, Trouble> {
        let wish = match change {
            Change::Pause => "pause",
            Change::Resume => "resume",
            Change::Cancel => "cancel",
            Change::Retry => "retry",
        };
        self.now().wish(job, wish).await.map_err(|error| error.to_string())
    }

    async fn begin_scans(&self, key: &str) -> Result<JobId, Unsent> {
        let order = self.desk.scan_order().map_err(Unsent::Refused)?;
        self.now().begin_scans(&order, key).await.map_err(|error| unsent(&error))
    }

    async fn scan(&self, job: &JobId, scans: &[Scan]) -> Result<(), Unsent> {
        self.now().scan(job, scans).await.map_err(|error| unsent(&error))
    }

    async fn take_back(&self, job: &JobId, key: &str) -> Result<String, Trouble> {
        let left = self.now().take_back(job, key).await.map_err(|error| error.to_string())?;
        Ok(taken_back((left.upc, left.copies)))
    }

    async fn close_scans(&self, job: &JobId) -> Result<(), Trouble> {
        self.now().close_scans(job).await.map_err(|error| error.to_string())
    }

    async fn act(&self, job: &JobId, act: Act, upcs: &[Upc]) -> Result<Acted, Trouble> {
        let key = format!("console-{:032x}", rand::random::<u128>());
        self.now().act(job, act, upcs, &key).await.map_err(|error| error.to_string())
    }

    /// None while it does not answer: the batch's own stream says what is the matter.
    async fn gauges(&self) -> Vec<Gauge> {
        self.now().upstreams().await.unwrap_or_default()
    }

    async fn leave(&self) {}
}
