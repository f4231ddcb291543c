//! A restart at any moment: what ran goes on and says so, what waited waits on, what was set aside stays so.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::served::{LIST, Served};

const ITEMS: usize = 150;

async fn slow() -> Served {
    Served::with_synthetic(ITEMS, Duration::from_millis(50)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_all_jobs_go_on() {
    let mut served = slow().await;
    let aside = served.order(&served.put_synthetic("boxes/0.txt")).await;
    served.action(&aside, "pause").await.is(200);
    let runs = served.order(LIST).await;
    let waits = served.order(&served.put_synthetic("boxes/2.txt")).await;
    let mut last_seen = 0;
    for _ in 0..3 {
        // Items may have ended between the last look and the kill, and show before the job runs again.
        let goes_on =
            |job: &serde_json::Value| job["successful"].as_u64() > Some(last_seen) && job["status"] != "pending";
        let done = served.until_so(&runs, goes_on).await;
        assert_eq!(done["status"], "running", "it came too late to kill anything");
        last_seen = done["successful"].as_u64().unwrap();
        served.signal(Signal::SIGKILL);
        assert_eq!(served.end().await, None);
        served.again().await;
        let shown = served.status(&runs).await;
        assert!(["pending", "running"].contains(&shown["status"].as_str().unwrap()), "{shown}");
        assert!(shown["successful"].as_u64().unwrap() >= last_seen, "{shown}");
        assert_eq!(served.status(&aside).await["status"], "paused");
    }
    for job in [&runs, &waits] {
        assert_eq!(served.until(job, "completed").await["successful"], ITEMS);
    }
    assert_eq!(served.status(&aside).await["status"], "paused");

    let payloads = served.facts(&runs).await;
    let count = |name: &str| payloads.iter().filter(|event| *event == name).count();
    assert_eq!((count("stopped"), count("resumed"), count("started"), count("finished")), (3, 3, 1, 1), "{payloads:?}");
    let logs = crate::batch::shop::files(&served.shop.home.path().join(".local/state/draft-maker/logs"));
    let log = logs.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    let says_so = |line: &&str| line.contains("resuming the batch") && line.contains(&runs);
    assert_eq!(log.lines().filter(says_so).count(), 3, "{log}");
    let events = served.get(&format!("/api/batch/jobs/{runs}/events")).await.text;
    assert!(events.contains("\"goes_on\":true") && events.contains("the process ended unexpectedly"), "{payloads:?}");
    let skus: BTreeSet<_> = served.shop.draft_rows().into_iter().map(|row| row[1].clone()).collect();
    assert_eq!((served.shop.draft_rows().len(), skus.len()), (ITEMS, ITEMS), "one item, one draft");
    let results = served.status(&runs).await["results"]["results"].as_array().unwrap().len();
    assert_eq!(results, ITEMS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_orderly_and_the_next_start_goes_on() {
    let mut served = slow().await;
    let service_info = served.shop.home.path().join(".local/share/draft-maker/service.json");
    assert!(service_info.exists());
    let job = served.order(LIST).await;
    served.until_so(&job, |job| job["successful"].as_u64() > Some(0)).await;
    let stream = served.request(reqwest::Method::GET, "/api/events").send().await.unwrap();
    served.signal(Signal::SIGTERM);
    assert_eq!(served.end().await, Some(0));
    let text = stream.text().await.unwrap();
    assert!(text.contains("event: item"), "a stream ends in order");
    assert!(!service_info.exists());
    let listed = served.shop.run(&["jobs"]);
    assert!(listed.out.contains("stopped"), "{}", listed.out);
    served.again().await;
    assert_eq!(served.until(&job, "completed").await["successful"], ITEMS);
    let payloads = served.facts(&job).await;
    assert_eq!(payloads[payloads.len() - 4..], ["stopped", "queued", "resumed", "finished"], "{payloads:?}");
}

/// What another program began in this data directory is accepted too.
#[tokio::test(flavor = "multi_thread")]
async fn one_process_owns_the_directory_and_takes_up_what_it_finds() {
    let mut served = slow().await;
    let second = served.shop.run(&["resume"]);
    assert_eq!(second.code, Some(1), "{}", second.err);
    assert!(second.err.contains("is already using"), "{}", second.err);
    served.signal(Signal::SIGTERM);
    assert_eq!(served.end().await, Some(0));

    let mut program = served.shop.start(&["run", served.shop.synthetic_list()]);
    served.shop.until_asked(served.shop.requests() + 60).await;
    crate::batch::shop::send(&program, Signal::SIGKILL);
    crate::batch::shop::end(&mut program).await;
    served.again().await;
    let jobs = served.get("/api/batch/jobs").await.is(200);
    assert_eq!(jobs["total"], 1, "{jobs}");
    let job = jobs["jobs"][0]["job_id"].as_str().unwrap().to_owned();
    let done = served.until(&job, "completed").await;
    assert_eq!((&done["successful"], &done["gcs_path"]), (&json!(ITEMS), &json!("upcs.txt")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_a_job_follows_it_over_a_restart() {
    let mut served = slow().await;
    let job = served.order(LIST).await;
    served.until_so(&job, |job| job["successful"].as_u64() > Some(0)).await;
    // What is behind a job when it is joined does not end it.
    served.action(&job, "pause").await.is(200);
    served.action(&job, "resume").await.is(200);
    let mut follower = served.shop.start(&["status", &job, "--follow"]);
    let began = std::time::Instant::now();
    while !served.get("/metrics").await.text.contains("draft_maker_event_readers 1") {
        assert!(began.elapsed() < super::served::LONGEST, "nobody follows");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        assert_ne!(served.status(&job).await["status"], "completed", "it came too late to stop anything");
        served.signal(signal);
        served.end().await;
        served.again_there().await;
    }
    assert_eq!(served.until(&job, "completed").await["successful"], ITEMS);
    assert_eq!(crate::batch::shop::end(&mut follower).await, Some(0), "it saw the end");
}
