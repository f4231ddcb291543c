//! Only one process works in a data directory; others may read it.

use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::SandboxOptions;

use super::shop::{Shop, send_signal, wait_for_exit};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_names_the_first_and_may_read() {
    let latency = Duration::from_millis(300);
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        latency,
        synthetic_releases: 300,
        ..SandboxOptions::default()
    })
    .await;
    let list = shop.synthetic_list();
    let mut first = shop.start(&["run", list]);
    shop.wait_for_requests(3).await;

    let second = shop.run(&["run", list]);
    assert_eq!(second.code, Some(1), "{}", second.err);
    assert!(second.err.contains(&first.id().to_string()), "it names the process: {}", second.err);
    let resume = shop.run(&["resume"]);
    assert_eq!(resume.code, Some(1), "{}", resume.err);
    let jobs = shop.run(&["jobs"]);
    assert_eq!((jobs.code, jobs.out.matches("batch_").count()), (Some(0), 1), "{}", jobs.out);
    assert!(jobs.out.contains("running"), "{}", jobs.out);

    send_signal(&first, Signal::SIGKILL);
    wait_for_exit(&mut first).await;
    let third = shop.run(&["run", list, "--limit", "1"]);
    assert_eq!(third.code, Some(0), "a dead owner holds nothing: {}", third.err);
}
