//! Draft Maker turns a list of scanned UPCs into eBay drafts: the right pressing, its facts from the music
//! databases, a price that the market pays, the real cover.
//!
//! The house has floors; imports run downward only and `tests/it/floors.rs` fails on one that does not.
//!
//! ```text
//! 7  main app cli config logging
//! 6  headless   server               (console moves in here)
//! 5  pipeline
//! 4  providers   market   intake     the outside world
//! 3  ebay                            what markets and price guides share of eBay: signed in, counted
//! 2  http  answers  journal  report  beacon    tools
//! 1  domain                          nouns and rules
//!    sandbox                         apart: the upstream services imitated on loopback
//! ```

pub mod answers;
pub mod app;
pub mod beacon;
pub mod cli;
pub mod config;
pub mod domain;
pub mod ebay;
pub mod headless;
pub mod http;
pub mod intake;
pub mod journal;
pub mod logging;
pub mod market;
pub mod pipeline;
pub mod providers;
pub mod report;
pub mod sandbox;
pub mod server;
