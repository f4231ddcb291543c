//! `/health` performs real checks, and `/metrics` counts.

use std::time::Duration;

use sandbox::{FaultKind, FaultRule, SandboxOptions};
use serde_json::{Value, json};

use super::test_server::{LIST, TIMEOUT, TestServer};
use crate::batch::shop::Shop;

fn check<'a>(health: &'a Value, name: &str) -> &'a Value {
    health["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

/// Waits until `/health` has this status, and returns it.
async fn until_health(server: &TestServer, status: u16) -> Value {
    let began = std::time::Instant::now();
    loop {
        let health = server.get("/health").await;
        if health.status == status {
            return health.json();
        }
        assert!(began.elapsed() < TIMEOUT, "{health:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A batch was refused because it could not be written, although the small write of the check itself succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_not_written_is_unhealthy_until_one_is() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let server = TestServer::open().await;
    let file = server.shop.home.path().join(".local/share/draft-maker/journal.db");
    let execute = async |statement: &'static str| {
        let mut other = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        sqlx::raw_sql(statement).execute(&mut other).await.unwrap();
        other.close().await.unwrap();
    };
    execute("CREATE TRIGGER fault BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no space'); END").await;
    let path = server.put("boxes/1.txt", super::test_server::TWO_UPCS);
    let order = json!({"gcs_path": path, "test_mode": true});
    server.post("/api/batch/process", &order).await.is(503);
    let ill = until_health(&server, 503).await;
    assert_eq!(check(&ill, "journal")["status"], "unhealthy", "{ill}");
    assert!(check(&ill, "journal")["detail"].as_str().unwrap().contains("no space"), "{ill}");
    server.get("/health/ready").await.is(503);
    execute("DROP TRIGGER fault").await;
    server.post("/api/batch/process", &order).await.is(200);
    until_health(&server, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unwritable_folder_is_unhealthy() {
    let server = TestServer::open().await;
    let health = server.get("/health").await.is(200);
    assert_eq!(health["status"], "healthy");
    for name in ["journal", "disk", "output", "google credentials", "ebay sign-in", "musicbrainz", "discogs"] {
        assert_eq!(check(&health, name)["status"], "healthy", "{health}");
    }
    assert!(health["timestamp"].as_str().unwrap().ends_with('Z') && health["uptime_seconds"].is_u64());
    assert_eq!(health["jobs"]["completed"], 0);
    assert_eq!(server.shop.requests(), 0, "no upstream request is made");

    std::fs::remove_dir_all(server.shop.output()).unwrap();
    std::fs::write(server.shop.output(), "a file in the way").unwrap();
    let ill = until_health(&server, 503).await;
    assert_eq!(ill["status"], "unhealthy");
    server.get("/health/ready").await.is(503);
    assert_eq!(server.get("/health/live").await.is(200)["status"], "healthy");
    let output = check(&ill, "output");
    assert!(output["status"] == "unhealthy" && output["fix"].is_string(), "{output}");
}

/// While the data folder is moved away, no new batch is accepted, and no draft is created that the journal does not
/// record. Once it is back, the batch continues by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_data_folder_is_unhealthy_and_rejects_batches() {
    let server = TestServer::with_synthetic(40, Duration::from_millis(100)).await;
    let job = server.create_job(LIST).await;
    server.until(&job, "running").await;
    let data = server.shop.home.path().join(".local/share/draft-maker");
    let away = server.shop.home.path().join("away");
    std::fs::rename(&data, &away).unwrap();
    let ill = until_health(&server, 503).await;
    assert!(check(&ill, "journal")["detail"].as_str().unwrap().contains("was removed"), "{ill}");
    assert_eq!(check(&ill, "journal")["fix"], "put the data folder back", "{ill}");
    let path = server.put("boxes/2.txt", super::test_server::TWO_UPCS);
    server.post("/api/batch/process", &json!({"gcs_path": path})).await.is(503);
    server.post("/api/batch/scan", &json!({})).await.is(503);
    let upload = server.request(reqwest::Method::POST, "/api/batch/upload").body(super::test_server::TWO_UPCS);
    super::test_server::send_request(upload).await.is(503);
    assert!(!data.exists(), "nothing is created in its place");
    std::fs::rename(&away, &data).unwrap();
    until_health(&server, 200).await;
    let ended = server.wait_for(&job, |job| job["completed_at"].is_string()).await;
    assert_eq!(ended["status"], "completed", "{ended}");
    assert_eq!(server.shop.draft_rows().len(), 40);
}

/// Starts a service in which these upstreams fail, and a job over 40 items.
async fn server_with_failing(upstreams: &[&str]) -> (TestServer, String) {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 40, ..SandboxOptions::default() }).await;
    let mut command = shop.program(&[]);
    // Long enough to be seen by a check that is cached for two seconds.
    command.env("DRAFT_MAKER__HTTP__COOL_DOWN_S", "5");
    let server = TestServer::start(shop, command).await;
    server.put_synthetic("boxes/1.txt");
    let broken = |name: &&str| FaultRule { service: Some((*name).into()), kind: FaultKind::ServerError, share: 1.0 };
    server.shop.sandbox.set_faults(upstreams.iter().map(broken).collect());
    let job = server.create_job(LIST).await;
    (server, job)
}

/// Polls `/health` until it has this status and the check has this state.
async fn health_until(server: &TestServer, status: u16, name: &str, state: &str) -> Value {
    let began = std::time::Instant::now();
    loop {
        let answer = server.get("/health").await;
        let health = answer.json();
        if answer.status == status && check(&health, name)["status"] == state {
            return health;
        }
        assert!(began.elapsed() < TIMEOUT, "{answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_with_an_open_circuit_is_reported() {
    let (server, job) = server_with_failing(&["discogs"]).await;
    let health = health_until(&server, 200, "discogs", "degraded").await;
    assert_eq!((&health["status"], &check(&health, "catalogues")["status"]), (&"degraded".into(), &"healthy".into()));
    server.shop.sandbox.set_faults(Vec::new());
    server.until(&job, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_upstreams_down_the_service_is_degraded_but_ready() {
    let (server, job) = server_with_failing(&["musicbrainz", "discogs"]).await;
    let ill = health_until(&server, 200, "catalogues", "degraded").await;
    assert!(ill["status"] == "degraded" && check(&ill, "catalogues")["fix"].is_string(), "{ill}");
    server.get("/health/ready").await.is(200);
    server.get("/health/live").await.is(200);
    server.shop.sandbox.set_faults(Vec::new());
    server.until(&job, "completed").await;
    health_until(&server, 200, "catalogues", "healthy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_key_is_reported() {
    for (key, message) in [
        (None, "no such file"),
        (Some(json!({})), "does not say the type"),
        (Some(json!({"type": "magic"})), "magic"),
        (Some(json!({"type": "service_account", "client_email": "a@p.example"})), "it has no private_key"),
        (
            Some(json!({"type": "service_account", "client_email": "a@p.example", "private_key_id": "1",
                "project_id": "p", "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"})),
            "is not a key",
        ),
    ] {
        let shop = Shop::open().await;
        let file = shop.home.path().join("key.json");
        if let Some(key) = key {
            std::fs::write(&file, key.to_string()).unwrap();
        }
        let mut command = shop.program(&[]);
        command.env_remove("STORAGE_EMULATOR_HOST").env("GOOGLE_APPLICATION_CREDENTIALS", &file);
        let server = TestServer::start(shop, command).await;
        let health = server.get("/health").await.is(200);
        let google = check(&health, "google credentials");
        assert!(google["status"] == "degraded" && google["detail"].as_str().unwrap().contains(message), "{google}");
        assert!(google["fix"].is_string() && !health.to_string().contains("c2VjcmV0"), "{google}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_match_the_work_done() {
    let server = TestServer::with_synthetic(7, Duration::ZERO).await;
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    for _ in 0..2 {
        let answer = server.get("/metrics").await;
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        let has = |line: &str| assert!(answer.text.lines().any(|known| known == line), "{line}:\n{}", answer.text);
        has("draft_maker_jobs{state=\"completed\"} 1");
        has("draft_maker_items_ended_total{status=\"exported\"} 7");
        has("draft_maker_http_answers_total{route=\"/api/batch/process\",status=\"200\"} 1");
        has("draft_maker_event_readers 0");
        has(&format!("draft_maker_upstream_requests_total{{service=\"musicbrainz\"}} {}", asked(&server)));
    }
}

fn asked(server: &TestServer) -> u64 {
    server.shop.sandbox.request_counts()["musicbrainz"].requests
}
