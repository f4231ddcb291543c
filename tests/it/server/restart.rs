//! Restarts at any moment: running jobs resume, pending ones stay pending, paused ones stay paused.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::test_server::{LIST, TestServer};

const ITEMS: usize = 150;

async fn slow() -> TestServer {
    TestServer::with_synthetic(ITEMS, Duration::from_millis(50)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn all_jobs_resume_after_a_kill() {
    let mut server = slow().await;
    let aside = server.create_job(&server.put_synthetic("boxes/0.txt")).await;
    server.action(&aside, "pause").await.is(200);
    let runs = server.create_job(LIST).await;
    let waits = server.create_job(&server.put_synthetic("boxes/2.txt")).await;
    let mut last_seen = 0;
    for _ in 0..3 {
        // Items that ended between the last poll and the kill are already counted before the job runs again.
        let goes_on =
            |job: &serde_json::Value| job["successful"].as_u64() > Some(last_seen) && job["status"] != "pending";
        let done = server.wait_for(&runs, goes_on).await;
        assert_eq!(done["status"], "running", "the job ended before the kill");
        last_seen = done["successful"].as_u64().unwrap();
        server.signal(Signal::SIGKILL);
        assert_eq!(server.wait_for_exit().await, None);
        server.restart().await;
        let shown = server.status(&runs).await;
        assert!(["pending", "running"].contains(&shown["status"].as_str().unwrap()), "{shown}");
        assert!(shown["successful"].as_u64().unwrap() >= last_seen, "{shown}");
        assert_eq!(server.status(&aside).await["status"], "paused");
    }
    for job in [&runs, &waits] {
        assert_eq!(server.until(job, "completed").await["successful"], ITEMS);
    }
    assert_eq!(server.status(&aside).await["status"], "paused");

    let payloads = server.job_event_names(&runs).await;
    let count = |name: &str| payloads.iter().filter(|event| *event == name).count();
    assert_eq!((count("stopped"), count("resumed"), count("started"), count("finished")), (3, 3, 1, 1), "{payloads:?}");
    let logs = crate::batch::shop::files(&server.shop.home.path().join(".local/state/draft-maker/logs"));
    let log = logs.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    let says_so = |line: &&str| line.contains("resuming the batch") && line.contains(&runs);
    assert_eq!(log.lines().filter(says_so).count(), 3, "{log}");
    let events = server.get(&format!("/api/batch/jobs/{runs}/events")).await.text;
    assert!(events.contains("\"goes_on\":true") && events.contains("the process ended unexpectedly"), "{payloads:?}");
    let skus: BTreeSet<_> = server.shop.draft_rows().into_iter().map(|row| row[1].clone()).collect();
    assert_eq!((server.shop.draft_rows().len(), skus.len()), (ITEMS, ITEMS), "one draft per item");
    let results = server.status(&runs).await["results"]["results"].as_array().unwrap().len();
    assert_eq!(results, ITEMS);
}

/// Each command that writes to the journal records the jobs of killed processes first.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_resumes_although_a_command_ran_after_the_kill() {
    let mut server = slow().await;
    let job = server.create_job(LIST).await;
    server.wait_for(&job, |job| job["successful"].as_u64() > Some(0)).await;
    server.signal(Signal::SIGKILL);
    assert_eq!(server.wait_for_exit().await, None);
    let list = server.shop.home.path().join("other.txt");
    std::fs::write(&list, "720642442524\n").unwrap();
    server.shop.run(&["run", list.to_str().unwrap(), "--dry-run"]);
    let listed = server.shop.run(&["jobs"]);
    assert!(listed.out.contains("stopped"), "{}", listed.out);
    server.restart().await;
    assert_eq!(server.until(&job, "completed").await["successful"], ITEMS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_graceful_and_the_next_start_resumes() {
    let mut server = slow().await;
    let service_info = server.shop.home.path().join(".local/share/draft-maker/service.json");
    let job = server.create_job(LIST).await;
    assert!(service_info.exists());
    server.wait_for(&job, |job| job["successful"].as_u64() > Some(0)).await;
    let stream = server.request(reqwest::Method::GET, "/api/events").send().await.unwrap();
    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));
    let text = stream.text().await.unwrap();
    assert!(text.contains("event: item"), "the stream ends cleanly");
    assert!(!service_info.exists());
    let listed = server.shop.run(&["jobs"]);
    assert!(listed.out.contains("stopped"), "{}", listed.out);
    server.restart().await;
    assert_eq!(server.until(&job, "completed").await["successful"], ITEMS);
    let payloads = server.job_event_names(&job).await;
    assert_eq!(payloads[payloads.len() - 4..], ["stopped", "queued", "resumed", "finished"], "{payloads:?}");
}

/// A job that another program started in this data directory is resumed too.
#[tokio::test(flavor = "multi_thread")]
async fn one_process_owns_the_directory_and_resumes_its_jobs() {
    let mut server = slow().await;
    let second = server.shop.run(&["resume"]);
    assert_eq!(second.code, Some(1), "{}", second.err);
    assert!(second.err.contains("is already using"), "{}", second.err);
    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));

    let mut program = server.shop.start(&["run", server.shop.synthetic_list()]);
    server.shop.wait_for_requests(server.shop.requests() + 60).await;
    crate::batch::shop::send_signal(&program, Signal::SIGKILL);
    crate::batch::shop::wait_for_exit(&mut program).await;
    server.restart().await;
    let jobs = server.get("/api/batch/jobs").await.is(200);
    assert_eq!(jobs["total"], 1, "{jobs}");
    let job = jobs["jobs"][0]["job_id"].as_str().unwrap().to_owned();
    let done = server.until(&job, "completed").await;
    assert_eq!((&done["successful"], &done["gcs_path"]), (&json!(ITEMS), &json!("upcs.txt")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_of_a_job_survives_a_restart() {
    let mut server = slow().await;
    let job = server.create_job(LIST).await;
    server.wait_for(&job, |job| job["successful"].as_u64() > Some(0)).await;
    // Earlier pause and resume events do not end the follower.
    server.action(&job, "pause").await.is(200);
    server.action(&job, "resume").await.is(200);
    let mut follower = server.shop.start(&["status", &job, "--follow"]);
    let began = std::time::Instant::now();
    while !server.get("/metrics").await.text.contains("draft_maker_event_readers 1") {
        assert!(began.elapsed() < super::test_server::TIMEOUT, "the follower does not connect");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        assert_ne!(server.status(&job).await["status"], "completed", "the job ended before the signal");
        server.signal(signal);
        server.wait_for_exit().await;
        server.restart_on_same_port().await;
    }
    assert_eq!(server.until(&job, "completed").await["successful"], ITEMS);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut follower).await, Some(0), "the follower saw the end of the job");
}
