//! Every destination for drafts; eBay against the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_sinks as sinks;

mod all_sinks;
mod drafts_file;
mod ebay;
mod readiness;
