//! What eBay's documents allow and a reader easily trips over: told on demand, though what was asked is done.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Ebay, parts, refusal};

/// An odd answer to a bulk call.
#[derive(Clone, Debug, PartialEq)]
pub enum EbayOddity {
    /// The part of this SKU is answered by another status, with this error; by none where the number is 0.
    Part { sku: String, status: u16, error: u64 },
    /// The answer holds no part of this SKU.
    Left(String),
    /// The parts do not say whose they are.
    Nameless,
    /// The same, and one of them is left out.
    NamelessAndShort,
    /// Lists without elements are null.
    Nulls,
    /// The whole has the status 400, and holds the parts all the same.
    WholeWithParts,
    /// The whole has the status 400, and the errors of its parts alone.
    WholeWithErrors,
    /// 204 without a body.
    NoContent,
    /// 404 of some gateway, which is not eBay's.
    Gateway,
}

/// An oddity that waits for its call.
pub(super) struct Waiting {
    call: String,
    times: u64,
    oddity: EbayOddity,
}

impl Ebay {
    /// The next answers to this bulk call (`bulk_get_inventory_item`) are odd.
    pub(crate) fn answers_oddly(&self, call: &str, times: u64, oddity: EbayOddity) {
        self.oddities().push(Waiting { call: call.to_owned(), times, oddity });
    }

    /// The oddities that the next answer to a call has.
    fn oddities_of(&self, call: &str) -> Vec<EbayOddity> {
        let mut waiting = self.oddities();
        let mine = waiting.iter_mut().filter(|one| one.call == call && one.times > 0);
        mine.map(|one| {
            one.times -= 1;
            one.oddity.clone()
        })
        .collect()
    }

    /// The answer to a bulk call, as odd as it was ordered.
    pub(super) fn answer(&self, call: &str, mut responses: Vec<Value>) -> Response {
        let mut whole = None;
        for oddity in self.oddities_of(call) {
            twist(&mut responses, &oddity);
            whole = whole.or_else(|| whole_of(&responses, &oddity));
        }
        whole.unwrap_or_else(|| parts::answer(&responses))
    }
}

fn twist(responses: &mut Vec<Value>, oddity: &EbayOddity) {
    match oddity {
        EbayOddity::Part { sku, status, error } => {
            let told = if *error == 0 { Vec::new() } else { vec![refusal::own_fault(*error)] };
            for part in responses.iter_mut().filter(|part| part["sku"] == sku.as_str()) {
                *part = parts::part(&part["sku"].take(), *status, &told);
            }
        }
        EbayOddity::Left(sku) => responses.retain(|part| part["sku"] != sku.as_str()),
        EbayOddity::Nameless => responses.iter_mut().for_each(unname),
        EbayOddity::NamelessAndShort => {
            responses.pop();
            responses.iter_mut().for_each(unname);
        }
        EbayOddity::Nulls => responses.iter_mut().for_each(|part| {
            for list in ["errors", "warnings"] {
                if part[list].as_array().is_some_and(Vec::is_empty) {
                    part[list] = Value::Null;
                }
            }
        }),
        _ => {}
    }
}

fn unname(part: &mut Value) {
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

fn whole_of(responses: &[Value], oddity: &EbayOddity) -> Option<Response> {
    let refused = |body: Value| (StatusCode::BAD_REQUEST, axum::Json(body)).into_response();
    match oddity {
        EbayOddity::WholeWithParts => Some(refused(json!({ "responses": responses }))),
        EbayOddity::WholeWithErrors => {
            let errors = responses.iter().filter_map(|part| part["errors"].as_array()).flatten().collect::<Vec<_>>();
            (!errors.is_empty()).then(|| refused(json!({ "errors": errors })))
        }
        EbayOddity::NoContent => Some(StatusCode::NO_CONTENT.into_response()),
        EbayOddity::Gateway => Some((StatusCode::NOT_FOUND, "<html>404 no such route</html>").into_response()),
        _ => None,
    }
}
