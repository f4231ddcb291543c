//! The providers: one file or folder for each music database and price source, and the list of them.
//!
//! ```text
//! request ──UpstreamClient (rate limit)──> UpstreamResponse ──lenient_json──> ProviderRelease | Sample | Cover
//! ```
//!
//! A new provider is one file and its entry in [`ALL`]. The file has the documented limits and terms of the service, the
//! parsers of its responses, and the traits that it implements.

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

/// All providers, the most trusted first.
pub static ALL: &[ProviderFactory] = &[
    musicbrainz::FACTORY,
    discogs::FACTORY,
    coverartarchive::FACTORY,
    deezer::FACTORY,
    itunes::FACTORY,
    ebay::BROWSE,
    ebay::INSIGHTS,
];
