//! Where drafts go. No method here makes a listing live, and none may be added.

use async_trait::async_trait;

use crate::domain::listing::Listing;
use crate::domain::outcome::{Draft, Status};

/// What became of a listing that was handed to a market.
#[derive(Clone, Debug, PartialEq)]
pub enum Handed {
    /// A draft was made, or this job's own draft from before a crash was found again.
    Drafted(Draft),
    /// An earlier job's draft stands there; `since` says which, for people.
    AlreadyThere { draft: Draft, since: String },
    /// Refused, in the market's own words.
    Refused(String),
}

/// A market could not be reached or its books not be written; the item may be tried again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{sink}: {why}")]
pub struct MarketError {
    pub sink: &'static str,
    pub why: String,
}

/// A place for drafts.
#[async_trait]
pub trait Market: Send + Sync {
    /// The name in settings and results: `csv`, `rehearsal`.
    fn sink(&self) -> &'static str;

    /// How an item ends whose draft was taken here: `exported`, `rehearsed`.
    fn status(&self) -> Status;

    /// What a draft is here and where the seller finds it, in a sentence.
    fn explain(&self) -> &'static str;

    /// Makes one draft. The SKU decides: the same listing handed in twice is one draft.
    ///
    /// # Errors
    /// [`MarketError`] where it is not known whether the draft was made; handing it in again is safe.
    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError>;

    /// Called once when no more listings come; a file market writes its file and returns the paths.
    ///
    /// # Errors
    /// [`MarketError`] where the file cannot be written.
    async fn close(&self) -> Result<Vec<std::path::PathBuf>, MarketError>;
}
