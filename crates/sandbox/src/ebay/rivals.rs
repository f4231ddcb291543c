//! Another machine of the same seller, which is quicker by a moment.

use serde_json::Value;

use super::Ebay;
use super::books::Books;
use super::seller::merge;

/// What the other machine makes of a SKU.
#[derive(Clone)]
pub(super) struct Rival {
    item: Value,
    offer: Value,
    lists: bool,
}

impl Ebay {
    /// When the next offer of this SKU is to be made, another machine has just made one: of the same item and offer,
    /// patched by these (RFC 7396), and live where it `lists` it.
    pub(crate) fn rival_drafts(&self, sku: &str, item: &Value, offer: &Value, lists: bool) {
        self.rivals().insert(sku.to_owned(), Rival { item: item.clone(), offer: offer.clone(), lists });
    }

    /// Lets the other machine in before an offer is made.
    pub(super) fn meet_rival(&self, books: &mut Books, wanted: &Value) {
        let sku = wanted["sku"].as_str().unwrap_or_default();
        let Some(rival) = self.rivals().remove(sku) else { return };
        if let Some(item) = books.items.get_mut(sku) {
            merge(item, &rival.item);
        }
        let mut offer = wanted.clone();
        merge(&mut offer, &rival.offer);
        let id = books.number();
        offer["offerId"] = id.to_string().into();
        offer["status"] = if rival.lists { "PUBLISHED" } else { "UNPUBLISHED" }.into();
        if rival.lists {
            offer["listing"] = serde_json::json!({"listingId": books.number().to_string(), "listingStatus": "ACTIVE"});
        }
        books.offers.insert(id, offer);
    }
}
