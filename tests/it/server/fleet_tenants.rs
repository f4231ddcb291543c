//! Two sellers in one installation: one database with a schema for each, completely separated.

use std::process::Command;

use reqwest::Method;
use serde_json::json;
use testing::postgres::PostgresServer;

use super::test_server::{ApiResponse, TWO_UPCS, TestServer, send_request};
use crate::batch::shop::{Shop, run_output};

/// Returns the program of a seller with a schema, an API token and a data folder.
fn seller(shop: &Shop, server: &PostgresServer, name: &str, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env("DATABASE_URL", server.url()).env("DRAFT_MAKER__STORE__SCHEMA", format!("seller_{name}"));
    command.env("DRAFT_MAKER_TOKEN", format!("the-token-of-{name}"));
    command.env("DRAFT_MAKER_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    command.env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(name)).env("OUTPUT_DIR", shop.home.path().join(name));
    command
}

async fn service(server: &PostgresServer, name: &str) -> TestServer {
    let shop = Shop::open().await;
    let command = seller(&shop, server, name, &[]);
    TestServer::start(shop, command).await
}

async fn get_with_token(server: &TestServer, token: &str, path: &str) -> ApiResponse {
    send_request(server.request(Method::GET, path).bearer_auth(token)).await
}

async fn run_batch(server: &TestServer, token: &str) -> String {
    let gcs_path = server.put("boxes/1.txt", TWO_UPCS);
    let request = server.request(Method::POST, "/api/batch/process").bearer_auth(token);
    let job = send_request(request.json(&json!({"gcs_path": gcs_path}))).await.job();
    let start = std::time::Instant::now();
    loop {
        let status = get_with_token(server, token, &format!("/api/batch/status/{job}")).await.is(200);
        if status["status"] == "completed" {
            return job;
        }
        assert!(start.elapsed() < super::test_server::TIMEOUT, "{status}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Requests every operation of the OpenAPI document. Ben's token and no token give no access to Anna's service, and at
/// his own service nothing of her job exists.
async fn assert_no_route_crosses(anna: &TestServer, ben: &TestServer, job: &str) {
    const PUBLIC: [&str; 4] = ["/health", "/health/live", "/health/ready", "/docs"];
    let api = get_with_token(anna, "the-token-of-anna", "/api/openapi.json").await.is(200);
    let mut count = 0;
    for (route, operations) in api["paths"].as_object().unwrap() {
        let values = [("{job_id}", job), ("{upc}", "720642462928"), ("{key}", "1"), ("{name}", "front.jpg")];
        let path = values.into_iter().fold(route.clone(), |path, (name, value)| path.replace(name, value));
        assert!(!path.contains('{'), "{path}: the test has no value");
        for method in operations.as_object().unwrap().keys().filter_map(|name| name.to_uppercase().parse().ok()) {
            let method: Method = method;
            count += 1;
            for token in ["the-token-of-ben", ""] {
                let request = anna.request(method.clone(), &path).bearer_auth(token);
                let status = send_request(request).await.status;
                assert!(status == 401 || PUBLIC.contains(&path.as_str()), "{method} {path} {token:?}: {status}");
            }
            if route.contains("{job_id}") {
                let bodies =
                    [json!({}), json!({"scans": [{"key": "1", "code": "720642462928"}]}), json!({"names": []})];
                for body in bodies {
                    let request = ben.request(method.clone(), &path).bearer_auth("the-token-of-ben");
                    let request = if method == Method::GET { request } else { request.json(&body) };
                    let answer = send_request(request).await;
                    assert!(matches!(answer.status, 404 | 415 | 422), "{method} {path} {body}: {}", answer.text);
                }
            }
        }
    }
    assert!(count > 30, "{count} operations");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_reaches_nothing_of_another() {
    let Some(database) = PostgresServer::start() else { return };
    let (anna, ben) = (service(&database, "anna").await, service(&database, "ben").await);
    let job = run_batch(&anna, "the-token-of-anna").await;

    assert_eq!(get_with_token(&ben, "the-token-of-anna", "/api/batch/jobs").await.status, 401);
    let jobs = get_with_token(&ben, "the-token-of-ben", "/api/batch/jobs").await;
    assert!(!jobs.is(200).to_string().contains(&job), "{}", jobs.text);
    assert_no_route_crosses(&anna, &ben, &job).await;

    // For Ben, the same list is new: his ledger has none of Anna's drafts.
    let of_ben = run_batch(&ben, "the-token-of-ben").await;
    let results = get_with_token(&ben, "the-token-of-ben", &format!("/api/batch/jobs/{of_ben}/results.json")).await;
    let results = results.is(200);
    let statuses = results["results"].as_array().unwrap().iter().map(|item| &item["status"]);
    // The first item has no comparable price.
    assert_eq!(statuses.collect::<Vec<_>>(), ["needs_review", "drafted"], "{results}");
    for (server, name) in [(&anna, "anna"), (&ben, "ben")] {
        let check = run_output(&seller(&server.shop, &database, name, &["store", "check"]).output().unwrap());
        assert!(check.out.contains("is sound: 1 batch,"), "{name}: {}{}", check.out, check.err);
        assert!(check.out.contains(&format!("(schema seller_{name})")), "{}", check.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_name_that_needs_quotes_is_refused() {
    let shop = Shop::open().await;
    let mut command = shop.program(&["jobs"]);
    command.env("DATABASE_URL", "postgres://anna:s3cret@127.0.0.1:1/drafts");
    let refused = run_output(&command.env("DRAFT_MAKER__STORE__SCHEMA", "Seller A").output().unwrap());
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("store.schema") && !refused.err.contains("s3cret"), "{}", refused.err);
}
