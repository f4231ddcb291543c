//! The way to eBay, below markets and price guides: where it leads, who is signed in, what is kept, what is counted.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_ebay as ebay;

mod addresses;
mod counts;
mod kept;
mod tokens;

use testing::ebay_service::*;
