//! A change of what eBay holds. Both writes replace the whole document, so what a person has added is sent along:
//! the held document without what eBay takes from nobody, over it ours, and without what we sent once and want no more.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fingerprint::{DocumentFingerprint, child_path};

/// What `createOrReplaceInventoryItem` takes of what `getInventoryItem` gives (Inventory API, InventoryItem).
const WRITABLE_ITEM_FIELDS: [&str; 6] =
    ["availability", "condition", "conditionDescription", "conditionDescriptors", "packageWeightAndSize", "product"];

/// What `updateOffer` takes of what `getOffers` gives (Inventory API, EbayOfferDetailsWithId).
const WRITABLE_OFFER_FIELDS: [&str; 18] = [
    "availableQuantity",
    "categoryId",
    "charity",
    "extendedProducerResponsibility",
    "hideBuyerDetails",
    "includeCatalogProductDetails",
    "listingDescription",
    "listingDuration",
    "listingPolicies",
    "listingStartDate",
    "lotSize",
    "merchantLocationKey",
    "pricingSummary",
    "quantityLimitPerBuyer",
    "regulatory",
    "secondaryCategoryId",
    "storeCategoryNames",
    "tax",
];

/// What eBay counts by itself, inside what it takes.
const COMPUTED_FIELD: &str = "availability.shipToLocationAvailability.allocationByFormat";

/// A document to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MergedDocument {
    pub(super) document: Value,
    /// Paths of what was added at eBay and stays.
    pub(super) added_paths: Vec<String>,
}

/// An item to write over `held`.
pub(super) fn merge_item(held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, held, ours, unwanted)
}

/// An offer to write over `held`.
pub(super) fn merge_offer(held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_OFFER_FIELDS, held, ours, unwanted)
}

/// What of a held item we could send: the fields that eBay takes, without what it counts by itself.
pub(super) fn writable_item(held: &Value) -> Value {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, held, &Value::Object(Map::new()), &BTreeSet::new()).document
}

/// The same of an offer.
pub(super) fn writable_offer(held: &Value) -> Value {
    merge_with_allowlist(&WRITABLE_OFFER_FIELDS, held, &Value::Object(Map::new()), &BTreeSet::new()).document
}

fn merge_with_allowlist(taken: &[&str], held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> MergedDocument {
    let fields = held.as_object().into_iter().flatten().filter(|(name, _)| taken.contains(&name.as_str()));
    let held = fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>();
    let is_unwanted = |path: &str| path == COMPUTED_FIELD || unwanted.contains(path);
    let mut document = remove_paths("", &Value::Object(held), &is_unwanted);
    let added = DocumentFingerprint::from_document(&document).extra_paths(&DocumentFingerprint::from_document(ours));
    merge_values(&mut document, ours);
    MergedDocument { document, added_paths: added }
}

fn remove_paths(path: &str, value: &Value, is_unwanted: &impl Fn(&str) -> bool) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let stored = fields.iter().filter_map(|(name, value)| {
        let path = child_path(path, name);
        (!is_unwanted(&path)).then(|| (name.clone(), remove_paths(&path, value, is_unwanted)))
    });
    Value::Object(stored.collect())
}

fn merge_values(under: &mut Value, ours: &Value) {
    match (under.as_object_mut(), ours.as_object()) {
        (Some(under), Some(ours)) => {
            for (name, value) in ours {
                merge_values(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        _ => *under = ours.clone(),
    }
}
