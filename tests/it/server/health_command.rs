//! `draft-maker health`, which is the health check of the container, and other commands while a service is running.

use std::process::Stdio;

use super::test_server::{TIMEOUT, TestServer};
use crate::batch::shop::{Shop, send_signal, wait_for_exit};
use nix::sys::signal::Signal;

#[tokio::test(flavor = "multi_thread")]
async fn the_command_reports_the_health_of_the_service() {
    let shop = Shop::open().await;
    let nothing = shop.run(&["health"]);
    assert!(nothing.code == Some(1) && nothing.err.contains("no service or batch"), "{}", nothing.err);

    let mut server = TestServer::for_shop(shop).await;
    let well = server.shop.run(&["health"]);
    assert_eq!((well.code, well.out.as_str()), (Some(0), "healthy\n"), "{}", well.err);

    std::fs::remove_dir_all(server.shop.output()).unwrap();
    std::fs::write(server.shop.output(), "a file in the way").unwrap();
    let began = std::time::Instant::now();
    let ill = loop {
        let ill = server.shop.run(&["health"]);
        if ill.code == Some(1) {
            break ill;
        }
        assert!(began.elapsed() < TIMEOUT, "{}", ill.out);
    };
    assert!(ill.out.starts_with("unhealthy\n  output unhealthy: "), "{}", ill.out);
    let alive = server.shop.run(&["health", "--live"]);
    assert_eq!((alive.code, alive.out.as_str()), (Some(0), "the service answers\n"), "{}", alive.err);

    server.signal(Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));
    assert_eq!(server.shop.run(&["health"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_after_a_killed_service_is_healthy() {
    let mut server = TestServer::with_synthetic(200, std::time::Duration::from_millis(200)).await;
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;
    let killed = server.shop.run(&["health"]);
    assert!(killed.code == Some(1) && killed.err.contains("no service or batch"), "{}", killed.err);

    let source = server.put_synthetic("boxes/2.txt");
    let mut batch = server.shop.program(&["run", &source, "--test"]).stdout(Stdio::null()).spawn().unwrap();
    // The batch checks its keys first, and then reports as healthy.
    let began = std::time::Instant::now();
    let well = loop {
        let well = server.shop.run(&["health"]);
        if well.code == Some(0) {
            break well;
        }
        assert!(began.elapsed() < TIMEOUT, "{}", well.err);
    };
    assert!(well.out.contains("a batch or a worker is running, which has no API"), "{}", well.out);
    send_signal(&batch, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut batch).await, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_reports_the_address_of_the_first() {
    let server = TestServer::open().await;
    let output = server.shop.program(&[]).env("MODE", "api").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains(&server.address), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn run_through_a_service_keeps_the_exit_codes() {
    let server = TestServer::open().await;
    let missing = server.shop.run(&["run", "gs://draft-maker-bucket/none.txt", "--test"]);
    assert!(missing.code == Some(2) && missing.err.contains("none.txt"), "{:?} {}", missing.code, missing.err);
    std::fs::write(server.shop.home.path().join("notes.txt"), "nothing to sell\n").unwrap();
    let path = server.shop.run(&["run", "notes.txt", "--test"]);
    assert!(path.code == Some(2) && path.err.contains("notes.txt"), "{:?} {}", path.code, path.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_progress_runs_again_only_with_force() {
    let server = TestServer::with_synthetic(300, std::time::Duration::from_millis(100)).await;
    let job = server.create_job(super::test_server::LIST).await;
    server.action(&job, "pause").await.is(200);
    let refused = server.shop.run(&["run", super::test_server::LIST, "--test", "--limit", "1"]);
    assert!(refused.code == Some(2) && refused.err.contains(&job), "{:?} {}", refused.code, refused.err);
    let forced = server.shop.run(&["run", super::test_server::LIST, "--test", "--limit", "1", "--force"]);
    assert!([Some(0), Some(3)].contains(&forced.code), "{:?} {}", forced.code, forced.err);
    assert_eq!(server.get("/api/batch/jobs").await.is(200)["total"], 2);
}
