//! Tests of all destinations of drafts, with the sandbox as eBay.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_sinks as sinks;

use std::path::PathBuf;

use sinks::{DraftSink, WrittenFiles};

mod all_sinks;
mod drafts_file;
mod ebay;
mod readiness;

/// Closes a sink and returns its drafts files: first new ones, then those of earlier runs.
async fn all_files(sink: &dyn DraftSink) -> Vec<PathBuf> {
    paths(sink.close().await.unwrap())
}

fn paths(files: WrittenFiles) -> Vec<PathBuf> {
    [files.new, files.earlier].concat()
}
