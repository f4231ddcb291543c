//! Where drafts go. No method here makes a listing live, and none may be added.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use domain::listing::{Listing, Missing};
use domain::outcome::{Draft, Status};
use store::journal::Seller;

/// What became of a listing that was handed to a market.
#[derive(Clone, Debug, PartialEq)]
pub enum Handed {
    /// A draft was made or changed, or this job's own draft from before a crash was found again; the note says
    /// what is worth knowing.
    Drafted { draft: Draft, note: Option<String> },
    /// A draft stands there and was left as it is; `since` says why or since when, for people.
    AlreadyThere { draft: Draft, since: String },
    /// Refused, in the market's own words.
    Refused(String),
}

impl Handed {
    /// The same with something more that is worth knowing.
    pub fn with_note(self, more: &str) -> Self {
        let with = |said: Option<String>| said.map_or_else(|| more.to_owned(), |said| format!("{said}; {more}"));
        match self {
            Self::Drafted { draft, note } => Self::Drafted { draft, note: Some(with(note)) },
            Self::AlreadyThere { draft, since } => Self::AlreadyThere { draft, since: with(Some(since)) },
            Self::Refused(words) => Self::Refused(words),
        }
    }
}

/// A listing that was neither taken nor refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MarketError {
    /// It is not known whether the draft was made; handing the listing in again is safe.
    #[error("{sink}: {why}")]
    Unknown { sink: &'static str, why: String },
    /// The market takes nothing from anybody: a used-up limit, a consent that has ended. With a time, it opens by
    /// itself; without one, the operator has to do something first.
    #[error("{sink}: {why}")]
    Closed { sink: &'static str, why: String, until: Option<Timestamp> },
}

/// An item on its way to a market, which may wait for it in order to take many at once. Dropped, it is on its way no
/// more.
pub struct Approach(Option<Arc<watch::Sender<usize>>>);

impl Approach {
    /// For markets that take one listing at a time.
    pub fn unseen() -> Self {
        Self(None)
    }

    /// Counts while it lives.
    pub fn counted(by: Arc<watch::Sender<usize>>) -> Self {
        by.send_modify(|coming| *coming += 1);
        Self(Some(by))
    }
}

impl Drop for Approach {
    fn drop(&mut self) {
        if let Some(counter) = &self.0 {
            counter.send_modify(|coming| *coming = coming.saturating_sub(1));
        }
    }
}

/// A place for drafts.
#[async_trait]
pub trait Market: Send + Sync {
    /// The name in settings and results: `inventory`, `csv`, `item-draft`, `rehearsal`.
    fn sink(&self) -> &'static str;

    /// How an item ends whose draft was taken here: `drafted`, `exported`, `rehearsed`.
    fn status(&self) -> Status;

    /// What a draft is here and where the seller finds it, in a sentence.
    fn explain(&self) -> &'static str;

    /// What else the operator should know before the batch begins, a sentence each.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whose drafts these are in the ledger; `None` where nothing is written there.
    fn seller(&self) -> Option<&Seller> {
        None
    }

    /// What would keep the listing from going live later, though a draft could be made: the market's own rules.
    fn lacks(&self, _listing: &Listing) -> Vec<Missing> {
        Vec::new()
    }

    /// Says that an item is on its way here.
    fn approach(&self) -> Approach {
        Approach::unseen()
    }

    /// Makes one draft. The SKU decides: the same listing handed in twice is one draft.
    ///
    /// # Errors
    /// [`MarketError`] where the listing was neither taken nor refused.
    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError>;

    /// How many copies a line of the ledger stands for, as this market has written it.
    fn copies_in(&self, _row: &Value) -> u32 {
        1
    }

    /// A stop was asked for: what waits for company goes now.
    fn hurry(&self) {}

    /// Called once when no more listings come; a file market writes its file and returns the paths.
    ///
    /// # Errors
    /// [`MarketError`] where the file cannot be written.
    async fn close(&self) -> Result<Vec<PathBuf>, MarketError> {
        Ok(Vec::new())
    }
}
