//! The OpenAPI description of the API, and the page to try the API, which loads nothing from other hosts.

use serde_json::Value;

use super::test_server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described() {
    let server = TestServer::open().await;
    let api = server.get("/api/openapi.json").await.is(200);
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"), "{}", api["openapi"]);
    let paths = api["paths"].as_object().unwrap();
    for (path, way) in [
        ("/api/batch/process", "post"),
        ("/api/batch/plan", "post"),
        ("/api/batch/status/{job_id}", "get"),
        ("/api/batch/jobs", "get"),
        ("/api/batch/jobs/{job_id}/pause", "post"),
        ("/api/batch/jobs/{job_id}/resume", "post"),
        ("/api/batch/jobs/{job_id}/cancel", "post"),
        ("/api/batch/jobs/{job_id}/retry", "post"),
        ("/api/batch/scan", "post"),
        ("/api/batch/jobs/{job_id}/scans", "post"),
        ("/api/batch/jobs/{job_id}/scans/{key}", "delete"),
        ("/api/batch/jobs/{job_id}/close", "post"),
        ("/api/batch/jobs/{job_id}/items", "get"),
        ("/api/batch/jobs/{job_id}/items", "post"),
        ("/api/batch/jobs/{job_id}/items/{upc}", "get"),
        ("/api/batch/jobs/{job_id}/items/{upc}/ebay", "get"),
        ("/api/batch/jobs/{job_id}/items/{upc}/photos", "get"),
        ("/api/batch/jobs/{job_id}/items/{upc}/photos", "post"),
        ("/api/batch/jobs/{job_id}/events", "get"),
        ("/api/batch/jobs/{job_id}/results.json", "get"),
        ("/api/batch/jobs/{job_id}/results.csv", "get"),
        ("/api/events", "get"),
        ("/health", "get"),
        ("/metrics", "get"),
        ("/api/upstreams", "get"),
    ] {
        let operation = &paths[path][way];
        assert!(operation["summary"].is_string() && operation["responses"]["200"].is_object(), "{way} {path}");
        assert!(operation["responses"]["403"].is_object(), "{way} {path}");
    }
    // Every reference resolves.
    let text = api.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(api["components"]["schemas"][reference].is_object(), "{reference}");
    }
    let required = &api["components"]["schemas"]["Job"]["required"];
    assert_eq!(required.as_array().unwrap().len(), 10, "every key of a job is always present: {required}");
}

/// The service sends drafts and accepts decisions as the description says.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_decisions_are_as_described() {
    let server = TestServer::open().await;
    let api = server.get("/api/openapi.json").await.is(200);
    let schemas = &api["components"]["schemas"];
    let list = server.put("boxes/one.txt", b"093624896326\n720642462928\n");
    let job = server.create_job(&list).await;
    server.until(&job, "completed").await;
    let results = server.get(&format!("/api/batch/jobs/{job}/results.json")).await.is(200);
    for (path, answer) in [
        ("/api/batch/status/{job_id}", server.get(&format!("/api/batch/status/{job}")).await.is(200)),
        ("/api/batch/jobs", server.get("/api/batch/jobs").await.is(200)),
        ("/api/batch/jobs/{job_id}/items", server.get(&format!("/api/batch/jobs/{job}/items")).await.is(200)),
        ("/api/batch/jobs/{job_id}/results.json", results.clone()),
        ("/api/upstreams", server.get("/api/upstreams").await.is(200)),
        ("/health", server.get("/health").await.is(200)),
    ] {
        let schema = &api["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path}");
        assert_required_keys(&api, path, schema, &answer);
    }
    let order = serde_json::json!({"order": {"gcs_path": list, "test_mode": true}});
    let plan = server.post("/api/batch/plan", &order).await.is(200);
    assert_required_keys(&api, "plan", &schemas["PlanAnswer"], &plan);
    let drafts = results["results"].as_array().unwrap().iter().map(|entry| &entry["draft"]);
    let draft = drafts.into_iter().find(|draft| draft.is_object()).unwrap_or_else(|| panic!("no draft: {results}"));
    assert_required_keys(&api, "draft", &schemas["DraftEntry"], draft);
    assert!(schemas["DraftEntry"]["properties"]["price"].is_object(), "{}", schemas["DraftEntry"]);
    // A number is accepted, and an invalid one is reported in the result of its decision.
    for key in ["choose", "quantity"] {
        let property = &schemas["ReviewInput"]["properties"][key];
        assert_eq!((&property["type"], &property["minimum"]), (&serde_json::json!(["string", "integer"]), &0.into()));
        let decision = serde_json::json!({"upc": "720642462928", key: 0});
        let body = serde_json::json!({"decisions": [decision]});
        server.post(&format!("/api/batch/jobs/{job}/decisions"), &body).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_loads_nothing_from_other_hosts() {
    let server = TestServer::open().await;
    let page = server.get("/docs").await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let rules = page.headers["content-security-policy"].to_str().unwrap();
    assert!(rules.contains("default-src 'none'") && rules.contains("connect-src 'self'"), "{rules}");
    assert!(!page.text.contains("http://") && !page.text.contains("https://"));
    let index: Value = server.get("/").await.is(200);
    for name in ["docs", "openapi", "health", "metrics", "jobs"] {
        assert_eq!(server.get(index[name].as_str().unwrap()).await.status, 200, "{name}");
    }
}

/// Resolves a reference to its schema, or returns the only variant that is not null.
fn resolve<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(path) = schema["$ref"].as_str() {
        return resolve(api, &api["components"]["schemas"][path.rsplit('/').next().unwrap()]);
    }
    let one = schema["oneOf"].as_array().and_then(|ones| ones.iter().find(|one| one["type"] != "null"));
    one.map_or(schema, |one| resolve(api, one))
}

