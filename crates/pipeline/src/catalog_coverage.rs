//! Counts the items of a list that are in the offline catalogs, so that a forecast knows which ones need no search.

use std::path::Path;

use catalog::{CatalogRecord, DiscogsCatalog, MusicBrainzCatalog, OfflineCatalog};
use domain::catalog_coverage::CatalogCoverage;
use domain::job_spec::InputItem;
use domain::upc::Upc;

/// Counts the items in the catalogs of `folder`, and the items without a barcode, which are searched by their text in
/// any case. Returns `None` if there are neither readable catalogs nor such items.
pub(crate) async fn count_in_catalogs(folder: Option<&Path>, items: &[InputItem]) -> Option<CatalogCoverage> {
    let upcs: Vec<Upc> = items.iter().map(|item| item.upc).filter(|upc| !upc.is_substitute()).collect();
    let without_barcode = (items.len() - upcs.len()) as u64;
    let barcodes = upcs.len() as u64;
    let counted = match folder.map(Path::to_owned) {
        Some(folder) => tokio::task::spawn_blocking(move || count(&folder, &upcs)).await.ok().flatten(),
        None => None,
    };
    let none = (without_barcode > 0).then(|| CatalogCoverage { items: barcodes, ..CatalogCoverage::default() });
    counted.or(none).map(|coverage| CatalogCoverage { without_barcode, ..coverage })
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
        without_barcode: 0,
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

#[cfg(test)]
mod tests {
    use catalog::{DumpFile, import_dump};
    use domain::seller_data::{ItemField, SellerData};

    use super::*;

    fn item(upc: Upc) -> InputItem {
        InputItem { upc, copies: 1, lines: <_>::default(), zeros_restored: 0, seller: None, differing: Vec::new() }
    }

    #[tokio::test]
    async fn rows_without_a_barcode_are_counted_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let release = r#"<releases><release id="1"><title>A</title><identifiers><identifier type="Barcode" value="720642442524"/></identifiers></release></releases>"#;
        let dump = DumpFile::from_stream("discogs_20261001_releases.xml", Box::new(release.as_bytes()));
        import_dump(dump, folder.path(), &mut |_| {}).expect("a dump");
        let mut substitute = SellerData::default();
        substitute.set_field(ItemField::CatalogNumber, "DGCD-24425").expect("a text");
        let unbarcoded = item(substitute.substitute_code().expect("a catalog number"));
        let codes = ["720642442524", "5099902987927"].map(|code| item(code.parse().expect("a barcode")));
        let items = [&codes[..], std::slice::from_ref(&unbarcoded)].concat();
        let coverage = count_in_catalogs(Some(folder.path()), &items).await.expect("a catalog");
        let expected = CatalogCoverage { items: 2, found: 1, discogs: Some(1), musicbrainz: None, without_barcode: 1 };
        assert_eq!(coverage, expected);
        let only_rows = count_in_catalogs(Some(folder.path()), std::slice::from_ref(&unbarcoded)).await.expect("a row");
        assert_eq!((only_rows.items, only_rows.without_barcode, only_rows.summary()), (0, 1, None));
        let no_catalog = count_in_catalogs(None, &items).await.expect("a row");
        let expected = CatalogCoverage { items: 2, without_barcode: 1, ..CatalogCoverage::default() };
        assert_eq!((no_catalog, no_catalog.summary()), (expected, None));
        assert_eq!(count_in_catalogs(None, &codes).await, None, "there is nothing to say");
    }
}
