//! A database password that changes while the service runs, as the passwords of cloud databases (IAM) do every hour.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use testing::postgres::PostgresServer;

use super::test_server::{TWO_UPCS, TestServer};
use crate::batch::shop::{Shop, run_output};

/// Lets the role `anna` sign in only with her password.
const REQUIRE_PASSWORD: &str = "COPY (VALUES ('local all anna scram-sha-256'), ('local all all trust'))";

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

fn write_password_file(path: &Path, password: &str) {
    fs::write(path, format!("*:*:*:anna:{password}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn new_connections_use_the_current_content_of_the_password_file() {
    let Some(database) = PostgresServer::start() else { return };
    let mut admin = PgConnection::connect(&database.url()).await.unwrap();
    execute(&mut admin, "CREATE ROLE anna SUPERUSER LOGIN PASSWORD 'first'".to_owned()).await;
    let rules: String = sqlx::query_scalar("SHOW hba_file").fetch_one(&mut admin).await.unwrap();
    execute(&mut admin, format!("{REQUIRE_PASSWORD} TO '{rules}'")).await;
    execute(&mut admin, "SELECT pg_reload_conf()".to_owned()).await;

    let shop = Shop::open().await;
    let password_file = shop.home.path().join("pgpass");
    write_password_file(&password_file, "first");
    let url = database.url().replace("user=shop", "user=anna");
    let mut command = shop.program(&[]);
    command.env("DATABASE_URL", &url).env("PGPASSFILE", &password_file);
    let server = TestServer::start(shop, command).await;
    let first = server.put("boxes/1.txt", TWO_UPCS);
    let job = server.create_job(&first).await;
    server.until(&job, "completed").await;

    execute(&mut admin, "ALTER ROLE anna PASSWORD 'second'".to_owned()).await;
    write_password_file(&password_file, "second");
    let connections = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anna'";
    execute(&mut admin, connections.to_owned()).await;
    let second = server.put("boxes/2.txt", b"720642462928\n");
    let job = server.create_job(&second).await;
    server.until(&job, "completed").await;

    write_password_file(&password_file, "wrong");
    let mut jobs = server.shop.program(&["jobs"]);
    let refused = run_output(&jobs.env("DATABASE_URL", &url).env("PGPASSFILE", &password_file).output().unwrap());
    assert!(
        refused.err.contains("cannot be used: password authentication failed for user \"anna\""),
        "{}",
        refused.err
    );
    assert!(!refused.err.contains("at line"), "{}", refused.err);
}
