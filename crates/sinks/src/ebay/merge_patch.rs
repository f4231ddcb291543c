//! Merges a new document over the one that eBay holds. Both writes replace the whole document, so what the seller has
//! added must be sent back: eBay's document without read-only fields, then the new values over it, without the values that
//! Draft Maker sent earlier and that the listing no longer has.
//!
//! RFC 7396 (JSON Merge Patch, crate `json-patch`) does not fit: the allow-lists below and the paths to remove decide which
//! fields eBay gets back, and the caller reports what stays.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fingerprint::{DocumentFingerprint, child_path};

/// The fields of `getInventoryItem` that `createOrReplaceInventoryItem` takes (Inventory API, InventoryItem).
const WRITABLE_ITEM_FIELDS: [&str; 6] =
    ["availability", "condition", "conditionDescription", "conditionDescriptors", "packageWeightAndSize", "product"];

/// The fields of `getOffers` that `updateOffer` takes (Inventory API, EbayOfferDetailsWithId).
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

/// A field that eBay computes, inside one that it takes.
const COMPUTED_FIELD: &str = "availability.shipToLocationAvailability.allocationByFormat";

/// A document to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MergedDocument {
    pub(super) document: Value,
    /// Paths of the values that the seller added at eBay and that stay.
    pub(super) added_paths: Vec<String>,
}

/// Merges the values of an item over the item that eBay holds, and removes the paths in `stale`.
pub(super) fn merge_item(remote: &Value, wanted: &Value, stale: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, remote, wanted, stale)
}

/// Merges the values of an offer over the offer that eBay holds, and removes the paths in `stale`.
pub(super) fn merge_offer(remote: &Value, wanted: &Value, stale: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_OFFER_FIELDS, remote, wanted, stale)
}

/// Returns the fields of an item that eBay takes back, without those that it computes.
pub(super) fn writable_item(remote: &Value) -> Value {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, remote, &Value::Object(Map::new()), &BTreeSet::new()).document
}

/// Returns the fields of an offer that eBay takes back, without those that it computes.
pub(super) fn writable_offer(remote: &Value) -> Value {
    merge_with_allowlist(&WRITABLE_OFFER_FIELDS, remote, &Value::Object(Map::new()), &BTreeSet::new()).document
}

fn merge_with_allowlist(
    writable_fields: &[&str],
    remote: &Value,
    wanted: &Value,
    stale: &BTreeSet<String>,
) -> MergedDocument {
    let fields = remote.as_object().into_iter().flatten();
    let writable = fields.filter(|(name, _)| writable_fields.contains(&name.as_str()));
    let writable = writable.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>();
    let is_removed = |path: &str| path == COMPUTED_FIELD || stale.contains(path);
    let mut document = remove_paths("", &Value::Object(writable), &is_removed);
    let wanted_values = DocumentFingerprint::from_document(wanted);
    let added_paths = DocumentFingerprint::from_document(&document).extra_paths(&wanted_values);
    merge_values(&mut document, wanted);
    MergedDocument { document, added_paths }
}

fn remove_paths(path: &str, value: &Value, is_removed: &impl Fn(&str) -> bool) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let remaining = fields.iter().filter_map(|(name, value)| {
        let path = child_path(path, name);
        (!is_removed(&path)).then(|| (name.clone(), remove_paths(&path, value, is_removed)))
    });
    Value::Object(remaining.collect())
}

/// Puts the values of `wanted` over those of `document`. A list is replaced as a whole.
fn merge_values(document: &mut Value, wanted: &Value) {
    match (document.as_object_mut(), wanted.as_object()) {
        (Some(fields), Some(wanted)) => {
            for (name, value) in wanted {
                merge_values(fields.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        _ => *document = wanted.clone(),
    }
}
