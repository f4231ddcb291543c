//! A worker that cannot write its folders, as its own command and the API of another process report it.

use std::process::Stdio;
use std::time::Instant;

use testing::postgres::PostgresServer;

use super::test_server::{TIMEOUT, TestServer};
use crate::batch::shop::{Shop, run_output};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_write_results_is_unhealthy_everywhere() {
    let Some(database) = PostgresServer::start() else { return };
    let shop = Shop::open().await;
    let output = shop.home.path().join("worker-results");
    let on_worker = |arguments: &[&str]| {
        let mut command = shop.program(arguments);
        let data_dir = shop.home.path().join("worker");
        command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER_DATA_DIR", data_dir).env("OUTPUT_DIR", &output);
        command
    };
    let mut process = on_worker(&["serve", "--role", "worker"]);
    let mut process = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut health = on_worker(&["health"]);
    let mut live = on_worker(&["health", "--live"]);
    let began = Instant::now();
    while run_output(&health.output().unwrap()).out != "healthy: a batch or a worker is running, which has no API\n" {
        assert!(began.elapsed() < TIMEOUT);
    }

    let mut command = shop.program(&[]);
    command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER__SERVER__ROLE", "api");
    let server = TestServer::start(shop, command).await;
    let worker_check = || async {
        let response = server.get("/health/ready").await;
        let checks = response.json()["checks"].as_array().unwrap().clone();
        (response.status, checks.into_iter().find(|check| check["name"] == "worker"))
    };
    let began = Instant::now();
    loop {
        let (status, worker) = worker_check().await;
        if worker.is_some_and(|worker| worker["status"] == "healthy") {
            assert_eq!(status, 200);
            break;
        }
        assert!(began.elapsed() < TIMEOUT);
    }

    std::fs::remove_dir_all(&output).ok();
    std::fs::write(&output, "a file in the way").unwrap();
    let began = Instant::now();
    loop {
        let (status, worker) = worker_check().await;
        if let Some(worker) = worker.filter(|worker| worker["status"] == "unhealthy") {
            let detail = worker["detail"].as_str().unwrap();
            assert!(detail.starts_with("output: result files cannot be written to "), "{detail}");
            assert_eq!(status, 503);
            break;
        }
        assert!(began.elapsed() < TIMEOUT);
    }
    let ill = run_output(&health.output().unwrap());
    assert!(ill.code == Some(1) && ill.out.contains("\n  output unhealthy: "), "{}", ill.out);
    assert_eq!(run_output(&live.output().unwrap()).code, Some(0), "a restart would not help");
    process.kill().unwrap();
    process.wait().unwrap();
}
