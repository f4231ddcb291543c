//! The pipeline against scripted providers and sinks.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

extern crate draft_maker_pipeline as pipeline;

mod credential_check;
mod disk_faults;
mod linked_prices;
mod links;
mod lots;
mod queue;
mod release_cases;
mod retention;
mod runs;
mod scan_sessions;
mod searches;
mod setup;
