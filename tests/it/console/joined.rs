//! A console joined to a service: detaching and joining again shows the same screen, and actions on items work.

use std::time::Duration;

use api::jobs::CreateJobRequest;
use client::{RemoteJob, ServiceClient};
use console::{Console, JobScreen, Message};
use domain::job_spec::{JobId, JobSpec};
use domain::upc::Upc;
use futures::StreamExt;
use nix::sys::signal::Signal;
use sandbox::SandboxOptions;

use super::pty::Session;
use super::{console, rendered};
use crate::batch::shop::Shop;
use testing::events::job_spec;

const TIMEOUT: Duration = Duration::from_mins(1);

/// Starts a service with a running batch over this many synthetic releases.
async fn service_with_batch(extra: usize) -> (Shop, std::process::Child, ServiceClient, JobId) {
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: extra,
        latency: Duration::from_millis(40),
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    shop.sandbox.put_object(
        "draft-maker-bucket",
        "s.txt",
        crate::batch::shop::lines(&shop.sandbox.synthetic_upcs()).as_bytes(),
    );
    let child = shop.serve().await;
    let service = ServiceClient::discover(&shop.home.path().join(".local/share/draft-maker"))
        .unwrap()
        .expect("the service has written its address");
    let spec = JobSpec { source: "gs://draft-maker-bucket/s.txt".into(), ..job_spec() };
    let job = service.create_job(&CreateJobRequest::from(&spec), "joined").await.unwrap();
    (shop, child, service, job)
}

/// Joins the service and follows the batch until it has ended, or until `enough` items have ended.
async fn join(service: &ServiceClient, job: &JobId, enough: u64) -> Console {
    let mut console = console(JobScreen::new(job.clone()));
    let RemoteJob { projection, events: mut messages } = service.watch_job(job);
    console.handle_message(&Message::JobAttached { job: job.clone(), result: Ok(projection.clone()) });
    let received = tokio::time::timeout(TIMEOUT, async {
        while let Some(events) = messages.next().await {
            console.handle_message(&Message::JobEvents { job: job.clone(), events: events.unwrap() });
            rendered(&mut console, 80, 24);
            if projection.read().counts.done >= enough {
                return;
            }
        }
    });
    received.await.expect("the batch ends");
    console
}

#[tokio::test(flavor = "multi_thread")]
async fn detaching_and_joining_again_shows_the_same_screen() {
    let (_shop, mut child, service, job) = service_with_batch(40).await;
    drop(join(&service, &job, 5).await);
    let (mut again, mut all_along) = tokio::join!(join(&service, &job, u64::MAX), join(&service, &job, u64::MAX));
    let mut late = join(&service, &job, u64::MAX).await;
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let picture = rendered(&mut all_along, width, height);
        assert!(picture.contains("40/40"), "{picture}");
        assert_eq!(rendered(&mut again, width, height), picture);
        assert_eq!(rendered(&mut late, width, height), picture);
    }
    crate::batch::shop::send_signal(&child, Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut child).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marked_items_are_paused_through_the_service_with_failures_listed() {
    let (shop, mut child, service, job) = service_with_batch(60).await;
    let mut session = Session::open(&shop, &["console", job.as_str()], (24, 100));
    session.until("/60").await;
    let all: Vec<Upc> = shop.sandbox.synthetic_upcs().iter().map(|upc| upc.to_string().parse().unwrap()).collect();
    session.until(&all[0].to_string()).await;
    session.press("G Ap");
    session.until_it(|screen| screen.contains("paused, ") || screen.contains("still marked"), "an answer").await;
    session.press("\x1b");
    session.until("only paused items are left").await;
    session.press("t");
    session.until("event ").await;
    session.press("g");
    session.until("event 1 of").await;
    session.press("t");
    session.press("UP");
    session.until("completed  60/60").await;
    assert!(!service.fetch_upstreams().await.unwrap().is_empty());
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
    crate::batch::shop::send_signal(&child, Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut child).await;
}
