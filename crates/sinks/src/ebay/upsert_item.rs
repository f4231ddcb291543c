//! A listing on its way through a batch: its state on eBay, the planned changes, and the result.

use serde_json::Value;
use tokio::sync::oneshot;

use super::super::draft_sink::{DraftResult, SinkError};
use super::error::{indeterminate_error, sink_error};
use super::offers::SkuOffers;
use super::payload::DraftPayload;
use super::sync_record::{SellerEdits, SyncRecord};
use domain::listing::Listing;
use domain::money::Money;
use domain::outcome::Draft;
use domain::sink::SinkKind;
use domain::text::time::format_minute;
use ebay::EbayError;
use store::journal::ClaimResult;

/// A listing to draft, and who waits for the result.
pub(super) struct DraftRequest {
    pub(super) listing: Listing,
    pub(super) reply: oneshot::Sender<Result<DraftResult, SinkError>>,
}

/// A listing of a batch.
pub(super) struct UpsertItem {
    pub(super) listing: Listing,
    /// Where the result goes; `None` after it was sent.
    reply: Option<oneshot::Sender<Result<DraftResult, SinkError>>>,
    /// Documents to send; `None` until the covers are uploaded.
    pub(super) payload: Option<DraftPayload>,
    pub(super) record: SyncRecord,
    pub(super) claim_owner: ClaimOwner,
    /// The item on eBay, as eBay sent it.
    pub(super) remote_item: Option<Value>,
    pub(super) remote_offers: SkuOffers,
    pub(super) plan: ChangePlan,
    /// Values that the seller changed on eBay, and that stay.
    pub(super) seller_edits: SellerEdits,
    /// True if this batch has written the item.
    pub(super) wrote_item: bool,
    /// Notes for the operator: eBay's warnings, and the changes that were made.
    pub(super) notes: Vec<String>,
    /// Result; `None` while the item is in progress.
    pub(super) outcome: Option<Result<DraftResult, SinkError>>,
}

/// Job that wrote the ledger entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClaimOwner {
    /// The entry is new.
    New,
    /// This job, before a crash.
    ThisJob,
    /// An earlier job; the text says which one and when.
    EarlierJob(String),
}

/// The planned writes of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ChangePlan {
    /// Complete new item; `None` if the item stays unchanged.
    pub(super) item: Option<Value>,
    pub(super) offer: OfferChange,
}

/// The planned write of an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum OfferChange {
    #[default]
    Unchanged,
    Create,
    Update {
        id: String,
        /// The complete new offer.
        document: Value,
    },
}

/// Whether an offer that was to be created exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfferExistence {
    Certain,
    /// eBay reports error 25002 without the offer's ID, or accepts an offer without returning its ID.
    Possible,
}

impl UpsertItem {
    pub(super) fn new(DraftRequest { listing, reply }: DraftRequest) -> Self {
        Self {
            listing,
            reply: Some(reply),
            payload: None,
            record: SyncRecord::default(),
            claim_owner: ClaimOwner::New,
            remote_item: None,
            remote_offers: SkuOffers::default(),
            plan: ChangePlan::default(),
            seller_edits: SellerEdits::default(),
            wrote_item: false,
            notes: Vec::new(),
            outcome: None,
        }
    }

    /// Applies the result of claiming the item in the ledger.
    pub(super) fn apply_claim(&mut self, claim_result: Result<ClaimResult, SinkError>) {
        match claim_result {
            Ok(ClaimResult::Acquired) => {}
            Ok(ClaimResult::OwnedByThisJob(row)) => self.load_record(ClaimOwner::ThisJob, row),
            Ok(ClaimResult::OwnedByOtherJob { job, at, row }) => {
                let since = format!("by {job}, {}", format_minute(at));
                self.load_record(ClaimOwner::EarlierJob(since), row);
            }
            Ok(ClaimResult::OtherSink(other)) => self.outcome = Some(Ok(DraftResult::ExistsElsewhere(other))),
            Err(error) => self.mark_failed(error),
        }
    }

    fn load_record(&mut self, owner: ClaimOwner, row: Value) {
        self.claim_owner = owner;
        match SyncRecord::from_row(row) {
            Ok(record) => self.record = record,
            Err(why) => self.mark_failed(indeterminate_error(why)),
        }
    }

