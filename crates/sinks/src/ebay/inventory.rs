//! The sink `inventory`: a draft is an inventory item and an offer that is not published.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tracing::{Instrument as _, Span};

use super::super::contract::{Approach, Handed, Market, MarketError};
use super::counter::Counter;
use super::record::Record;
use super::rulebook::Rulebook;
use super::shop::Shop;
use super::{preflight, round};
use domain::batch::JobId;
use domain::listing::{Listing, Missing};
use domain::outcome::Status;
use ebay::Marketplace;
use store::journal::Seller;

/// One job's drafts in eBay's Inventory API.
pub struct Inventory {
    counter: Counter<Result<Handed, MarketError>>,
    rules: Rulebook,
    site: &'static Marketplace,
    seller: Seller,
    remarks: Vec<String>,
}

impl Inventory {
    /// Its name in settings, results and the ledger.
    pub const SINK: &'static str = "inventory";

    /// What a draft is here and where the seller finds it.
    pub const EXPLAINED: &'static str = "Unpublished offers in eBay's Inventory API: `draft-maker drafts` lists them; \
        they are not in Seller Hub's Drafts folder and cannot be edited in eBay's phone app.";

    pub(super) fn open(shop: Shop, remarks: Vec<String>) -> Self {
        let (rules, site, seller) = (shop.rules.clone(), shop.line.ebay.site(), shop.seller.clone());
        let shop = Arc::new(shop);
        let counter = Counter::open(move |listings| {
            let (shop, span) = (shop.clone(), span(&shop.job, &listings));
            async move { round::run(&shop, listings).await }.instrument(span)
        });
        Self { counter, rules, site, seller, remarks }
    }
}

/// A round is a task of its own for several items, so its lines of the log name the job and all of them once more.
fn span(job: &JobId, listings: &[Listing]) -> Span {
    let mut upcs = listings.iter().map(|listing| listing.upc().to_string()).collect::<Vec<_>>();
    upcs.sort();
    upcs.dedup();
    tracing::error_span!("round", %job, upc = upcs.join(", "))
}

#[async_trait]
impl Market for Inventory {
    fn sink(&self) -> &'static str {
        Self::SINK
    }

    fn status(&self) -> Status {
        Status::Drafted
    }

    fn explain(&self) -> &'static str {
        Self::EXPLAINED
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    fn seller(&self) -> Option<&Seller> {
        Some(&self.seller)
    }

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        preflight::lacks(listing, &self.rules, self.site)
    }

    fn approach(&self) -> Approach {
        self.counter.approach()
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let gone = || MarketError::Unknown { sink: Self::SINK, why: "the round was given up".to_owned() };
        self.counter.hand_in(listing.clone()).await.ok_or_else(gone)?
    }

    fn copies_in(&self, row: &Value) -> u32 {
        Record::read(row.clone()).map_or(1, |record| record.copies())
    }

    fn hurry(&self) {
        self.counter.hurry();
    }
}
