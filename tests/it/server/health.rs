//! `/health` looks at what it reports, and `/metrics` counts.

use std::time::Duration;

use sandbox::{FaultKind, FaultRule, SandboxOptions};
use serde_json::{Value, json};

use super::served::{LIST, LONGEST, Served};
use crate::batch::shop::Shop;

fn check<'a>(health: &'a Value, name: &str) -> &'a Value {
    health["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_no_health() {
    let served = Served::open().await;
    let health = served.get("/health").await.is(200);
    assert_eq!(health["status"], "healthy");
    for name in ["journal", "disk", "output", "google credentials", "ebay sign-in", "musicbrainz", "discogs"] {
        assert_eq!(check(&health, name)["status"], "healthy", "{health}");
    }
    assert!(health["timestamp"].as_str().unwrap().ends_with('Z') && health["uptime_seconds"].is_u64());
    assert_eq!(health["jobs"]["completed"], 0);
    assert_eq!(served.shop.requests(), 0, "nobody outside is asked");

    std::fs::remove_dir_all(served.shop.output()).unwrap();
    std::fs::write(served.shop.output(), "a file in the way").unwrap();
    let began = std::time::Instant::now();
    let ill = loop {
        let health = served.get("/health").await;
        if health.status == 503 {
            break health.json();
        }
        assert!(began.elapsed() < LONGEST, "{health:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(ill["status"], "unhealthy");
    served.get("/health/ready").await.is(503);
    assert_eq!(served.get("/health/live").await.is(200)["status"], "healthy");
    let output = check(&ill, "output");
    assert!(output["status"] == "unhealthy" && output["fix"].is_string(), "{output}");
}

/// A data folder that is moved away: no order is taken, and no draft is made of which nothing is recorded. Once it is back,
/// the batch continues.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_data_folder_is_no_health_and_takes_no_order() {
    let served = Served::with_synthetic(40, Duration::from_millis(100)).await;
    let job = served.order(LIST).await;
    served.until(&job, "running").await;
    let data = served.shop.home.path().join(".local/share/draft-maker");
    let away = served.shop.home.path().join("away");
    std::fs::rename(&data, &away).unwrap();
    let until_health = |status: u16| {
        let served = &served;
        async move {
            let began = std::time::Instant::now();
            loop {
                let health = served.get("/health").await;
                if health.status == status {
                    return health.json();
                }
                assert!(began.elapsed() < LONGEST, "{health:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    let ill = until_health(503).await;
    assert!(check(&ill, "journal")["detail"].as_str().unwrap().contains("was removed"), "{ill}");
    let path = served.put("boxes/2.txt", super::served::TWO);
    served.post("/api/batch/process", &json!({"gcs_path": path})).await.is(503);
    served.post("/api/batch/scan", &json!({})).await.is(503);
    let upload = served.request(reqwest::Method::POST, "/api/batch/upload").body(super::served::TWO);
    super::served::answer(upload).await.is(503);
    assert!(!data.join("journal.db").exists(), "nothing new is begun in its place");
    if data.exists() {
        std::fs::remove_dir_all(&data).unwrap();
    }
    std::fs::rename(&away, &data).unwrap();
    until_health(200).await;
    let ended = served.until_so(&job, |job| job["completed_at"].is_string()).await;
    assert!(matches!(ended["status"].as_str(), Some("completed" | "failed")), "{ended}");
    if ended["status"] == "failed" {
        served.action(&job, "resume").await.is(200);
        served.until(&job, "completed").await;
    }
    assert_eq!(served.shop.draft_rows().len(), 40);
}

/// A service whose upstreams of these names are broken, and a job over 40 items.
async fn without(upstreams: &[&str]) -> (Served, String) {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 40, ..SandboxOptions::default() }).await;
    let mut command = shop.program(&[]);
    // Long enough to be seen by a look that is good for two seconds.
    command.env("DRAFT_MAKER__HTTP__COOL_DOWN_S", "5");
    let served = Served::start(shop, command).await;
    served.put_synthetic("boxes/1.txt");
    let broken = |name: &&str| FaultRule { service: Some((*name).into()), kind: FaultKind::ServerError, share: 1.0 };
    served.shop.sandbox.set_faults(upstreams.iter().map(broken).collect());
    let job = served.order(LIST).await;
    (served, job)
}

/// Asks until the health is as it is wanted.
async fn health_until(served: &Served, status: u16, name: &str, wellness: &str) -> Value {
    let began = std::time::Instant::now();
    loop {
        let answer = served.get("/health").await;
        let health = answer.json();
        if answer.status == status && check(&health, name)["status"] == wellness {
            return health;
        }
        assert!(began.elapsed() < LONGEST, "{answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_left_alone_is_reported() {
    let (served, job) = without(&["discogs"]).await;
    let health = health_until(&served, 200, "discogs", "degraded").await;
    assert_eq!((&health["status"], &check(&health, "catalogues")["status"]), (&"degraded".into(), &"healthy".into()));
    served.shop.sandbox.set_faults(Vec::new());
    served.until(&job, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_upstreams_are_all_down_is_degraded_and_stays_ready() {
    let (served, job) = without(&["musicbrainz", "discogs"]).await;
    let ill = health_until(&served, 200, "catalogues", "degraded").await;
    assert!(ill["status"] == "degraded" && check(&ill, "catalogues")["fix"].is_string(), "{ill}");
    served.get("/health/ready").await.is(200);
    served.get("/health/live").await.is(200);
    served.shop.sandbox.set_faults(Vec::new());
    served.until(&job, "completed").await;
    health_until(&served, 200, "catalogues", "healthy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_opens_nothing_is_reported() {
    for (key, message) in [
        (None, "No such file"),
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
        let served = Served::start(shop, command).await;
        let health = served.get("/health").await.is(200);
        let google = check(&health, "google credentials");
        assert!(google["status"] == "degraded" && google["detail"].as_str().unwrap().contains(message), "{google}");
        assert!(google["fix"].is_string() && !health.to_string().contains("c2VjcmV0"), "{google}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_add_up() {
    let served = Served::with_synthetic(7, Duration::ZERO).await;
    let job = served.order(LIST).await;
    served.until(&job, "completed").await;
    for _ in 0..2 {
        let answer = served.get("/metrics").await;
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        let has = |line: &str| assert!(answer.text.lines().any(|known| known == line), "{line}:\n{}", answer.text);
        has("draft_maker_jobs{state=\"completed\"} 1");
        has("draft_maker_items_ended_total{status=\"exported\"} 7");
        has("draft_maker_http_answers_total{route=\"/api/batch/process\",status=\"200\"} 1");
        has("draft_maker_event_readers 0");
        has(&format!("draft_maker_upstream_requests_total{{service=\"musicbrainz\"}} {}", asked(&served)));
    }
}

fn asked(served: &Served) -> u64 {
    served.shop.sandbox.request_counts()["musicbrainz"].requests
}
