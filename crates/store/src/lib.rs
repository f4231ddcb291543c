//! Durable state in SQLite files or in PostgreSQL: the event store with its projections and the ledger of drafts, the cache of upstream
//! responses, and the quota counts.

pub mod forwarded_calls;
pub mod journal;
pub mod location;
pub mod photo_store;
pub mod quota;
mod rebuildable_database;
pub mod response_cache;
mod sqlite;
mod statement;

pub use sqlite::{SqliteError, SqliteErrorKind};
