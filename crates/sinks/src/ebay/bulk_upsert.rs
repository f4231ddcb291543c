//! One round: up to 25 listings become drafts with two bulk calls, whatever eBay holds of them already.
//!
//! ```text
//! claim    the ledger: whose is it, and what was sent?        one way to a market for each item
//! picture  covers to eBay's picture service
//! look     bulk_get_inventory_item; offers of those that are there                            look
//! plan     nothing | item | offer | left alone                                                decide, overlay
//! intend   what is about to be sent, durable
//! items    bulk_create_or_replace_inventory_item ─┐ each part's own status                    send, parts
//! offers   bulk_create_offer, updateOffer        ─┘ "exists already" is looked at again       take_up
//! keep     what eBay has taken, durable
//! ```

use futures::future::join_all;
use jiff::Timestamp;
use tracing::Instrument as _;

use super::super::draft_sink::{DraftResult, SinkError};
use super::context::{InventoryContext, sink_error};
use super::images;
use super::inventory::InventorySink;
use super::offers::{self, SkuOffers};
use super::payload::DraftPayload;
use super::remote_items::{self, RemoteItem};
use super::sync_record::{DraftFingerprints, SyncRecord};
use super::upsert_item::{ClaimOwner, UpsertItem};
use domain::listing::Listing;
use ebay::EbayError;
use store::journal::{Claim, ClaimResult};

/// The listings of one round.
pub(super) struct BulkUpsert<'a> {
    pub(super) context: &'a InventoryContext,
    pub(super) items: Vec<UpsertItem>,
}

/// Makes drafts of listings, and says of each what became of it, in their order.
pub(super) async fn run(shop: &InventoryContext, listings: Vec<Listing>) -> Vec<Result<DraftResult, SinkError>> {
    let mut round = BulkUpsert { context: shop, items: Vec::with_capacity(listings.len()) };
    round.claim_listings(listings).await;
    round.upload_images().await;
    round.fetch_remote().await;
    round.items.iter_mut().filter(|item| item.is_open()).for_each(UpsertItem::plan_changes);
    round.record_intent().await;
    round.write_items().await;
    round.create_offers().await;
    // Of those that were taken up.
    round.write_items().await;
    round.update_offers().await;
    round.record_results().await;
    let unsettled =
        || SinkError::Indeterminate { sink: InventorySink::NAME, why: "nothing was heard of it".to_owned() };
    round.items.into_iter().map(|item| item.outcome.unwrap_or_else(|| Err(unsettled()))).collect()
}

