//! Tests of the domain model: barcodes, money, dates, matching, pricing, listings, and the states of jobs and items.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_domain as domain;

mod barcodes;
mod batch_estimate;
mod copies;
mod copy_terms;
mod dates;
mod decisions;
mod eta;
mod formats;
mod item_transitions;
mod items;
mod job_ids_and_skus;
mod job_spec_patch;
mod listed_prices;
mod listing;
mod matching;
mod money;
mod pricing;
mod rewind;
mod sanitize;
mod scans;
mod scattered_prices;
mod sink;
mod stopped_jobs;
mod stored_words;
mod throughput;
mod upc;
