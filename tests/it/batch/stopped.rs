//! Batches stopped by signals.

use std::process::{Child, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule, SandboxOptions};

use super::shop::{Shop, send_signal, wait_for_exit};

const ITEMS: usize = 260;

/// Opens a shop with slow requests, so that a stop always arrives during the batch.
async fn slow_shop() -> Shop {
    let latency = Duration::from_millis(60);
    Shop::with(SandboxOptions {
        enforce_limits: false,
        latency,
        synthetic_releases: ITEMS,
        ..SandboxOptions::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_batch_resumes_where_it_was() {
    let shop = slow_shop().await;
    let list = shop.synthetic_list();
    let mut program = shop.start(&["run", list]);
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        shop.wait_for_requests(shop.requests() + 40).await;
        send_signal(&program, signal);
        assert_eq!(wait_for_exit(&mut program).await, Some(3), "{signal}");
        let results = shop.results();
        assert!(results["results"].as_array().unwrap().len() < ITEMS, "the batch ended before {signal}");
        assert!(shop.run(&["jobs"]).out.contains("stopped"));
        program = shop.start(&["resume"]);
    }
    assert_eq!(wait_for_exit(&mut program).await, Some(0));
    let statuses = shop.statuses();
    assert_eq!(statuses.len(), ITEMS);
    assert!(statuses.iter().all(|(_, status)| status == "exported"));
    assert_eq!(shop.draft_rows().len(), ITEMS);
}

/// Opens a shop in which no request is ever answered.
async fn hanging_shop() -> Shop {
    let faults = vec![FaultRule { service: None, kind: FaultKind::Hang, share: 1.0 }];
    Shop::with(SandboxOptions { enforce_limits: false, faults, ..SandboxOptions::default() }).await
}

/// Starts the program without a key: there is no key check, so the first request is for the first item.
fn start_without_key(shop: &Shop, list: &str) -> Child {
    let mut program = shop.program(&["run", list]);
    program.env_remove("DISCOGS_PERSONAL_ACCESS_TOKEN").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_the_check_of_a_key() {
    let shop = hanging_shop().await;
    let mut program = shop.start(&["run", shop.list("720642462928\n")]);
    shop.wait_for_requests(1).await;
    send_signal(&program, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut program).await, Some(3));
    assert!(!shop.run(&["jobs"]).out.contains("batch_"), "no batch was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_service_that_hangs() {
    let shop = hanging_shop().await;
    let mut program = start_without_key(&shop, shop.list("720642462928\n093624896326\n"));
    shop.wait_for_requests(1).await;
    send_signal(&program, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut program).await, Some(3));
    assert_eq!(shop.run(&["jobs"]).out.matches("stopped").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_exits_at_once() {
    let shop = hanging_shop().await;
    let mut program = start_without_key(&shop, shop.list("720642462928\n"));
    shop.wait_for_requests(1).await;
    send_signal(&program, Signal::SIGINT);
    // Two signals that arrive together count as one.
    tokio::time::sleep(Duration::from_millis(300)).await;
    send_signal(&program, Signal::SIGINT);
    assert_eq!(wait_for_exit(&mut program).await, Some(130));
}

/// Standard output is a pipe that nobody reads: the batch ends all the same, and the program when its output is read.
#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_is_not_read_delays_no_item() {
    let options = SandboxOptions { enforce_limits: false, synthetic_releases: ITEMS, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut program = shop.program(&["run", shop.synthetic_list(), "--format", "ndjson"]);
    let mut program = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while !shop.run(&["jobs"]).out.contains("completed") {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(program.try_wait().unwrap().is_none(), "the events fit into the pipe: the test needs more items");
    let mut output = program.stdout.take().unwrap();
    let read = tokio::task::spawn_blocking(move || std::io::copy(&mut output, &mut std::io::sink()));
    assert_eq!(wait_for_exit(&mut program).await, Some(0));
    assert!(read.await.unwrap().unwrap() > 100_000);
}
