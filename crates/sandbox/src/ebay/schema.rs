//! Schemas of the request bodies, written from eBay's documents.

use std::sync::LazyLock;

use axum::body::Bytes;
use boon::{Compiler, SchemaIndex, Schemas, ValidationError};
use serde_json::Value;

/// The kinds of request bodies that have a schema.
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
    schemas: Schemas,
    item: SchemaIndex,
    offer: SchemaIndex,
    offer_change: SchemaIndex,
    item_draft: SchemaIndex,
    picture: SchemaIndex,
}

static SCHEMAS: LazyLock<CompiledSchemas> = LazyLock::new(|| {
    let mut schemas = Schemas::new();
    let mut compile = |name, text| compile_schema(&mut schemas, name, text);
    let item = compile("item", include_str!("schemas/item.json"));
    let offer = compile("offer", include_str!("schemas/offer.json"));
    let offer_change = compile("offer_change", include_str!("schemas/offer_change.json"));
    let item_draft = compile("item_draft", include_str!("schemas/item_draft.json"));
    let picture = compile("picture", include_str!("schemas/picture.json"));
    CompiledSchemas { schemas, item, offer, offer_change, item_draft, picture }
});

fn compile_schema(schemas: &mut Schemas, name: &str, text: &str) -> SchemaIndex {
    let schema = serde_json::from_str::<Value>(text).expect("a test reads the schemas that are compiled in");
    let location = format!("schema:///{name}.json");
    let mut compiler = Compiler::new();
    compiler.add_resource(&location, schema).expect("the location is a URL");
    compiler.compile(&location, schemas).expect("a test reads the schemas that are compiled in")
}

impl RequestSchema {
    /// Validates a body.
    ///
    /// # Errors
    /// Returns all violations as text, each with the JSON pointer of the value.
    pub(super) fn validate_body(&self, body: &Value) -> Result<(), String> {
        let compiled = &*SCHEMAS;
        let index = match self {
            Self::Item => compiled.item,
            Self::Offer => compiled.offer,
            Self::OfferChange => compiled.offer_change,
            Self::ItemDraft => compiled.item_draft,
            Self::Picture => compiled.picture,
        };
        compiled.schemas.validate(body, index).map_err(|error| describe_violations(&error).join("; "))
    }
}

/// Describes the errors without causes, which are the actual violations.
fn describe_violations(error: &ValidationError<'_, '_>) -> Vec<String> {
    if error.causes.is_empty() {
        return vec![format!("{}: {}", error.instance_location, error.kind)];
    }
    error.causes.iter().flat_map(describe_violations).collect()
}

/// Parses the JSON of a body.
///
/// # Errors
/// Returns a message if the body is not JSON.
pub(super) fn parse_json(body: &Bytes) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))
}
