//! Parses the answer to a bulk call: which part belongs to which SKU, and the result of each part.
//!
//! A part names its SKU. Otherwise its position identifies the SKU, provided that there are as many parts as SKUs. An
//! answer that rejects the whole call may have parts too. eBay rejects calls in many forms, so the rules use error IDs
//! and parameters, never texts.

use serde_json::Value;

use super::wire::{self, BulkPartFields};
use ebay::{EbayApiError, ErrorHandling, parse_api_errors};
use upstream::HttpError;

/// "The combination should be unique" of bulkCreateOffer. The only cause is an existing offer.
const OFFER_EXISTS_ERROR_ID: u64 = 25729;

/// The answer to a bulk call.
pub(super) struct BulkResponse {
    status: CallStatus,
    parts: Vec<BulkPart>,
    whole: Messages,
    /// Text of eBay or of a gateway. If there are errors, they say more.
    text: String,
}

/// Whether eBay answered a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CallStatus {
    /// With this HTTP status.
    Answered(u16),
    /// It did not, or its answer cannot be read.
    Unreadable,
    /// It sent no complete answer in time.
    TimedOut,
}

/// The part of an answer for one SKU.
pub(super) struct BulkPart {
    fields: BulkPartFields,
    messages: Messages,
}

/// Errors and warnings of an answer or of one part.
struct Messages {
    errors: Vec<EbayApiError>,
    warnings: Vec<EbayApiError>,
}

/// The parts of an answer, in the order of the requested SKUs.
pub(super) struct ResponseParts<'a> {
    pub(super) by_sku: Vec<Option<&'a BulkPart>>,
    /// eBay's messages that cannot be assigned to a SKU.
    pub(super) unassigned: String,
}

/// Reason why a part of a call has no result yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PendingCause {
    /// eBay failed at the part, with one of its own errors.
    Fault,
    /// The call failed with a status but no eBay error, as a gateway does.
    Opaque,
    /// eBay sent no complete answer in time.
    Timeout,
    /// eBay does not show the data just written yet.
    Lag,
}

/// Result of writing one part. The texts are eBay's.
pub(super) enum PartStatus {
    /// Accepted, with these warnings.
    Accepted(Vec<EbayApiError>),
    /// The offer already exists.
    AlreadyExists(String),
    /// The offer may already exist; eBay uses the same error for other causes.
    MayExist(String),
    /// The part may succeed when it is sent again.
    Pending(PendingCause, String),
    Rejected(String),
}

impl BulkResponse {
    pub(super) fn from_answer(status: u16, text: String, mut body: Value) -> Self {
        let whole = Messages::from_json(&body);
        let parts = match body.get_mut("responses").map(Value::take) {
            Some(Value::Array(parts)) => {
                parts.into_iter().map(|part| BulkPart::from_json(part, status.into())).collect()
            }
            _ => Vec::new(),
        };
        Self { status: CallStatus::Answered(status), parts, whole, text }
    }

    /// Returns the response of a call without a readable answer; `text` gives the reason.
    pub(super) fn unreadable(text: String) -> Self {
        let whole = Messages { errors: Vec::new(), warnings: Vec::new() };
        Self { status: CallStatus::Unreadable, parts: Vec::new(), whole, text }
    }

    /// Returns the response of a call that failed with this error after eBay may have received it.
    pub(super) fn from_error(error: &HttpError) -> Self {
        let response = Self::unreadable(error.to_string());
        match error {
            HttpError::Timeout { .. } => Self { status: CallStatus::TimedOut, ..response },
            _ => response,
        }
    }

    /// Returns the parts for these SKUs; `None` if the answer has no parts.
    pub(super) fn parts_for(&self, skus: &[&str]) -> Option<ResponseParts<'_>> {
        if self.parts.is_empty() {
            return None;
        }
        let is_in_order = self.parts.len() == skus.len();
        let by_sku = skus.iter().enumerate().map(|(index, sku)| {
            let named = self.parts.iter().find(|part| part.sku().is_some_and(|named| wire::is_same_sku(named, sku)));
            named.or_else(|| self.parts.get(index).filter(|part| is_in_order && part.sku().is_none()))
        });
        let unassigned = self.parts.iter().filter(|part| !is_in_order && part.sku().is_none());
        let whole = self.whole.errors.iter().map(ToString::to_string);
        Some(ResponseParts {
            by_sku: by_sku.collect(),
            unassigned: whole.chain(unassigned.map(BulkPart::error_message)).collect::<Vec<_>>().join("; "),
        })
    }

    pub(super) fn has_parts(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Returns the result of writing one SKU, from an answer without parts.
    pub(super) fn single_status(&self) -> PartStatus {
        match self.status {
            CallStatus::Answered(status) if !self.is_failure() => {
                self.whole.classify(status.into(), self.error_message())
            }
            _ => PartStatus::Pending(self.failure_cause(), self.error_message()),
        }
    }

    /// Returns whether eBay failed at the whole call and the answer has no parts.
    pub(super) fn is_failure(&self) -> bool {
        let is_failed = !matches!(self.status, CallStatus::Answered(..500));
        !self.has_parts() && (is_failed || self.whole.has_handling(ErrorHandling::Retry))
    }

    /// Returns true if the call has succeeded by its status, whatever the answer says of its parts.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.status, CallStatus::Answered(..400))
    }

    /// Returns the cause of a failure for which [`Self::is_failure`] is true.
    pub(super) fn failure_cause(&self) -> PendingCause {
        match self.status {
            CallStatus::TimedOut => PendingCause::Timeout,
            _ if self.has_errors() => PendingCause::Fault,
            _ => PendingCause::Opaque,
        }
    }

    /// Returns whether eBay says that the requested item does not exist. Only valid for a call with one item: of
    /// several items, any could be the missing one.
    pub(super) fn is_item_absent(&self) -> bool {
        !self.is_failure() && self.whole.has_handling(ErrorHandling::TreatAsAbsent)
    }

    /// Returns eBay's errors, or the status and text if there are none.
    pub(super) fn error_message(&self) -> String {
        match self.status {
            CallStatus::Unreadable | CallStatus::TimedOut => self.text.clone(),
            CallStatus::Answered(status) if self.has_errors() || self.text.is_empty() => {
                self.whole.error_message(status.into())
            }
            CallStatus::Answered(status) => format!("status {status}: {}", self.text),
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.whole.errors.is_empty()
    }
}

