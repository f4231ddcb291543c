//! The one integration binary: every test that uses a socket, a file or the program itself.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and says what it skips"
)]

mod answers;
mod batch;
mod cli;
mod console;
mod doctor;
mod domain;
mod ebay;
mod floors;
mod gcs;
mod headless;
mod http;
mod intake;
mod journal;
mod listing;
mod logging;
mod market_ebay;
mod markets;
mod matching;
mod own_process;
mod pricing;
mod providers;
mod recordings;
mod report;
mod sandbox;
mod server;
mod settings;
mod signals;
