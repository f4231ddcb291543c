//! The eBay client: addresses, sign-in, stored credentials, call counts.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_ebay as ebay;

mod addresses;
mod call_counts;
mod known_errors;
mod redaction;
mod stored_credentials;
mod tokens;

use testing::ebay_service::*;
