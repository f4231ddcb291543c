//! Which cover a listing shows, and why it may.
//!
//! ```text
//! covers of all galleries ──> verified: of the matched release? https? 500 px? may it be used? ──> Artwork
//! ```

mod choose;
pub mod cover;

pub use choose::ArtworkRules;
pub use cover::{Artwork, Cover, CoverCandidate, CoverFlaw, CoverLicense};
