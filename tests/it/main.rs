//! Integration tests of the program: all tests that use a socket, a file or the program itself.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and says what it skips"
)]

mod batch;
mod catalog;
mod cli;
mod config_command;
mod console;
mod doctor;
mod documents;
mod dot_env;
mod dump_download;
mod headless;
mod jobs;
mod json_output;
mod logging;
mod old_data;
mod sandbox;
mod server;
mod settings;
mod signals;
mod store;
mod suggestions;
mod wrong_words;
