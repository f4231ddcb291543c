//! Services that write their result files to a bucket.

use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;
use testing::postgres::PostgresServer;

use super::test_server::{TIMEOUT, TWO_UPCS, TestServer};
use crate::batch::shop::Shop;

const BUCKET: &str = "results-bucket";

/// Returns the program on the machine with this name, whose disk has no files of other machines.
fn program(shop: &Shop, database: &PostgresServer, machine: &str) -> Command {
    let mut command = shop.program(&[]);
    command.env("DATABASE_URL", database.url()).env("OUTPUT_DIR", format!("gs://{BUCKET}/results"));
    command.env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(machine));
    command
}

async fn health_of_bucket(server: &TestServer) -> Value {
    let health = server.get("/health").await.is(200);
    let checks = health["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == "results bucket").unwrap_or_else(|| panic!("{health}")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_machine_uploads_what_the_first_one_could_not() {
    let Some(database) = PostgresServer::start() else { return };
    let shop = Shop::open().await;
    let command = program(&shop, &database, "one");
    let mut server = TestServer::start(shop, command).await;
    let job = server.create_job(&server.put("boxes/1.txt", TWO_UPCS)).await;
    let shown = server.until(&job, "completed").await;
    assert_eq!(shown["result_files"].as_array().map(Vec::len), Some(0), "{shown}");
    assert_eq!(health_of_bucket(&server).await["status"], "degraded");
    server.signal(Signal::SIGKILL);
    server.wait_for_exit().await;

    // The machine is lost with its disk, and the bucket is now writable.
    std::fs::remove_dir_all(server.shop.home.path().join("one")).unwrap();
    server.shop.sandbox.put_object(BUCKET, "made.txt", b"");
    let command = program(&server.shop, &database, "two");
    server.restart_with(command).await;
    let addresses =
        server.wait_for(&job, |shown| shown["result_files"].as_array().is_some_and(|files| files.len() == 3));
    let shown = addresses.await;
    let objects = server.shop.sandbox.objects(BUCKET);
    for address in shown["result_files"].as_array().unwrap() {
        let name = address.as_str().unwrap().strip_prefix("gs://results-bucket/").unwrap();
        assert!(objects.contains_key(name), "{name}: {:?}", objects.keys());
    }
    let began = std::time::Instant::now();
    while health_of_bucket(&server).await["status"] != "healthy" {
        assert!(began.elapsed() < TIMEOUT, "the files are in the bucket");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let results = server.get(&format!("/api/batch/jobs/{job}/results.json")).await.is(200);
    assert_eq!(results["total_upcs"], 2, "{results}");
}
