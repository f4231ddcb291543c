//! The API in the words of OpenAPI, made from the routes.

use axum::Json;
use serde_json::{Value, json};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};

const API_DESCRIPTION: &str = "Turns lists of scanned UPCs into eBay drafts. Jobs wait in a queue, survive restarts, and tell what \
                     happens to them as server-sent events.";

/// What stands above the routes.
pub(super) fn base_spec() -> OpenApi {
    let mut info = Info::new("Draft Maker", env!("CARGO_PKG_VERSION"));
    info.description = Some(API_DESCRIPTION.to_owned());
    OpenApiBuilder::new().info(info).build()
}

/// The whole description. What every route may answer is added here: a refused host or token, a wrong method.
pub(super) fn complete_spec(api: &OpenApi) -> Value {
    let mut api = serde_json::to_value(api).unwrap_or_default();
    require_all_keys(&mut api);
    let problem = |description: &str| {
        let schema = json!({"$ref": "#/components/schemas/ApiError"});
        json!({"description": description, "content": {"application/json": {"schema": schema}}})
    };
    for (path, item) in api["paths"].as_object_mut().into_iter().flatten() {
        for operation in item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation) {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                remove_null_type(&mut parameter["schema"]);
            }
            let Some(answers) = operation["responses"].as_object_mut() else { continue };
            answers.entry("403").or_insert_with(|| problem("Asked under a strange name, or from another page"));
            if !super::auth::PUBLIC_PATHS.contains(&path.as_str()) {
                answers.entry("401").or_insert_with(|| problem("A token is needed, and none or a wrong one was shown"));
            }
        }
    }
    api["components"]["securitySchemes"] = json!({"token": {"type": "http", "scheme": "bearer"}});
    api["security"] = json!([{}, {"token": []}]);
    api
}

/// A parameter that is not given is left out; there is no way to write `null`.
fn remove_null_type(schema: &mut Value) {
    let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) else { return };
    kinds.retain(|kind| kind != "null");
    if let [kind] = kinds.as_slice() {
        schema["type"] = kind.clone();
    }
}

/// What we write has all its keys always; what others send, and a problem, has only some.
const OPTIONAL_KEY_SCHEMAS: [&str; 6] = ["BatchOrder", "PlanQuestion", "ItemAct", "Retry", "ApiError", "ScanOrder"];

fn require_all_keys(api: &mut Value) {
    for (name, schema) in api["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if !OPTIONAL_KEY_SCHEMAS.contains(&name.as_str()) {
            require_keys(schema);
        }
    }
}

fn require_keys(schema: &mut Value) {
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        require_keys(part);
    }
    let Some(keys) = schema.get("properties").and_then(Value::as_object) else { return };
    let keys: Vec<_> = keys.keys().cloned().collect();
    schema["required"] = keys.into();
}

/// The API in the words of OpenAPI
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "service",
    responses((status = 200, description = "This description", body = Object))
)]
pub(super) async fn get_openapi(axum::Extension(api): axum::Extension<std::sync::Arc<Value>>) -> Json<Value> {
    Json((*api).clone())
}
