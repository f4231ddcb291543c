//! Facts in: one file for each upstream service, and the list of them.
//!
//! ```text
//! question ──Host (its pace)──> Reply ──drift (lenient reading)──> Entry | Sample | Cover
//! ```
//!
//! A new provider is one file and its entry in [`ALL`]: the file holds its documented limits and terms, its
//! reading of the service's answers, and what it can be asked for.

mod coverartarchive;
mod deezer;
mod discogs;
mod drift;
mod ebay;
mod itunes;
mod musicbrainz;
mod provider;
pub mod recorded;
mod registration;
mod settings;

pub use coverartarchive::{COVERARTARCHIVE, CoverArtArchive};
pub use deezer::{DEEZER, Deezer};
pub use discogs::{DISCOGS, Discogs};
pub use ebay::{EBAY_BROWSE, EBAY_INSIGHTS, EbayBrowse, EbayInsights};
pub use itunes::{ITUNES, ITunes};
pub use musicbrainz::{MUSICBRAINZ, MusicBrainz};
pub use provider::{Catalogue, Gallery, Keep, PriceGuide, Unanswered};
pub use registration::{Connected, KeyHint, Registration, Ways};
pub use settings::{BadPace, Settings};

/// All providers, in the order in which they are trusted.
pub static ALL: &[Registration] = &[
    musicbrainz::REGISTRATION,
    discogs::REGISTRATION,
    coverartarchive::REGISTRATION,
    deezer::REGISTRATION,
    itunes::REGISTRATION,
    ebay::BROWSE,
    ebay::INSIGHTS,
];
