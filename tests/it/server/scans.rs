//! A batch that is scanned over HTTP: begun, scanned into, taken back from, closed; also over a restart.

use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::Method;
use sandbox::SandboxOptions;
use serde_json::{Value, json};

use super::served::{Answer, Served};
use crate::batch::shop::Shop;

async fn begin(served: &Served) -> String {
    served.post("/api/batch/scan", &json!({})).await.job()
}

async fn scan(served: &Served, job: &str, scans: &[(&str, &str)]) -> Answer {
    let scans = scans.iter().map(|(key, code)| json!({"key": key, "code": code})).collect::<Vec<_>>();
    served.post(&format!("/api/batch/jobs/{job}/scans"), &json!({"scans": scans})).await
}

async fn undo(served: &Served, job: &str, key: &str) -> (u16, Value) {
    let asked = served.request(Method::DELETE, &format!("/api/batch/jobs/{job}/scans/{key}")).send().await.unwrap();
    let status = asked.status().as_u16();
    (status, serde_json::from_str(&asked.text().await.unwrap()).unwrap())
}

async fn done(served: &Served, job: &str, successful: u64) {
    served.until_so(job, |job| job["successful"].as_u64() >= Some(successful)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_scan_counts_once_and_is_worked_on_at_once() {
    let served = Served::open().await;
    let job = begin(&served).await;
    let record =
        scan(&served, &job, &[("a", "]E00720642472712"), ("b", "nonsense"), ("c", "093624896326")]).await.is(200);
    assert_eq!(record["landed"][0], json!({"key": "a", "upc": "720642472712", "copies": 1, "error": null}));
    assert_eq!(record["landed"][1]["upc"], json!(null));
    done(&served, &job, 2).await;
    let again = scan(&served, &job, &[("a", "]E00720642472712"), ("c", "093624896326")]).await.is(200);
    assert_eq!(again["landed"][0], record["landed"][0], "sent twice, it counts once");
    let repeated = scan(&served, &job, &[("d", "720642472712")]).await.is(200);
    assert_eq!(repeated["landed"][0]["copies"], 2);
    let closed = served.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    assert_eq!(closed["total_upcs"], 2);
    served.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    served.until(&job, "completed").await;
    let late = scan(&served, &job, &[("e", "720642472712")]).await.is(409);
    assert_eq!(late["error"], "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_taken_back_while_no_draft_stands_for_it() {
    let latency = Duration::from_millis(300);
    let served =
        Served::over(Shop::with(SandboxOptions { enforce_limits: false, latency, ..SandboxOptions::default() }).await)
            .await;
    let job = begin(&served).await;
    scan(&served, &job, &[("a", "720642472712"), ("b", "093624896326")]).await.is(200);
    let (status, left) = undo(&served, &job, "b").await;
    assert_eq!((status, &left), (200, &json!({"upc": "093624896326", "copies": 0})));
    assert_eq!(undo(&served, &job, "b").await.0, 404);
    done(&served, &job, 1).await;
    let (status, refused) = undo(&served, &job, "a").await;
    assert_eq!((status, &refused["error"]), (409, &json!("ALREADY_DRAFTED")), "{refused}");
    // Scanned again, it begins anew.
    scan(&served, &job, &[("c", "093624896326")]).await.is(200);
    done(&served, &job, 2).await;
    scan(&served, &job, &[("d", "081227964672"), ("e", "081227964672")]).await.is(200);
    let (status, left) = undo(&served, &job, "e").await;
    assert_eq!((status, &left["copies"]), (200, &json!(1)));
    undo(&served, &job, "d").await;
    served.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    served.until(&job, "completed").await;
    let statuses = served.shop.statuses();
    assert!(statuses.contains(&("081227964672".to_owned(), "skipped".to_owned())), "{statuses:?}");
    assert!(statuses.contains(&("093624896326".to_owned(), "exported".to_owned())), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stays_open_over_a_kill_and_beside_other_jobs() {
    let mut served = Served::with_synthetic(40, Duration::from_millis(30)).await;
    let upcs = served.shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let other = served.order(super::served::LIST).await;
    let job = begin(&served).await;
    let first = upcs[..20].iter().map(|upc| (upc.as_str(), upc.as_str())).collect::<Vec<_>>();
    scan(&served, &job, &first).await.is(200);
    done(&served, &job, 3).await;
    served.signal(Signal::SIGKILL);
    served.end().await;
    served.again().await;
    let rest = upcs[10..].iter().map(|upc| (upc.as_str(), upc.as_str())).collect::<Vec<_>>();
    scan(&served, &job, &rest).await.is(200);
    served.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    let ended = served.until(&job, "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["successful"]), (&json!(40), &json!(40)));
    served.until(&other, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_wrongly_is_refused() {
    let served = Served::open().await;
    let list = served.order(super::served::LIST).await;
    assert_eq!(scan(&served, &list, &[("a", "720642472712")]).await.is(409)["error"], "NO_SCANS");
    assert_eq!(served.post(&format!("/api/batch/jobs/{list}/close"), &json!({})).await.is(409)["error"], "NO_SCANS");
    let job = begin(&served).await;
    scan(&served, &job, &[]).await.is(422);
    scan(&served, &job, &[("", "720642472712")]).await.is(422);
    scan(&served, &job, &[("a/b", "720642472712")]).await.is(422);
    scan(&served, &job, &[("a", &"7".repeat(129))]).await.is(422);
    served.action(&job, "cancel").await.is(200);
    assert_eq!(scan(&served, &job, &[("a", "720642472712")]).await.is(409)["error"], "CLOSED");
}
