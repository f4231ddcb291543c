//! Each fault of the sandbox, observed over a socket.

use std::time::{Duration, Instant};

use sandbox::{FaultKind, FaultRule, SandboxOptions};
use tokio::time::timeout;

use super::asking::{NAME, SandboxClient, TOKEN, unlimited};

const DISCOGS: &str = "/discogs/releases/249504";
const MUSICBRAINZ: &str = "/musicbrainz/ws/2/release?query=barcode:720642442524&fmt=json";

/// Returns a client of a sandbox whose Discogs always fails in this way.
async fn failing(kind: FaultKind) -> SandboxClient {
    let fault = FaultRule { service: Some("discogs".to_owned()), kind, share: 1.0 };
    SandboxClient::to(SandboxOptions { faults: vec![fault], ..unlimited() }).await
}

#[tokio::test]
async fn a_fault_affects_only_its_service() {
    let visit = failing(FaultKind::ServerError).await;
    let broken = visit.get(DISCOGS).await;
    assert_eq!(broken.status, 500);
    assert!(broken.json()["message"].is_string());
    assert_eq!(visit.get(MUSICBRAINZ).await.status, 200);
}

#[tokio::test]
async fn retry_after_is_in_seconds_or_a_date() {
    let too_many = failing(FaultKind::TooManyRequests).await.get(DISCOGS).await;
    assert_eq!(too_many.status, 429);
    assert_eq!(too_many.header("retry-after"), "2");
    let unavailable = failing(FaultKind::Unavailable).await.get(DISCOGS).await;
    assert_eq!(unavailable.status, 503);
    httpdate::parse_http_date(unavailable.header("retry-after")).unwrap();
}

#[tokio::test]
async fn html_is_sent_with_a_success_status() {
    let page = failing(FaultKind::Html).await.get(DISCOGS).await;
    assert_eq!(page.status, 200);
    assert!(page.text().starts_with("<!DOCTYPE html>"));
    assert!(serde_json::from_slice::<serde_json::Value>(&page.body).is_err());
}

#[tokio::test]
async fn a_truncated_body_breaks_off() {
    let visit = failing(FaultKind::Truncated).await;
    let mut response = visit.send(DISCOGS, &[NAME, TOKEN]).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut read = 0;
    let end = loop {
        match response.chunk().await {
            Ok(Some(item)) => read += item.len(),
            end => break end,
        }
    };
    assert!(end.is_err(), "after {read} bytes the response looks complete");
}

#[tokio::test]
async fn an_oversized_body_is_endless() {
    let visit = failing(FaultKind::Oversized).await;
    let mut response = visit.send(DISCOGS, &[NAME, TOKEN]).await.unwrap();
    let mut read = 0;
    while read < 20 * 1024 * 1024 {
        read += response.chunk().await.unwrap().expect("more").len();
    }
}

#[tokio::test]
async fn a_hanging_service_sends_nothing() {
    let visit = failing(FaultKind::Hang).await;
    assert!(timeout(Duration::from_millis(300), visit.get(DISCOGS)).await.is_err());
    assert_eq!(visit.counted("discogs").0, 1, "the request was received");
}

#[tokio::test]
async fn latency_is_a_lower_bound() {
    let latency = Duration::from_millis(80);
    let visit = SandboxClient::to(SandboxOptions { latency, ..unlimited() }).await;
    let start = Instant::now();
    visit.get(DISCOGS).await;
    assert!(start.elapsed() >= latency);
}

#[tokio::test]
async fn a_share_affects_that_many_requests_chosen_by_the_seed() {
    let half = || FaultRule { service: None, kind: FaultKind::ServerError, share: 0.5 };
    let statuses = async |seed| {
        let visit = SandboxClient::to(SandboxOptions { faults: vec![half()], seed, ..unlimited() }).await;
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(visit.get(DISCOGS).await.status);
        }
        statuses
    };
    let (once, again, other) = (statuses(7).await, statuses(7).await, statuses(8).await);
    assert_eq!(once, again);
    assert_ne!(once, other);
    assert!((8..33).contains(&once.iter().filter(|status| **status == 500).count()), "{once:?}");
}

#[test]
fn every_fault_has_a_name() {
    for (name, kind) in FaultKind::ALL {
        assert_eq!(FaultKind::from_name(name), Some(kind));
    }
    assert_eq!(FaultKind::from_name("fire"), None);
}
