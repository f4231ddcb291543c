//! A rolling update: an older program beside a database that a newer one has migrated, and programs before their database.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use testing::postgres::PostgresServer;

use super::test_server::{TWO_UPCS, TestServer};
use crate::batch::shop::{Shop, run_output};
use crate::batch::tcp_proxy::{ProxyMode, TcpProxy};

/// The change that a newer version makes to the database of this version.
const MIGRATE_SQL: &str = "
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    SELECT max(version) + 1, 'store', true, 'x', 0 FROM _sqlx_migrations";

async fn migrate(server: &PostgresServer) {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    sqlx::raw_sql(MIGRATE_SQL).execute(&mut connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_program_finishes_its_work_and_another_start_refuses_the_newer_database() {
    let Some(database) = PostgresServer::start() else { return };
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER_DATA_DIR", shop.home.path().join("old"));
    let mut server = TestServer::start(shop, command).await;
    let first = server.put("boxes/1.txt", TWO_UPCS);
    let job = server.create_job(&first).await;
    server.until(&job, "completed").await;
    migrate(&database).await;

    // The older process runs batches and answers requests until it is replaced.
    let second = server.put("boxes/2.txt", b"720642462928\n");
    let job = server.create_job(&second).await;
    let ended = server.until(&job, "completed").await;
    assert_eq!(ended["total_upcs"], json!(1));
    assert_eq!(server.get("/health").await.status, 200);

    for arguments in [&["serve", "--port", "0"][..], &["serve", "--role", "worker"], &["jobs"], &["run", "list.txt"]] {
        let mut started = server.shop.program(arguments);
        std::fs::write(server.shop.home.path().join("list.txt"), TWO_UPCS).unwrap();
        started.env("DATABASE_URL", database.url()).env("DRAFT_MAKER_DATA_DIR", server.shop.home.path().join("new"));
        let refused = run_output(&started.output().unwrap());
        assert_ne!(refused.code, Some(0), "{arguments:?}");
        assert!(refused.err.contains("later version of Draft Maker"), "{arguments:?}: {}", refused.err);
    }
    server.signal(Signal::SIGTERM);
    assert_eq!(tokio::time::timeout(Duration::from_mins(2), server.wait_for_exit()).await.unwrap(), Some(0));
}

/// Processes that start before their database wait for it: they are alive and not ready.
#[tokio::test(flavor = "multi_thread")]
async fn processes_wait_for_a_database_that_is_away_at_their_start() {
    let Some(database) = PostgresServer::start() else { return };
    let shop = Shop::open().await;
    let proxy = TcpProxy::before(&database).await;
    proxy.mode.send(ProxyMode::Cut).unwrap();
    let program = |machine: &str| {
        let mut command = shop.program(&[]);
        command.env("DATABASE_URL", proxy.url()).env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(machine));
        command
    };
    let mut worker = program("worker");
    let mut worker = worker.args(["serve", "--role", "worker"]).spawn().unwrap();
    let command = program("api");
    let server = TestServer::start(shop, command).await;
    server.get("/health/live").await.is(200);
    let waiting = server.get("/health/ready").await.is(503);
    assert!(waiting["checks"][0]["detail"].as_str().unwrap().contains("continues when it is back"), "{waiting}");
    assert_eq!(server.get("/api/batch/jobs").await.is(503)["error"], "UNAVAILABLE");
    assert!(worker.try_wait().unwrap().is_none(), "the worker waits too");
    proxy.mode.send(ProxyMode::Pass).unwrap();
    let began = std::time::Instant::now();
    // Nothing listens for a moment while the service takes over the port from what answered during the outage.
    let is_ready = || async {
        let response = server.request(reqwest::Method::GET, "/health/ready").send().await;
        response.is_ok_and(|response| response.status() == 200)
    };
    while !is_ready().await {
        assert!(began.elapsed() < super::test_server::TIMEOUT);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let job = server.create_job(&server.put("boxes/1.txt", super::test_server::TWO_UPCS)).await;
    server.until(&job, "completed").await;
    worker.kill().unwrap();
    worker.wait().unwrap();
}
