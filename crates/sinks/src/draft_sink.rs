//! The interface of all destinations of drafts. No method makes a listing live, and none may be added.

use std::path::PathBuf;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use domain::listing::{Listing, MissingField};
use domain::outcome::{Draft, Status};
use domain::sku::Sku;
use store::journal::{SellerAccount, SinkConflict};
use upstream::batcher::ExpectedRequest;

/// What a sink did with a listing.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftResult {
    /// The draft was created or changed, or this job's draft from before a crash was found again. The note is for the
    /// operator.
    Created { draft: Draft, note: Option<String> },
    /// A draft exists and was left as it is. The reason, or the time since when it exists, is for the operator.
    Unchanged { draft: Draft, reason: String },
    /// The destination rejected the listing, in these words.
    Rejected(String),
    /// The item has a draft at another destination, and none here.
    ExistsElsewhere(SinkConflict),
}

impl DraftResult {
    /// Adds a note. A listing that was not accepted stays as it is.
    pub(crate) fn with_note(self, more: &str) -> Self {
        let extend = |text: Option<String>| text.map_or_else(|| more.to_owned(), |text| format!("{text}; {more}"));
        match self {
            Self::Created { draft, note } => Self::Created { draft, note: Some(extend(note)) },
            Self::Unchanged { draft, reason } => Self::Unchanged { draft, reason: extend(Some(reason)) },
            Self::Rejected(_) | Self::ExistsElsewhere(_) => self,
        }
    }
}

/// Names what the listing states and a destination has no field for: best offer and store category. `None` if the listing states
/// neither.
pub(crate) fn unsent_terms_note(listing: &Listing) -> Option<String> {
    let offer = listing.best_offer().map(|_| "best offer".to_owned());
    let category = listing.store_category().map(|path| format!("the store category {path}"));
    let terms = offer.into_iter().chain(category).collect::<Vec<_>>().join(" and ");
    (!terms.is_empty()).then(|| format!("a draft of this kind has no field for {terms}: set it in Seller Hub"))
}

/// What became of a draft that another one replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawResult {
    /// The draft is gone, or there was none. The note says what is left for the operator to do; it is the same for several
    /// such drafts.
    Withdrawn { note: Option<String> },
    /// The listing is live, so nothing was deleted.
    Live { listing_id: Option<String> },
}

/// Why a listing was neither accepted nor rejected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SinkError {
    /// It is not known whether the draft was created. It is safe to submit the listing again.
    #[error("{sink}: {why}")]
    Indeterminate { sink: &'static str, why: String },
    /// No listing can succeed: the daily quota is used up, or the consent has ended. `until` is the time at which the sink
    /// is available again; `None` if the operator has to do something first.
    #[error("{sink}: {why}")]
    Unavailable { sink: &'static str, why: String, until: Option<Timestamp> },
}

/// How far a recorded draft describes the same copies as a listing, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedMatch {
    Different,
    /// The condition and its description are the same.
    SameCondition,
    /// The price is the same too.
    SameTerms,
}

impl RecordedMatch {
    /// Returns the match for what was compared.
    pub(crate) const fn from_parts(is_same_condition: bool, is_same_price: bool) -> Self {
        match (is_same_condition, is_same_price) {
            (false, _) => Self::Different,
            (true, false) => Self::SameCondition,
            (true, true) => Self::SameTerms,
        }
    }
}

/// Announces an item that may still be submitted, until it is dropped. A sink that sends several listings in one call waits
/// for these.
pub struct InFlightGuard {
    _expected: Option<ExpectedRequest>,
}

impl InFlightGuard {
    /// Returns a guard for a sink that waits for no other items.
    pub(crate) fn without_batch() -> Self {
        Self { _expected: None }
    }
}

impl From<ExpectedRequest> for InFlightGuard {
    fn from(expected: ExpectedRequest) -> Self {
        Self { _expected: Some(expected) }
    }
}

/// A destination of drafts, open for one job.
pub trait DraftSink: Send + Sync {
    /// Returns the name in settings and results: `inventory`, `csv`, `item-draft`, `rehearsal`.
    fn name(&self) -> &'static str;

    /// Returns the final status of an item with a draft in this sink: `drafted`, `exported`, `rehearsed`.
    fn item_status(&self) -> Status;

    /// Returns what a draft is in this sink and where the seller finds it, in a sentence.
    fn description(&self) -> &'static str;

    /// Returns what the operator should know before the batch begins, in a sentence each.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the seller under whom the ledger has these drafts; `None` if the sink writes nothing to the ledger.
    fn seller(&self) -> Option<&SellerAccount> {
        None
    }

    /// Returns what would keep the listing from going live later, by the rules of the destination.
    fn validate(&self, _listing: &Listing) -> Vec<MissingField> {
        Vec::new()
    }

    /// Announces an item that may be submitted; see [`InFlightGuard`].
    fn track_in_flight(&self) -> InFlightGuard {
        InFlightGuard::without_batch()
    }

    /// Creates one draft. The SKU is the idempotency key: a listing that is submitted twice is one draft.
    ///
    /// # Errors
    /// Returns [`SinkError`] if the listing was neither accepted nor rejected.
    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>>;

    /// Deletes a draft that another one replaces, and its entry in the ledger. It is safe to do that again.
    ///
    /// # Errors
    /// Returns [`SinkError`] if it is not known whether the draft was deleted.
    fn withdraw_draft<'a>(&'a self, _sku: &'a Sku) -> BoxFuture<'a, Result<WithdrawResult, SinkError>> {
        Box::pin(async move { Ok(WithdrawResult::Withdrawn { note: None }) })
    }

    /// Returns the number of copies in an entry of the ledger that this sink has written.
    fn recorded_quantity(&self, _row: &Value) -> u32 {
        1
    }

    /// Returns how far an entry of the ledger that this sink has written describes the same copies as a listing.
    fn compare_recorded(&self, _row: &Value, _listing: &Listing) -> RecordedMatch {
        RecordedMatch::Different
    }

    /// Returns the draft of an entry of the ledger that this sink has written; `None` if the entry cannot be read.
    fn recorded_draft(&self, _sku: &Sku, _row: &Value) -> Option<Draft> {
        None
    }

    /// Sends what waits for other listings, because the batch is being stopped.
    fn flush_pending(&self) {}

    /// Ends the job, once no more listings come. A sink that writes files returns them.
    ///
    /// # Errors
    /// Returns [`SinkError`] if a file cannot be written.
    fn close(&self) -> BoxFuture<'_, Result<WrittenFiles, SinkError>> {
        Box::pin(async move { Ok(WrittenFiles::default()) })
    }
}

/// The drafts files of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenFiles {
    /// Files that were created now.
    pub new: Vec<PathBuf>,
    /// Files that an earlier run created, and that the seller may have uploaded.
    pub earlier: Vec<PathBuf>,
    /// Those of the earlier files that lack changes, since the seller has added drafts to them.
    pub outdated: Vec<PathBuf>,
}

impl WrittenFiles {
    pub(super) fn extend(&mut self, more: Self) {
        self.new.extend(more.new);
        self.earlier.extend(more.earlier);
        self.outdated.extend(more.outdated);
    }
}
