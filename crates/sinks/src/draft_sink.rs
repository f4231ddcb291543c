//! Where drafts go. No method here makes a listing live, and none may be added.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use domain::listing::{Listing, MissingField};
use domain::outcome::{Draft, Status};
use store::journal::SellerAccount;

/// What became of a listing that was handed to a market.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftResult {
    /// A draft was made or changed, or this job's own draft from before a crash was found again; the note says
    /// what is worth knowing.
    Created { draft: Draft, note: Option<String> },
    /// A draft stands there and was left as it is; `since` says why or since when, for people.
    Unchanged { draft: Draft, reason: String },
    /// Refused, in the market's own words.
    Rejected(String),
}

impl DraftResult {
    /// The same with something more that is worth knowing.
    pub fn with_note(self, more: &str) -> Self {
        let with = |text: Option<String>| text.map_or_else(|| more.to_owned(), |text| format!("{text}; {more}"));
        match self {
            Self::Created { draft, note } => Self::Created { draft, note: Some(with(note)) },
            Self::Unchanged { draft, reason: since } => Self::Unchanged { draft, reason: with(Some(since)) },
            Self::Rejected(message) => Self::Rejected(message),
        }
    }
}

/// A listing that was neither taken nor refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SinkError {
    /// It is not known whether the draft was made; handing the listing in again is safe.
    #[error("{sink}: {why}")]
    Indeterminate { sink: &'static str, why: String },
    /// The market takes nothing from anybody: a used-up limit, a consent that has ended. With a time, it opens by
    /// itself; without one, the operator has to do something first.
    #[error("{sink}: {why}")]
    Unavailable { sink: &'static str, why: String, until: Option<Timestamp> },
}

/// An item on its way to a market, which may wait for it in order to take many at once. Dropped, it is on its way no
/// more.
pub struct InFlightGuard(Option<Arc<watch::Sender<usize>>>);

impl InFlightGuard {
    /// For markets that take one listing at a time.
    pub fn without_counter() -> Self {
        Self(None)
    }

    /// Counts while it lives.
    pub fn with_counter(by: Arc<watch::Sender<usize>>) -> Self {
        by.send_modify(|coming| *coming += 1);
        Self(Some(by))
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        if let Some(counter) = &self.0 {
            counter.send_modify(|coming| *coming = coming.saturating_sub(1));
        }
    }
}

/// A place for drafts.
#[async_trait]
pub trait DraftSink: Send + Sync {
    /// The name in settings and results: `inventory`, `csv`, `item-draft`, `rehearsal`.
    fn name(&self) -> &'static str;

    /// How an item ends whose draft was taken here: `drafted`, `exported`, `rehearsed`.
    fn item_status(&self) -> Status;

    /// What a draft is here and where the seller finds it, in a sentence.
    fn description(&self) -> &'static str;

    /// What else the operator should know before the batch begins, a sentence each.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whose drafts these are in the ledger; `None` where nothing is written there.
    fn seller(&self) -> Option<&SellerAccount> {
        None
    }

    /// What would keep the listing from going live later, though a draft could be made: the market's own rules.
    fn validate(&self, _listing: &Listing) -> Vec<MissingField> {
        Vec::new()
    }

    /// Says that an item is on its way here.
    fn track_in_flight(&self) -> InFlightGuard {
        InFlightGuard::without_counter()
    }

    /// Makes one draft. The SKU decides: the same listing handed in twice is one draft.
    ///
    /// # Errors
    /// [`MarketError`] where the listing was neither taken nor refused.
    async fn create_draft(&self, listing: &Listing) -> Result<DraftResult, SinkError>;

    /// How many copies a line of the ledger stands for, as this market has written it.
    fn recorded_quantity(&self, _row: &Value) -> u32 {
        1
    }

    /// A stop was asked for: what waits for company goes now.
    fn flush_pending(&self) {}

    /// Called once when no more listings come; a file market writes its file and returns the paths.
    ///
    /// # Errors
    /// [`MarketError`] where the file cannot be written.
    async fn close(&self) -> Result<Vec<PathBuf>, SinkError> {
        Ok(Vec::new())
    }
}
