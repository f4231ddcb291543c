//! Durable state in SQLite files or in PostgreSQL: the event store with its projections and the ledger of drafts, the
//! cache of provider responses, quota counts, records of photos and result files at other services, and secrets.

mod database_pool;
pub mod forwarded_calls;
pub mod journal;
pub mod location;
mod outage_warnings;
pub mod photo_edits;
pub mod photo_store;
pub mod quota;
mod rebuildable_database;
pub mod response_cache;
pub mod result_uploads;
pub mod sealed_values;
mod server_clock;
mod sqlite;
mod statement;
mod store_database;
mod store_files;
pub mod uploaded_lists;
pub mod upstream_turns;

pub use sqlite::{SqliteError, SqliteErrorKind};
pub use store_database::StoreDatabaseError;
