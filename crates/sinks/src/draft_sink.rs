//! The interface of all destinations of drafts. No method publishes a listing, and none may be added that does.
//!
//! A sink validates a listing, creates its draft with [`DraftSink::create_draft`], and returns its files when the job
//! closes it.

use std::io;
use std::path::PathBuf;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use domain::listing::{Listing, MissingField};
use domain::outcome::{Draft, Status};
use domain::sku::Sku;
use store::journal::{JournalError, SellerAccount, SinkConflict};
use upstream::batcher::ExpectedRequest;

/// Result of submitting a listing to a sink.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftResult {
    /// The draft was created or changed, or this job's draft from before a crash was found. The note is for the
    /// operator.
    Created { draft: Draft, note: Option<String> },
    /// A draft already exists and was not changed. The reason, or the time of its creation, is for the operator.
    Unchanged { draft: Draft, reason: String },
    /// The destination rejected the listing with this message.
    Rejected(String),
    /// It is unknown whether the draft was created, and the destination cannot be asked. The seller has to check.
    Uncertain(String),
    /// The item has no draft here, but one at another destination.
    ExistsElsewhere(SinkConflict),
}

impl DraftResult {
    /// Adds a note. A listing that was not accepted stays unchanged.
    pub(crate) fn with_note(self, more: &str) -> Self {
        let extend = |text: Option<String>| text.map_or_else(|| more.to_owned(), |text| format!("{text}; {more}"));
        match self {
            Self::Created { draft, note } => Self::Created { draft, note: Some(extend(note)) },
            Self::Unchanged { draft, reason } => Self::Unchanged { draft, reason: extend(Some(reason)) },
            Self::Rejected(_) | Self::Uncertain(_) | Self::ExistsElsewhere(_) => self,
        }
    }
}

/// Names the terms of the listing for which a destination has no field: best offer and store category. `None` if the
/// listing has neither.
pub(crate) fn unsent_terms_note(listing: &Listing) -> Option<String> {
    let offer = listing.best_offer().map(|_| "best offer".to_owned());
    let category = listing.store_category().map(|path| format!("the store category {path}"));
    let terms = offer.into_iter().chain(category).collect::<Vec<_>>().join(" and ");
    (!terms.is_empty()).then(|| format!("a draft of this kind has no field for {terms}: set it in Seller Hub"))
}

/// Result of withdrawing a draft that another draft replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawResult {
    /// The draft is gone, or there was none. The note tells the operator what is left to do; all withdrawn drafts of a
    /// kind have the same note.
    Withdrawn { note: Option<String> },
    /// The listing is live, so nothing was deleted.
    Live { listing_id: Option<String> },
}

/// Reason why a listing was neither accepted nor rejected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SinkError {
    /// It is unknown whether the draft was created. Submitting the listing again is safe.
    #[error("{sink}: {why}")]
    Indeterminate { sink: &'static str, why: String },
    /// No listing can succeed, because the daily quota is used up or the consent has ended. `until` is the time when
    /// the sink is available again; `None` if the operator has to act first.
    #[error("{sink}: {why}")]
    Unavailable { sink: &'static str, why: String, until: Option<Timestamp> },
}

impl SinkError {
    /// Returns the error of a listing for which the ledger could not be read or written, before anything was sent. A
    /// store that cannot be used affects every listing and passes.
    pub(crate) fn from_ledger(sink: &'static str, error: &JournalError) -> Self {
        let why = format!("the ledger of drafts cannot be used: {error}");
        match error.item_retry_at(Timestamp::now()) {
            None => Self::Indeterminate { sink, why },
            until => Self::Unavailable { sink, why, until },
        }
    }
}

/// Why the files of a job were not written. All drafts stay in the ledger, and the next attempt writes them.
#[derive(Debug, thiserror::Error)]
pub enum WriteFilesError {
    /// The ledger of drafts cannot be read or written.
    #[error("the ledger of drafts cannot be used: {0}")]
    Ledger(#[from] JournalError),
    /// An entry of the ledger has another form.
    #[error("an entry of the ledger of drafts cannot be read: {0}")]
    InvalidRow(String),
    /// The folder or a file in it cannot be written.
    #[error("the drafts file cannot be written to {}: {}", folder.display(), files::describe_io_error(error))]
    Folder { folder: PathBuf, error: io::Error },
    #[error("an error in Draft Maker; the log has the details")]
    Panicked,
}

/// A draft that a sink recorded in the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEntry {
    pub draft: Draft,
    /// Number of copies that the draft offers.
    pub quantity: u32,
}

/// How closely a recorded draft matches the copies of a listing, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedMatch {
    Different,
    /// Condition and condition description are the same.
    SameCondition,
    /// The price is the same too.
    SameTerms,
}

impl RecordedMatch {
    /// Returns the match for these two comparisons.
    pub(crate) const fn from_parts(is_same_condition: bool, is_same_price: bool) -> Self {
        match (is_same_condition, is_same_price) {
            (false, _) => Self::Different,
            (true, false) => Self::SameCondition,
            (true, true) => Self::SameTerms,
        }
    }
}

