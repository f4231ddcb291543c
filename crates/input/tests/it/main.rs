//! Lists as people really save them.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_input as input;

mod any;
mod damaged;
mod encodings;
mod exports;
mod forms;
mod gcs;
mod misread;
mod readings;
mod shared_cases;
mod sources;
mod support;
mod unusable;
mod workbooks;
