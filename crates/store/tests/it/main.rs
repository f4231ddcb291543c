//! The event store and the response cache, on real SQLite files and PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_store as store;

mod forwarded_calls;
mod journal;
mod response_cache;
mod shared_database;
mod tables;
