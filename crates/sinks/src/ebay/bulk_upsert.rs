//! Creates or updates the drafts of up to 25 listings with two bulk calls, whatever already exists on eBay.
//!
//! ```text
//! claim    the ledger: which job and sink own the item, and what was sent
//! images   upload covers to eBay's picture service                                            images
//! fetch    bulkGetInventoryItem; offers of the items that exist                               remote_items, offers
//! plan     nothing | item | offer | skipped                                                   reconcile, merge_patch
//! intend   record in the ledger what will be sent
//! unshown  bulkCreateOffer for drafts that eBay accepted before and does not show             bulk_calls
//! items    bulkCreateOrReplaceInventoryItem ─┐ a status for each part                         bulk_calls
//! offers   bulkCreateOffer, updateOffer     ─┘ "exists already" is reconciled                 reconcile
//! record   record in the ledger what eBay has accepted, and report the results
//! ```

use std::collections::BTreeSet;

use futures::future::{BoxFuture, join, join_all};
use jiff::Timestamp;
use tracing::Instrument as _;

use super::super::draft_sink::{DraftResult, SinkError};
use super::account::Account;
use super::bulk_retry::{BulkRetries, CallRound, PendingPart};
use super::category_policies::CategoryPolicies;
use super::error::INVENTORY_SINK;
use super::images::ImageHosting;
use super::offers::{self, SkuOffers};
use super::payload::DraftPayload;
use super::remote_items::{self, RemoteItem};
use super::retrying_client::RetryingClient;
use super::sync_record::{DraftFingerprints, SyncRecord};
use super::upsert_item::{ClaimOwner, DraftRequest, UpsertItem, remote_unknown_error};
use domain::job_spec::JobId;
use domain::listing::Listing;
use store::journal::{Claim, ClaimResult, Journal, SellerAccount};

/// Context shared by all drafts of a job.
pub(super) struct InventoryContext {
    pub(super) client: RetryingClient,
    /// Seller in the ledger; a new sign-in does not change it.
    pub(super) seller: SellerAccount,
    pub(super) journal: Journal,
    pub(super) job: JobId,
    pub(super) account: Account,
    pub(super) rules: CategoryPolicies,
    pub(super) image_hosting: ImageHosting,
}

/// The listings of one batch and their progress.
pub(super) struct BulkUpsert<'a> {
    pub(super) context: &'a InventoryContext,
    pub(super) items: Vec<UpsertItem>,
}

/// Creates or updates the drafts of these listings. Sends each result as soon as it is known.
pub(super) async fn upsert_drafts(context: &InventoryContext, requests: Vec<DraftRequest>) {
    let mut batch = BulkUpsert { context, items: Vec::with_capacity(requests.len()) };
    batch.claim_listings(requests).await;
    batch.upload_images().await;
    batch.fetch_and_write(BulkRetries::start(context.client.max_wait)).await;
}

impl<'a> BulkUpsert<'a> {
    async fn claim_listings(&mut self, requests: Vec<DraftRequest>) {
        let claims = requests.iter().map(|request| self.claim_listing(&request.listing)).collect::<Vec<_>>();
        let claim_results = join_all(claims).await;
        for (request, claim_result) in requests.into_iter().zip(claim_results) {
            let mut item = UpsertItem::new(request);
            item.apply_claim(claim_result);
            self.items.push(item);
        }
    }

    async fn claim_listing(&self, listing: &Listing) -> Result<ClaimResult, SinkError> {
        let record = SyncRecord { title: listing.title().to_owned(), ..SyncRecord::default() };
        let claim = Claim {
            seller: self.context.seller.clone(),
            sink: self.context.client.ebay.site().ledger_name(INVENTORY_SINK),
            sku: listing.sku().clone(),
            job: self.context.job.clone(),
            upc: listing.upc(),
            payload: record.to_row(),
            at: Timestamp::now(),
        };
        self.context
            .journal
            .claim_ledger_entry(&claim)
            .await
            .map_err(|error| SinkError::from_ledger(INVENTORY_SINK, &error))
    }

    /// Uploads the covers, whose addresses are part of the payload, and composes the payload of each item.
    async fn upload_images(&mut self) {
        let context = self.context;
        let each = self.items.iter_mut().filter(|item| item.is_pending()).map(|item| {
            let span = item.log_span();
            compose_payload(context, item).instrument(span)
        });
        join_all(each).await;
    }

