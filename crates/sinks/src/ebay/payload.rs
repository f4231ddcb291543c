//! A listing in eBay's form: an inventory item (what lies in the box) and an offer (how it is sold).

use serde_json::{Map, Value, json};

use super::account::Account;
use super::category_policies::CategoryPolicies;
use super::conditions;
use domain::listing::Listing;
use ebay::Marketplace;

/// Both halves of a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftPayload {
    /// As `createOrReplaceInventoryItem` takes it.
    pub item: Value,
    /// As `createOffer` takes it, without `sku`, `marketplaceId` and `format`, which can never change.
    pub offer: Value,
}

impl DraftPayload {
    /// The draft of a listing. `pictures` are the addresses that eBay is to show.
    pub fn from_listing(listing: &Listing, pictures: &[String], account: &Account, rules: &CategoryPolicies) -> Self {
        Self { item: item_document(listing, pictures, rules), offer: offer_document(listing, account) }
    }
}

/// An offer's own identity: one may exist for each (Inventory API, createOffer).
pub(super) fn offer_identity(sku: &str, site: &Marketplace) -> Map<String, Value> {
    let mut identity = Map::new();
    identity.insert("sku".to_owned(), sku.into());
    identity.insert("marketplaceId".to_owned(), site.id.into());
    identity.insert("format".to_owned(), OFFER_FORMAT.into());
    identity
}

/// The only format of ours.
pub(super) const OFFER_FORMAT: &str = "FIXED_PRICE";

fn item_document(listing: &Listing, pictures: &[String], rules: &CategoryPolicies) -> Value {
    let category = rules.rules_for(listing.category_id());
    let fitting =
        category.map_or_else(|| listing.aspects().to_vec(), |rules| rules.normalize_aspects(listing.aspects()));
    let aspects = fitting.into_iter().map(|aspect| (aspect.name, aspect.values.into())).collect::<Map<_, _>>();
    let mut product = json!({
        "title": listing.title(),
        "description": listing.description(),
        "aspects": aspects,
    });
    if !pictures.is_empty() {
        product["imageUrls"] = pictures.into();
    }
    match listing.upc().upc_a() {
        Some(code) => product["upc"] = json!([code]),
        None => product["ean"] = json!([listing.upc().ean13()]),
    }
    let mut item = json!({
        "availability": { "shipToLocationAvailability": { "quantity": listing.quantity() } },
        "product": product,
    });
    let allowed = category.map_or(&[][..], |category| &category.conditions);
    let condition = listing.condition().and_then(|stated| conditions::choose_condition_id(stated, allowed));
    if let Some(word) = condition.and_then(conditions::condition_name) {
        item["condition"] = word.into();
    }
    item
}

/// `includeCatalogProductDetails` is false: with true, which is the default, eBay may put its catalog's details in
/// the place of ours where the GTIN is known to it. The description is said here too: without it the offer takes the
/// item's at its creation and keeps that.
fn offer_document(listing: &Listing, account: &Account) -> Value {
    let price = listing.price();
    json!({
        "categoryId": listing.category_id().to_string(),
        "availableQuantity": listing.quantity(),
        "listingDescription": listing.description(),
        "pricingSummary": { "price": { "currency": price.currency.code(), "value": price.amount() } },
        "listingPolicies": {
            "fulfillmentPolicyId": account.fulfillment_policy,
            "paymentPolicyId": account.payment_policy,
            "returnPolicyId": account.return_policy,
        },
        "merchantLocationKey": account.location_key,
        "listingDuration": "GTC",
        "includeCatalogProductDetails": false,
    })
}
