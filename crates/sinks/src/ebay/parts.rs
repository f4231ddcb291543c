//! The answer to a call with many parts: which part is whose, and what eBay says in it.
//!
//! A part names its SKU, or leaves it out; then its place tells, where there are as many parts as were asked for. A call
//! that is refused as a whole may hold the parts too. EBay's "no" has many shapes, so no rule looks at texts.

use serde_json::Value;

use ebay::{Complaint, complaints};

/// EBay's own faults (25001) and two writes of one object at a time (25025) pass.
const PASSING: [u64; 2] = [25001, 25025];

/// "The offer exists already": bulkCreateOffer's own number. The other, 25002, says many things and is known by its
/// parameter `offerId`; the text comes in the site's language.
const EXISTS: u64 = 25729;

/// There is no such item: bulkGetInventoryItem's "not available in the system" and "we didn't find the resource".
const ABSENT: [u64; 2] = [25702, 25710];

/// An answer with its status.
pub(super) struct Whole {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The parts of an answer, in the order of the SKUs that were asked for.
pub(super) struct Parts<'a> {
    pub(super) each: Vec<Option<&'a Value>>,
    /// What eBay says in parts that belong to no SKU for certain.
    pub(super) loose: String,
}

/// What eBay says of one part of a write.
pub(super) enum Said {
    Taken(Vec<Complaint>),
    /// There is an offer already; the words are eBay's.
    Exists(String),
    /// EBay's own fault.
    Again(String),
    Refused(String),
}

impl Whole {
    /// The parts for these SKUs; `None` where the answer holds none.
    pub(super) fn parts(&self, skus: &[&str]) -> Option<Parts<'_>> {
        let all = self.body.get("responses")?.as_array().filter(|all| !all.is_empty())?;
        let in_place = all.len() == skus.len();
        let each = skus.iter().enumerate().map(|(place, sku)| {
            let named = all.iter().find(|part| name(part) == Some(sku));
            named.or_else(|| all.get(place).filter(|part| in_place && name(part).is_none()))
        });
        let loose = all.iter().filter(|part| !in_place && name(part).is_none());
        Some(Parts { each: each.collect(), loose: loose.map(words).collect::<Vec<_>>().join("; ") })
    }

    /// What it says of the one item that was asked for.
    pub(super) fn said(&self) -> Said {
        judge(self.status.into(), &self.body)
    }

    /// True where eBay itself says that there is nothing of what was asked for.
    pub(super) fn says_absent(&self) -> bool {
        has_one_of(&complaints(&self.body, "errors"), &ABSENT)
    }

    /// EBay's words.
    pub(super) fn words(&self) -> String {
        told(self.status.into(), &complaints(&self.body, "errors"))
    }
}

/// What a part of a write says.
pub(super) fn said(part: &Value) -> Said {
    judge(status(part), part)
}

/// True where a part says that there is no such item.
pub(super) fn says_absent(part: &Value) -> bool {
    status(part) == 404 || has_one_of(&complaints(part, "errors"), &ABSENT)
}

/// EBay's words in a part.
pub(super) fn words(part: &Value) -> String {
    told(status(part), &complaints(part, "errors"))
}

fn judge(status: u64, body: &Value) -> Said {
    let errors = complaints(body, "errors");
    if (200..300).contains(&status) {
        return Said::Taken(complaints(body, "warnings"));
    }
    let words = told(status, &errors);
    if errors.iter().any(|error| error.id == EXISTS || error.parameter("offerId").is_some()) {
        return Said::Exists(words);
    }
    let passes = status == 0 || status >= 500 || has_one_of(&errors, &PASSING);
    if passes { Said::Again(words) } else { Said::Refused(words) }
}

fn name(part: &Value) -> Option<&str> {
    part.get("sku").and_then(Value::as_str).or_else(|| part.get("inventoryItem")?.get("sku")?.as_str())
}

/// 0 where the part has none.
fn status(part: &Value) -> u64 {
    part.get("statusCode").and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok())).unwrap_or(0)
}

fn told(status: u64, errors: &[Complaint]) -> String {
    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if words.is_empty() { format!("status {status}, without a word") } else { words }
}

fn has_one_of(errors: &[Complaint], numbers: &[u64]) -> bool {
    errors.iter().any(|error| numbers.contains(&error.id))
}
