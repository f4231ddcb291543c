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
use super::seller_account::SellerAccount;
use super::writer::JournalCommand;
use domain::job_spec::JobId;
use domain::sku::Sku;
use domain::upc::Upc;

/// A draft that a market wants to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub seller: SellerAccount,
    /// The market: `csv`.
    pub sink: String,
    pub sku: Sku,
    pub job: JobId,
    pub upc: Upc,
    /// What the market needs to find or write the draft again.
    pub payload: Value,
    pub at: Timestamp,
}

/// Whose draft it is.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimResult {
    /// Nobody had it; the row is on the disk now.
    Acquired,
    /// This job had claimed it, before a crash or a retry; the row is the one of then.
    OwnedByThisJob(Value),
    /// An earlier job's draft stands there.
    OwnedByOtherJob { job: JobId, at: Timestamp, row: Value },
    /// Its draft went another way; a second one would be sold twice.
    OtherSink(SinkConflict),
}

/// One item, all its copies together, has one way to a market: the one that it took first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its draft went to {sink} in {job}, and a second one elsewhere would sell the item twice; \
     `draft-maker drafts --delete {sku}` gives that one up"
)]
pub struct SinkConflict {
    /// Of the draft that stands there.
    pub sku: Sku,
    pub sink: String,
    pub job: JobId,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Its place in the ledger, from 1; later lines have greater numbers.
    pub number: u64,
    pub sku: Sku,
    pub payload: Value,
}

/// A UPC that has its draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingDraft {
    pub upc: Upc,
    pub job: JobId,
    pub at: Timestamp,
}

impl Journal {
    /// Claims a SKU for a draft; durable when it returns.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written; claiming again is safe.
    pub async fn claim_ledger_entry(&self, claim: &Claim) -> Result<ClaimResult, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::Claim { claim: claim.clone(), reply }, answer).await
    }

    /// Replaces what is kept of drafts, all or none; durable when it returns. SKUs that were never claimed stay so.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn update_ledger_entries(
        &self,
        seller: &SellerAccount,
        sink: &str,
        rows: Vec<(Sku, Value)>,
    ) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(
            JournalCommand::UpdateLedger { seller: seller.clone(), sink: sink.to_owned(), entries: rows, reply },
            answer,
        )
        .await
    }

    /// Strikes a SKU out, by whichever way its draft went. True where there was one.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn delete_ledger_entry(&self, seller: &SellerAccount, sku: &Sku) -> Result<bool, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::DeleteLedgerEntry { seller: seller.clone(), sku: sku.clone(), reply }, answer)
            .await
    }

    /// By which way the draft of a SKU went; `None` where there is none.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn find_ledger_sink(&self, seller: &SellerAccount, sku: &Sku) -> Result<Option<String>, JournalError> {
        self.store().find_sink(seller, sku).await
    }

    /// Those of these SKUs that have a draft, by whatever way; some thousand at a time.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn existing_drafts(
        &self,
        seller: &SellerAccount,
        skus: &[Sku],
    ) -> Result<Vec<ExistingDraft>, JournalError> {
        self.store().existing_drafts(seller, skus).await
    }

    /// The drafts of an item in a market, whichever job claimed them: one, or one for each copy.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_entries_for_upc(
        &self,
        seller: &SellerAccount,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        self.store().entries_for_upc(seller, sink, upc).await
    }

    /// The drafts that `job` claimed in a market, in the order of the claims.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_payloads_for_job(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
    ) -> Result<Vec<(Sku, Value)>, JournalError> {
        let rows = self.ledger_entries_page(seller, sink, job, 0, usize::MAX).await?;
        Ok(rows.into_iter().map(|row| (row.sku, row.payload)).collect())
    }

    /// The same in pages, for jobs whose drafts do not fit in memory: lines after the number `after` (0 for the
    /// first page), at most so many. An empty page is the end.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn ledger_entries_page(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        self.store().entries_page(seller, sink, job, after, at_most).await
    }
}