impl BulkUpsert<'_> {
    async fn claim_listings(&mut self, listings: Vec<Listing>) {
        let claims = listings.iter().map(|listing| self.claim_listing(listing)).collect::<Vec<_>>();
        let claim_result = join_all(claims).await;
        for (listing, claim_result) in listings.into_iter().zip(claim_result) {
            let mut item = UpsertItem::new(listing);
            item.apply_claim(claim_result);
            self.items.push(item);
        }
    }

    async fn claim_listing(&self, listing: &Listing) -> Result<ClaimResult, SinkError> {
        let record = SyncRecord { title: listing.title().to_owned(), ..SyncRecord::default() };
        let claim = Claim {
            seller: self.context.seller.clone(),
            sink: InventorySink::NAME.to_owned(),
            sku: listing.sku().clone(),
            job: self.context.job.clone(),
            upc: listing.upc(),
            payload: record.to_row(),
            at: Timestamp::now(),
        };
        self.context.journal.claim_ledger_entry(&claim).await.map_err(|error| ledger_error(&error))
    }

    /// Covers first: their addresses are part of what is compared.
    async fn upload_images(&mut self) {
        let shop = self.context;
        let each = self.items.iter_mut().filter(|item| item.is_open()).map(|item| {
            let span = item.log_span();
            upload_item_images(shop, item).instrument(span)
        });
        join_all(each).await;
    }

    /// What eBay holds: items of all SKUs in one call, then the offers of those that are there. Where it does not say,
    /// nothing is written.
    async fn fetch_remote(&mut self) {
        let skus = self.items.iter().filter(|part| part.is_open()).map(UpsertItem::sku).collect::<Vec<_>>();
        if skus.is_empty() {
            return;
        }
        let seen = remote_items::fetch_items(&self.context.client, &skus).await;
        let open = self.items.iter_mut().filter(|part| part.is_open());
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => return open.for_each(|part| part.mark_remote_unknown(&error)),
        };
        let shop = self.context;
        let each = open.zip(seen).map(|(part, seen)| {
            let span = part.log_span();
            async move {
                match seen {
                    RemoteItem::Absent => {}
                    RemoteItem::Unknown(message) => part.mark_failed(remote_unknown_error(&message)),
                    RemoteItem::Present(item) => {
                        part.remote_item = Some(item);
                        match offers::fetch_offers(&shop.client, part.sku()).await {
                            Ok(offers) => part.remote_offers = offers,
                            Err(error) => part.mark_remote_unknown(&error),
                        }
                    }
                }
            }
            .instrument(span)
        });
        join_all(each).await;
    }

    /// Before anything leaves: after a crash it is known what eBay may hold.
    async fn record_intent(&mut self) {
        for item in self.items.iter_mut().filter(|item| item.is_open()) {
            item.record.title = item.listing.title().to_owned();
            item.record.intended = item.payload.as_ref().map(DraftFingerprints::from_payload);
        }
        if let Err(error) = self.write_records(UpsertItem::is_open).await {
            for item in self.items.iter_mut().filter(|item| item.is_open()) {
                item.mark_failed(error.clone());
            }
        }
    }

    async fn record_results(&mut self) {
        let is_made = |item: &UpsertItem| matches!(item.outcome, Some(Ok(DraftResult::Created { .. })));
        for item in self.items.iter_mut().filter(|item| is_made(item)) {
            if let Some(content) = &item.payload {
                item.record.sent = Some(DraftFingerprints::from_payload(content));
                item.record.intended = None;
            }
        }
        let is_left = |item: &UpsertItem| item.record.remote_quantity.is_some();
        if let Err(error) = self.write_records(|item| is_made(item) || is_left(item)).await {
            // EBay has them, and the next run finds them there by their intent.
            tracing::warn!(%error, "what eBay has taken cannot be noted");
        }
        self.release_rejected().await;
    }

    /// A listing that was never taken holds no way to a market: it may go another one. That it was not taken is for eBay
    /// to show, and not for us to conclude.
    async fn release_rejected(&self) {
        // One that went another way has no content: its place in the ledger is that other draft's.
        let is_nothing = |item: &&UpsertItem| {
            let refused = matches!(item.outcome, Some(Ok(DraftResult::Rejected(_))));
            refused
                && item.claim_owner == ClaimOwner::New
                && item.payload.is_some()
                && item.remote_offers == SkuOffers::default()
        };
        for item in self.items.iter().filter(is_nothing) {
            self.release_claim(item).instrument(item.log_span()).await;
        }
    }

    async fn release_claim(&self, item: &UpsertItem) {
        let has_none = offers::fetch_offers(&self.context.client.without_retry(), item.sku()).await;
        if has_none.is_ok_and(|offers| offers == SkuOffers::default())
            && let Err(error) = self.context.journal.delete_ledger_entry(&self.context.seller, item.listing.sku()).await
        {
            tracing::warn!(%error, "a refused listing keeps its place in the ledger");
        }
    }

    async fn write_records(&self, which: impl Fn(&UpsertItem) -> bool) -> Result<(), SinkError> {
        let rows = self.items.iter().filter(|item| which(item));
        let rows = rows.map(|item| (item.listing.sku().clone(), item.record.to_row())).collect::<Vec<_>>();
        if rows.is_empty() {
            return Ok(());
        }
        let amended = self.context.journal.update_ledger_entries(&self.context.seller, InventorySink::NAME, rows).await;
        amended.map_err(|error| ledger_error(&error))
    }
}

/// Takes the covers of one piece to eBay, and makes its content with their addresses there.
async fn upload_item_images(shop: &InventoryContext, item: &mut UpsertItem) {
    let hosted = join_all(item.listing.images().iter().map(|image| images::ensure_hosted(shop, image))).await;
    match hosted.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(hosted) => {
            let (addresses, notes): (Vec<_>, Vec<_>) = hosted.into_iter().unzip();
            item.notes.extend(notes.into_iter().flatten());
            item.payload = Some(DraftPayload::from_listing(&item.listing, &addresses, &shop.account, &shop.rules));
        }
        Err(error) => item.apply_error(&error),
    }
}

fn ledger_error(error: &store::journal::JournalError) -> SinkError {
    SinkError::Indeterminate { sink: InventorySink::NAME, why: format!("the ledger cannot be written: {error}") }
}

impl UpsertItem {
    /// What eBay holds cannot be known, so nothing is written.
    fn mark_remote_unknown(&mut self, error: &EbayError) {
        self.mark_failed(match error {
            EbayError::Api { .. } => remote_unknown_error(&error.to_string()),
            _ => sink_error(error),
        });
    }
}

fn remote_unknown_error(message: &str) -> SinkError {
    let why = format!(
        "it is not known whether eBay holds it, so nothing was written: {message}; running the list again is safe"
    );
    SinkError::Indeterminate { sink: InventorySink::NAME, why }
}
