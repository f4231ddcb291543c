//! Draft Maker turns a list of scanned UPCs into eBay drafts: the right pressing, its details from the music databases,
//! a market price, and the real cover.
//!
//! This package is the program: arguments, settings, logging, and one file per command. The libraries are in `crates/`.

mod bootstrap;
pub mod cli;
pub mod commands;
pub mod config;
pub mod headless;
pub mod logging;
