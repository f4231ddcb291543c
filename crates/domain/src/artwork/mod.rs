//! The cover that a listing shows, and why Draft Maker may show it.
//!
//! ```text
//! covers of all sources ──> checks: matched release? https? 500 px? license? ──> Artwork
//! ```

mod choose;
mod cover;

pub use choose::ArtworkRules;
pub use cover::{Artwork, Cover, CoverCandidate, CoverFlaw, CoverLicense};
