//! The market: a draft is a row in the ledger, and closing writes the rows of this job to its file.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::super::contract::{Approach, Handed, Market, MarketError};
use super::super::ebay::{self, CategoryRules, Holdings, Rulebook};
use super::file::Files;
use super::form::{CURRENCY, Columns};
use super::row::Row;
use ::ebay::{Environment, Marketplace};
use domain::batch::JobId;
use domain::job::JobState;
use domain::listing::{Listing, Missing};
use domain::outcome::{Draft, Status};
use domain::sku::Sku;
use store::journal::{Claim, Claimed, Journal, JournalError, Seller};

/// EBay takes files of 15 MB at most (Sell Feed API, data file limits).
const LARGEST: usize = 15_000_000;

/// Rows that are in memory at a time.
const PAGE: usize = 500;

/// Held while a file is written: of two jobs that end together, one may write the other's. The data directory is this
/// process's alone, so no other process writes files of its jobs.
static WRITING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The drafts file of one job.
#[derive(Clone)]
pub struct DraftsFile {
    journal: Journal,
    seller: Seller,
    job: JobId,
    folder: PathBuf,
    largest: usize,
    /// Whether eBay holds drafts that another data folder has made; `None` where no seller is signed in.
    holdings: Option<Arc<Holdings>>,
    /// What eBay asks of listings, and where; `None` where it was not asked.
    rules: Option<Arc<(Rulebook, &'static Marketplace)>>,
    remarks: Vec<String>,
    /// Other jobs that hold drafts of this one's items.
    met: Arc<Mutex<BTreeSet<JobId>>>,
}

impl DraftsFile {
    /// Its name in settings, results and the ledger.
    pub const SINK: &'static str = "csv";

    /// What a draft is here and where the seller finds it.
    pub const EXPLAINED: &'static str = "A file of drafts: upload it once in Seller Hub > Reports > Uploads, then find them \
        at https://www.ebay.com/sh/lst/drafts.";

    /// The file of `job`, to be written into `folder`; for nobody in particular at the real eBay.
    pub fn new(journal: Journal, job: JobId, folder: PathBuf) -> Self {
        let seller = Seller::unknown(Environment::Production.key());
        let (holdings, rules, remarks, met) = (None, None, Vec::new(), Arc::default());
        Self { journal, seller, job, folder, largest: LARGEST, holdings, rules, remarks, met }
    }

    /// The file of this seller.
    pub fn of(self, seller: Seller) -> Self {
        Self { seller, ..self }
    }

    /// With what eBay asks of listings at a site.
    pub(crate) fn by(self, rules: Option<(Rulebook, &'static Marketplace)>) -> Self {
        Self { rules: rules.map(Arc::new), ..self }
    }

    /// Asks what eBay holds before a row is claimed.
    pub(crate) fn asking(self, holdings: Option<Holdings>, remarks: Vec<String>) -> Self {
        Self { holdings: holdings.map(Arc::new), remarks, ..self }
    }

    /// With another limit for the size of a part, in bytes.
    pub fn in_parts_of(self, largest: usize) -> Self {
        Self { largest, ..self }
    }
}

#[async_trait]
impl Market for DraftsFile {
    fn sink(&self) -> &'static str {
        Self::SINK
    }

    fn status(&self) -> Status {
        Status::Exported
    }

    fn explain(&self) -> &'static str {
        Self::EXPLAINED
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    fn seller(&self) -> Option<&Seller> {
        Some(&self.seller)
    }

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        match self.rules.as_deref() {
            Some((rules, site)) => ebay::lacks(listing, rules, site),
            None => ebay::lacks_by_itself(listing),
        }
    }

    fn approach(&self) -> Approach {
        self.holdings.as_ref().map_or_else(Approach::unseen, |holdings| holdings.approach())
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        if listing.price().currency != CURRENCY {
            let why = "the drafts file is for ebay.com, whose prices are in USD; set pricing.currency to USD";
            return Ok(Handed::Refused(format!("the price is {}: {why}", listing.price())));
        }
        let asked = self.asked(listing).await?;
        if let Ok(Some(words)) = asked {
            return Ok(Handed::Refused(words));
        }
        let handed = self.claim(listing).await?;
        Ok(match asked {
            Err(words) => {
                handed.with_note(&format!("eBay could not be asked whether it holds the item already: {words}"))
            }
            Ok(_) => handed,
        })
    }

    fn copies_in(&self, row: &Value) -> u32 {
        read(row.clone()).map_or(1, |row| row.quantity)
    }

    fn hurry(&self) {
        if let Some(holdings) = &self.holdings {
            holdings.hurry();
        }
    }

    async fn close(&self) -> Result<Vec<PathBuf>, MarketError> {
        let mut written = self.write().await?;
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for job in met {
            written.extend(self.write_for(job).await?);
        }
        Ok(written)
    }
}

