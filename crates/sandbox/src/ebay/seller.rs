//! Changes that the seller makes in a browser or with another program. Draft Maker must respect them.

use serde_json::Value;

use super::error_body;
use super::simulated_ebay::SandboxEbay;
use super::state::EbayStateSnapshot;

impl SandboxEbay {
    /// Applies a merge patch (RFC 7396) to an offer.
    pub(crate) fn seller_edits(&self, sku: &str, patch: &Value) {
        for offer in self.lock_state().offers.values_mut().filter(|offer| offer["sku"] == sku) {
            merge_patch(offer, patch);
        }
    }

    /// Applies a merge patch to an item.
    pub(crate) fn seller_edits_item(&self, sku: &str, patch: &Value) {
        if let Some(item) = self.lock_state().items.get_mut(sku) {
            merge_patch(item, patch);
        }
    }

    /// Adds an item and possibly an offer, with any status, that the seller or another program created.
    pub(crate) fn seller_adds_item(&self, sku: &str, item: &Value, offer: Option<&Value>) {
        let mut ebay_state = self.lock_state();
        ebay_state.items.insert(sku.to_owned(), item.clone());
        if let Some(offer) = offer {
            let (id, mut offer) = (ebay_state.next_id(), offer.clone());
            offer["sku"] = sku.into();
            offer["offerId"] = id.to_string().into();
            ebay_state.offers.insert(id, offer);
        }
    }

    /// Makes an offer live.
    pub(crate) fn seller_lists(&self, sku: &str) {
        let mut ebay_state = self.lock_state();
        let listing = ebay_state.next_id().to_string();
        for offer in ebay_state.offers.values_mut().filter(|offer| offer["sku"] == sku) {
            offer["status"] = "PUBLISHED".into();
            offer["listing"] = serde_json::json!({"listingId": listing, "listingStatus": "ACTIVE"});
        }
    }

    /// Deletes an item.
    pub(crate) fn seller_deletes(&self, sku: &str) {
        let mut ebay_state = self.lock_state();
        ebay_state.items.remove(sku);
        ebay_state.offers.retain(|_, offer| offer["sku"] != sku);
    }

    /// Withdraws the consent.
    pub(crate) fn end_consent(&self) {
        self.lock_tokens().end_consent();
    }

    /// Withdraws the consent after a number of further calls.
    pub(crate) fn end_consent_after(&self, calls: u64) {
        self.lock_tokens().end_consent_after(calls);
    }

    /// Renews the consent.
    pub(crate) fn renew_consent(&self) {
        self.lock_tokens().renew_consent();
    }

    /// Rejects a SKU with this error from now on.
    pub(crate) fn reject_sku(&self, sku: &str, id: u64, message: &str) {
        let error = error_body::error_json(id, "API_INVENTORY", message, &[("reason", "listing policy")]);
        self.rejected_skus.lock().insert(sku.to_owned(), error);
    }

    /// Expires all access tokens.
    pub(crate) fn expire_tokens(&self) {
        self.lock_tokens().expire_all();
    }

    /// Refuses all access tokens issued so far with "Insufficient permissions".
    pub(crate) fn deny_access_tokens(&self) {
        self.lock_tokens().deny_all();
    }

    /// Expires all access tokens just before the next call of an API.
    pub(crate) fn expire_tokens_before(&self, api: &str) {
        self.lock_tokens().expire_before_call(api);
    }

    /// Lets the next consent come from another account.
    pub(crate) fn switch_account(&self) {
        self.account_number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    /// Counts calls made by other programs with the same keyset.
    pub(crate) fn consume_quota(&self, api: &str, calls: u64) {
        for _ in 0..calls {
            self.lock_quota().consume_call(api, &self.account.daily_limits);
        }
    }

    /// Returns a copy of the state.
    pub(crate) fn snapshot_state(&self) -> EbayStateSnapshot {
        let failed_calls = self.misbehaviors.lock().failed_calls;
        EbayStateSnapshot { failed_calls, ..self.lock_state().to_snapshot() }
    }
}

pub(super) fn merge_patch(value: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *value = patch.clone();
        return;
    };
    for (name, field) in fields {
        if field.is_null() {
            if let Some(object) = value.as_object_mut() {
                object.remove(name);
            }
        } else {
            merge_patch(&mut value[name.as_str()], field);
        }
    }
}