/// Asserts that an answer has every key that its schema requires, including those of nested objects.
fn assert_required_keys(api: &Value, path: &str, schema: &Value, answer: &Value) {
    let schema = resolve(api, schema);
    for (index, element) in answer.as_array().into_iter().flatten().enumerate() {
        assert_required_keys(api, &format!("{path}[{index}]"), &schema["items"], element);
    }
    let Some(object) = answer.as_object() else { return };
    for member in schema["allOf"].as_array().into_iter().flatten() {
        assert_required_keys(api, path, member, answer);
    }
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(object.contains_key(key), "{path}: {key} is required and missing: {answer}");
    }
    for (key, value) in object {
        assert_required_keys(api, &format!("{path}.{key}"), &schema["properties"][key], value);
    }
}

/// Asserts that each field of a body is described, including fields of nested objects.
fn assert_described(api: &Value, path: &str, schema: &Value) {
    let schema = resolve(api, schema);
    if schema["type"] == "array" {
        return assert_described(api, path, &schema["items"]);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        let described = field["description"].is_string() || resolve(api, field)["description"].is_string();
        assert!(described, "{path} has no description");
        assert_described(api, &path, field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_described_field_by_field() {
    let server = TestServer::open().await;
    let api = server.get("/api/openapi.json").await.is(200);
    let mut keys = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (way, operation) in item.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            assert_described(&api, &format!("{way} {path}"), body);
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["in"] != "path" || parameter["required"] == true, "{way} {path}: {parameter}");
                assert!(parameter["description"].is_string(), "{way} {path}: {parameter}");
                if parameter["name"] == "Idempotency-Key" {
                    keys.push(parameter["schema"].clone());
                }
            }
        }
    }
    assert!(keys.len() >= 5 && keys.iter().all(|key| *key == keys[0] && key["pattern"] == "^[!-~]+$"), "{keys:?}");
    let schemas = &api["components"]["schemas"];
    assert_eq!(schemas["BatchOrder"]["required"], serde_json::json!(["gcs_path"]));
    assert_eq!(
        schemas["BatchOrder"]["properties"]["test_mode"]["example"], true,
        "trying the example creates no drafts"
    );
    assert_eq!(schemas["ReviewInput"]["required"], serde_json::json!(["upc"]));
    assert_eq!(schemas["Workload"]["properties"]["items"]["maximum"], 1_000_000_000);
    let upload = &api["paths"]["/api/batch/upload"]["post"]["requestBody"]["content"];
    assert!(upload["application/octet-stream"].is_object() && upload["multipart/form-data"].is_object(), "{upload}");
}
