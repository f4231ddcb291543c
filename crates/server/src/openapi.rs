//! The OpenAPI 3.1 description of the API, which is generated from the routes, and the page that shows it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};

const API_DESCRIPTION: &str = "Turns lists of scanned barcodes into eBay drafts. Jobs wait in a queue, survive restarts, and report progress as server-sent events.";

const DOCS_PAGE: &str = include_str!("../../../assets/docs.html");

/// Content security policy of the documentation page: it loads nothing from other servers and cannot be framed.
const DOCS_CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Returns the description without routes.
pub(super) fn base_spec() -> OpenApi {
    let mut info = Info::new("Draft Maker", env!("CARGO_PKG_VERSION"));
    info.description = Some(API_DESCRIPTION.to_owned());
    OpenApiBuilder::new().info(info).build()
}

/// Completes the description and returns it as JSON. Adds the responses that every route can have: a refused host or
/// token.
pub(super) fn complete_spec(api: &OpenApi) -> Value {
    let mut api = serde_json::to_value(api).unwrap_or_default();
    require_all_keys(&mut api);
    for key in TEXT_OR_NUMBER_KEYS {
        let property = &mut api["components"]["schemas"]["ReviewInput"]["properties"][key];
        property["type"] = json!(["string", "integer"]);
        property["minimum"] = json!(0);
        property["maximum"] = json!(u32::MAX);
    }
    let error_response = |description: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{ERROR_SCHEMA}")});
        json!({"description": description, "content": {"application/json": {"schema": schema}}})
    };
    for (path, item) in api["paths"].as_object_mut().into_iter().flatten() {
        for operation in item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation) {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                remove_null_type(&mut parameter["schema"]);
            }
            let Some(responses) = operation["responses"].as_object_mut() else { continue };
            responses
                .entry("403")
                .or_insert_with(|| error_response("Unknown host name, or a request from another website"));
            if !super::auth::PUBLIC_PATHS.contains(&path.as_str()) {
                responses.entry("401").or_insert_with(|| error_response("The token is missing or wrong"));
            }
        }
    }
    api["components"]["securitySchemes"] = json!({"token": {"type": "http", "scheme": "bearer"}});
    api["security"] = json!([{}, {"token": []}]);
    api
}

/// Removes `null` from the types of a parameter. A parameter is absent rather than null, which a query cannot express.
fn remove_null_type(schema: &mut Value) {
    let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) else { return };
    types.retain(|name| name != "null");
    if let [single] = types.as_slice() {
        schema["type"] = single.clone();
    }
}

/// Schema of an error, the only response whose keys are optional.
const ERROR_SCHEMA: &str = "ApiError";

/// Keys that a response may omit, each with its schema: those that serde skips if they have no value.
const OPTIONAL_KEYS: [(&str, &str); 5] = [
    ("CatalogCoverage", "without_barcode"),
    ("DraftEntry", "price"),
    ("Job", "result_files"),
    ("ListReading", "catalog"),
    ("UpstreamStatus", "per_other_item"),
];

/// Keys of a decision that accept numbers as well as strings.
const TEXT_OR_NUMBER_KEYS: [&str; 2] = ["choose", "quantity"];

/// Requires all keys of every schema that only responses use. Keys of a request are required if they have no default.
fn require_all_keys(api: &mut Value) {
    let mut optional = schemas_of_requests(api);
    optional.insert(ERROR_SCHEMA.to_owned());
    for (name, schema) in api["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if !optional.contains(name) {
            require_keys(name, schema);
        }
    }
}

/// Returns the names of the schemas that request bodies refer to, directly or through other schemas.
fn schemas_of_requests(api: &Value) -> BTreeSet<String> {
    let operations = api["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object()).flatten();
    let mut open: Vec<String> =
        operations.flat_map(|(_, operation)| referenced_schemas(&operation["requestBody"])).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        open.extend(
            referenced_schemas(&api["components"]["schemas"][&name]).into_iter().filter(|name| !found.contains(name)),
        );
        found.insert(name);
    }
    found
}

/// Returns the names of the schemas to which a part of the description refers.
fn referenced_schemas(part: &Value) -> Vec<String> {
    match part {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            let own = own.map(str::to_owned).into_iter();
            own.chain(members.values().flat_map(referenced_schemas)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(referenced_schemas).collect(),
        _ => Vec::new(),
    }
}

fn require_keys(name: &str, schema: &mut Value) {
    for member in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        require_keys(name, member);
    }
    let Some(keys) = schema.get("properties").and_then(Value::as_object) else { return };
    let keys: Vec<_> = keys.keys().filter(|key| !OPTIONAL_KEYS.contains(&(name, key.as_str()))).cloned().collect();
    schema["required"] = keys.into();
}

/// Get the OpenAPI description
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "service",
    responses((status = 200, description = "This description", body = Object))
)]
pub(super) async fn get_openapi(Extension(api): Extension<Arc<Value>>) -> Json<Value> {
    Json((*api).clone())
}

/// Open the page to try the API
#[utoipa::path(
    get, path = "/docs", tag = "service",
    responses((status = 200, description = "The page, as HTML", body = String, content_type = "text/html"))
)]
pub(super) async fn get_docs() -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, DOCS_CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, DOCS_PAGE).into_response()
}

/// List the entry points
#[utoipa::path(get, path = "/", tag = "service", responses((status = 200, description = "The main paths", body = Object)))]
pub(super) async fn get_index() -> Json<Value> {
    Json(json!({
        "name": "Draft Maker",
        "version": env!("CARGO_PKG_VERSION"),
        "docs": "/docs",
        "openapi": "/api/openapi.json",
        "health": "/health",
        "metrics": "/metrics",
        "jobs": "/api/batch/jobs",
        "events": "/api/events",
    }))
}
