//! The error type of imports, with the fix for each error.

use std::io;

use super::info::{Database, DumpDate};

/// The reason why a dump was not imported. The catalog in use is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {name}: {}; fix: check the path and the permissions", files::describe_io_error(error))]
    Read { name: String, error: io::Error },
    #[error(
        "the date of the dump {name} is unknown: neither its name nor its content states it; fix: keep the name \
         discogs_YYYYMMDD_releases.xml.gz, or give the date with --date YYYY-MM-DD"
    )]
    UnknownDate { name: String },
    #[error(
        "{name} is damaged, or its download is incomplete ({error}, after {bytes} bytes); fix: resume the download \
         with `curl -C - -O URL`, or download it again"
    )]
    Damaged { name: String, error: io::Error, bytes: u64 },
    #[error(
        "reading {name} failed after {bytes} bytes: {error}; fix: check the connection or the disk, then run the import \
         again"
    )]
    Interrupted { name: String, error: io::Error, bytes: u64 },
    #[error(
        "{name} is cut off after {releases} releases: its download is incomplete; fix: resume the download with \
         `curl -C - -O URL`, or download it again"
    )]
    Truncated { name: String, releases: u64 },
    #[error(
        "{name} is not a dump of releases: {found}; fix: use discogs_…_releases.xml.gz from Discogs, or \
         release.tar.xz from MusicBrainz"
    )]
    NotReleases { name: String, found: String },
    #[error(
        "{name} has no releases; fix: use discogs_…_releases.xml.gz from Discogs, or release.tar.xz from MusicBrainz"
    )]
    Empty { name: String },
    #[error("the checksum of {name} is {found}, but the checksum file says {expected}; fix: download the dump again")]
    WrongChecksum { name: String, expected: String, found: String },
    #[error(
        "{name} has {releases} releases, less than half of the {previous} in the catalog of {previous_date}; fix: \
         check that the dump is complete; if it is, run `draft-maker catalog remove {database}`, then import it again",
        database = database.as_str()
    )]
    Shrunk { name: String, releases: u64, previous: u64, previous_date: DumpDate, database: Database },
    #[error(
        "{name} has {stored} releases with a barcode, less than half of the {previous} in the catalog of \
         {previous_date}: its format may have changed; fix: update Draft Maker; if the dump is right, run \
         `draft-maker catalog remove {database}` first",
        database = database.as_str()
    )]
    FewerBarcodes { name: String, stored: u64, previous: u64, previous_date: DumpDate, database: Database },
    #[error(
        "{name} is of {date}, older than the catalog of {previous_date}; fix: if you want the older dump, run \
         `draft-maker catalog remove {database}` first",
        database = database.as_str()
    )]
    Older { name: String, date: DumpDate, previous_date: DumpDate, database: Database },
    #[error(
        "{name} is dated {date}, which is in the future; fix: correct the date in --date or in the name of the file, or \
         the clock of this machine"
    )]
    FutureDate { name: String, date: DumpDate },
    #[error(
        "{name} has {broken} broken releases, too many for an intact dump, for example {example}; fix: download it \
         again"
    )]
    TooManyBroken { name: String, broken: u64, example: String },
    #[error("another process is importing a dump; fix: wait until it ends")]
    Busy,
    #[error("cannot write the catalog: {0}; fix: check the free space and the permissions of its folder")]
    Write(io::Error),
}

impl ImportError {
    /// Returns true if the dump, or the options it was given with, caused the error, not this machine or a connection.
    pub const fn is_input_error(&self) -> bool {
        !matches!(self, Self::Write(_) | Self::Busy | Self::Interrupted { .. })
    }

    /// Returns true if the content of the file is not the published dump, so that another download can help. The other
    /// errors are found in a file whose checksum, if known, is right.
    pub const fn is_damaged_file(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::Truncated { .. }
                | Self::WrongChecksum { .. }
                | Self::NotReleases { .. }
                | Self::Empty { .. }
        )
    }
}

/// The reason why a catalog was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveCatalogError {
    #[error("another process is importing a dump; fix: wait until it ends, then remove the catalog")]
    Busy,
    #[error("cannot remove the catalog: {0}; fix: check the permissions of its folder")]
    Io(io::Error),
}