impl DraftsFile {
    /// Why a row may not be written, where eBay holds the item; a SKU that is in the ledger was asked for then.
    async fn asked(&self, listing: &Listing) -> Result<Result<Option<String>, String>, MarketError> {
        let Some(holdings) = &self.holdings else { return Ok(Ok(None)) };
        let is_known = self.journal.ledger_route(&self.seller, listing.sku()).await.map_err(failed)?.is_some();
        Ok(if is_known { Ok(None) } else { holdings.object(listing).await })
    }

    /// With the condition and the values that the category takes, where it was asked.
    fn row(&self, listing: &Listing) -> Row {
        let category = self.rules.as_deref().and_then(|(rules, _)| rules.category(listing.category_id()));
        category
            .map_or_else(|| Row::of(listing), |category: &CategoryRules| Row::of(listing).fitting(listing, category))
    }

    async fn claim(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let claim = Claim {
            seller: self.seller.clone(),
            sink: Self::SINK.to_owned(),
            sku: listing.sku().clone(),
            job: self.job.clone(),
            upc: listing.upc(),
            row: serde_json::to_value(self.row(listing)).map_err(failed)?,
            at: Timestamp::now(),
        };
        Ok(match self.journal.ledger_claim(&claim).await.map_err(failed)? {
            Claimed::New => drafted(draft(listing.sku(), listing.title().to_owned())),
            Claimed::Ours(row) => drafted(draft(listing.sku(), read(row)?.title)),
            Claimed::Elsewhere(other) => Handed::Refused(other.to_string()),
            Claimed::Theirs { job, at, row } => {
                let since = format!("in the drafts file of {job}, since {}", at.strftime("%Y-%m-%d %H:%M UTC"));
                self.met.lock().unwrap_or_else(PoisonError::into_inner).insert(job);
                Handed::AlreadyThere { draft: draft(listing.sku(), read(row)?.title), since }
            }
        })
    }

    /// A job that was killed has drafts in the ledger and in no file. Where this run counts on them, its file is
    /// written here, under the name and, where that can be, in the folder where the job itself would write it.
    async fn write_for(&self, job: JobId) -> Result<Vec<PathBuf>, MarketError> {
        let board = match self.journal.outline(&job).await {
            Err(JournalError::NoJob(_)) => return Ok(Vec::new()),
            board => board.map_err(failed)?,
        };
        let Some(order) = board.order.filter(|_| board.state != JobState::Completed) else { return Ok(Vec::new()) };
        let its_own = Self { job, folder: order.output.into(), ..self.clone() };
        match its_own.write().await {
            Err(_) => Self { folder: self.folder.clone(), ..its_own }.write().await,
            written => written,
        }
    }

    /// Writes the drafts that this job holds.
    async fn write(&self) -> Result<Vec<PathBuf>, MarketError> {
        let _alone = WRITING.lock().await;
        let (mut aspects, mut skus) = (BTreeSet::new(), HashSet::new());
        self.each_page(|rows| {
            for row in rows {
                aspects.extend(row.aspects.into_iter().map(|(name, _)| name));
                skus.insert(row.sku);
            }
            Ok(())
        })
        .await?;
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        let begin = Files::begin(self.folder.clone(), self.job.stamp(), Columns::with(&aspects), self.largest, skus);
        let mut files = begin.map_err(|error| self.unwritable(&error))?;
        self.each_page(|rows| {
            let mut rows = rows.iter();
            rows.try_for_each(|row| files.add(row)).map_err(|error| self.unwritable(&error))
        })
        .await?;
        files.finish().map_err(|error| self.unwritable(&error))
    }

    /// Shows the rows of this job to `take`, a page at a time, so that the drafts of a large job never are in
    /// memory together.
    async fn each_page(
        &self,
        mut take: impl FnMut(Vec<Row>) -> Result<(), MarketError> + Send,
    ) -> Result<(), MarketError> {
        let mut after = 0;
        loop {
            let page =
                self.journal.ledger_page(&self.seller, Self::SINK, &self.job, after, PAGE).await.map_err(failed)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            take(page.into_iter().map(|line| read(line.row)).collect::<Result<Vec<_>, _>>()?)?;
        }
    }

    fn unwritable(&self, error: &std::io::Error) -> MarketError {
        failed(format!("the drafts file cannot be written to {}: {error}", self.folder.display()))
    }
}

fn draft(sku: &Sku, title: String) -> Draft {
    Draft { sku: sku.clone(), title, sink: DraftsFile::SINK.to_owned(), offer_id: None, url: None }
}

fn drafted(draft: Draft) -> Handed {
    Handed::Drafted { draft, note: None }
}

fn read(row: serde_json::Value) -> Result<Row, MarketError> {
    serde_json::from_value(row).map_err(|error| failed(format!("a row of the ledger cannot be read: {error}")))
}

fn failed(why: impl std::fmt::Display) -> MarketError {
    MarketError::Unknown { sink: DraftsFile::SINK, why: why.to_string() }
}
