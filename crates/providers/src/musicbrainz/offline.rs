//! Reads releases from MusicBrainz' JSON dump.

use std::io;

use catalog::{CatalogInfo, MusicBrainzCatalog, MusicBrainzRecord};

use super::super::discogs::DISCOGS;
use super::super::lenient_json::LenientJson;
use super::super::offline_first::CopiedRecord;
use super::parse::{MUSICBRAINZ, parse_release};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::ReleaseId;

impl CopiedRecord for MusicBrainzRecord {
    const PROVIDER: Provider = MUSICBRAINZ;

    fn parse(&self, info: &CatalogInfo) -> Option<ProviderRelease> {
        let mut release = parse_release(LenientJson::new(&self.to_api_json()), Completeness::Full)?;
        // In a dump that does not fill this field, "no front cover" has no meaning.
        release.has_front_cover = release.has_front_cover.filter(|_| info.tells_front_covers);
        Some(release)
    }

    fn find(catalog: &MusicBrainzCatalog, id: &str) -> io::Result<Option<Self>> {
        catalog.release(id)
    }

    fn find_linked(catalog: &MusicBrainzCatalog, id: &ReleaseId) -> io::Result<Vec<Self>> {
        let number = id.id.parse().ok().filter(|_| id.provider == DISCOGS);
        number.map_or_else(|| Ok(Vec::new()), |number| catalog.releases_linked_to(number))
    }
}
