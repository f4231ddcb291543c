//! State of the simulated eBay account, and counts of its calls for tests.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// A copy of the state, for tests.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EbayStateSnapshot {
    /// Inventory items by SKU.
    pub items: BTreeMap<String, Value>,
    /// All offers, with `offerId`, `sku` and `status`.
    pub offers: Vec<Value>,
    /// Calls by API.
    pub calls: BTreeMap<String, u64>,
    /// Calls that write items or offers, by operation such as `bulk_create_offer` or `PUT offer`.
    pub writes: BTreeMap<String, u64>,
    /// Calls that read items or offers, by operation.
    pub reads: BTreeMap<String, u64>,
    /// Number of uploads of each picture, by source address.
    pub pictures: BTreeMap<String, u64>,
    /// Number of uploads of each file, by the digest of its content.
    pub uploaded_files: BTreeMap<String, u64>,
    /// Drafts created by the Listing API.
    pub item_drafts: Vec<Value>,
    /// Violations of eBay's documented rules by requests, as text.
    pub violations: Vec<String>,
    /// Number of changes to live listings. Tests check that there are none.
    pub live_revisions: u64,
    /// Token requests, by grant type.
    pub grants: BTreeMap<String, u64>,
    /// Number of calls that failed because of the SKUs that they name, since the misbehaviors were set.
    pub failed_calls: u64,
}

impl EbayStateSnapshot {
    /// Returns the offers of a SKU.
    pub fn offers_for_sku(&self, sku: &str) -> Vec<&Value> {
        self.offers.iter().filter(|offer| offer["sku"] == sku).collect()
    }
}

#[derive(Default)]
pub(super) struct EbayState {
    pub(super) items: BTreeMap<String, Value>,
    /// Offers by offer id.
    pub(super) offers: BTreeMap<u64, Value>,
    pub(super) snapshot: EbayStateSnapshot,
    pub(super) last_number: u64,
    /// Language in which each item was written, by SKU.
    pub(super) item_languages: BTreeMap<String, String>,
}

impl EbayState {
    pub(super) fn count_call(&mut self, api: &str) {
        increment_count(&mut self.snapshot.calls, api);
    }

    pub(super) fn count_grant(&mut self, grant: &str) {
        increment_count(&mut self.snapshot.grants, grant);
    }

    pub(super) fn count_write(&mut self, what: &str) {
        increment_count(&mut self.snapshot.writes, what);
    }

    pub(super) fn count_read(&mut self, what: &str) {
        increment_count(&mut self.snapshot.reads, what);
    }

    pub(super) fn record_violation(&mut self, message: &str) {
        self.snapshot.violations.push(message.to_owned());
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.last_number += 1;
        104_682_640_000 + self.last_number
    }

    /// Returns the offers of a SKU with their ids.
    pub(super) fn offers_for_sku(&self, sku: &str) -> Vec<(u64, Value)> {
        let of_sku = self.offers.iter().filter(|(_, offer)| offer["sku"] == sku);
        of_sku.map(|(id, offer)| (*id, offer.clone())).collect()
    }

    pub(super) fn is_live(&self, sku: &str) -> bool {
        self.offers.values().any(|offer| offer["sku"] == sku && offer["status"] == "PUBLISHED")
    }

    pub(super) fn to_snapshot(&self) -> EbayStateSnapshot {
        EbayStateSnapshot {
            items: self.items.clone(),
            offers: self.offers.values().cloned().collect(),
            ..self.snapshot.clone()
        }
    }
}

fn increment_count(counts: &mut BTreeMap<String, u64>, what: &str) {
    *counts.entry(what.to_owned()).or_default() += 1;
}
