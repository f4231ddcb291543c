//! The answer to a call with many parts: which part is whose, and what eBay says in it.
//!
//! A part names its SKU, or leaves it out; then its place tells, where there are as many parts as were asked for. A call
//! that is refused as a whole may hold the parts too. EBay's "no" has many shapes, so no rule looks at texts.

use serde_json::Value;

use ebay::{EbayApiError, parse_api_errors};

/// EBay's own faults (25001) and two writes of one object at a time (25025) pass.
const TRANSIENT_ERROR_IDS: [u64; 2] = [25001, 25025];

/// "The offer exists already": bulkCreateOffer's own number. The other, 25002, says many things and is known by its
/// parameter `offerId`; the text comes in the site's language.
const OFFER_EXISTS_ERROR_ID: u64 = 25729;

/// There is no such item: bulkGetInventoryItem's "not available in the system" and "we didn't find the resource".
const ITEM_ABSENT_ERROR_IDS: [u64; 2] = [25702, 25710];

/// An answer with its status.
pub(super) struct BulkResponse {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The parts of an answer, in the order of the SKUs that were asked for.
pub(super) struct ResponseParts<'a> {
    pub(super) by_sku: Vec<Option<&'a Value>>,
    /// What eBay says in parts that belong to no SKU for certain.
    pub(super) unassigned: String,
}

/// What eBay says of one part of a write.
pub(super) enum PartStatus {
    Accepted(Vec<EbayApiError>),
    /// There is an offer already; the words are eBay's.
    AlreadyExists(String),
    /// EBay's own fault.
    Retryable(String),
    Rejected(String),
}

impl BulkResponse {
    /// The parts for these SKUs; `None` where the answer holds none.
    pub(super) fn parts_for(&self, skus: &[&str]) -> Option<ResponseParts<'_>> {
        let all = self.body.get("responses")?.as_array().filter(|all| !all.is_empty())?;
        let in_place = all.len() == skus.len();
        let each = skus.iter().enumerate().map(|(place, sku)| {
            let named = all.iter().find(|part| part_sku(part) == Some(sku));
            named.or_else(|| all.get(place).filter(|part| in_place && part_sku(part).is_none()))
        });
        let loose = all.iter().filter(|part| !in_place && part_sku(part).is_none());
        Some(ResponseParts {
            by_sku: each.collect(),
            unassigned: loose.map(part_message).collect::<Vec<_>>().join("; "),
        })
    }

    /// What it says of the one item that was asked for.
    pub(super) fn single_status(&self) -> PartStatus {
        classify_status(self.status.into(), &self.body)
    }

    /// True where eBay itself says that there is nothing of what was asked for.
    pub(super) fn is_item_absent(&self) -> bool {
        contains_error_id(&parse_api_errors(&self.body, "errors"), &ITEM_ABSENT_ERROR_IDS)
    }

    /// EBay's words.
    pub(super) fn error_message(&self) -> String {
        format_errors(self.status.into(), &parse_api_errors(&self.body, "errors"))
    }
}

/// What a part of a write says.
pub(super) fn classify_part(part: &Value) -> PartStatus {
    classify_status(part_status_code(part), part)
}

/// True where a part says that there is no such item.
pub(super) fn is_part_absent(part: &Value) -> bool {
    part_status_code(part) == 404 || contains_error_id(&parse_api_errors(part, "errors"), &ITEM_ABSENT_ERROR_IDS)
}

/// EBay's words in a part.
pub(super) fn part_message(part: &Value) -> String {
    format_errors(part_status_code(part), &parse_api_errors(part, "errors"))
}

fn classify_status(status: u64, body: &Value) -> PartStatus {
    let errors = parse_api_errors(body, "errors");
    if (200..300).contains(&status) {
        return PartStatus::Accepted(parse_api_errors(body, "warnings"));
    }
    let message = format_errors(status, &errors);
    if errors.iter().any(|error| error.id == OFFER_EXISTS_ERROR_ID || error.parameter("offerId").is_some()) {
        return PartStatus::AlreadyExists(message);
    }
    let passes = status == 0 || status >= 500 || contains_error_id(&errors, &TRANSIENT_ERROR_IDS);
    if passes { PartStatus::Retryable(message) } else { PartStatus::Rejected(message) }
}

fn part_sku(part: &Value) -> Option<&str> {
    part.get("sku").and_then(Value::as_str).or_else(|| part.get("inventoryItem")?.get("sku")?.as_str())
}

/// 0 where the part has none.
fn part_status_code(part: &Value) -> u64 {
    part.get("statusCode").and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok())).unwrap_or(0)
}

fn format_errors(status: u64, errors: &[EbayApiError]) -> String {
    let message = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if message.is_empty() { format!("status {status}, without a word") } else { message }
}

fn contains_error_id(errors: &[EbayApiError], numbers: &[u64]) -> bool {
    errors.iter().any(|error| numbers.contains(&error.id))
}
