//! Counts the items of a list that are in the offline catalogs, so that a forecast knows which ones need no search.

use std::path::Path;

use catalog::{CatalogRecord, DiscogsCatalog, MusicBrainzCatalog, OfflineCatalog};
use domain::job_spec::InputItem;
use domain::list_preview::CatalogCoverage;
use domain::upc::Upc;

/// Counts the items in the catalogs of `folder`. Returns `None` if there is no readable catalog.
pub(crate) async fn count_in_catalogs(folder: Option<&Path>, items: &[InputItem]) -> Option<CatalogCoverage> {
    let folder = folder?.to_owned();
    let upcs: Vec<Upc> = items.iter().map(|item| item.upc).collect();
    tokio::task::spawn_blocking(move || count(&folder, &upcs)).await.ok().flatten()
}

fn count(folder: &Path, upcs: &[Upc]) -> Option<CatalogCoverage> {
    let discogs = DiscogsCatalog::open(folder).ok().flatten();
    let musicbrainz = MusicBrainzCatalog::open(folder).ok().flatten();
    if discogs.is_none() && musicbrainz.is_none() {
        return None;
    }
    let counted = |is_open: bool| is_open.then_some(0);
    let mut coverage = CatalogCoverage {
        items: upcs.len() as u64,
        found: 0,
        discogs: counted(discogs.is_some()),
        musicbrainz: counted(musicbrainz.is_some()),
    };
    for upc in upcs {
        let is_in_discogs = is_in(discogs.as_ref(), *upc);
        let is_in_musicbrainz = is_in(musicbrainz.as_ref(), *upc);
        coverage.found += u64::from(is_in_discogs || is_in_musicbrainz);
        coverage.discogs = coverage.discogs.map(|count| count + u64::from(is_in_discogs));
        coverage.musicbrainz = coverage.musicbrainz.map(|count| count + u64::from(is_in_musicbrainz));
    }
    Some(coverage)
}

/// Returns whether a catalog has a release with this barcode. A catalog that cannot be read has none.
fn is_in<R: CatalogRecord>(catalog: Option<&OfflineCatalog<R>>, upc: Upc) -> bool {
    catalog.is_some_and(|catalog| catalog.has_barcode_in_index(upc).unwrap_or_default())
}
