//! Dumps for the tests, with the quirks of real dumps.

use std::io::{Cursor, Write as _};
use std::path::Path;

use catalog::{CatalogInfo, DumpFile, ImportError, import_dump};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Returns a release with a barcode, a catalog number and a track.
pub(crate) fn release(id: u64, artist: &str, title: &str, catalog_number: &str, barcode: &str) -> String {
    format!(
        r#"<release id="{id}" status="Accepted"><artists><artist><id>1</id><name>{artist}</name><anv/><join/></artist></artists><title>{title}</title><labels><label name="A Label" catno="{catalog_number}" id="5"/></labels><formats><format name="CD" qty="1" text=""><descriptions><description>Album</description></descriptions></format></formats><genres><genre>Rock</genre></genres><country>US</country><released>1991-09-24</released><notes>A &amp; B&#13;
</notes><master_id is_main_release="true">7</master_id><tracklist><track><position>1</position><title>One</title><duration>4:05</duration></track></tracklist><identifiers><identifier type="Barcode" value="{barcode}" description="Text"/></identifiers><videos><video src="x"><title>&#x07;</title></video></videos></release>
"#
    )
}

pub(crate) fn releases(all: &[String]) -> String {
    format!("<releases>\n{}</releases>\n", all.concat())
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

pub(crate) fn import(folder: &Path, bytes: Vec<u8>) -> Result<CatalogInfo, ImportError> {
    import_dated(folder, bytes, "2026-10-01")
}

pub(crate) fn import_dated(folder: &Path, bytes: Vec<u8>, date: &str) -> Result<CatalogInfo, ImportError> {
    let dump = DumpFile::from_stream("-", Box::new(Cursor::new(bytes))).with_stated_date(date.parse().ok());
    import_dump(dump, folder, &mut |_| {})
}
