//! Simulates another machine of the same seller that creates an offer a moment earlier.

use serde_json::Value;

use super::seller::merge_patch;
use super::simulated_ebay::{ConcurrentWriter, SandboxEbay};
use super::state::EbayState;

impl SandboxEbay {
    /// Makes the other machine create an offer just before the next one for this SKU. Its item and offer are the same,
    /// changed by these merge patches (RFC 7396). The offer is live if `lists` is true.
    pub(crate) fn queue_concurrent_draft(&self, sku: &str, item: &Value, offer: &Value, lists: bool) {
        self.lock_concurrent_writers()
            .insert(sku.to_owned(), ConcurrentWriter { item: item.clone(), offer: offer.clone(), is_live: lists });
    }

    /// Creates the offer of the other machine, if one is queued for the SKU of `wanted`.
    pub(super) fn apply_concurrent_draft(&self, ebay_state: &mut EbayState, wanted: &Value) {
        let sku = wanted["sku"].as_str().unwrap_or_default();
        let Some(concurrent_draft) = self.lock_concurrent_writers().remove(sku) else { return };
        if let Some(item) = ebay_state.items.get_mut(sku) {
            merge_patch(item, &concurrent_draft.item);
        }
        let mut offer = wanted.clone();
        merge_patch(&mut offer, &concurrent_draft.offer);
        let id = ebay_state.next_id();
        offer["offerId"] = id.to_string().into();
        offer["status"] = if concurrent_draft.is_live { "PUBLISHED" } else { "UNPUBLISHED" }.into();
        if concurrent_draft.is_live {
            offer["listing"] =
                serde_json::json!({"listingId": ebay_state.next_id().to_string(), "listingStatus": "ACTIVE"});
        }
        ebay_state.offers.insert(id, offer);
    }
}
