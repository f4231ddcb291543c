//! Produces unusual but documented forms of eBay's bulk responses on demand. The requested change is still made.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::options::EbayQuirk;
use super::simulated_ebay::{QueuedQuirk, SandboxEbay};
use super::{bulk, error_body};

impl SandboxEbay {
    /// Adds a quirk to the next `times` responses of this bulk call, such as `bulk_get_inventory_item`.
    pub(crate) fn queue_quirk(&self, call: &str, times: u64, quirk: EbayQuirk) {
        self.lock_quirks().push(QueuedQuirk { call: call.to_owned(), remaining: times, quirk });
    }

    /// Returns the quirks of the next response to a call, and counts them as used.
    fn take_quirks(&self, call: &str) -> Vec<EbayQuirk> {
        let mut waiting = self.lock_quirks();
        let mine = waiting.iter_mut().filter(|one| one.call == call && one.remaining > 0);
        mine.map(|one| {
            one.remaining -= 1;
            one.quirk.clone()
        })
        .collect()
    }

    /// Returns the response to a bulk call with its quirks applied.
    pub(super) fn respond_to_bulk_call(&self, call: &str, mut responses: Vec<Value>) -> Response {
        let mut whole = None;
        for quirk in self.take_quirks(call) {
            apply_quirk(&mut responses, &quirk);
            whole = whole.or_else(|| whole_response(&responses, &quirk));
        }
        whole.unwrap_or_else(|| bulk::bulk_response(&responses))
    }
}

fn apply_quirk(responses: &mut Vec<Value>, quirk: &EbayQuirk) {
    match quirk {
        EbayQuirk::PartResponse { sku, status, error } => {
            let messages = if *error == 0 { Vec::new() } else { vec![error_body::system_error(*error)] };
            for part in responses.iter_mut().filter(|part| part["sku"] == sku.as_str()) {
                *part = bulk::part_response(&part["sku"].take(), *status, &messages);
            }
        }
        EbayQuirk::MissingPart(sku) => responses.retain(|part| part["sku"] != sku.as_str()),
        EbayQuirk::LowercaseSkusReversed => {
            responses.reverse();
            for part in responses.iter_mut() {
                part["sku"] = part["sku"].as_str().unwrap_or_default().to_lowercase().into();
            }
        }
        EbayQuirk::PartsWithoutSku => responses.iter_mut().for_each(remove_sku),
        EbayQuirk::FewerPartsWithoutSku => {
            responses.pop();
            responses.iter_mut().for_each(remove_sku);
        }
        EbayQuirk::PartsWithoutStatus => responses.iter_mut().for_each(|part| {
            part.as_object_mut().map(|fields| fields.remove("statusCode"));
        }),
        EbayQuirk::NullLists => responses.iter_mut().for_each(|part| {
            for list in ["errors", "warnings"] {
                if part[list].as_array().is_some_and(Vec::is_empty) {
                    part[list] = Value::Null;
                }
            }
        }),
        _ => {}
    }
}

fn remove_sku(part: &mut Value) {
    for holder in [Some("inventoryItem"), None] {
        let fields = match holder {
            Some(name) => part.get_mut(name).and_then(Value::as_object_mut),
            None => part.as_object_mut(),
        };
        if let Some(fields) = fields {
            fields.remove("sku");
        }
    }
}

fn whole_response(responses: &[Value], quirk: &EbayQuirk) -> Option<Response> {
    let refused = |body: Value| (StatusCode::BAD_REQUEST, axum::Json(body)).into_response();
    match quirk {
        EbayQuirk::BadRequestWithParts => Some(refused(json!({ "responses": responses }))),
        EbayQuirk::BadRequestWithErrors => {
            let errors = responses.iter().filter_map(|part| part["errors"].as_array()).flatten().collect::<Vec<_>>();
            (!errors.is_empty()).then(|| refused(json!({ "errors": errors })))
        }
        EbayQuirk::NoContent => Some(StatusCode::NO_CONTENT.into_response()),
        EbayQuirk::GatewayNotFound => Some((StatusCode::NOT_FOUND, "<html>404 no such route</html>").into_response()),
        _ => None,
    }
}
