//! The upstream services imitated on loopback: their paths, shapes, limits and faults, from one table of releases.
//!
//! ```text
//! assets/demo/releases.toml ──table──> World ─┬─ musicbrainz      /musicbrainz/ws/2
//!                      synthetic ────────────>│  coverartarchive  /coverartarchive, /archive
//!                                             ├─ discogs          /discogs
//!                                             ├─ deezer, itunes   /deezer, /itunes
//!                                             ├─ ebay             /ebay, its consent and pictures below it
//!                                             └─ storage          /storage/v1 and gRPC, at the root
//! every request: counted ── faults ── limits ── answer
//! ```
//!
//! It stands apart: it speaks HTTP to whoever asks, and knows nothing of the program but its nouns.

mod catalog;
mod counters;
mod coverartarchive;
mod covers;
mod deezer;
mod discogs;
mod ebay;
mod faults;
mod itunes;
mod musicbrainz;
mod options;
mod rate_window;
mod request_layer;
mod server;
mod storage;
mod synthetic;

pub use catalog::{SandboxCatalog, SandboxDiscogsData, SandboxRelease};
pub use counters::ServiceRequestCount;
pub use ebay::{EbayAccount, EbayQuirk, EbayStateSnapshot};
pub use faults::{FaultKind, FaultRule};
pub use options::SandboxOptions;
pub use server::Sandbox;

/// A scanned list of the demo's releases, with what real lists hold: repeats, comments, slips of the scanner.
pub const DEMO_LIST: &str = include_str!("../../../assets/demo/upcs.txt");
