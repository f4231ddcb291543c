//! Merges a new document into the one on eBay. Both write calls replace the whole document, so the seller's additions
//! must be sent back: eBay's document without read-only fields, overlaid with the new values, without values that Draft
//! Maker sent earlier and the listing no longer has.
//!
//! RFC 7396 (JSON Merge Patch, crate `json-patch`) does not fit: the allowlists below and the paths to remove decide
//! which fields are sent back to eBay, and the caller reports what stays.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fingerprint::{DocumentFingerprint, child_path};

/// Fields of `getInventoryItem` that `createOrReplaceInventoryItem` accepts (Inventory API, InventoryItem).
const WRITABLE_ITEM_FIELDS: [&str; 6] =
    ["availability", "condition", "conditionDescription", "conditionDescriptors", "packageWeightAndSize", "product"];

/// Fields of `getOffers` that `updateOffer` accepts (Inventory API, EbayOfferDetailsWithId).
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

/// A field computed by eBay, inside a field that eBay accepts.
const COMPUTED_FIELD: &str = "availability.shipToLocationAvailability.allocationByFormat";

/// A document to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MergedDocument {
    pub(super) document: Value,
    /// Paths of the values that the seller added on eBay and that are kept.
    pub(super) added_paths: Vec<String>,
}

/// Merges the values of an item into the item on eBay, and removes the paths in `stale`.
pub(super) fn merge_item(remote: &Value, wanted: &Value, stale: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, remote, wanted, stale)
}

/// Merges the values of an offer into the offer on eBay, and removes the paths in `stale`.
pub(super) fn merge_offer(remote: &Value, wanted: &Value, stale: &BTreeSet<String>) -> MergedDocument {
    merge_with_allowlist(&WRITABLE_OFFER_FIELDS, remote, wanted, stale)
}

/// Returns the fields of an item that eBay accepts in a write, without computed ones.
pub(super) fn writable_item(remote: &Value) -> Value {
    merge_with_allowlist(&WRITABLE_ITEM_FIELDS, remote, &Value::Object(Map::new()), &BTreeSet::new()).document
}

/// Returns the fields of an offer that eBay accepts in a write, without computed ones.
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

/// Returns the document without the values at these paths.
pub(super) fn without_paths(document: &Value, paths: &BTreeSet<String>) -> Value {
    remove_paths("", document, &|path| paths.contains(path))
}

fn remove_paths(path: &str, value: &Value, is_removed: &impl Fn(&str) -> bool) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let remaining = fields.iter().filter_map(|(name, value)| {
        let path = child_path(path, name);
        (!is_removed(&path)).then(|| (name.clone(), remove_paths(&path, value, is_removed)))
    });
    Value::Object(remaining.collect())
}

/// Writes the values of `wanted` over those of `document`. Lists are replaced as a whole.
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
