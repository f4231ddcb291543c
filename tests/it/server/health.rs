//! `/health` looks at what it reports, and `/metrics` counts.

use std::time::Duration;

use draft_maker::sandbox::{Fault, FaultKind};
use serde_json::Value;

use super::served::{LIST, LONGEST, Served};

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
    let output = check(&ill, "output");
    assert!(output["status"] == "unhealthy" && output["fix"].is_string(), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_left_alone_is_told() {
    let served = Served::with_synthetic(40, Duration::ZERO).await;
    let faults = ["musicbrainz", "discogs"].map(|service| Fault {
        service: Some(service.into()),
        kind: FaultKind::Broken,
        share: 1.0,
    });
    served.shop.sandbox.set_faults(faults.into());
    let job = served.order(LIST).await;
    let began = std::time::Instant::now();
    loop {
        let health = served.get("/health").await.is(200);
        if health["status"] == "degraded" && check(&health, "musicbrainz")["status"] == "degraded" {
            break;
        }
        assert!(began.elapsed() < LONGEST, "{health}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    served.shop.sandbox.set_faults(Vec::new());
    served.until(&job, "completed").await;
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
    served.shop.sandbox.counts()["musicbrainz"].requests
}
