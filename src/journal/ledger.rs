//! The ledger of drafts: which SKU has its draft in which market, and by which job. It outlives jobs.
//!
//! Promise 2 of the product, one item one draft, rests on it where the market itself cannot be asked: a drafts
//! file has no memory. The first claim of a SKU wins, whoever asks how often.

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::Task;
use crate::domain::batch::JobId;
use crate::domain::sku::Sku;
use crate::domain::upc::Upc;

/// A draft that a market wants to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
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
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place in the ledger, from 1; later lines have greater numbers.
    pub number: u64,
    pub sku: Sku,
    pub row: Value,
}

impl Journal {
    /// Claims a SKU for a draft; durable when it returns.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written; claiming again is safe.
    pub async fn ledger_claim(&self, claim: &Claim) -> Result<Claimed, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.order(Task::Claim { claim: claim.clone(), reply }, answer).await
    }

    /// The drafts that `job` claimed in a market, in the order of the claims.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_rows(&self, sink: &str, job: &JobId) -> Result<Vec<(Sku, Value)>, JournalError> {
        let rows = self.ledger_page(sink, job, 0, usize::MAX).await?;
        Ok(rows.into_iter().map(|row| (row.sku, row.row)).collect())
    }

    /// The same in pages, for jobs whose drafts do not fit in memory: lines after the number `after` (0 for the
    /// first page), at most so many. An empty page is the end.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_page(
        &self,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<Row>, JournalError> {
        self.store().ledger(sink, job, after, at_most).await
    }
}
