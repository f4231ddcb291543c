//! Checks that statements about one item use an index instead of reading all items.

use std::path::Path;

use sqlx::{AssertSqlSafe, query_as};

use super::super::ledger_statements::{
    DELETE_ENTRY_SQL, DRAFTED_SKUS_SQL, ENTRIES_OF_UPC_SQL, EXISTING_DRAFTS_SQL, FIND_CLAIM_SQL, FIND_CONFLICT_SQL,
    FIND_SINK_SQL, INSERT_ENTRY_SQL, UPDATE_ENTRIES_SQLITE,
};
use super::super::read_statements::{ITEMS_SQLITE, LOT_JOBS_SQLITE};
use super::schema::MIGRATIONS;
use crate::sqlite;

/// Returns SQLite's query plan, one step per line (sqlite.org/eqp.html).
async fn query_plan(pool: &sqlx::SqlitePool, statement: &str) -> String {
    let statement = statement
        .replace("= ANY($3)", "IN (SELECT value FROM json_each($3))")
        .replace("= ANY($1)", "IN (SELECT value FROM json_each($1))");
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps: Vec<(i64, i64, i64, String)> = query_as(explain).fetch_all(pool).await.expect("a plan");
    steps.into_iter().map(|(.., step)| step + "\n").collect()
}

#[tokio::test]
async fn statements_about_one_item_use_its_index() {
    let pool =
        sqlite::connect_pool(Path::new("memory"), sqlite::memory_options(), MIGRATIONS).await.expect("a database");
    let statements = [
        (FIND_SINK_SQL, "ledger_of_sku (sku=?)"),
        (DRAFTED_SKUS_SQL, "ledger_of_sku (sku=?)"),
        (EXISTING_DRAFTS_SQL, "ledger_of_upc (upc=?)"),
        (FIND_CLAIM_SQL, "ledger_of_sku (sku=?)"),
        (INSERT_ENTRY_SQL, "ledger_of_sku (sku=?)"),
        (INSERT_ENTRY_SQL, "ledger_of_upc (upc=?)"),
        (UPDATE_ENTRIES_SQLITE, "ledger_of_sku (sku=?)"),
        (DELETE_ENTRY_SQL, "ledger_of_sku (sku=?)"),
        (ENTRIES_OF_UPC_SQL, "ledger_of_upc (upc=?)"),
        (FIND_CONFLICT_SQL, "ledger_of_upc (upc=?)"),
        (ITEMS_SQLITE, "items_by_upc (job=? AND upc=?)"),
        (LOT_JOBS_SQLITE, "events_of_lot (upc=?)"),
    ];
    for (statement, index) in statements {
        let plan = query_plan(&pool, statement).await;
        assert!(plan.contains(&format!("INDEX {index}")), "{statement}: {plan}");
        assert!(!plan.contains("SCAN ledger") && !plan.contains("(ebay=?)"), "{statement}: {plan}");
    }
}
