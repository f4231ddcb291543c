//! The error type of imports, with the fix for each error.

use std::io;

use super::info::{Database, DumpDate};

/// The reason why a dump was not imported. The catalog in use is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {name}: {}", files::describe_io_error(error))]
    Read { name: String, error: io::Error },
    #[error("the date of the dump {name} is unknown: neither its name nor its content states it")]
    UnknownDate { name: String },
    #[error("the dump {name} is of {date}, but --date says {stated}")]
    OtherDate { name: String, date: DumpDate, stated: DumpDate },
    #[error(
        "{name} is damaged, or its download is incomplete ({}, after {bytes} bytes)",
        files::describe_io_error(error)
    )]
    Damaged { name: String, error: io::Error, bytes: u64 },
    #[error("reading {name} failed after {bytes} bytes: {}", files::describe_io_error(error))]
    Interrupted { name: String, error: io::Error, bytes: u64 },
    #[error("{name} is cut off after {releases} releases: its download is incomplete")]
    Truncated { name: String, releases: u64 },
    #[error("{name} is not a dump of releases: {found}")]
    NotReleases { name: String, found: String },
    #[error("{name} has version {number} of MusicBrainz' JSON format, which is not known")]
    UnknownSchema { name: String, number: String },
    #[error("{name} has no releases")]
    Empty { name: String },
    #[error("the checksum of {name} is {found}, but the checksum file says {expected}")]
    WrongChecksum { name: String, expected: String, found: String },
    #[error("{name} has {releases} releases, less than half of the {previous} in the catalog of {previous_date}")]
    Shrunk { name: String, releases: u64, previous: u64, previous_date: DumpDate, database: Database },
    #[error(
        "{name} has {stored} releases with a barcode, less than half of the {previous} in the catalog of \
         {previous_date}: its format may have changed"
    )]
    FewerBarcodes { name: String, stored: u64, previous: u64, previous_date: DumpDate, database: Database },
    #[error("{name} has {releases} releases, none of them with a valid barcode: its format may have changed")]
    NoBarcodes { name: String, releases: u64 },
    #[error("{name} is of {date}, older than the catalog of {previous_date}")]
    Older { name: String, date: DumpDate, previous_date: DumpDate, database: Database },
    #[error("{name} is dated {date}, which is in the future")]
    FutureDate { name: String, date: DumpDate },
    #[error("{name} has {broken} broken releases, too many for an intact dump, for example {example}")]
    TooManyBroken { name: String, broken: u64, example: String },
    #[error("another process is importing a dump")]
    Busy,
    #[error("cannot write the catalog: {}", files::describe_io_error(.0))]
    Write(io::Error),
}

impl ImportError {
    /// Returns what to do about the error.
    pub fn fix(&self) -> String {
        let fix = match self {
            Self::Read { .. } => "check the path and the permissions",
            Self::UnknownDate { .. } => {
                "keep the name discogs_YYYYMMDD_releases.xml.gz, or give the date with --date YYYY-MM-DD"
            }
            Self::FutureDate { .. } => {
                "correct the date in --date or in the name of the file, or the clock of this machine"
            }
            Self::OtherDate { .. } => "check that it is the dump you want, and leave --date out",
            Self::Damaged { .. } | Self::Truncated { .. } => {
                "resume the download with `curl -C - -O URL`, or download it again"
            }
            Self::Interrupted { .. } => "check the connection or the disk, then run the import again",
            Self::NotReleases { .. } | Self::Empty { .. } => {
                "use discogs_…_releases.xml.gz from Discogs, or release.tar.xz from MusicBrainz"
            }
            Self::WrongChecksum { .. } => "download the dump again",
            Self::TooManyBroken { .. } => "download it again",
            Self::UnknownSchema { .. } => "update Draft Maker",
            Self::NoBarcodes { .. } => "check that the dump is complete; if it is, update Draft Maker",
            Self::Shrunk { database, .. } => {
                let remove = describe_removal(*database);
                return format!("check that the dump is complete; if it is, {remove}, then import it again");
            }
            Self::FewerBarcodes { database, .. } => {
                return format!("update Draft Maker; if the dump is right, {} first", describe_removal(*database));
            }
            Self::Older { database, .. } => {
                return format!("if you want the older dump, {} first", describe_removal(*database));
            }
            Self::Busy => "wait until it ends",
            Self::Write(_) => "check the free space and the permissions of its folder",
        };
        fix.to_owned()
    }

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

fn describe_removal(database: Database) -> String {
    format!("run `draft-maker catalog remove {}`", database.as_str())
}

/// The reason why a catalog was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveCatalogError {
    #[error("another process is importing a dump; fix: wait until it ends, then remove the catalog")]
    Busy,
    #[error("cannot remove the catalog: {}; fix: check the permissions of its folder", files::describe_io_error(.0))]
    Io(io::Error),
}
