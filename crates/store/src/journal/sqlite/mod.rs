//! The journal on SQLite: the file, its connections, and the statements that only SQLite executes.
//!
//! ```text
//! jobs      one row for each job
//! events    one row for each event, ordered by `seq`; rows never change, and are deleted only with their job
//! items     the input list of a job, by position and by UPC, written together with the `taken` event that adds the
//! items
//! ledger    one row for each seller, sink and SKU
//! sellers   one row for each name that identifies a seller's account
//! requests  one row for each idempotency key
//! decisions one row for each `decided` event, by UPC
//! removals  one row for each job that the retention setting removed
//! ```

mod copy;
mod event_rows;
pub(super) mod event_sql;
mod file_length;
#[cfg(test)]
mod query_plans;
mod read_pool;
mod salvage;
mod schema;
mod write_connection;

pub(super) use copy::SqliteCopy;
pub(super) use read_pool::ReadPool;
pub(super) use salvage::{SalvageCursor, SalvageReader, validate_ledger_row};
pub(super) use schema::DB_FILE;
pub(super) use write_connection::WriteConnection;
