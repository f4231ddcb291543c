//! Clients for music databases, price guides and cover sources: one file or folder per provider, listed in [`ALL`].
//!
//! ```text
//! request ──UpstreamClient (rate limit)──> UpstreamResponse ──lenient_json──> ProviderRelease | Sample | Cover
//! ```
//!
//! A new provider is one file and its entry in [`ALL`]. The file documents the limits and terms of the service, parses
//! its responses, and implements the traits [`ReleaseCatalog`], [`PriceGuide`] or [`CoverSource`].

mod coverartarchive;
mod deezer;
mod discogs;
mod ebay;
mod itunes;
mod lenient_json;
mod musicbrainz;
mod offline_first;
mod provider;
mod refusal_breaker;
mod registry;
mod settings;
#[cfg(feature = "test-support")]
pub mod test_support;

pub use discogs::DISCOGS;
pub use ebay::{EBAY_BROWSE, EBAY_INSIGHTS};
pub use musicbrainz::MUSICBRAINZ;
pub use provider::{CacheTtl, CoverSource, MarketStatus, PriceGuide, ProviderError, ReleaseCatalog};
pub use registry::{ConnectedProvider, KeyHint, ProviderFactory, UpstreamClients};
pub use settings::{InvalidRequestRate, Settings};

/// All providers, most trusted first.
pub static ALL: &[ProviderFactory] = &[
    musicbrainz::FACTORY,
    discogs::FACTORY,
    coverartarchive::FACTORY,
    deezer::FACTORY,
    itunes::FACTORY,
    ebay::BROWSE_FACTORY,
    ebay::INSIGHTS_FACTORY,
];
