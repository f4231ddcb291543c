//! The sink `inventory`: a draft is an inventory item and an offer that is not published.

use async_trait::async_trait;

use super::super::contract::{Approach, Handed, Market, MarketError};
use super::counter::Counter;
use super::preflight;
use super::rulebook::Rulebook;
use super::shop::Shop;
use crate::domain::listing::{Listing, Missing};
use crate::domain::outcome::Status;

/// One job's drafts in eBay's Inventory API.
pub struct Inventory {
    counter: Counter,
    rules: Rulebook,
    remarks: Vec<String>,
}

impl Inventory {
    /// Its name in settings, results and the ledger.
    pub const SINK: &'static str = "inventory";

    /// What a draft is here and where the seller finds it.
    pub const EXPLAINED: &'static str = "Unpublished offers in eBay's Inventory API: `draft-maker drafts` lists them; \
        they are not in Seller Hub's Drafts folder and cannot be edited in eBay's phone app.";

    pub(super) fn open(shop: Shop, remarks: Vec<String>) -> Self {
        let rules = shop.rules.clone();
        Self { counter: Counter::open(shop), rules, remarks }
    }
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

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        preflight::lacks(listing, &self.rules)
    }

    fn approach(&self) -> Approach {
        self.counter.approach()
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        self.counter.hand_in(listing.clone()).await
    }

    fn hurry(&self) {
        self.counter.hurry();
    }
}
