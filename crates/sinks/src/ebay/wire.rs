//! Types of eBay's answers.
//!
//! eBay omits fields and sends null for an empty list. An optional field that is absent, null or of another type is
//! read as unknown. A list element without its key (an ID, a name) is skipped.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

use ebay::EbayError;

/// Deserializes an answer, or a part of one.
///
/// # Errors
/// Returns [`EbayError::InvalidResponse`] if the answer has another format.
pub(super) fn read_answer<T: DeserializeOwned>(answer: Value) -> Result<T, EbayError> {
    let found = match &answer {
        Value::Null => "null instead of an object",
        Value::Bool(_) | Value::Number(_) | Value::String(_) => "a single value instead of an object",
        Value::Array(_) => "a list instead of an object",
        Value::Object(_) => "it does not have the documented form",
    };
    serde_json::from_value(answer).map_err(|_| EbayError::InvalidResponse { what: found.to_owned() })
}

/// Returns whether eBay means this SKU, whatever the case of its letters and the spaces around it.
pub(super) fn is_same_sku(named: &str, sku: &str) -> bool {
    named.trim().eq_ignore_ascii_case(sku)
}

/// Deserializes null, and a value of another type, as the default.
fn deserialize_lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(T::deserialize(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// Deserializes the valid elements of a list. Anything but a list becomes an empty list.
fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(elements) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(elements.into_iter().filter_map(|element| T::deserialize(element).ok()).collect())
}

/// Deserializes a number that may be written as text; 0 for anything else.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    optional_number_or_text(deserializer).map(Option::unwrap_or_default)
}

/// Deserializes a number that may be written as text; `None` for anything else.
fn optional_number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}

/// Deserializes an ID that may be written as a number; empty for anything else.
fn id_text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Business policies of one kind (Account API, `getFulfillmentPolicies` and its siblings).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PolicyPage {
    #[serde(alias = "fulfillmentPolicies", alias = "paymentPolicies", alias = "returnPolicies")]
    #[serde(deserialize_with = "lenient_list")]
    pub(super) policies: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    #[serde(alias = "fulfillmentPolicyId", alias = "paymentPolicyId", alias = "returnPolicyId")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) name: Option<String>,
    /// The site of the policy.
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) marketplace_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) category_types: Vec<CategoryType>,
    /// Only in fulfillment policies.
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) shipping_options: Vec<ShippingOption>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShippingOption {
    /// `FLAT_RATE` or `CALCULATED`.
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) cost_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CategoryType {
    /// `ALL_EXCLUDING_MOTORS_VEHICLES` or `MOTORS_VEHICLES`.
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) default: bool,
}

/// Inventory locations (Inventory API, `getInventoryLocations`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LocationPage {
    #[serde(deserialize_with = "lenient_list")]
    pub(super) locations: Vec<InventoryLocation>,
    /// Number of locations on all pages.
    #[serde(deserialize_with = "number_or_text")]
    pub(super) total: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InventoryLocation {
    pub(super) merchant_location_key: String,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) merchant_location_status: Option<String>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) name: Option<String>,
}

/// The category tree of a site (Taxonomy API, `getDefaultCategoryTreeId`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CategoryTree {
    #[serde(rename = "categoryTreeId")]
    pub(super) id: String,
    #[serde(rename = "categoryTreeVersion", default, deserialize_with = "deserialize_lenient")]
    pub(super) version: String,
}

/// Item specifics of a category (Taxonomy API, `getItemAspectsForCategory`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AspectPage {
    #[serde(deserialize_with = "lenient_list")]
    pub(super) aspects: Vec<AspectMetadata>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AspectMetadata {
    pub(super) localized_aspect_name: String,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) aspect_constraint: AspectConstraint,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) aspect_values: Vec<AspectValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AspectConstraint {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) aspect_mode: Option<String>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) aspect_required: bool,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) item_to_aspect_cardinality: Option<String>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) aspect_max_length: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AspectValue {
    pub(super) localized_value: String,
}

/// Conditions of categories (Metadata API, `getItemConditionPolicies`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ConditionPolicyPage {
    #[serde(deserialize_with = "lenient_list")]
    pub(super) item_condition_policies: Vec<ConditionPolicy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConditionPolicy {
    pub(super) category_id: String,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) item_conditions: Vec<ItemCondition>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) item_condition_required: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemCondition {
    pub(super) condition_id: String,
}

/// A picture that eBay hosts (Media API, `createImageFromUrl`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UploadedImage {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) image_url: Option<String>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) expiration_date: Option<String>,
}

/// A listing draft (Listing API, `createItemDraft`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CreatedItemDraft {
    /// Empty if eBay did not state it.
    #[serde(deserialize_with = "id_text_or_number")]
    pub(super) item_draft_id: String,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) sell_flow_url: Option<String>,
}

/// Offers of a SKU (Inventory API, `getOffers`). The offers are kept as eBay sent them, because an update sends them
/// back. `total` tells an empty list (for which eBay sends null) from a missing one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfferPage {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) offers: Option<Vec<Value>>,
    #[serde(deserialize_with = "optional_number_or_text")]
    pub(super) total: Option<u64>,
}

/// The fields of an offer that decide how it is handled.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfferFields {
    pub(super) offer_id: String,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) sku: Option<String>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) listing: ListingFields,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) format: Option<String>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) marketplace_id: Option<String>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) available_quantity: Option<u32>,
    #[serde(default, deserialize_with = "deserialize_lenient")]
    pub(super) pricing_summary: PricingSummary,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListingFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) listing_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(super) struct PricingSummary {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) price: Option<Amount>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Amount {
    pub(super) value: String,
    pub(super) currency: String,
}

/// A page of the seller's items (Inventory API, `getInventoryItems`).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InventoryItemPage {
    #[serde(deserialize_with = "lenient_list")]
    pub(super) inventory_items: Vec<InventoryItemFields>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) total: Option<u64>,
}

/// The fields of an item that `draft-maker drafts` shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InventoryItemFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) sku: Option<String>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) product: ProductFields,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) availability: AvailabilityFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AvailabilityFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) ship_to_location_availability: QuantityFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct QuantityFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) quantity: Option<u64>,
}

/// One part of the answer to a bulk call of the Inventory API.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BulkPartFields {
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) sku: Option<String>,
    /// Status; 0 if the part has none.
    #[serde(deserialize_with = "number_or_text")]
    pub(super) status_code: u64,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) inventory_item: Option<Value>,
    #[serde(deserialize_with = "deserialize_lenient")]
    pub(super) offer_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_another_form_is_described_without_names_of_types() {
        let reading = |answer: Value| read_answer::<CategoryTree>(answer).unwrap_err().to_string();
        for (answer, what) in [
            (Value::Null, "null instead of an object"),
            (json!("<html>"), "a single value instead of an object"),
            (json!([]), "a list instead of an object"),
            (json!({"id": 5}), "it does not have the documented form"),
        ] {
            assert_eq!(reading(answer), format!("eBay sent an unreadable answer: {what}"));
        }
    }
}
