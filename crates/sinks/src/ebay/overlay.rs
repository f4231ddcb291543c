//! A change of what eBay holds. Both writes replace the whole document, so what a person has added is sent along:
//! the held document without what eBay takes from nobody, over it ours, and without what we sent once and want no more.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fingerprint::{Fingerprint, below};

/// What `createOrReplaceInventoryItem` takes of what `getInventoryItem` gives (Inventory API, InventoryItem).
const OF_ITEM: [&str; 6] =
    ["availability", "condition", "conditionDescription", "conditionDescriptors", "packageWeightAndSize", "product"];

/// What `updateOffer` takes of what `getOffers` gives (Inventory API, EbayOfferDetailsWithId).
const OF_OFFER: [&str; 18] = [
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
const COUNTED: &str = "availability.shipToLocationAvailability.allocationByFormat";

/// A document to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Overlay {
    pub(super) document: Value,
    /// Paths of what was added at eBay and stays.
    pub(super) added: Vec<String>,
}

/// An item to write over `held`.
pub(super) fn item(held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> Overlay {
    over(&OF_ITEM, held, ours, unwanted)
}

/// An offer to write over `held`.
pub(super) fn offer(held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> Overlay {
    over(&OF_OFFER, held, ours, unwanted)
}

/// What of a held item we could send: the fields that eBay takes, without what it counts by itself.
pub(super) fn taken_of_item(held: &Value) -> Value {
    over(&OF_ITEM, held, &Value::Object(Map::new()), &BTreeSet::new()).document
}

/// The same of an offer.
pub(super) fn taken_of_offer(held: &Value) -> Value {
    over(&OF_OFFER, held, &Value::Object(Map::new()), &BTreeSet::new()).document
}

fn over(taken: &[&str], held: &Value, ours: &Value, unwanted: &BTreeSet<String>) -> Overlay {
    let fields = held.as_object().into_iter().flatten().filter(|(name, _)| taken.contains(&name.as_str()));
    let held = fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>();
    let is_unwanted = |path: &str| path == COUNTED || unwanted.contains(path);
    let mut document = without("", &Value::Object(held), &is_unwanted);
    let added = Fingerprint::of(&document).beyond(&Fingerprint::of(ours));
    lay(&mut document, ours);
    Overlay { document, added }
}

fn without(path: &str, value: &Value, is_unwanted: &impl Fn(&str) -> bool) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let kept = fields.iter().filter_map(|(name, value)| {
        let path = below(path, name);
        (!is_unwanted(&path)).then(|| (name.clone(), without(&path, value, is_unwanted)))
    });
    Value::Object(kept.collect())
}

fn lay(under: &mut Value, ours: &Value) {
    match (under.as_object_mut(), ours.as_object()) {
        (Some(under), Some(ours)) => {
            for (name, value) in ours {
                lay(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        _ => *under = ours.clone(),
    }
}
