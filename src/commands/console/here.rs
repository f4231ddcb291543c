//! The batches of this process: the console's wishes put to its own queue.

use async_trait::async_trait;
use futures::StreamExt;

use super::super::wiring;
use super::desk::Desk;
use crate::config::Config;
use console::{Change, Gauge, Hears, NotStarted, Operations, Records, Trouble, Unsent, Watched, Wish};
use domain::act::{Act, Acted};
use domain::batch::{JobId, Order};
use domain::comparison::Compared;
use domain::forecast::{Forecast, UnderWay};
use domain::outcome::Status;
use domain::review::{Answer, Became};
use domain::scan::Scan;
use domain::survey::{Amount, Survey};
use domain::upc::Upc;
use pipeline::compare;
use pipeline::queue::{Queue, QueueError};
use pipeline::scans::ScanError;
use store::journal::Request;

/// One batch at a time: two would share the same limits and be ready later, both of them.
const AT_ONCE: usize = 1;

/// This process.
pub(super) struct Here {
    desk: Desk,
    queue: Queue,
}

impl Here {
    /// Takes the data folder, and goes on with what was under way.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let works = wiring::works(config).await?;
        let desk = Desk::new(config, works.journal.clone(), works.intake.clone());
        Ok(Self { desk, queue: Queue::open(works, AT_ONCE).await? })
    }
}

#[async_trait]
impl Operations for Here {
    fn name(&self) -> String {
        "this console".to_owned()
    }

    fn ends_with_the_console(&self) -> bool {
        true
    }

    fn records(&self) -> &dyn Records {
        &self.desk
    }

    async fn preview(&self, source: &str, hears: Hears<'_>) -> Result<Survey, Trouble> {
        self.desk.preview(source, hears).await
    }

    async fn forecast(&self, wish: &Wish, amount: Amount) -> Result<Forecast, Trouble> {
        self.queue.forecast(&self.desk.order(wish)?, amount).await.map_err(|error| error.to_string())
    }

    async fn start(&self, wish: &Wish) -> Result<JobId, NotStarted> {
        let order = self.desk.order(wish).map_err(NotStarted::Trouble)?;
        match self.queue.submit(order, wish.force, None).await {
            Ok(submitted) => Ok(submitted.job),
            Err(QueueError::SameList { job, state }) => Err(NotStarted::SameList(UnderWay { job_id: job, state })),
            Err(error) => Err(NotStarted::Trouble(error.to_string())),
        }
    }

    async fn watch(&self, job: &JobId) -> Result<Watched, Trouble> {
        let journal = &self.queue.works().journal;
        // The bell first: what happens in between is heard twice rather than not at all.
        let upto = *journal.bell().borrow();
        let board = journal.board(job).await.map_err(|error| error.to_string())?;
        let news = journal.follow(Some(job.clone()), upto);
        let news = news.map(|events| events.map_err(|error| error.to_string())).boxed();
        Ok(Watched { board, news })
    }

    async fn compare(&self, job: &JobId, upc: Upc) -> Result<Vec<Compared>, Trouble> {
        let works = self.queue.works();
        let compared = compare(&works.journal, works.ebay.as_ref(), &works.rules, job, upc).await;
        compared.map_err(|error| error.to_string())
    }

    async fn decide(&self, job: &JobId, upc: Upc, answer: &Answer) -> Result<Became, Trouble> {
        let became = self.queue.decide(job, &[(upc, answer.clone())]).await.map_err(|error| error.to_string())?;
        Ok(became.into_iter().next().unwrap_or(Became::NotListed))
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

    async fn begin_scans(&self, key: &str) -> Result<JobId, Unsent> {
        let order = self.desk.scan_order().map_err(Unsent::Refused)?;
        let request = Request { key: key.to_owned(), asked: Order::SCANS.to_owned() };
        let submitted = self.queue.submit(order, true, Some(request)).await;
        submitted.map(|submitted| submitted.job).map_err(|error| Unsent::Down(error.to_string()))
    }

    async fn scan(&self, job: &JobId, scans: &[Scan]) -> Result<(), Unsent> {
        match self.queue.scans().add(job, scans).await {
            Ok(_) => Ok(()),
            Err(error @ ScanError::Journal(_)) => Err(Unsent::Down(error.to_string())),
            Err(error) => Err(Unsent::Refused(error.to_string())),
        }
    }

    async fn take_back(&self, job: &JobId, key: &str) -> Result<String, Trouble> {
        let left = self.queue.scans().take_back(job, Some(key)).await.map_err(|error| error.to_string())?;
        Ok(taken_back(left))
    }

    async fn close_scans(&self, job: &JobId) -> Result<(), Trouble> {
        self.queue.scans().close(job).await.map(drop).map_err(|error| error.to_string())
    }

    async fn act(&self, job: &JobId, act: Act, upcs: &[Upc]) -> Result<Acted, Trouble> {
        self.queue.act(job, act, upcs, None).await.map_err(|error| error.to_string())
    }

    async fn gauges(&self) -> Vec<Gauge> {
        self.queue.works().upstreams()
    }

    async fn leave(&self) {
        self.queue.close().await;
    }
}

/// What a scan that was taken back leaves.
pub(super) fn taken_back((upc, copies): (Upc, u32)) -> String {
    match copies {
        0 => format!("{upc} is taken back"),
        1 => format!("a scan of {upc} is taken back; 1 copy is left"),
        copies => format!("a scan of {upc} is taken back; {copies} copies are left"),
    }
}
