//! The sink `inventory`: a draft is an inventory item and an offer that is not published.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tracing::{Instrument as _, Span};

use super::super::draft_sink::{DraftResult, DraftSink, InFlightGuard, SinkError};
use super::batcher::ListingBatcher;
use super::category_policies::CategoryPolicies;
use super::context::InventoryContext;
use super::sync_record::SyncRecord;
use super::{bulk_upsert, validate};
use domain::job_spec::JobId;
use domain::listing::{Listing, MissingField};
use domain::outcome::Status;
use domain::sink::SinkKind;
use ebay::Marketplace;
use store::journal::SellerAccount;

/// One job's drafts in eBay's Inventory API.
pub struct InventorySink {
    batcher: ListingBatcher<Result<DraftResult, SinkError>>,
    rules: CategoryPolicies,
    site: &'static Marketplace,
    seller: SellerAccount,
    warnings: Vec<String>,
}

impl InventorySink {
    /// Its name in settings, results and the ledger.
    pub const NAME: &'static str = SinkKind::Inventory.as_str();

    /// What a draft is here and where the seller finds it.
    pub const DESCRIPTION: &'static str = "Unpublished offers in eBay's Inventory API: `draft-maker drafts` lists them; \
        they are not in Seller Hub's Drafts folder and cannot be edited in eBay's phone app.";

    pub(super) fn new(shop: InventoryContext, warnings: Vec<String>) -> Self {
        let (rules, site, seller) = (shop.rules.clone(), shop.client.ebay.marketplace(), shop.seller.clone());
        let shop = Arc::new(shop);
        let batcher = ListingBatcher::spawn_worker(move |listings| {
            let (shop, span) = (shop.clone(), batch_span(&shop.job, &listings));
            async move { bulk_upsert::run(&shop, listings).await }.instrument(span)
        });
        Self { batcher, rules, site, seller, warnings }
    }
}

/// A round is a task of its own for several items, so its lines of the log name the job and all of them once more.
fn batch_span(job: &JobId, listings: &[Listing]) -> Span {
    let mut upcs = listings.iter().map(|listing| listing.upc().to_string()).collect::<Vec<_>>();
    upcs.sort();
    upcs.dedup();
    tracing::error_span!("round", %job, upc = upcs.join(", "))
}

#[async_trait]
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
        validate::validate_listing(listing, &self.rules, self.site)
    }

    fn track_in_flight(&self) -> InFlightGuard {
        self.batcher.track_in_flight()
    }

    async fn create_draft(&self, listing: &Listing) -> Result<DraftResult, SinkError> {
        let gone = || SinkError::Indeterminate { sink: Self::NAME, why: "the round was given up".to_owned() };
        self.batcher.submit(listing.clone()).await.ok_or_else(gone)?
    }

    fn recorded_quantity(&self, row: &Value) -> u32 {
        SyncRecord::from_row(row.clone()).map_or(1, |record| record.quantity())
    }

    fn flush_pending(&self) {
        self.batcher.flush_pending();
    }
}