impl BulkPart {
    /// Parses a part of an answer with this status. A part without its own status has that of the answer, unless it is
    /// 207, which only says that the parts differ. A part with errors has failed.
    fn from_json(part: Value, answer_status: u64) -> Self {
        let messages = Messages::from_json(&part);
        let mut fields: BulkPartFields = wire::read_answer(part).unwrap_or_default();
        if fields.status_code == 0 && !messages.errors.is_empty() {
            fields.status_code = answer_status.max(400);
        } else if fields.status_code == 0 && answer_status != 207 {
            fields.status_code = answer_status;
        }
        Self { fields, messages }
    }

    fn sku(&self) -> Option<&str> {
        self.fields.sku.as_deref().or_else(|| self.fields.inventory_item.as_ref()?.get("sku")?.as_str())
    }

    /// Returns the item on eBay, as eBay sent it.
    pub(super) fn inventory_item(&self) -> Option<&Value> {
        self.fields.inventory_item.as_ref().filter(|item| item.is_object())
    }

    pub(super) fn offer_id(&self) -> Option<&str> {
        self.fields.offer_id.as_deref()
    }

    /// Returns the result of writing this part.
    pub(super) fn status(&self) -> PartStatus {
        self.messages.classify(self.fields.status_code, self.error_message())
    }

    /// Returns whether eBay says that the item does not exist.
    pub(super) fn is_item_absent(&self) -> bool {
        let is_bare_404 = self.fields.status_code == 404 && self.messages.errors.is_empty();
        is_bare_404 || self.messages.has_handling(ErrorHandling::TreatAsAbsent)
    }

    /// Returns eBay's errors, or the status if there are none.
    pub(super) fn error_message(&self) -> String {
        self.messages.error_message(self.fields.status_code)
    }
}

impl Messages {
    fn from_json(answer: &Value) -> Self {
        Self { errors: parse_api_errors(answer, "errors"), warnings: parse_api_errors(answer, "warnings") }
    }

    /// Returns the result for a status; `message` is eBay's text.
    fn classify(&self, status: u64, message: String) -> PartStatus {
        if (200..300).contains(&status) {
            // A part may have a success status and errors. The caller then checks the state on eBay.
            return if self.errors.is_empty() {
                PartStatus::Accepted(self.warnings.clone())
            } else {
                PartStatus::MayExist(message)
            };
        }
        // If the daily limit or the token ends within a call, the next call is refused as a whole.
        let may_succeed_later = [ErrorHandling::Retry, ErrorHandling::Defer, ErrorHandling::RenewToken];
        if matches!(status, 0 | 401 | 408 | 429 | 500..) || may_succeed_later.iter().any(|one| self.has_handling(*one))
        {
            return PartStatus::Pending(PendingCause::Fault, message);
        }
        // 25002 has many meanings, its text is in the language of the marketplace, and its parameter `offerId` is
        // sometimes missing, so the caller fetches the offers that exist.
        let exists = |error: &EbayApiError| error.id == OFFER_EXISTS_ERROR_ID || error.parameter("offerId").is_some();
        if self.errors.iter().any(exists) {
            return PartStatus::AlreadyExists(message);
        }
        if self.has_handling(ErrorHandling::ReconcileOffer) {
            return PartStatus::MayExist(message);
        }
        if self.has_handling(ErrorHandling::TreatAsAbsent) {
            return PartStatus::Pending(PendingCause::Lag, message);
        }
        PartStatus::Rejected(message)
    }

    fn error_message(&self, status: u64) -> String {
        let message = self.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        if message.is_empty() { format!("status {status} without a message") } else { message }
    }

    fn has_handling(&self, handling: ErrorHandling) -> bool {
        self.errors.iter().any(|error| error.handling() == handling)
    }
}

/// Returns the text for a SKU that eBay's answer does not have. `unassigned` has the messages of parts without a SKU.
pub(super) fn missing_part_message(unassigned: &str) -> String {
    let unassigned =
        if unassigned.is_empty() { String::new() } else { format!("; its answer also says: {unassigned}") };
    format!("eBay's answer does not mention it{unassigned}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_beside_too_few_parts_is_reported_for_the_missing_ones() {
        let body = serde_json::json!({
            "errors": [{"errorId": 25001, "message": "A system error has occurred."}],
            "responses": [{"sku": "A", "statusCode": 200}],
        });
        let response = BulkResponse::from_answer(207, String::new(), body);
        let parts = response.parts_for(&["A", "B"]).expect("parts");
        assert!(parts.by_sku[0].is_some() && parts.by_sku[1].is_none());
        assert!(parts.unassigned.starts_with("25001 A system error has occurred."), "{}", parts.unassigned);
    }
}
