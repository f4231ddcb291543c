//! What the seller has at eBay, and what was asked of it: the books that tests read.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;

use crate::server::World;

/// A copy of the books.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EbayBooks {
    /// Inventory items by SKU.
    pub items: BTreeMap<String, Value>,
    /// All offers, with `offerId`, `sku` and `status`.
    pub offers: Vec<Value>,
    /// Calls by API.
    pub calls: BTreeMap<String, u64>,
    /// Calls that write items or offers, by what they do: `bulk_create_offer`, `PUT offer`.
    pub writes: BTreeMap<String, u64>,
    /// Calls that read items or offers.
    pub reads: BTreeMap<String, u64>,
    /// How often each picture was taken in, by the address it came from.
    pub pictures: BTreeMap<String, u64>,
    /// Drafts of the Listing API.
    pub item_drafts: Vec<Value>,
    /// Requests that no schema allows, each with what is wrong.
    pub violations: Vec<String>,
    /// Changes of something that is live: there must never be one.
    pub live_revisions: u64,
    /// Tokens asked for, by grant type.
    pub grants: BTreeMap<String, u64>,
}

impl EbayBooks {
    /// The offers of a SKU.
    pub fn offers_of(&self, sku: &str) -> Vec<&Value> {
        self.offers.iter().filter(|offer| offer["sku"] == sku).collect()
    }
}

#[derive(Default)]
pub(super) struct Books {
    pub(super) items: BTreeMap<String, Value>,
    /// By offer id.
    pub(super) offers: BTreeMap<u64, Value>,
    pub(super) copy: EbayBooks,
    pub(super) numbers: u64,
}

impl Books {
    pub(super) fn called(&mut self, api: &str) {
        count(&mut self.copy.calls, api);
    }

    pub(super) fn granted(&mut self, grant: &str) {
        count(&mut self.copy.grants, grant);
    }

    pub(super) fn wrote(&mut self, what: &str) {
        count(&mut self.copy.writes, what);
    }

    pub(super) fn read(&mut self, what: &str) {
        count(&mut self.copy.reads, what);
    }

    pub(super) fn violated(&mut self, words: &str) {
        self.copy.violations.push(words.to_owned());
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        104_682_640_000 + self.numbers
    }

    /// Offers of a SKU, with their ids.
    pub(super) fn offers_of(&self, sku: &str) -> Vec<(u64, Value)> {
        let of_sku = self.offers.iter().filter(|(_, offer)| offer["sku"] == sku);
        of_sku.map(|(id, offer)| (*id, offer.clone())).collect()
    }

    pub(super) fn is_live(&self, sku: &str) -> bool {
        self.offers.values().any(|offer| offer["sku"] == sku && offer["status"] == "PUBLISHED")
    }

    pub(super) fn copy(&self) -> EbayBooks {
        EbayBooks { items: self.items.clone(), offers: self.offers.values().cloned().collect(), ..self.copy.clone() }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    *counts.entry(what.to_owned()).or_default() += 1;
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/sandbox/ebay/books", get(books))
}

async fn books(State(world): State<Arc<World>>) -> Json<EbayBooks> {
    Json(world.ebay.books().copy())
}
