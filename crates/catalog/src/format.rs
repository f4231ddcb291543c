//! The differences between the databases: how a dump is split into records, and which fields of a record are stored.

use domain::upc::Upc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::info::Database;

/// A release as stored in a catalog file.
pub trait CatalogRecord: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The database whose dump contains these records.
    const DATABASE: Database;

    /// Returns the ID at the database as the bytes of its index key.
    fn id_bytes(&self) -> Vec<u8>;

    /// Returns the valid barcodes.
    fn barcodes(&self) -> Vec<Upc>;

    /// Returns the catalog numbers as written.
    fn catalog_numbers(&self) -> impl Iterator<Item = &str>;

    /// Returns the names of the labels.
    fn labels(&self) -> impl Iterator<Item = &str>;

    /// Returns the title and the names of the artists.
    fn names(&self) -> impl Iterator<Item = &str>;

    /// Returns false for an entry that the database has withdrawn or not accepted yet.
    fn is_accepted(&self) -> bool {
        true
    }

    /// Returns the Discogs release numbers that the release links to.
    fn discogs_links(&self) -> Vec<u64> {
        Vec::new()
    }

    /// Returns true if the record states that the release has a front cover.
    fn has_front_cover(&self) -> bool {
        false
    }
}

/// Reason for a record whose text is not UTF-8: the file is damaged there, so its names and codes may be wrong.
pub(crate) const INVALID_UTF8: &str = "its text is not valid UTF-8";

/// Reason for a record with NUL bytes. No database stores them: a part of the file was never written.
pub(crate) const NUL_BYTES: &str = "a part of it is overwritten with NUL bytes";

/// Reads the dump of a database.
pub(crate) trait DumpFormat: Default {
    type Record: CatalogRecord;

    /// Adds the next block of the dump.
    ///
    /// # Errors
    /// Returns [`SplitError::NotReleases`] if the dump does not begin with releases.
    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError>;

    /// Returns the text of the next complete record; `None` until more blocks are added.
    fn next_text(&mut self) -> Option<String>;

    /// Returns the incomplete records found since the last call.
    fn take_damaged(&mut self) -> Vec<DamagedRecord>;

    /// Checks that the dump is complete. Returns a last record that is terminated only by the end of the dump.
    ///
    /// # Errors
    /// Returns [`SplitError`] if the dump is truncated or has no releases.
    fn finish(&mut self) -> Result<Option<String>, SplitError>;

    /// Reads the fields that decide whether a record is parsed. May parse a record that will probably be kept.
    ///
    /// # Errors
    /// Returns a description of the error in the record.
    fn scan(&self, text: &str) -> Result<ScannedRecord<Self::Record>, String>;

    /// Parses a record.
    ///
    /// # Errors
    /// Returns a description of the error in the record.
    fn parse(&self, text: &str) -> Result<Self::Record, String>;

    /// Returns the name of a record for messages; `None` if it cannot be determined.
    fn describe(&self, text: &str) -> Option<String>;
}

/// The result of scanning a record; it decides whether the record is parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScannedRecord<R> {
    /// Number that identifies the record within the dump.
    pub(crate) number: u64,
    /// False if the record has no key by which the catalog could find it.
    pub(crate) has_key: bool,
    /// The record, if the scan has already parsed it.
    pub(crate) record: Option<R>,
}

/// An incomplete record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DamagedRecord {
    /// Name of the record, if it can be determined.
    pub(crate) name: Option<String>,
    pub(crate) reason: String,
}

/// The reason why a dump cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SplitError {
    /// The dump has no content.
    Empty,
    /// Describes the content instead, such as `it begins with <artists>`.
    NotReleases(String),
    /// The end of the dump is missing.
    Truncated,
}
