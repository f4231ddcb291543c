//! Reads releases from Discogs' data dump.

use std::io;

use catalog::{CatalogInfo, DiscogsCatalog, DiscogsRecord};
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::super::offline_first::CopiedRecord;
use super::parse::{DISCOGS, parse_release};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;

impl CopiedRecord for DiscogsRecord {
    const PROVIDER: Provider = DISCOGS;

    fn parse(&self, _: &CatalogInfo) -> Option<ProviderRelease> {
        // The dump has no prices, so the currency is irrelevant.
        parse_release(LenientJson::new(&self.to_api_json()), "", Timestamp::UNIX_EPOCH)
    }

    fn find(catalog: &DiscogsCatalog, id: &str) -> io::Result<Option<Self>> {
        id.parse().map_or(Ok(None), |id| catalog.release(id))
    }
}
