//! Tests the sandbox with requests as Draft Maker sends them, and compares its responses with recorded ones.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_sandbox as sandbox;

mod asking;
mod covers;
mod faults;
mod limits;
mod searches;
mod shape;
mod shapes;
mod table;