    /// Returns the span for log lines about this item only.
    pub(super) fn log_span(&self) -> tracing::Span {
        tracing::error_span!("item", upc = %self.listing.upc())
    }

    pub(super) fn sku(&self) -> &str {
        self.listing.sku().as_str()
    }

    /// Sends the result to the caller, unless it was sent before.
    pub(super) fn report(&mut self) {
        let Some(reply) = self.reply.take() else { return };
        let without_result = || Err(indeterminate_error("eBay sent no result for this item"));
        // The caller may have been dropped.
        reply.send(self.outcome.clone().unwrap_or_else(without_result)).ok();
    }

    /// Returns whether the item has no result yet.
    pub(super) fn is_pending(&self) -> bool {
        self.outcome.is_none()
    }

    /// Finishes an item for which eBay already has everything.
    pub(super) fn mark_unchanged(&mut self) {
        self.record.remote_quantity = self.remote_offers.quantity().filter(|_| self.record.is_unknown());
        let draft = self.to_draft();
        self.outcome = Some(Ok(match &self.claim_owner {
            ClaimOwner::ThisJob => DraftResult::Created { draft, note: None },
            ClaimOwner::New => DraftResult::Unchanged { draft, reason: "eBay already has the same draft".to_owned() },
            ClaimOwner::EarlierJob(since) => {
                DraftResult::Unchanged { draft, reason: format!("drafted {since}; nothing has changed") }
            }
        }));
    }

    /// Finishes an item that is left unchanged on eBay.
    pub(super) fn mark_skipped(&mut self, why: String) {
        self.record.remote_quantity = self.remote_offers.quantity();
        let draft = Draft { price: self.remote_price(), ..self.to_draft() };
        self.outcome = Some(Ok(DraftResult::Unchanged { draft, reason: why }));
    }

    /// Finishes an item under whose SKU nothing may be written. Without a fixed-price offer at this site there is no
    /// draft, so the item is rejected: an auction or an offer at another site uses the SKU.
    pub(super) fn mark_blocked(&mut self, why: String) {
        if self.remote_offers.own.is_some() {
            return self.mark_skipped(why);
        }
        self.mark_rejected(format!("{why}; no draft exists here. End that offer at eBay, or list this item yourself"));
    }

    /// Finishes an item after all writes.
    pub(super) fn mark_created(&mut self) {
        self.record.remote_quantity = self.remote_offers.quantity().filter(|_| self.seller_edits.has_quantity());
        let price = self.remote_price().filter(|_| self.seller_edits.has_price());
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        self.outcome = Some(Ok(DraftResult::Created { draft: Draft { price, ..self.to_draft() }, note }));
    }

    /// Finishes an item that eBay rejected, with eBay's message.
    pub(super) fn mark_rejected(&mut self, message: String) {
        self.outcome = Some(Ok(DraftResult::Rejected(message)));
    }

    /// Finishes an item whose write eBay rejected or did not answer.
    pub(super) fn apply_error(&mut self, error: &EbayError) {
        match error {
            EbayError::Api { .. } if !error.is_server_fault() => self.mark_rejected(error.to_string()),
            _ => self.mark_failed(sink_error(error)),
        }
    }

    pub(super) fn mark_failed(&mut self, error: SinkError) {
        self.outcome = Some(Err(error));
    }

    /// Fails an item whose state on eBay is unknown.
    pub(super) fn mark_remote_unknown(&mut self, error: &EbayError) {
        self.mark_failed(match error {
            EbayError::Api { .. } => remote_unknown_error(&error.to_string()),
            _ => sink_error(error),
        });
    }

    /// Returns the price of the offer on eBay.
    fn remote_price(&self) -> Option<Money> {
        self.remote_offers.own.as_ref().and_then(|offer| offer.fingerprint().price())
    }

    fn to_draft(&self) -> Draft {
        Draft {
            sku: self.listing.sku().clone(),
            title: self.listing.title().to_owned(),
            sink: SinkKind::Inventory,
            offer_id: self.record.offer_id.clone(),
            url: None,
            price: None,
        }
    }
}

pub(super) fn remote_unknown_error(message: &str) -> SinkError {
    indeterminate_error(format!(
        "eBay did not say whether it has the item, so nothing was written: {message}; running the list again is safe"
    ))
}