/// Announces an item that may still be submitted, until the guard is dropped. A sink that sends several listings per
/// call waits for announced items.
pub struct InFlightGuard {
    _expected: Option<ExpectedRequest>,
}

impl InFlightGuard {
    /// Returns a guard for a sink that does not wait for other items.
    pub(crate) fn without_batch() -> Self {
        Self { _expected: None }
    }
}

impl From<ExpectedRequest> for InFlightGuard {
    fn from(expected: ExpectedRequest) -> Self {
        Self { _expected: Some(expected) }
    }
}

/// A destination of drafts, opened for one job.
pub trait DraftSink: Send + Sync {
    /// Returns the name in settings and results: `inventory`, `csv`, `item-draft`, `rehearsal`.
    fn name(&self) -> &'static str;

    /// Returns the final status of an item with a draft in this sink: `drafted`, `exported`, `rehearsed`.
    fn item_status(&self) -> Status;

    /// Describes, in one sentence, the drafts of this sink and where the seller finds them.
    fn description(&self) -> &'static str;

    /// Returns warnings for the operator before the batch starts, one sentence each.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the owner of these drafts in the ledger; `None` if the sink writes nothing to the ledger.
    fn seller(&self) -> Option<&SellerAccount> {
        None
    }

    /// Returns the owner of the drafts that the sink finds in the ledger. A dry run reads the ledger but writes nothing.
    fn owner_of_known_drafts(&self) -> Option<&SellerAccount> {
        self.seller()
    }

    /// Returns what would prevent the listing from being published later, according to the destination's rules.
    fn validate(&self, _listing: &Listing) -> Vec<MissingField> {
        Vec::new()
    }

    /// Announces an item that may be submitted later; see [`InFlightGuard`].
    fn track_in_flight(&self) -> InFlightGuard {
        InFlightGuard::without_batch()
    }

    /// Creates one draft. The SKU is the idempotency key: submitting a listing twice creates one draft.
    ///
    /// # Errors
    /// Returns [`SinkError`] if the listing was neither accepted nor rejected.
    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>>;

    /// Returns those of these SKUs that have offers here although the ledger does not have them: another data folder
    /// created them. Empty for a destination that cannot be queried, or that checks this in [`Self::create_draft`].
    ///
    /// # Errors
    /// Returns [`SinkError`] if the destination or the ledger does not answer.
    fn find_unrecorded<'a>(&'a self, _skus: &'a [Sku]) -> BoxFuture<'a, Result<Vec<Sku>, SinkError>> {
        Box::pin(async move { Ok(Vec::new()) })
    }

    /// Deletes a draft that another draft replaces, and its ledger entry. Safe to repeat.
    ///
    /// # Errors
    /// Returns [`SinkError`] if it is unknown whether the draft was deleted.
    fn withdraw_draft<'a>(&'a self, _sku: &'a Sku) -> BoxFuture<'a, Result<WithdrawResult, SinkError>> {
        Box::pin(async move { Ok(WithdrawResult::Withdrawn { note: None }) })
    }

    /// Returns the draft that this sink recorded in the ledger as `payload`; `None` if the payload cannot be read.
    fn parse_recorded(&self, sku: &Sku, payload: &Value) -> Option<RecordedEntry>;

    /// Returns how closely the draft that this sink recorded in the ledger as `payload` matches the copies of a
    /// listing.
    fn compare_recorded(&self, payload: &Value, listing: &Listing) -> RecordedMatch;

    /// Sends listings that wait for others immediately, because the batch is being stopped.
    fn flush_pending(&self) {}

    /// Ends the job after its last listing. A sink that writes files returns them.
    ///
    /// # Errors
    /// Returns [`WriteFilesError`].
    fn close(&self) -> BoxFuture<'_, Result<WrittenFiles, WriteFilesError>> {
        Box::pin(async move { Ok(WrittenFiles::default()) })
    }
}

/// Drafts files of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenFiles {
    /// Files created by this call.
    pub new: Vec<PathBuf>,
    /// Files created by earlier runs, which the seller may have uploaded.
    pub earlier: Vec<PathBuf>,
    /// Earlier files that lack changes, because the seller has added drafts to them.
    pub outdated: Vec<PathBuf>,
}

impl WrittenFiles {
    pub(super) fn extend(&mut self, more: Self) {
        self.new.extend(more.new);
        self.earlier.extend(more.earlier);
        self.outdated.extend(more.outdated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_cannot_be_used_defers_a_listing_and_another_error_ends_it() {
        let (database, message) = ("postgres://host/shop".to_owned(), "the connection was lost".to_owned());
        for outage in [
            JournalError::DatabaseUnreachable { database: database.clone(), message: message.clone() },
            JournalError::Database { database, message: message.clone() },
            JournalError::DiskFull { path: "journal.db".into() },
            JournalError::FileMoved { path: "journal.db".into(), message: message.clone() },
        ] {
            let deferred = SinkError::from_ledger("inventory", &outage);
            assert!(matches!(deferred, SinkError::Unavailable { until: Some(_), .. }), "{deferred:?}");
        }
        let ended = SinkError::from_ledger("inventory", &JournalError::Internal { message });
        assert!(matches!(ended, SinkError::Indeterminate { .. }), "{ended:?}");
    }
}
