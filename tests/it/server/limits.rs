//! Two jobs at once share the limits of the services, and the queue has a bound.

use std::time::Duration;

use reqwest::Method;
use sandbox::SandboxOptions;
use serde_json::json;

use super::served::Served;
use crate::batch::shop::{Shop, lines};

const SPEED: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_at_once_keep_the_limits_of_one() {
    let shop = Shop::with(SandboxOptions { speed: SPEED, synthetic_releases: 40, ..SandboxOptions::default() }).await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__JOBS_AT_ONCE", "2");
    // A little below the documented paces, as many times faster as the sandbox is.
    for (service, pace) in [("MUSICBRAINZ", 59.0), ("DISCOGS", 58.0)] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        command.env(name, (pace * SPEED).to_string());
    }
    let served = Served::start(shop, command).await;
    let upcs = served.shop.sandbox.synthetic_upcs();
    // The second half of one list is the first of the other.
    let (left, right) = (lines(&upcs[..25]), lines(&upcs[15..]));
    let left = served.order(&served.put("boxes/left.txt", left.as_bytes())).await;
    let right = served.order(&served.put("boxes/right.txt", right.as_bytes())).await;
    let both = served.until_so(&right, |job| job["status"] != "pending").await;
    assert_eq!(
        (both["status"].as_str(), served.status(&left).await["status"].as_str()),
        (Some("running"), Some("running"))
    );
    for job in [&left, &right] {
        let done = served.until(job, "completed").await;
        assert_eq!(done["successful"], 25, "{done}");
    }
    for (service, count) in served.shop.sandbox.request_counts() {
        assert_eq!(count.refused, 0, "{service} had to refuse some of {} requests", count.requests);
    }
    assert_eq!(served.shop.repeated(), Vec::new(), "what one job asked, the other does not ask");
    assert_eq!(served.shop.draft_rows().len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_a_further_batch_and_takes_it_later() {
    let latency = Duration::from_millis(400);
    let options =
        SandboxOptions { enforce_limits: false, synthetic_releases: 60, latency, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__MAX_WAITING_JOBS", "1");
    let served = Served::start(shop, command).await;
    let running = served.order(&served.put_synthetic("boxes/1.txt")).await;
    served.until(&running, "running").await;
    let waiting = served.order(&served.put_synthetic("boxes/2.txt")).await;
    let order = json!({"gcs_path": served.put_synthetic("boxes/3.txt"), "test_mode": true});
    let refused = served.request(Method::POST, "/api/batch/process").json(&order).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let refused: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(refused["error"], "QUEUE_FULL");
    assert!(refused["detail"].as_str().unwrap().contains("server.max_waiting_jobs"), "{refused}");
    let cancel = format!("/api/batch/jobs/{waiting}/cancel");
    assert_eq!(served.request(Method::POST, &cancel).send().await.unwrap().status(), 200);
    let taken = served.request(Method::POST, "/api/batch/process").json(&order).send().await.unwrap();
    assert_eq!(taken.status(), 200, "there is room again");
}