    /// Fetches the state on eBay, then writes what is missing there. Items for which eBay has to be asked again wait on
    /// their own.
    fn fetch_and_write(mut self, mut retries: BulkRetries) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let context = self.context;
            let mut round = retries.next_round();
            let mut unknown = self.fetch_remote(&mut round).await;
            if unknown.is_empty() {
                drop(retries);
                return self.plan_and_write().await;
            }
            let others = self.split_off_others(&mut unknown).plan_and_write();
            let repeated = async {
                for part in retries.wait_for_next(context.client.ebay.upstream(), &round, &mut unknown).await {
                    self.items[part.index].mark_failed(remote_unknown_error(&part.message));
                }
                self.report_failed();
                self.fetch_and_write(retries).await;
            };
            join(others, repeated).await;
        })
    }

    async fn plan_and_write(mut self) {
        self.items.iter_mut().filter(|item| item.is_pending()).for_each(UpsertItem::plan_changes);
        self.record_intent().await;
        self.create_hidden_offers().await;
        self.write_all().await;
    }

    /// Fetches the state on eBay: the items of all SKUs in one call, then the offers of the items that exist. Returns the
    /// items whose state is unknown. Nothing is written for them.
    async fn fetch_remote(&mut self, round: &mut CallRound) -> Vec<PendingPart> {
        let needed = (0..self.items.len()).filter(|index| self.items[*index].is_pending()).collect::<Vec<_>>();
        if needed.is_empty() {
            return Vec::new();
        }
        let client = &self.context.client;
        let skus = needed.iter().map(|index| self.items[*index].sku()).collect::<Vec<_>>();
        let fetched = remote_items::fetch_items_once(client, &skus, round).await;
        let pending = self.items.iter_mut().filter(|item| item.is_pending());
        let remote_items = match fetched {
            Ok(remote_items) => remote_items,
            Err(error) => {
                pending.for_each(|item| item.mark_remote_unknown(&error));
                return Vec::new();
            }
        };
        let mut unknown = Vec::new();
        let each = pending.zip(needed).zip(remote_items).filter_map(|((item, index), remote_item)| {
            if let RemoteItem::Unknown(cause, message) = remote_item {
                unknown.push(PendingPart { index, cause, message });
                return None;
            }
            let span = item.log_span();
            Some(apply_remote_item(client, item, remote_item).instrument(span))
        });
        let each = each.collect::<Vec<_>>();
        join_all(each).await;
        unknown
    }

    /// Records what will be sent, so that after a crash it is known what eBay may have received.
    async fn record_intent(&mut self) {
        for item in self.items.iter_mut().filter(|item| item.is_pending()) {
            item.record.title = item.listing.title().to_owned();
            item.record.intended = item.payload.as_ref().map(DraftFingerprints::from_payload);
        }
        if let Err(error) = self.write_records(UpsertItem::is_pending).await {
            for item in self.items.iter_mut().filter(|item| item.is_pending()) {
                item.mark_failed(error.clone());
            }
        }
    }

    /// Takes the items that are in none of these parts out of the batch, and returns them as a batch of their own.
    pub(super) fn split_off_others(&mut self, parts: &mut [PendingPart]) -> Self {
        parts.sort_by_key(|part| part.index);
        let mut parts = parts.iter_mut().peekable();
        let (mut repeated, mut others) = (Vec::new(), Vec::new());
        for (index, item) in std::mem::take(&mut self.items).into_iter().enumerate() {
            match parts.next_if(|part| part.index == index) {
                Some(part) => {
                    part.index = repeated.len();
                    repeated.push(item);
                }
                None => others.push(item),
            }
        }
        self.items = repeated;
        Self { context: self.context, items: others }
    }

    /// Reports the items that failed. Nothing has to be recorded for them.
    pub(super) fn report_failed(&mut self) {
        self.items.iter_mut().filter(|item| matches!(item.outcome, Some(Err(_)))).for_each(UpsertItem::report);
    }

    /// Records and reports the results.
    pub(super) async fn finish(mut self) {
        self.record_results().await;
        self.items.iter_mut().for_each(UpsertItem::report);
    }

    async fn record_results(&mut self) {
        let is_created = |item: &UpsertItem| matches!(item.outcome, Some(Ok(DraftResult::Created { .. })));
        for item in self.items.iter_mut().filter(|item| is_created(item)) {
            if let Some(payload) = &item.payload {
                item.record.sent = Some(DraftFingerprints::from_payload(payload));
                item.record.intended = None;
            }
        }
        let is_left_as_found = |item: &UpsertItem| item.record.remote_quantity.is_some();
        if let Err(error) = self.write_records(|item| is_created(item) || is_left_as_found(item)).await {
            // The drafts are on eBay; the next run finds them by the recorded intent.
            tracing::warn!(%error, "cannot record drafts that eBay has accepted; the next run finds them on eBay");
        }
        self.release_rejected().await;
    }

    /// Releases the claims of rejected items that do not exist on eBay, so that another sink may take them.
    async fn release_rejected(&self) {
        // An item owned by another sink has no payload; its ledger entry belongs to the other draft.
        let may_be_free = |item: &&UpsertItem| {
            let is_rejected = matches!(item.outcome, Some(Ok(DraftResult::Rejected(_))));
            let never_accepted = item.record.sent.is_none();
            is_rejected && never_accepted && item.payload.is_some() && item.remote_offers == SkuOffers::default()
        };
        for item in self.items.iter().filter(may_be_free) {
            self.release_claim(item).instrument(item.log_span()).await;
        }
    }

    /// Deletes the ledger entry if eBay confirms that there is no draft.
    async fn release_claim(&self, item: &UpsertItem) {
        if self.is_absent(item).await
            && let Err(error) = self.context.journal.delete_ledger_entry(&self.context.seller, item.listing.sku()).await
        {
            tracing::warn!(%error, "cannot remove the ledger entry of a draft that eBay rejected");
        }
    }

    /// Returns whether eBay confirms that it has no offer. An earlier call without an answer may still create one as
    /// long as the item exists, so then the item must be absent too.
    async fn is_absent(&self, item: &UpsertItem) -> bool {
        let client = self.context.client.without_retry();
        let offers = offers::fetch_offers(&client, item.sku()).await;
        let has_no_offer = offers.is_ok_and(|offers| offers == SkuOffers::default());
        if !has_no_offer || item.claim_owner == ClaimOwner::New {
            return has_no_offer;
        }
        let items = remote_items::fetch_items(&client, &[item.sku()]).await;
        items.is_ok_and(|items| items == [RemoteItem::Absent])
    }

    async fn write_records(&self, is_written: impl Fn(&UpsertItem) -> bool) -> Result<(), SinkError> {
        let rows = self.items.iter().filter(|item| is_written(item));
        let rows = rows.map(|item| (item.listing.sku().clone(), item.record.to_row())).collect::<Vec<_>>();
        if rows.is_empty() {
            return Ok(());
        }
        let sink = self.context.client.ebay.site().ledger_name(INVENTORY_SINK);
        let updated = self.context.journal.update_ledger_entries(&self.context.seller, &sink, rows).await;
        updated.map_err(|error| SinkError::from_ledger(INVENTORY_SINK, &error))
    }
}

