//! A scan session over HTTP: started, scanned into, undone, closed, and continued after a restart.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::Method;
use sandbox::SandboxOptions;
use serde_json::{Value, json};

use super::test_server::{ApiResponse, TestServer};
use crate::batch::shop::{Shop, run_output};

async fn start_session(server: &TestServer) -> String {
    server.post("/api/batch/scan", &json!({})).await.job()
}

async fn scan(server: &TestServer, job: &str, scans: &[(&str, &str)]) -> ApiResponse {
    let scans = scans.iter().map(|(key, code)| json!({"key": key, "code": code})).collect::<Vec<_>>();
    server.post(&format!("/api/batch/jobs/{job}/scans"), &json!({"scans": scans})).await
}

async fn undo(server: &TestServer, job: &str, key: &str) -> (u16, Value) {
    let asked = server.request(Method::DELETE, &format!("/api/batch/jobs/{job}/scans/{key}")).send().await.unwrap();
    let status = asked.status().as_u16();
    (status, serde_json::from_str(&asked.text().await.unwrap()).unwrap())
}

async fn done(server: &TestServer, job: &str, successful: u64) {
    server.wait_for(job, |job| job["successful"].as_u64() >= Some(successful)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_scan_counts_once_and_starts_at_once() {
    let server = TestServer::open().await;
    let job = start_session(&server).await;
    let record =
        scan(&server, &job, &[("a", "]E00720642472712"), ("b", "nonsense"), ("c", "093624896326")]).await.is(200);
    assert_eq!(record["landed"][0], json!({"key": "a", "upc": "720642472712", "copies": 1, "error": null}));
    assert_eq!(record["landed"][1]["upc"], json!(null));
    done(&server, &job, 2).await;
    let again = scan(&server, &job, &[("a", "]E00720642472712"), ("c", "093624896326")]).await.is(200);
    assert_eq!(again["landed"][0], record["landed"][0], "a scan that is sent twice counts once");
    let repeated = scan(&server, &job, &[("d", "720642472712")]).await.is(200);
    assert_eq!(repeated["landed"][0]["copies"], 2);
    let closed = server.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    assert_eq!(closed["total_upcs"], 2);
    server.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    server.until(&job, "completed").await;
    let late = scan(&server, &job, &[("e", "720642472712")]).await.is(409);
    assert_eq!(late["error"], "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_can_be_undone_until_its_draft_exists() {
    let latency = Duration::from_millis(300);
    let server = TestServer::for_shop(
        Shop::with(SandboxOptions { enforce_limits: false, latency, ..SandboxOptions::default() }).await,
    )
    .await;
    let job = start_session(&server).await;
    scan(&server, &job, &[("a", "720642472712"), ("b", "093624896326")]).await.is(200);
    let (status, left) = undo(&server, &job, "b").await;
    assert_eq!((status, &left), (200, &json!({"upc": "093624896326", "copies": 0})));
    assert_eq!(undo(&server, &job, "b").await.0, 404);
    done(&server, &job, 1).await;
    let (status, refused) = undo(&server, &job, "a").await;
    assert_eq!((status, &refused["error"]), (409, &json!("ALREADY_DRAFTED")), "{refused}");
    // After a new scan, the item is processed from the beginning.
    scan(&server, &job, &[("c", "093624896326")]).await.is(200);
    done(&server, &job, 2).await;
    scan(&server, &job, &[("d", "081227964672"), ("e", "081227964672")]).await.is(200);
    let (status, left) = undo(&server, &job, "e").await;
    assert_eq!((status, &left["copies"]), (200, &json!(1)));
    undo(&server, &job, "d").await;
    server.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    server.until(&job, "completed").await;
    let statuses = server.shop.statuses();
    assert!(statuses.contains(&("081227964672".to_owned(), "skipped".to_owned())), "{statuses:?}");
    assert!(statuses.contains(&("093624896326".to_owned(), "exported".to_owned())), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_stays_open_after_a_kill_and_beside_other_jobs() {
    let mut server = TestServer::with_synthetic(40, Duration::from_millis(30)).await;
    let upcs = server.shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let other = server.create_job(super::test_server::LIST).await;
    let job = start_session(&server).await;
    let first = upcs[..20].iter().map(|upc| (upc.as_str(), upc.as_str())).collect::<Vec<_>>();
    scan(&server, &job, &first).await.is(200);
    done(&server, &job, 3).await;
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    server.restart().await;
    let rest = upcs[10..].iter().map(|upc| (upc.as_str(), upc.as_str())).collect::<Vec<_>>();
    scan(&server, &job, &rest).await.is(200);
    server.post(&format!("/api/batch/jobs/{job}/close"), &json!({})).await.is(200);
    let ended = server.until(&job, "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["successful"]), (&json!(40), &json!(40)));
    server.until(&other, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_scan_requests_are_rejected() {
    let server = TestServer::open().await;
    let list = server.create_job(super::test_server::LIST).await;
    assert_eq!(scan(&server, &list, &[("a", "720642472712")]).await.is(409)["error"], "NO_SCANS");
    assert_eq!(server.post(&format!("/api/batch/jobs/{list}/close"), &json!({})).await.is(409)["error"], "NO_SCANS");
    let job = start_session(&server).await;
    scan(&server, &job, &[]).await.is(422);
    scan(&server, &job, &[("", "720642472712")]).await.is(422);
    scan(&server, &job, &[("a/b", "720642472712")]).await.is(422);
    scan(&server, &job, &[("a", &"7".repeat(257))]).await.is(422);
    server.action(&job, "cancel").await.is(200);
    assert_eq!(scan(&server, &job, &[("a", "720642472712")]).await.is(409)["error"], "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn scans_from_standard_input_outlast_a_restart_of_the_service() {
    let mut server = TestServer::open().await;
    let mut program = server.shop.program(&["scan"]);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"720642472712\n").unwrap();
    let job = loop {
        let jobs = server.get("/api/batch/jobs").await.is(200);
        if let Some(job) = jobs["jobs"][0]["job_id"].as_str() {
            break job.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    done(&server, &job, 1).await;
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    input.write_all(b"093624896326\n").unwrap();
    drop(input);
    server.restart_on_same_port().await;
    let ran = run_output(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let ended = server.until(&job, "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["successful"]), (&json!(2), &json!(2)));
}
