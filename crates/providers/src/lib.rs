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
mod ebay;
mod itunes;
mod lenient_json;
mod musicbrainz;
mod provider;
mod refusal_breaker;
mod registry;
mod settings;
#[cfg(feature = "test-support")]
pub mod test_support;

pub use coverartarchive::{COVERARTARCHIVE, CoverArtArchive};
pub use deezer::{DEEZER, Deezer};
pub use discogs::{DISCOGS, Discogs};
pub use ebay::{EBAY_BROWSE, EBAY_INSIGHTS, EbayBrowse, EbayInsights};
pub use itunes::{ITUNES, ITunes};
pub use musicbrainz::{MUSICBRAINZ, MusicBrainz};
pub use provider::{CacheTtl, CoverSource, PriceGuide, ProviderError, ReleaseCatalog};
pub use registry::{ConnectedProvider, KeyHint, ProviderFactory, UpstreamClients};
pub use settings::{InvalidRequestRate, Settings};

/// All providers, in the order in which they are trusted.
pub static ALL: &[ProviderFactory] = &[
    musicbrainz::FACTORY,
    discogs::FACTORY,
    coverartarchive::FACTORY,
    deezer::FACTORY,
    itunes::FACTORY,
    ebay::BROWSE,
    ebay::INSIGHTS,
];
