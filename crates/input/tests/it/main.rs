//! Tests of reading lists: formats, encodings, columns, and sources.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_input as input;

mod bombs;
mod damaged;
mod encodings;
mod exports;
mod gcs;
mod generated_input;
mod item_columns;
mod list_formats;
mod lists_page;
mod long_lists;
mod misread;
mod quantity_lines;
mod refused_copies;
mod reported_reading;
mod shared_cases;
mod sources;
mod support;
mod unusable;
mod workbooks;
