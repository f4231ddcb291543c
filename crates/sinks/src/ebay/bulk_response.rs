//! Reads the answer to a bulk call: which part belongs to which SKU, and what eBay says in it.
//!
//! A part names its SKU. If it does not, its place tells, provided that there are as many parts as SKUs. An answer that
//! refuses the whole call may have parts too. eBay refuses in many forms, so the rules read error IDs and parameters and
//! never texts.

use serde_json::Value;

use super::wire::{self, BulkPartFields};
use ebay::{EbayApiError, ErrorHandling, parse_api_errors};

/// "The combination should be unique" of bulkCreateOffer, which has no other cause than an offer that exists.
const OFFER_EXISTS_ERROR_ID: u64 = 25729;

/// An answer to a bulk call.
pub(super) struct BulkResponse {
    /// 0 if no answer can be read.
    pub(super) status: u16,
    parts: Vec<BulkPart>,
    whole: Messages,
    /// eBay's or a gateway's own text; the errors say more if there are any.
    text: String,
}

/// What eBay says of one SKU.
pub(super) struct BulkPart {
    fields: BulkPartFields,
    messages: Messages,
}

/// The errors and warnings of an answer or of one part.
struct Messages {
    errors: Vec<EbayApiError>,
    warnings: Vec<EbayApiError>,
}

/// The parts of an answer, in the order of the SKUs that were asked for.
pub(super) struct ResponseParts<'a> {
    pub(super) by_sku: Vec<Option<&'a BulkPart>>,
    /// eBay's messages in parts that belong to no SKU for certain.
    pub(super) unassigned: String,
}

/// Why a part of a call has no result yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenCause {
    /// eBay failed at it, with an error of its own.
    Fault,
    /// eBay failed at it with a status and no error of its own, as a gateway does.
    Opaque,
    /// eBay does not show yet what was just written.
    Lag,
}

/// The result of one part of a write. The texts are eBay's.
pub(super) enum PartStatus {
    /// Accepted, with these warnings.
    Accepted(Vec<EbayApiError>),
    /// An offer exists already.
    AlreadyExists(String),
    /// An offer may exist already: eBay uses the same error for other causes.
    MayExist(String),
    /// It may be accepted when it is sent again.
    Open(OpenCause, String),
    Rejected(String),
}

impl BulkResponse {
    pub(super) fn from_answer(status: u16, text: String, mut body: Value) -> Self {
        let whole = Messages::from_json(&body);
        let parts = match body.get_mut("responses").map(Value::take) {
            Some(Value::Array(parts)) => parts.into_iter().map(BulkPart::from_json).collect(),
            _ => Vec::new(),
        };
        Self { status, parts, whole, text }
    }

    /// Returns the answer to a call that has none that can be read; the text says why.
    pub(super) fn unreadable(text: String) -> Self {
        Self { status: 0, parts: Vec::new(), whole: Messages { errors: Vec::new(), warnings: Vec::new() }, text }
    }

    /// Returns the parts for these SKUs; `None` if the answer has no parts.
    pub(super) fn parts_for(&self, skus: &[&str]) -> Option<ResponseParts<'_>> {
        if self.parts.is_empty() {
            return None;
        }
        let is_in_order = self.parts.len() == skus.len();
        let by_sku = skus.iter().enumerate().map(|(place, sku)| {
            let named = self.parts.iter().find(|part| part.sku() == Some(sku));
            named.or_else(|| self.parts.get(place).filter(|part| is_in_order && part.sku().is_none()))
        });
        let unassigned = self.parts.iter().filter(|part| !is_in_order && part.sku().is_none());
        Some(ResponseParts {
            by_sku: by_sku.collect(),
            unassigned: unassigned.map(BulkPart::error_message).collect::<Vec<_>>().join("; "),
        })
    }

    pub(super) fn has_parts(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Returns the result of a write of one SKU from an answer without parts.
    pub(super) fn single_status(&self) -> PartStatus {
        if self.is_failure() {
            return PartStatus::Open(self.failure_cause(), self.error_message());
        }
        self.whole.classify(self.status.into())
    }

    /// Returns true if eBay failed at the whole call and says nothing of its parts.
    pub(super) fn is_failure(&self) -> bool {
        !self.has_parts() && (self.status == 0 || self.status >= 500 || self.whole.has_handling(ErrorHandling::Retry))
    }

    /// Returns the cause of [`Self::is_failure`].
    pub(super) fn failure_cause(&self) -> OpenCause {
        if self.has_errors() { OpenCause::Fault } else { OpenCause::Opaque }
    }

    /// Returns true if eBay says that it does not hold the one item that was asked for. It says nothing of several items: one of
    /// them may be the absent one.
    pub(super) fn is_item_absent(&self) -> bool {
        !self.is_failure() && self.whole.has_handling(ErrorHandling::TreatAsAbsent)
    }

    /// Returns eBay's errors, or the status and text if there are none.
    pub(super) fn error_message(&self) -> String {
        if self.has_errors() || self.text.is_empty() {
            return self.whole.error_message(self.status.into());
        }
        if self.status == 0 { self.text.clone() } else { format!("status {}: {}", self.status, self.text) }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.whole.errors.is_empty()
    }
}

impl BulkPart {
    fn from_json(part: Value) -> Self {
        let messages = Messages::from_json(&part);
        Self { fields: wire::read_answer(part).unwrap_or_default(), messages }
    }

    fn sku(&self) -> Option<&str> {
        self.fields.sku.as_deref().or_else(|| self.fields.inventory_item.as_ref()?.get("sku")?.as_str())
    }

    /// Returns the item that eBay holds, as it sent it.
    pub(super) fn inventory_item(&self) -> Option<&Value> {
        self.fields.inventory_item.as_ref().filter(|item| item.is_object())
    }

    pub(super) fn offer_id(&self) -> Option<&str> {
        self.fields.offer_id.as_deref()
    }

    /// Returns the result of a write.
    pub(super) fn status(&self) -> PartStatus {
        self.messages.classify(self.fields.status_code)
    }

    /// Returns true if eBay says that there is no such item.
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

    fn classify(&self, status: u64) -> PartStatus {
        if (200..300).contains(&status) {
            // A part may have a status of success and errors. What eBay holds then tells.
            return if self.errors.is_empty() {
                PartStatus::Accepted(self.warnings.clone())
            } else {
                PartStatus::MayExist(self.error_message(status))
            };
        }
        let message = self.error_message(status);
        if status == 0 || status >= 500 || self.has_handling(ErrorHandling::Retry) {
            return PartStatus::Open(OpenCause::Fault, message);
        }
        // 25002 has many meanings and its text comes in the language of the marketplace; the parameter `offerId` is
        // missing now and then, so eBay is asked which offers it holds.
        let exists = |error: &EbayApiError| error.id == OFFER_EXISTS_ERROR_ID || error.parameter("offerId").is_some();
        if self.errors.iter().any(exists) {
            return PartStatus::AlreadyExists(message);
        }
        if self.has_handling(ErrorHandling::ReconcileOffer) {
            return PartStatus::MayExist(message);
        }
        if self.has_handling(ErrorHandling::TreatAsAbsent) {
            return PartStatus::Open(OpenCause::Lag, message);
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
