//! The `inventory` sink. A draft is an inventory item with an unpublished offer.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::oneshot;
use tracing::{Instrument as _, Span};

use super::super::draft_sink::{
    DraftResult, DraftSink, InFlightGuard, RecordedEntry, RecordedMatch, SinkError, WithdrawResult,
};
use super::account::Account;
use super::bulk_upsert::{self, InventoryContext};
use super::category_policies::CategoryPolicies;
use super::draft_manager::{DeleteResult, DraftManager};
use super::error::{INVENTORY_SINK, indeterminate_error, sink_error};
use super::payload::DraftPayload;
use super::remote_items::LISTING_BATCHES;
use super::sync_record::{DraftFingerprints, SyncRecord};
use super::upsert_item::DraftRequest;
use super::validate;
use domain::job_spec::JobId;
use domain::listing::{Listing, MissingField};
use domain::outcome::{Draft, Status};
use domain::sink::SinkKind;
use domain::sku::Sku;
use store::journal::{Journal, SellerAccount};
use upstream::batcher::Batcher;

/// Sink for one job's drafts in eBay's Inventory API.
pub struct InventorySink {
    batcher: Batcher<DraftRequest, ()>,
    rules: CategoryPolicies,
    account: Account,
    seller: SellerAccount,
    drafts: DraftManager,
    journal: Journal,
    warnings: Vec<String>,
}

impl InventorySink {
    /// Name of the sink in settings, results and the ledger.
    pub const NAME: &'static str = INVENTORY_SINK;

    /// Describes the drafts of this sink and where the seller finds them.
    pub(crate) const DESCRIPTION: &'static str = "Destination: unpublished offers on eBay. `draft-maker drafts` lists them; they are not in Seller Hub's Drafts folder and cannot be edited in eBay's phone app.";

    pub(super) fn new(context: InventoryContext, warnings: Vec<String>) -> Self {
        let (rules, account, seller) = (context.rules.clone(), context.account.clone(), context.seller.clone());
        let (drafts, journal) = (DraftManager::with_client(context.client.clone()), context.journal.clone());
        let context = Arc::new(context);
        let batcher = Batcher::spawn(LISTING_BATCHES, move |requests: Vec<DraftRequest>| {
            let (context, span, count) = (context.clone(), batch_span(&context.job, &requests), requests.len());
            async move {
                bulk_upsert::upsert_drafts(&context, requests).await;
                vec![(); count]
            }
            .instrument(span)
        });
        Self { batcher, rules, account, seller, drafts, journal, warnings }
    }
}

/// Returns the span of a batch. Its task serves several items, so its log lines name the job and all items.
fn batch_span(job: &JobId, requests: &[DraftRequest]) -> Span {
    let mut upcs = requests.iter().map(|request| request.listing.upc().to_string()).collect::<Vec<_>>();
    upcs.sort();
    upcs.dedup();
    tracing::error_span!("bulk_upsert", %job, upc = upcs.join(", "))
}

impl DraftSink for InventorySink {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        Self::DESCRIPTION
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn seller(&self) -> Option<&SellerAccount> {
        Some(&self.seller)
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        let missing = validate::validate_listing(listing, &self.rules);
        missing.into_iter().chain(validate::check_package(listing, &self.account)).collect()
    }

    fn track_in_flight(&self) -> InFlightGuard {
        self.batcher.expect_request().into()
    }

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            let (reply, mut result) = oneshot::channel();
            let (batcher, request) = (self.batcher.clone(), DraftRequest { listing: listing.clone(), reply });
            let mut submitted = Box::pin(async move { batcher.submit(request).await });
            // The result may be known before those of the other listings of the batch.
            let result = tokio::select! {
                biased;
                result = &mut result => {
                    // The batcher counts the listing until the whole call has ended.
                    let counted = self.batcher.expect_request();
                    tokio::spawn(async move {
                        submitted.await.ok();
                        drop(counted);
                    });
                    result.ok()
                }
                _ = &mut submitted => result.try_recv().ok(),
            };
            result.unwrap_or_else(|| Err(indeterminate_error("the request was canceled")))
        })
    }

    fn find_unrecorded<'a>(&'a self, skus: &'a [Sku]) -> BoxFuture<'a, Result<Vec<Sku>, SinkError>> {
        Box::pin(async move {
            let mut unrecorded = Vec::new();
            for sku in skus {
                let sink = self.journal.find_ledger_sink(&self.seller, sku).await;
                let sink = sink.map_err(|error| SinkError::from_ledger(INVENTORY_SINK, &error))?;
                unrecorded.extend(sink.is_none().then(|| sku.clone()));
            }
            self.drafts.with_offers(unrecorded).await.map_err(|error| sink_error(&error))
        })
    }

    fn withdraw_draft<'a>(&'a self, sku: &'a Sku) -> BoxFuture<'a, Result<WithdrawResult, SinkError>> {
        Box::pin(async move {
            let deleted = self.drafts.delete_draft(sku).await.map_err(|error| sink_error(&error))?;
            let note = match deleted {
                DeleteResult::Live { listing_id } => return Ok(WithdrawResult::Live { listing_id }),
                DeleteResult::OfferOnly => {
                    Some(format!("the inventory item {sku} was not deleted, because another of your offers uses it"))
                }
                DeleteResult::Deleted | DeleteResult::NotFound => None,
            };
            let deleted = self.journal.delete_ledger_entry(&self.seller, sku).await;
            deleted.map_err(|error| SinkError::from_ledger(INVENTORY_SINK, &error))?;
            Ok(WithdrawResult::Withdrawn { note })
        })
    }

    fn parse_recorded(&self, sku: &Sku, payload: &Value) -> Option<RecordedEntry> {
        let record = SyncRecord::from_row(payload.clone()).ok()?;
        let (price, quantity) = (record.price(), record.quantity());
        let SyncRecord { title, offer_id, .. } = record;
        let draft = Draft { sku: sku.clone(), title, sink: SinkKind::Inventory, offer_id, url: None, price };
        Some(RecordedEntry { draft, quantity })
    }

    fn compare_recorded(&self, payload: &Value, listing: &Listing) -> RecordedMatch {
        let wanted = DraftPayload::from_listing(listing, &[], &self.account, &self.rules);
        let wanted = DraftFingerprints::from_payload(&wanted);
        SyncRecord::from_row(payload.clone()).map_or(RecordedMatch::Different, |record| record.compare_terms(&wanted))
    }

    fn flush_pending(&self) {
        self.batcher.flush();
    }
}
