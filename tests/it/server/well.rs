//! `draft-maker health`, by which the container looks after itself; and what is said where a service runs already.

use std::process::Stdio;

use super::served::{LONGEST, Served};
use crate::batch::shop::{Shop, end, send};
use nix::sys::signal::Signal;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_services_own_health() {
    let shop = Shop::open().await;
    let nothing = shop.run(&["health"]);
    assert!(nothing.code == Some(1) && nothing.err.contains("no service or batch"), "{}", nothing.err);

    let mut served = Served::over(shop).await;
    let well = served.shop.run(&["health"]);
    assert_eq!((well.code, well.out.as_str()), (Some(0), "healthy\n"), "{}", well.err);

    std::fs::remove_dir_all(served.shop.output()).unwrap();
    std::fs::write(served.shop.output(), "a file in the way").unwrap();
    let began = std::time::Instant::now();
    let ill = loop {
        let ill = served.shop.run(&["health"]);
        if ill.code == Some(1) {
            break ill;
        }
        assert!(began.elapsed() < LONGEST, "{}", ill.out);
    };
    assert!(ill.out.starts_with("unhealthy\n  output unhealthy: "), "{}", ill.out);

    served.signal(Signal::SIGTERM);
    assert_eq!(served.end().await, Some(0));
    assert_eq!(served.shop.run(&["health"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_after_a_killed_service_is_well_by_itself() {
    let mut served = Served::with_synthetic(200, std::time::Duration::from_millis(200)).await;
    served.signal(Signal::SIGKILL);
    served.end().await;
    let killed = served.shop.run(&["health"]);
    assert!(killed.code == Some(1) && killed.err.contains("no service or batch"), "{}", killed.err);

    let source = served.put_synthetic("boxes/2.txt");
    let mut batch = served.shop.program(&["run", &source, "--test"]).stdout(Stdio::null()).spawn().unwrap();
    // It asks whether its keys are good before it is at work.
    let began = std::time::Instant::now();
    let well = loop {
        let well = served.shop.run(&["health"]);
        if well.code == Some(0) {
            break well;
        }
        assert!(began.elapsed() < LONGEST, "{}", well.err);
    };
    assert!(well.out.contains("a batch is running"), "{}", well.out);
    send(&batch, Signal::SIGTERM);
    assert_eq!(end(&mut batch).await, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_services_own_environment_a_second_program_says_where_it_is() {
    let served = Served::open().await;
    let output = served.shop.program(&[]).env("MODE", "api").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains(&served.address), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_refuses_has_the_exit_code_that_it_has_without_one() {
    let served = Served::open().await;
    let missing = served.shop.run(&["run", "gs://draft-maker-bucket/none.txt", "--test"]);
    assert!(missing.code == Some(2) && missing.err.contains("none.txt"), "{:?} {}", missing.code, missing.err);
    std::fs::write(served.shop.home.path().join("notes.txt"), "nothing to sell\n").unwrap();
    let path = served.shop.run(&["run", "notes.txt", "--test"]);
    assert!(path.code == Some(2) && path.err.contains("notes.txt"), "{:?} {}", path.code, path.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_worked_on_is_run_again_only_by_force() {
    let served = Served::with_synthetic(300, std::time::Duration::from_millis(100)).await;
    let job = served.order(super::served::LIST).await;
    served.action(&job, "pause").await.is(200);
    let refused = served.shop.run(&["run", super::served::LIST, "--test", "--limit", "1"]);
    assert!(refused.code == Some(2) && refused.err.contains(&job), "{:?} {}", refused.code, refused.err);
    let forced = served.shop.run(&["run", super::served::LIST, "--test", "--limit", "1", "--force"]);
    assert!([Some(0), Some(3)].contains(&forced.code), "{:?} {}", forced.code, forced.err);
    assert_eq!(served.get("/api/batch/jobs").await.is(200)["total"], 2);
}
