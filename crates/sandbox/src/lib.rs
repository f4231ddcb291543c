//! Simulated upstream services on loopback: their paths, formats, limits and faults, from one catalog of releases.
//!
//! ```text
//! assets/demo/releases.toml ─> SandboxState ─┬─ musicbrainz      /musicbrainz/ws/2
//!                 synthetic ───────────────> │  coverartarchive  /coverartarchive, /archive
//!                                             ├─ discogs          /discogs
//!                                             ├─ deezer, itunes   /deezer, /itunes
//!                                             ├─ ebay             /ebay, its consent and pictures below it
//!                                             ├─ data dumps       /dumps
//!                                             └─ storage          /storage/v1, at the root
//! every request: counted ── faults ── limits ── response
//! ```
//!
//! Clients reach the sandbox over HTTP only. The crate depends only on `domain`.

#![expect(clippy::result_large_err, reason = "the error of a simulated service is its response")]

mod catalog;
mod counters;
mod coverartarchive;
mod deezer;
mod discogs;
mod discogs_dump;
mod dump_server;
mod ebay;
mod faults;
mod itunes;
mod musicbrainz;
mod options;
mod rate_window;
mod request_layer;
mod server;
mod state;
mod storage;
mod synthetic;

pub use catalog::{SandboxCatalog, SandboxDiscogsData, SandboxRelease};
pub use counters::ServiceRequestCount;
pub use ebay::{EbayAccount, EbayFailure, EbayMisbehavior, EbayQuirk, EbayStateSnapshot};
pub use faults::{FaultKind, FaultRule, PathFault};
pub use options::SandboxOptions;
pub use server::Sandbox;

/// The demo list: scanned barcodes with duplicates, comments and scan errors, as in real lists.
pub const DEMO_LIST: &str = include_str!("../../../assets/demo/upcs.txt");
