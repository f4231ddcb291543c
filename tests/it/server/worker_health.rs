//! The state of a worker, as its own command and the API of another process report it.

use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;
use testing::postgres::PostgresServer;

use super::test_server::{TIMEOUT, TestServer};
use crate::batch::shop::{Shop, run_output};

/// Waits until the API reports this status of the worker. Returns the status of the response, and the check.
async fn until_worker_is(server: &TestServer, wanted: &str) -> (u16, Value) {
    let began = Instant::now();
    loop {
        let response = server.get("/health/ready").await;
        let checks = response.json()["checks"].as_array().unwrap().clone();
        if let Some(worker) = checks.into_iter().find(|check| check["name"] == "worker" && check["status"] == wanted) {
            return (response.status, worker);
        }
        assert!(began.elapsed() < TIMEOUT, "{}", response.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_reports_the_health_and_the_services_of_the_worker() {
    let Some(database) = PostgresServer::start() else { return };
    let shop = Shop::open().await;
    let output = shop.home.path().join("worker-results");
    let on_worker = |arguments: &[&str]| {
        let mut command = shop.program(arguments);
        let data_dir = shop.home.path().join("worker");
        command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER_DATA_DIR", data_dir).env("OUTPUT_DIR", &output);
        command
    };
    let mut process = on_worker(&["serve", "--role", "worker"]);
    let mut process = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut health = on_worker(&["health"]);
    let mut live = on_worker(&["health", "--live"]);
    let began = Instant::now();
    while run_output(&health.output().unwrap()).out != "healthy: a batch or a worker is running, which has no API\n" {
        assert!(began.elapsed() < TIMEOUT);
    }

    let mut command = shop.program(&[]);
    command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER__SERVER__ROLE", "api");
    let server = TestServer::start(shop, command).await;
    assert_eq!(until_worker_is(&server, "healthy").await.0, 200);

    // Only the worker sends requests to the services.
    let job = server.create_job(&server.put("box.txt", b"720642442524\n")).await;
    server.until(&job, "completed").await;
    let upstreams = server.get("/api/upstreams").await.json()["upstreams"].as_array().unwrap().clone();
    let musicbrainz = upstreams.iter().find(|upstream| upstream["name"] == "musicbrainz").unwrap();
    let requests = musicbrainz["requests"].as_u64().unwrap();
    assert!(requests > 0, "{musicbrainz}");
    let metrics = server.get("/metrics").await.text;
    let counted = format!("upstream_requests_total{{service=\"musicbrainz\"}} {requests}\n");
    assert!(metrics.contains(&counted), "{metrics}");

    std::fs::remove_dir_all(&output).ok();
    std::fs::write(&output, "a file in the way").unwrap();
    let (status, worker) = until_worker_is(&server, "unhealthy").await;
    assert_eq!(status, 503);
    let detail = worker["detail"].as_str().unwrap();
    assert!(detail.starts_with("output: result files cannot be written to "), "{detail}");
    let ill = run_output(&health.output().unwrap());
    assert!(ill.code == Some(1) && ill.out.contains("\n  output unhealthy: "), "{}", ill.out);
    assert_eq!(run_output(&live.output().unwrap()).code, Some(0), "a restart would not help");
    process.kill().unwrap();
    process.wait().unwrap();
}
