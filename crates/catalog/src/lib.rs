//! The offline catalog: the releases of a Discogs data dump that have a barcode, in one file.
//!
//! ```text
//! releases.xml.gz ──dump_file──> blocks ──split──> <release> ──parse──> ReleaseRecord ──write──> discogs.catalog
//! barcode, catalog number, words ──OfflineCatalog──> ReleaseRecord ──to_api_json──> the parser of the Discogs API
//! ```
//!
//! The dumps are in the public domain (CC0), one a month: <https://data.discogs.com>. They have neither prices nor images.

mod dump_file;
mod element;
mod folder;
mod id_set;
mod import;
mod import_error;
mod info;
mod interned_text;
mod keys;
mod layout;
mod parse;
mod read;
mod record;
mod split;
mod write;

pub use dump_file::{DumpFile, checksum_file_name};
pub use folder::CatalogFolder;
pub use import::{ImportProgress, import_dump, remove_catalog};
pub use import_error::ImportError;
pub use info::{CatalogInfo, DumpDate, SkippedReleases};
pub use read::{OfflineCatalog, OpenCatalogError};
pub use record::{ArtistRecord, BarcodeRecord, CreditRecord, FormatRecord, LabelRecord, ReleaseRecord, TrackRecord};
