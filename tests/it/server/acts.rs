//! Some items of a job are set aside, let go, given up, and tried again, with an answer for each.

use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule};
use serde_json::{Value, json};

use super::served::{Answer, LIST, Served};

async fn act(served: &Served, job: &str, act: &str, upcs: &[String]) -> Answer {
    served.post(&format!("/api/batch/jobs/{job}/items"), &json!({"act": act, "upcs": upcs})).await
}

fn upcs(served: &Served) -> Vec<String> {
    served.shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect()
}

async fn item(served: &Served, job: &str, upc: &str) -> Value {
    let list = served.get(&format!("/api/batch/jobs/{job}/items?limit=1000")).await.is(200);
    list["items"].as_array().unwrap().iter().find(|item| item["upc"] == upc).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_around_what_is_paused_and_survives_a_kill() {
    let mut served = Served::with_synthetic(200, Duration::from_millis(60)).await;
    let (job, all) = (served.order(LIST).await, upcs(&served));
    served.until_so(&job, |job| !job["total_upcs"].is_null()).await;
    let last = &all[195..];
    let done = act(&served, &job, "pause", last).await.is(200);
    assert_eq!((done["done"].as_array().unwrap().len(), &done["job_id"]), (5, &json!(job)));
    let again = act(&served, &job, "pause", &[all[199].clone(), "720642442524".into(), "12".into()]).await.is(207);
    let why = again["failed"].as_array().unwrap().iter().map(|one| one["error"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(why[0].contains("already paused") && why[1].contains("not in this batch") && why.len() == 3, "{why:?}");

    served.signal(Signal::SIGKILL);
    served.end().await;
    served.again().await;
    let stopped = served.until(&job, "stopped").await;
    assert!(stopped["error"].as_str().unwrap().contains("only paused items are left (5)"), "{stopped}");
    assert_eq!(stopped["successful"], 195);
    assert!(item(&served, &job, &all[199]).await["held"].as_bool().unwrap());

    act(&served, &job, "cancel", &all[199..]).await.is(200);
    assert_eq!(item(&served, &job, &all[199]).await["status"], "skipped");
    act(&served, &job, "resume", &all[195..196]).await.is(200);
    served.until_so(&job, |job| job["status"] == "stopped" && job["successful"] == 196).await;
    let mixed = act(&served, &job, "resume", &all[194..196]).await.is(207);
    assert!(mixed["failed"][0]["error"].as_str().unwrap().contains("it is finished: exported"), "{mixed}");
    // The whole job goes on: that can only mean the three that are left.
    served.action(&job, "resume").await.is(200);
    assert_eq!(served.until(&job, "completed").await["successful"], 199);
    assert_eq!(served.shop.draft_rows().len(), 199, "one draft each, and none of what was cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_while_it_is_worked_on_makes_no_draft() {
    let served = Served::with_synthetic(200, Duration::from_millis(60)).await;
    let (job, all) = (served.order(LIST).await, upcs(&served));
    served.until_so(&job, |job| job["successful"].as_u64() > Some(0)).await;
    let answer = act(&served, &job, "cancel", &all).await.is(207);
    let count = |key: &str| answer[key].as_array().unwrap().len() as u64;
    assert_eq!(count("done") + count("failed"), 200, "an answer for each");
    let ended = served.until(&job, "completed").await;
    assert_eq!(ended["successful"].as_u64().unwrap(), count("failed"), "what was at the market was left to end");
    assert_eq!(served.shop.draft_rows().len() as u64, count("failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_those_that_are_named_are_tried_again() {
    let served = Served::with_synthetic(6, Duration::ZERO).await;
    let sick = |service: &str| FaultRule { service: Some(service.into()), kind: FaultKind::ServerError, share: 1.0 };
    served.shop.sandbox.set_faults(vec![sick("musicbrainz"), sick("discogs")]);
    let (job, all) = (served.order(LIST).await, upcs(&served));
    served.until(&job, "completed").await;
    served.shop.sandbox.set_faults(Vec::new());
    // Each service is left alone for a while after so many failures.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let answer = act(&served, &job, "retry", &all[1..2]).await.is(200);
    let new = answer["job_id"].as_str().unwrap();
    let again = served.until(new, "completed").await;
    assert_eq!((&again["total_upcs"], &again["successful"]), (&json!(1), &json!(1)));
    assert_eq!(act(&served, new, "retry", &all[1..2]).await.is(409)["error"], "NOTHING_TO_RETRY");
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_wishes_are_refused_and_strangers_too() {
    let served = Served::open().await;
    let job = served.order(LIST).await;
    let path = format!("/api/batch/jobs/{job}/items");
    served.post(&path, &json!({"act": "pause", "upcs": []})).await.is(422);
    served.post(&path, &json!({"act": "lose", "upcs": ["1"]})).await.is(422);
    served.post(&path, &json!({"act": "pause", "upcs": ["1"], "more": 1})).await.is(422);
    served
        .post("/api/batch/jobs/batch_20200101_000000_0/items", &json!({"act": "pause", "upcs": ["720642442524"]}))
        .await
        .is(404);
    let stranger = served.request(reqwest::Method::POST, &path).header("Origin", "https://elsewhere.example");
    super::served::answer(stranger.json(&json!({"act": "cancel", "upcs": ["720642442524"]}))).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upstreams_are_reported() {
    let served = Served::open().await;
    let job = served.order(LIST).await;
    served.until(&job, "completed").await;
    let all = served.get("/api/upstreams").await.is(200);
    let discogs = all["upstreams"].as_array().unwrap().iter().find(|one| one["name"] == "discogs").unwrap().clone();
    assert!(discogs["requests"].as_u64() > Some(0) && discogs["last_minute"] == discogs["requests"], "{discogs}");
    assert_eq!(
        (&discogs["per_item"], &discogs["quiet_until"], &discogs["waiting"]),
        (&json!(2.0), &json!(null), &json!(0))
    );
}
