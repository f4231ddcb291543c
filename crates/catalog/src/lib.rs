//! The offline catalog: releases from the data dumps of Discogs and MusicBrainz that can be found by barcode or link,
//! in one file per database.
//!
//! ```text
//! dump ──dump_content──> decompressed ──dump_reader──> blocks ──discogs, musicbrainz──> records ──write──> file
//! barcode, catalog number, words ──OfflineCatalog──> record ──to_api_json──> parser of the service's responses
//! ```
//!
//! The dumps are in the public domain (CC0). They contain neither prices nor images.

mod added_field;
mod catalog_file;
mod discogs;
mod dump_content;
mod dump_file;
mod dump_reader;
mod folder;
mod format;
mod id_set;
mod import;
mod import_error;
mod info;
mod keys;
mod layout;
mod musicbrainz;
mod read;
mod record_buffer;
mod write;

pub use catalog_file::{OpenCatalogError, read_catalog_info};
pub use discogs::{ArtistRecord, BarcodeRecord, CreditRecord, DiscogsRecord, FormatRecord, LabelRecord, TrackRecord};
pub use dump_file::{DumpFile, checksum_file_name, find_checksum};
pub use folder::CatalogFolder;
pub use format::CatalogRecord;
pub use import::{ImportProgress, import_dump, remove_catalog};
pub use import_error::{ImportError, RemoveCatalogError};
pub use info::{CatalogInfo, Database, DumpDate, SkippedReleases};
pub use musicbrainz::{MusicBrainzRecord, parse_discogs_url};
pub use read::{DiscogsCatalog, MusicBrainzCatalog, OfflineCatalog};
