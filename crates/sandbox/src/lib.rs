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

mod counts;
mod coverartarchive;
mod covers;
mod deezer;
mod discogs;
mod doors;
mod ebay;
mod faults;
mod itunes;
mod limits;
mod musicbrainz;
mod options;
mod server;
mod storage;
mod synthetic;
mod table;

pub use counts::Count;
pub use ebay::{EbayAccount, EbayBooks, EbayOddity};
pub use faults::{Fault, FaultKind};
pub use options::Options;
pub use server::Sandbox;
pub use table::{DiscogsSide, Release, Table};

/// A scanned list of the demo's releases, with what real lists hold: repeats, comments, slips of the scanner.
pub const DEMO_LIST: &str = include_str!("../../../assets/demo/upcs.txt");
