//! Lists uploaded to the service: as the request body, in a form, and by `run` while the service is running.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::Value;

use super::test_server::{ApiResponse, TWO_UPCS, TestServer, send_request};
use crate::batch::shop::{Shop, lines, run_output};
use sandbox::SandboxOptions;

async fn upload(server: &TestServer, query: &str, list: impl Into<reqwest::Body>) -> ApiResponse {
    send_request(server.request(Method::POST, &format!("/api/batch/upload?{query}")).body(list)).await
}

/// Returns the lists that the service stores. It may remove a list at any time, so a missing folder counts as empty.
fn uploads(server: &TestServer) -> Vec<PathBuf> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(server.shop.home.path().join(".local/share/draft-maker/uploads")).flat_map(entries).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_the_body_starts_a_batch_with_options() {
    let server = TestServer::open().await;
    // The first item has a price.
    let list = "093624896326\n720642462928\n";
    let job = upload(&server, "name=box%2015.txt&condition=like_new&test_mode=true&limit=1", list).await;
    let shown = job.is(200);
    assert!(shown["gcs_path"].as_str().unwrap().ends_with("/box 15.txt"), "{shown}");
    let ended = server.until(&job.job(), "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["successful"]), (&Value::from(1), &Value::from(1)), "{ended}");
    assert_eq!(ended["results"]["summary"]["rehearsed"], 1, "{ended}");
    let events = server.get(&format!("/api/batch/jobs/{}/events", job.job())).await.text;
    assert!(events.contains(r#""condition":"like_new""#), "{events}");
}

/// Returns a form in the format of browsers and `curl --form`.
pub(super) fn form(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    let boundary = "----a-boundary-of-the-tests";
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

async fn send_form(server: &TestServer, parts: &[(&str, Option<&str>, &[u8])]) -> ApiResponse {
    let (content_type, body) = form(parts);
    let request = server.request(Method::POST, "/api/batch/upload").header("content-type", content_type).body(body);
    send_request(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_starts_a_batch_and_an_invalid_one_is_rejected() {
    let server = TestServer::open().await;
    let csv: &[u8] = b"UPC,Qty\n720642462928,2\n093624896326,1\n";
    let job = send_form(&server, &[("test_mode", None, b"true"), ("file", Some("../Kiste.csv"), csv)]).await;
    assert!(job.is(200)["gcs_path"].as_str().unwrap().ends_with("/Kiste.csv"), "{}", job.text);
    let ended = server.until(&job.job(), "completed").await;
    assert_eq!(ended["total_upcs"], 2, "{ended}");

    assert_eq!(send_form(&server, &[("test_mode", None, b"true")]).await.is(422)["error"], "NO_LIST");
    let other: &[u8] = b"720642462928\n";
    let two: [(&str, Option<&str>, &[u8]); 3] =
        [("test_mode", None, b"true"), ("file", Some("a.csv"), csv), ("file", Some("b.txt"), other)];
    let job = send_form(&server, &two).await;
    let address = job.is(200)["gcs_path"].as_str().unwrap().to_owned();
    assert!(address.contains("/a.csv") && address.ends_with("/b.txt"), "{address}");
    let ended = server.until(&job.job(), "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["results"]["results"][0]["copies"]), (&2.into(), &3.into()), "{ended}");
    let bad: [(&str, Option<&str>, &[u8]); 2] = [("file", Some("a.csv"), csv), ("file", Some("b.txt"), b"prose\n")];
    let refused = send_form(&server, &bad).await.is(422);
    assert!(refused["detail"].as_str().unwrap().contains("b.txt"), "{refused}");
    let unknown: [(&str, Option<&str>, &[u8]); 2] = [("colour", None, b"red"), ("file", Some("a.csv"), csv)];
    assert!(send_form(&server, &unknown).await.is(422)["detail"].as_str().unwrap().contains("colour"));
    let (content_type, mut body) = form(&[("file", Some("a.csv"), csv)]);
    body.truncate(body.len() - 40);
    let cut = server.request(Method::POST, "/api/batch/upload").header("content-type", content_type).body(body);
    assert_eq!(send_request(cut).await.is(400)["error"], "UNREADABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_upload_is_rejected_and_deleted() {
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__MAX_UPLOAD_BYTES", "100");
    let server = TestServer::start(shop, command).await;
    assert_eq!(upload(&server, "", "").await.is(422)["error"], "NO_LIST");
    let prose = upload(&server, "name=notes.txt", "no barcodes in here\n").await.is(422);
    assert_eq!(prose["error"], "NO_LIST", "{prose}");
    assert!(prose["detail"].as_str().unwrap().contains("notes.txt"), "{prose}");
    for (query, field) in
        [("test_mode=maybe", "test_mode"), ("colour=red", "colour"), ("sink=dry-run", "sink"), ("limit=0", "limit")]
    {
        let refused = upload(&server, query, TWO_UPCS).await.is(422);
        assert!(refused["detail"].as_str().unwrap().contains(field) || field == "limit", "{query}: {refused}");
    }
    let large = upload(&server, "", "720642462928\n".repeat(8)).await;
    assert!(large.is(413)["detail"].as_str().unwrap().contains("server.max_upload_bytes"), "{}", large.text);
    assert_eq!(uploads(&server), Vec::<PathBuf>::new());
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 0);
}

/// A list cannot run twice at the same time, and an idempotency key always returns the same batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_not_run_twice_at_once() {
    let server = TestServer::with_synthetic(60, Duration::from_millis(200)).await;
    let list = lines(&server.shop.sandbox.synthetic_upcs());
    let send = |key: &'static str, query: &'static str| {
        let request = server.request(Method::POST, &format!("/api/batch/upload?{query}"));
        send_request(request.header("idempotency-key", key).body(list.clone()))
    };
    let first = send("one", "name=a.txt").await.job();
    assert_eq!(send("one", "name=a.txt").await.job(), first, "a repeated request");
    assert_eq!(send("two", "name=a.txt").await.is(409)["job_id"], first, "the same list");
    assert_ne!(send("three", "name=a.txt&force=true").await.job(), first);
    assert_eq!(send("one", "name=b.txt").await.is(422)["error"], "KEY_USED");
}

/// A list is kept until its batch has read it and ended, even if the service is killed before the batch starts.
#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_list_survives_a_restart_until_its_batch_ends() {
    let mut server = TestServer::with_synthetic(60, Duration::from_millis(100)).await;
    let list = lines(&server.shop.sandbox.synthetic_upcs());
    let running = upload(&server, "name=first.txt&test_mode=true", list).await.job();
    let waiting = upload(&server, "name=second.txt&test_mode=true", TWO_UPCS).await.job();
    server.until(&running, "running").await;
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    assert_eq!(uploads(&server).len(), 2);
    server.restart().await;
    let first = server.until(&running, "completed").await;
    let second = server.until(&waiting, "completed").await;
    assert_eq!((&first["total_upcs"], &second["total_upcs"]), (&Value::from(60), &Value::from(2)));
    server.signal(Signal::SIGTERM);
    server.wait_for_exit().await;
    server.restart().await;
    // The service removes the list at startup, possibly after it has started to respond.
    let began = std::time::Instant::now();
    while !uploads(&server).is_empty() {
        assert!(began.elapsed() < super::test_server::TIMEOUT, "{:?}", uploads(&server));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `run` with a local file uploads it to the service that owns the data folder.
#[tokio::test(flavor = "multi_thread")]
async fn run_beside_the_service_uploads_the_list() {
    let server =
        TestServer::for_shop(Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await)
            .await;
    let shop = &server.shop;
    shop.list("093624896326\n");
    let run = run_output(&shop.program(&["run", "upcs.txt", "--test", "--condition", "good"]).output().unwrap());
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(
        run.err.contains("runs in the service") || run.out.contains("runs in the service"),
        "{}{}",
        run.out,
        run.err
    );
    let jobs = server.get("/api/batch/jobs").await.is(200);
    assert_eq!((&jobs["total"], &jobs["jobs"][0]["successful"]), (&Value::from(1), &Value::from(1)), "{jobs}");

    let mut piped = shop.program(&["-", "--test", "--limit", "1"]);
    piped.stdin(fs::File::open(shop.home.path().join("upcs.txt")).unwrap());
    let piped = run_output(&piped.output().unwrap());
    assert_eq!(piped.code, Some(0), "{}{}", piped.out, piped.err);
    let missing = shop.run(&["run", "nothing.txt"]);
    assert!(missing.code == Some(2) && missing.err.contains("nothing.txt"), "{:?} {}", missing.code, missing.err);
    fs::write(shop.home.path().join("more.txt"), "720642462928\n").unwrap();
    let several = shop.run(&["run", "upcs.txt", "more.txt", "--test"]);
    assert!(several.out.contains("2 items") || several.err.contains("2 items"), "{}{}", several.out, several.err);
    assert!(matches!(several.code, Some(0 | 3)), "{}{}", several.out, several.err);
    let mixed = shop.run(&["run", "upcs.txt", "gs://draft-maker-bucket/upcs.txt", "--test"]);
    assert!(
        mixed.code == Some(2) && mixed.err.contains("gs://draft-maker-bucket/upcs.txt alone"),
        "{:?} {}",
        mixed.code,
        mixed.err
    );
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 3);
}
