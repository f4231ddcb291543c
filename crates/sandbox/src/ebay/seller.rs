//! The seller in his browser: what he does there, the program must respect.

use serde_json::Value;

use super::Ebay;

impl Ebay {
    /// He changes an offer, field by field (RFC 7396).
    pub(crate) fn seller_edits(&self, sku: &str, patch: &Value) {
        for offer in self.books().offers.values_mut().filter(|offer| offer["sku"] == sku) {
            merge(offer, patch);
        }
    }

    /// He changes an item, field by field.
    pub(crate) fn seller_edits_item(&self, sku: &str, patch: &Value) {
        if let Some(item) = self.books().items.get_mut(sku) {
            merge(item, patch);
        }
    }

    /// He, or another program of his, has put an item there, and an offer of it: as the documents describe them, with
    /// whatever status the offer says.
    pub(crate) fn seller_holds(&self, sku: &str, item: &Value, offer: Option<&Value>) {
        let mut books = self.books();
        books.items.insert(sku.to_owned(), item.clone());
        if let Some(offer) = offer {
            let (id, mut offer) = (books.number(), offer.clone());
            offer["sku"] = sku.into();
            offer["offerId"] = id.to_string().into();
            books.offers.insert(id, offer);
        }
    }

    /// He makes it live.
    pub(crate) fn seller_lists(&self, sku: &str) {
        let mut books = self.books();
        let listing = books.number().to_string();
        for offer in books.offers.values_mut().filter(|offer| offer["sku"] == sku) {
            offer["status"] = "PUBLISHED".into();
            offer["listing"] = serde_json::json!({"listingId": listing, "listingStatus": "ACTIVE"});
        }
    }

    /// He deletes it.
    pub(crate) fn seller_deletes(&self, sku: &str) {
        let mut books = self.books();
        books.items.remove(sku);
        books.offers.retain(|_, offer| offer["sku"] != sku);
    }

    /// He takes his consent back.
    pub(crate) fn end_consent(&self) {
        self.tokens().end_consent();
    }

    /// He takes it back after so many more calls.
    pub(crate) fn end_consent_after(&self, calls: u64) {
        self.tokens().end_after(calls);
    }

    /// He gives it again.
    pub(crate) fn renew_consent(&self) {
        self.tokens().renew_consent();
    }

    /// EBay refuses a SKU from now on.
    pub(crate) fn refuse_sku(&self, sku: &str, id: u64, words: &str) {
        let error = super::refusal::error(id, "API_INVENTORY", words, &[("reason", "listing policy")]);
        self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(sku.to_owned(), error);
    }

    /// All access tokens end.
    pub(crate) fn expire_tokens(&self) {
        self.tokens().expire();
    }

    /// All access tokens end just before the next call of an API.
    pub(crate) fn expire_tokens_at(&self, api: &str) {
        self.tokens().end_at(api);
    }

    /// Whoever gives a consent from now on has another account.
    pub(crate) fn another_account(&self) {
        self.accounts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    /// Other programs of the same keyset make so many calls.
    pub(crate) fn others_call(&self, api: &str, calls: u64) {
        for _ in 0..calls {
            self.allowance().take(api, &self.account.daily);
        }
    }

    /// A copy of the books.
    pub(crate) fn copy_of_books(&self) -> super::EbayBooks {
        self.books().copy()
    }
}

pub(super) fn merge(value: &mut Value, patch: &Value) {
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
            merge(&mut value[name.as_str()], field);
        }
    }
}
