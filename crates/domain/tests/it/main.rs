//! The nouns: what is a UPC, an amount, a date, and what may happen to an item.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_domain as domain;

mod barcodes;
mod copies;
mod dates;
mod eta;
mod forecast;
mod formats;
mod items;
mod job_spec_patch;
mod listed_prices;
mod listing;
mod matching;
mod money;
mod names;
mod pricing;
mod progress;
mod sanitize;
mod scans;
mod sink;
mod stopped_jobs;
mod throughput;
mod upc;
mod words;