/// Uploads the covers of one item and composes its payload with the covers' addresses on eBay.
async fn compose_payload(context: &InventoryContext, item: &mut UpsertItem) {
    let (own, covers) = item.listing.own_photos_and_covers();
    let uploads = covers.iter().map(|image| context.image_hosting.ensure_hosted(image));
    match join_all(uploads).await.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(covers) => {
            // eBay does not allow a mix of its own picture addresses and others.
            let has_hosted = !own.is_empty() || covers.iter().any(|(_, why)| why.is_none());
            let usable = covers.iter().filter(|(_, why)| why.is_none() || !has_hosted);
            let addresses = own.iter().chain(usable.map(|(address, _)| address)).cloned().collect::<Vec<_>>();
            let effect = if has_hosted { "the draft lacks a cover" } else { "the draft links to the cover" };
            let reasons = covers.iter().filter_map(|(_, why)| why.as_ref()).collect::<BTreeSet<_>>();
            let note = |why| format!("{effect}, because eBay did not accept the upload: {why}");
            item.notes.extend(reasons.into_iter().map(note));
            let payload = DraftPayload::from_listing(&item.listing, &addresses, &context.account, &context.rules);
            item.payload = Some(payload);
        }
        Err(error) => item.apply_error(&error),
    }
}

/// Records the item that exists on eBay, and fetches its offers.
async fn apply_remote_item(client: &RetryingClient, item: &mut UpsertItem, remote_item: RemoteItem) {
    match remote_item {
        RemoteItem::Absent | RemoteItem::Unknown(..) => {}
        RemoteItem::Present(content) => {
            item.remote_item = Some(content);
            match offers::fetch_offers(client, item.sku()).await {
                Ok(offers) => item.remote_offers = offers,
                Err(error) => item.mark_remote_unknown(&error),
            }
        }
    }
}
