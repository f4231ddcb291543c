//! The offline catalog on real files.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_catalog as catalog;

mod damage;
mod dump;
mod import;
mod lookup;
mod musicbrainz;
mod real_sample;
