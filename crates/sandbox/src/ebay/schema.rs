//! Schemas of the request bodies, written from eBay's documents.

use std::sync::LazyLock;

use axum::body::Bytes;
use jsonschema::Validator;
use serde_json::Value;

/// A kind of body.
pub(super) enum RequestSchema {
    /// One inventory item.
    Item,
    /// One offer, with its SKU, site and format.
    Offer,
    /// The new content of an offer.
    OfferChange,
    /// A draft of the Listing API.
    ItemDraft,
    /// A picture to upload.
    Picture,
}

struct CompiledSchemas {
    item: Validator,
    offer: Validator,
    offer_change: Validator,
    item_draft: Validator,
    picture: Validator,
}

static SCHEMAS: LazyLock<CompiledSchemas> = LazyLock::new(|| CompiledSchemas {
    item: compile_schema(include_str!("schemas/item.json")),
    offer: compile_schema(include_str!("schemas/offer.json")),
    offer_change: compile_schema(include_str!("schemas/offer_change.json")),
    item_draft: compile_schema(include_str!("schemas/item_draft.json")),
    picture: compile_schema(include_str!("schemas/picture.json")),
});

fn compile_schema(text: &str) -> Validator {
    let schema = serde_json::from_str::<Value>(text).expect("a test reads the schemas that are compiled in");
    jsonschema::validator_for(&schema).expect("a test reads the schemas that are compiled in")
}

impl RequestSchema {
    /// Validates a body.
    ///
    /// # Errors
    /// Returns all violations as text.
    pub(super) fn validate_body(&self, body: &Value) -> Result<(), String> {
        let schemas = &*SCHEMAS;
        let schema = match self {
            Self::Item => &schemas.item,
            Self::Offer => &schemas.offer,
            Self::OfferChange => &schemas.offer_change,
            Self::ItemDraft => &schemas.item_draft,
            Self::Picture => &schemas.picture,
        };
        let wrong = schema.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path()));
        let errors = wrong.collect::<Vec<_>>();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
    }
}

/// Parses the JSON of a body.
///
/// # Errors
/// Returns a message if the body is not JSON.
pub(super) fn parse_json(body: &Bytes) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is no JSON: {error}"))
}
