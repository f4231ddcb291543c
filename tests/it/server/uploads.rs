//! Lists that are sent to the service, as the body, in a form, and by `run` beside it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::Value;

use super::served::{Answer, Served, TWO, answer};
use crate::batch::shop::{Shop, lines, ran};
use sandbox::SandboxOptions;

async fn upload(served: &Served, query: &str, list: impl Into<reqwest::Body>) -> Answer {
    answer(served.request(Method::POST, &format!("/api/batch/upload?{query}")).body(list)).await
}

/// The lists that the service keeps. It may remove one meanwhile, so a folder that is gone holds none.
fn uploads(served: &Served) -> Vec<PathBuf> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(served.shop.home.path().join(".local/share/draft-maker/uploads")).flat_map(entries).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_the_body_becomes_a_batch_with_its_options() {
    let served = Served::open().await;
    // The first has a price.
    let list = "093624896326\n720642462928\n";
    let job = upload(&served, "name=box%2015.txt&condition=like_new&test_mode=true&limit=1", list).await;
    let shown = job.is(200);
    assert!(shown["gcs_path"].as_str().unwrap().ends_with("/box 15.txt"), "{shown}");
    let ended = served.until(&job.job(), "completed").await;
    assert_eq!((&ended["total_upcs"], &ended["successful"]), (&Value::from(1), &Value::from(1)), "{ended}");
    assert_eq!(ended["results"]["summary"]["rehearsed"], 1, "{ended}");
    let events = served.get(&format!("/api/batch/jobs/{}/events", job.job())).await.text;
    assert!(events.contains(r#""condition":"like_new""#), "{events}");
}

/// A form as browsers and `curl --form` send it.
fn form(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
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

async fn send_form(served: &Served, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let (content_type, body) = form(parts);
    let request = served.request(Method::POST, "/api/batch/upload").header("content-type", content_type).body(body);
    answer(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_becomes_a_batch_and_a_wrong_one_is_refused() {
    let served = Served::open().await;
    let csv: &[u8] = b"UPC,Qty\n720642462928,2\n093624896326,1\n";
    let job = send_form(&served, &[("test_mode", None, b"true"), ("file", Some("../Kiste.csv"), csv)]).await;
    assert!(job.is(200)["gcs_path"].as_str().unwrap().ends_with("/Kiste.csv"), "{}", job.text);
    let ended = served.until(&job.job(), "completed").await;
    assert_eq!(ended["total_upcs"], 2, "{ended}");

    assert_eq!(send_form(&served, &[("test_mode", None, b"true")]).await.is(422)["error"], "NO_LIST");
    let two = [("file", Some("a.csv"), csv), ("file", Some("b.csv"), csv)];
    assert_eq!(send_form(&served, &two).await.is(422)["error"], "INVALID");
    let unknown: [(&str, Option<&str>, &[u8]); 2] = [("colour", None, b"red"), ("file", Some("a.csv"), csv)];
    assert!(send_form(&served, &unknown).await.is(422)["detail"].as_str().unwrap().contains("colour"));
    let (content_type, mut body) = form(&[("file", Some("a.csv"), csv)]);
    body.truncate(body.len() - 40);
    let cut = served.request(Method::POST, "/api/batch/upload").header("content-type", content_type).body(body);
    assert_eq!(answer(cut).await.is(400)["error"], "UNREADABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_and_leaves_nothing() {
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__MAX_UPLOAD_BYTES", "100");
    let served = Served::start(shop, command).await;
    assert_eq!(upload(&served, "", "").await.is(422)["error"], "NO_LIST");
    let prose = upload(&served, "name=notes.txt", "no barcodes in here\n").await.is(422);
    assert_eq!(prose["error"], "NO_LIST", "{prose}");
    assert!(prose["detail"].as_str().unwrap().contains("notes.txt"), "{prose}");
    for (query, field) in
        [("test_mode=maybe", "test_mode"), ("colour=red", "colour"), ("sink=dry-run", "sink"), ("limit=0", "limit")]
    {
        let refused = upload(&served, query, TWO).await.is(422);
        assert!(refused["detail"].as_str().unwrap().contains(field) || field == "limit", "{query}: {refused}");
    }
    let large = upload(&served, "", "720642462928\n".repeat(8)).await;
    assert!(large.is(413)["detail"].as_str().unwrap().contains("server.max_upload_bytes"), "{}", large.text);
    assert_eq!(uploads(&served), Vec::<PathBuf>::new());
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 0);
}

/// The same list is one batch while it runs, and one key is one batch for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_not_run_twice_at_once() {
    let served = Served::with_synthetic(60, Duration::from_millis(200)).await;
    let list = lines(&served.shop.sandbox.synthetic_upcs());
    let send = |key: &'static str, query: &'static str| {
        let request = served.request(Method::POST, &format!("/api/batch/upload?{query}"));
        answer(request.header("idempotency-key", key).body(list.clone()))
    };
    let first = send("one", "name=a.txt").await.job();
    assert_eq!(send("one", "name=a.txt").await.job(), first, "a repeated request");
    assert_eq!(send("two", "name=a.txt").await.is(409)["job_id"], first, "the same list");
    assert_ne!(send("three", "name=a.txt&force=true").await.job(), first);
    assert_eq!(send("one", "name=b.txt").await.is(422)["error"], "KEY_USED");
}

/// The list is kept until its batch has read it and ended, also if the service is killed before the batch begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_preserves_the_list_and_its_end_removes_it() {
    let mut served = Served::with_synthetic(60, Duration::from_millis(100)).await;
    let list = lines(&served.shop.sandbox.synthetic_upcs());
    let running = upload(&served, "name=first.txt&test_mode=true", list).await.job();
    let waiting = upload(&served, "name=second.txt&test_mode=true", TWO).await.job();
    served.until(&running, "running").await;
    served.signal(Signal::SIGKILL);
    served.end().await;
    assert_eq!(uploads(&served).len(), 2);
    served.again().await;
    let first = served.until(&running, "completed").await;
    let second = served.until(&waiting, "completed").await;
    assert_eq!((&first["total_upcs"], &second["total_upcs"]), (&Value::from(60), &Value::from(2)));
    served.signal(Signal::SIGTERM);
    served.end().await;
    served.again().await;
    // Removed at the start, which answers before.
    let began = std::time::Instant::now();
    while !uploads(&served).is_empty() {
        assert!(began.elapsed() < super::served::LONGEST, "{:?}", uploads(&served));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `run` with a file of this machine hands it over to the service that owns the data folder.
#[tokio::test(flavor = "multi_thread")]
async fn run_beside_the_service_hands_the_list_over() {
    let served =
        Served::over(Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await).await;
    let shop = &served.shop;
    shop.list("093624896326\n");
    let run = ran(&shop.program(&["run", "upcs.txt", "--test", "--condition", "good"]).output().unwrap());
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(
        run.err.contains("runs in the service") || run.out.contains("runs in the service"),
        "{}{}",
        run.out,
        run.err
    );
    let jobs = served.get("/api/batch/jobs").await.is(200);
    assert_eq!((&jobs["total"], &jobs["jobs"][0]["successful"]), (&Value::from(1), &Value::from(1)), "{jobs}");

    let mut piped = shop.program(&["-", "--test", "--limit", "1"]);
    piped.stdin(fs::File::open(shop.home.path().join("upcs.txt")).unwrap());
    let piped = ran(&piped.output().unwrap());
    assert_eq!(piped.code, Some(0), "{}{}", piped.out, piped.err);
    let missing = shop.run(&["run", "nothing.txt"]);
    assert!(missing.code == Some(2) && missing.err.contains("nothing.txt"), "{:?} {}", missing.code, missing.err);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 2);
}
