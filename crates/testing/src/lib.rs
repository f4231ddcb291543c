//! Fixtures that several test suites share. Only test targets depend on this crate.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

pub mod barcodes;
pub mod ebay_service;
pub mod events;
pub mod http_server;
pub mod listings;
pub mod postgres;
pub mod process;
pub mod recordings;
pub mod runtime;
pub mod verdicts;
