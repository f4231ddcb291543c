//! The event store on a real disk: acknowledged events are durable, whatever happens to the process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod append;
mod durable;
mod history;
mod ledger;
mod locked;
mod long_list;
mod lots;
mod moved;
mod postgres;
mod projections;
mod repair;
mod snapshots;
mod submissions;
mod subscriptions;

use std::path::Path;

/// Changes the journal file directly.
async fn execute_sql(dir: &Path, sql: &'static str) {
    let file = format!("sqlite://{}", dir.join("journal.db").display());
    let other = sqlx::SqlitePool::connect(&file).await.unwrap();
    sqlx::raw_sql(sql).execute(&other).await.unwrap();
    other.close().await;
}
