//! What differs between the databases: how a dump is cut into records, and what is kept of a record.

use domain::upc::Upc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::info::Database;

/// A release as a catalog file has it.
pub trait CatalogRecord: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The database whose dump has such records.
    const DATABASE: Database;

    /// Returns its identifier at the database, as the bytes under which it is found.
    fn id_bytes(&self) -> Vec<u8>;

    /// Returns its valid barcodes.
    fn barcodes(&self) -> Vec<Upc>;

    /// Returns its catalog numbers as they are written.
    fn catalog_numbers(&self) -> impl Iterator<Item = &str>;

    /// Returns its title and the names of its artists.
    fn names(&self) -> impl Iterator<Item = &str>;

    /// Returns the releases at Discogs that it is linked to.
    fn discogs_links(&self) -> Vec<u64> {
        Vec::new()
    }

    /// Returns true if it says that it has a front cover.
    fn has_front_cover(&self) -> bool {
        false
    }
}

/// How the dump of a database is read.
pub(crate) trait DumpFormat: Default {
    type Record: CatalogRecord;

    /// Adds the next block of the dump.
    ///
    /// # Errors
    /// Returns [`SplitError::NotReleases`] if the dump begins with something else than releases.
    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError>;

    /// Returns the text of the next whole record.
    fn next_text(&mut self) -> Option<String>;

    /// Returns the records that were not whole since the last call.
    fn take_damaged(&mut self) -> Vec<DamagedRecord>;

    /// Checks that the dump ended with its end. Returns a last record that only the end of the dump ends.
    ///
    /// # Errors
    /// Returns [`SplitError`] if it is cut short or has no releases.
    fn finish(&mut self) -> Result<Option<String>, SplitError>;

    /// Reads what decides whether a record is parsed. It may parse a record that is probably kept.
    ///
    /// # Errors
    /// Returns what is wrong with the record.
    fn scan(&self, text: &str) -> Result<ScannedRecord<Self::Record>, String>;

    /// Parses a record.
    ///
    /// # Errors
    /// Returns what is wrong with it.
    fn parse(&self, text: &str) -> Result<Self::Record, String>;

    /// Returns the name of a record for messages, if it can be told.
    fn describe(&self, text: &str) -> Option<String>;
}

/// What decides whether a record is parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScannedRecord<R> {
    /// Tells the records of a dump apart.
    pub(crate) number: u64,
    /// False if it has nothing by which the catalog finds it.
    pub(crate) has_key: bool,
    /// The record, if the scan parsed it.
    pub(crate) record: Option<R>,
}

/// A record that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DamagedRecord {
    /// Its name, if it can be read.
    pub(crate) name: Option<String>,
    pub(crate) reason: String,
}

/// Why a dump is not one of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SplitError {
    /// It has nothing.
    Empty,
    /// What it is instead: `it begins with <artists>`.
    NotReleases(String),
    /// It ends before its end.
    Truncated,
}
