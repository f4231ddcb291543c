//! The error type of imports, with the fix for each error.

use std::io;

use super::info::DumpDate;

/// The reason why a dump was not imported. The catalog in use is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {name}: {error}; fix: check the path and the permissions")]
    Read { name: String, error: io::Error },
    #[error(
        "the date of the dump {name} is unknown: neither its name nor its content tells it; fix: keep the name \
         discogs_YYYYMMDD_releases.xml.gz, or give the date with --date YYYY-MM-DD"
    )]
    UnknownDate { name: String },
    #[error(
        "{name} is damaged or not completely downloaded ({error}, after {bytes} bytes); fix: resume the download with \
         `curl -C - -O URL`, or download it again"
    )]
    Damaged { name: String, error: io::Error, bytes: u64 },
    #[error(
        "{name} ends in the middle, after {releases} releases: its download was cut short; fix: resume the download with \
         `curl -C - -O URL`, or download it again"
    )]
    Truncated { name: String, releases: u64 },
    #[error(
        "{name} is not a dump of releases: {found}; fix: take discogs_…_releases.xml.gz of Discogs, or release.tar.xz of \
         MusicBrainz"
    )]
    NotReleases { name: String, found: String },
    #[error("{name} has no releases; fix: take discogs_…_releases.xml.gz of Discogs, or release.tar.xz of MusicBrainz")]
    Empty { name: String },
    #[error("the checksum of {name} is {found}, and the checksum file says {expected}; fix: download the dump again")]
    WrongChecksum { name: String, expected: String, found: String },
    #[error(
        "{name} has {releases} releases, less than half of the {previous} in the catalog of {previous_date}; fix: check that \
         it is a whole dump; if it is the one you want, run `draft-maker catalog remove` first"
    )]
    Shrunk { name: String, releases: u64, previous: u64, previous_date: DumpDate },
    #[error(
        "{name} has {stored} releases with a barcode, less than half of the {previous} in the catalog of {previous_date}: its form \
         may have changed; fix: update Draft Maker; if the dump is right, run `draft-maker catalog remove` first"
    )]
    FewerBarcodes { name: String, stored: u64, previous: u64, previous_date: DumpDate },
    #[error(
        "{name} has {broken} broken releases, too many for a sound dump, for example {example}; fix: download it again"
    )]
    TooManyBroken { name: String, broken: u64, example: String },
    #[error("another process imports a dump now; fix: wait until it ends")]
    Busy,
    #[error("cannot write the catalog: {0}; fix: check the free space and the permissions of its folder")]
    Write(#[source] io::Error),
}
