//! The ledger of drafts: which SKU has its draft in which market, and by which job. It outlives jobs.
//!
//! Promise 2 of the product, one item one draft, rests on it where the market itself cannot be asked: a drafts
//! file has no memory. The first claim of a SKU wins, whoever asks how often; and of an item, the way of the first. Each
//! seller at each eBay has lines of his own.

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::seller::Seller;
use super::writer::Task;
use domain::batch::JobId;
use domain::sku::Sku;
use domain::upc::Upc;

/// A draft that a market wants to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub seller: Seller,
    /// The market: `csv`.
    pub sink: String,
    pub sku: Sku,
    pub job: JobId,
    pub upc: Upc,
    /// What the market needs to find or write the draft again.
    pub row: Value,
    pub at: Timestamp,
}

/// Whose draft it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    /// Nobody had it; the row is on the disk now.
    New,
    /// This job had claimed it, before a crash or a retry; the row is the one of then.
    Ours(Value),
    /// An earlier job's draft stands there.
    Theirs { job: JobId, at: Timestamp, row: Value },
    /// Its draft went another way; a second one would be sold twice.
    Elsewhere(OtherRoute),
}

/// One item, all its copies together, has one way to a market: the one that it took first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its draft went to {sink} in {job}, and a second one elsewhere would sell the item twice; \
     `draft-maker drafts --delete {sku}` gives that one up"
)]
pub struct OtherRoute {
    /// Of the draft that stands there.
    pub sku: Sku,
    pub sink: String,
    pub job: JobId,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place in the ledger, from 1; later lines have greater numbers.
    pub number: u64,
    pub sku: Sku,
    pub row: Value,
}

/// A UPC that has its draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    pub upc: Upc,
    pub job: JobId,
    pub at: Timestamp,
}

impl Journal {
    /// Claims a SKU for a draft; durable when it returns.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written; claiming again is safe.
    pub async fn ledger_claim(&self, claim: &Claim) -> Result<Claimed, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Claim { claim: claim.clone(), reply }, answer).await
    }

    /// Replaces what is kept of drafts, all or none; durable when it returns. SKUs that were never claimed stay so.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn ledger_amend(&self, seller: &Seller, sink: &str, rows: Vec<(Sku, Value)>) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Amend { seller: seller.clone(), sink: sink.to_owned(), rows, reply }, answer).await
    }

    /// Strikes a SKU out, by whichever way its draft went. True where there was one.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn ledger_strike(&self, seller: &Seller, sku: &Sku) -> Result<bool, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Task::Strike { seller: seller.clone(), sku: sku.clone(), reply }, answer).await
    }

    /// By which way the draft of a SKU went; `None` where there is none.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_route(&self, seller: &Seller, sku: &Sku) -> Result<Option<String>, JournalError> {
        self.store().route(seller, sku).await
    }

    /// Those of these SKUs that have a draft, by whatever way; some thousand at a time.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_drafted(&self, seller: &Seller, skus: &[Sku]) -> Result<Vec<Drafted>, JournalError> {
        self.store().drafted(seller, skus).await
    }

    /// The drafts of an item in a market, whichever job claimed them: one, or one for each copy.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_of(&self, seller: &Seller, sink: &str, upc: Upc) -> Result<Vec<Row>, JournalError> {
        self.store().of_item(seller, sink, upc).await
    }

    /// The drafts that `job` claimed in a market, in the order of the claims.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_rows(
        &self,
        seller: &Seller,
        sink: &str,
        job: &JobId,
    ) -> Result<Vec<(Sku, Value)>, JournalError> {
        let rows = self.ledger_page(seller, sink, job, 0, usize::MAX).await?;
        Ok(rows.into_iter().map(|row| (row.sku, row.row)).collect())
    }

    /// The same in pages, for jobs whose drafts do not fit in memory: lines after the number `after` (0 for the
    /// first page), at most so many. An empty page is the end.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_page(
        &self,
        seller: &Seller,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<Row>, JournalError> {
        self.store().ledger(seller, sink, job, after, at_most).await
    }
}
