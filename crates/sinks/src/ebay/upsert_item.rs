//! One listing on its way through a round: what eBay holds of it, and what is to be done.

use serde_json::Value;

use super::super::draft_sink::{DraftResult, SinkError};
use super::context::sink_error;
use super::inventory::InventorySink;
use super::offers::SkuOffers;
use super::payload::DraftPayload;
use super::sync_record::SyncRecord;
use domain::listing::Listing;
use domain::outcome::Draft;
use domain::sink::SinkKind;
use ebay::EbayError;
use store::journal::ClaimResult;

/// One listing of a round.
pub(super) struct UpsertItem {
    pub(super) listing: Listing,
    pub(super) payload: Option<DraftPayload>,
    pub(super) record: SyncRecord,
    /// Whose line of the ledger it is.
    pub(super) claim_owner: ClaimOwner,
    /// What eBay holds.
    pub(super) remote_item: Option<Value>,
    pub(super) remote_offers: SkuOffers,
    pub(super) plan: ChangePlan,
    /// This round has written the item.
    pub(super) wrote_item: bool,
    /// What is worth knowing of it: eBay's warnings, what was changed.
    pub(super) notes: Vec<String>,
    pub(super) outcome: Option<Result<DraftResult, SinkError>>,
}

/// Who wrote the line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClaimOwner {
    /// Nobody had: it is new.
    New,
    /// This job, before a crash.
    ThisJob,
    /// An earlier job; the words say which and when.
    EarlierJob(String),
}

/// What is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ChangePlan {
    /// The item as it is to be.
    pub(super) item: Option<Value>,
    pub(super) offer: OfferChange,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum OfferChange {
    #[default]
    Unchanged,
    Create,
    Update {
        id: String,
        /// The offer as it is to be.
        document: Value,
    },
}

impl UpsertItem {
    /// One of which nothing is known yet.
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            payload: None,
            record: SyncRecord::default(),
            claim_owner: ClaimOwner::New,
            remote_item: None,
            remote_offers: SkuOffers::default(),
            plan: ChangePlan::default(),
            wrote_item: false,
            notes: Vec::new(),
            outcome: None,
        }
    }

    /// With what the ledger says of it.
    pub(super) fn apply_claim(&mut self, claim_result: Result<ClaimResult, SinkError>) {
        match claim_result {
            Ok(ClaimResult::Acquired) => {}
            Ok(ClaimResult::OwnedByThisJob(row)) => self.load_record(ClaimOwner::ThisJob, row),
            Ok(ClaimResult::OwnedByOtherJob { job, at, row }) => {
                let since = format!("by {job}, {}", at.strftime("%Y-%m-%d %H:%M UTC"));
                self.load_record(ClaimOwner::EarlierJob(since), row);
            }
            Ok(ClaimResult::OtherSink(other)) => self.mark_rejected(other.to_string()),
            Err(error) => self.mark_failed(error),
        }
    }

    fn load_record(&mut self, whose: ClaimOwner, row: Value) {
        self.claim_owner = whose;
        match SyncRecord::from_row(row) {
            Ok(record) => self.record = record,
            Err(why) => self.mark_failed(SinkError::Indeterminate { sink: InventorySink::NAME, why }),
        }
    }

    /// What is done for this piece alone names it alone in the log.
    pub(super) fn log_span(&self) -> tracing::Span {
        tracing::error_span!("piece", upc = %self.listing.upc())
    }

    pub(super) fn sku(&self) -> &str {
        self.listing.sku().as_str()
    }

    /// True while nobody knows what becomes of it.
    pub(super) fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    /// Nothing is to be written: all is as it should be.
    pub(super) fn mark_unchanged(&mut self) {
        self.record.remote_quantity = self.remote_offers.quantity().filter(|_| self.record.is_unknown());
        let draft = self.to_draft();
        self.outcome = Some(Ok(match &self.claim_owner {
            ClaimOwner::ThisJob => DraftResult::Created { draft, note: None },
            ClaimOwner::New => {
                DraftResult::Unchanged { draft, reason: "eBay holds the very same draft already".to_owned() }
            }
            ClaimOwner::EarlierJob(since) => {
                DraftResult::Unchanged { draft, reason: format!("drafted {since}; nothing has changed") }
            }
        }));
    }

    pub(super) fn mark_skipped(&mut self, why: String) {
        self.record.remote_quantity = self.remote_offers.quantity();
        self.outcome = Some(Ok(DraftResult::Unchanged { draft: self.to_draft(), reason: why }));
    }

    /// All is written.
    pub(super) fn mark_created(&mut self) {
        self.record.remote_quantity = None;
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        self.outcome = Some(Ok(DraftResult::Created { draft: self.to_draft(), note }));
    }

    pub(super) fn mark_rejected(&mut self, message: String) {
        self.outcome = Some(Ok(DraftResult::Rejected(message)));
    }

    /// A write that eBay refused, or did not answer.
    pub(super) fn apply_error(&mut self, error: &EbayError) {
        match error {
            EbayError::Api { .. } => self.mark_rejected(error.to_string()),
            _ => self.mark_failed(sink_error(error)),
        }
    }

    pub(super) fn mark_failed(&mut self, error: SinkError) {
        self.outcome = Some(Err(error));
    }

    fn to_draft(&self) -> Draft {
        Draft {
            sku: self.listing.sku().clone(),
            title: self.listing.title().to_owned(),
            sink: SinkKind::Inventory,
            offer_id: self.record.offer_id.clone(),
            url: None,
        }
    }
}
