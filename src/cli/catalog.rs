//! Commands about the offline catalog.

use std::path::PathBuf;

use catalog::{Database, DumpDate};
use clap::{Args, Subcommand, ValueEnum};

use super::output_format::OutputFormat;
use super::run_args::parse_limit;

#[derive(Args, Clone, Debug)]
pub struct CatalogArgs {
    #[command(subcommand)]
    pub command: CatalogCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum CatalogCommand {
    /// Import data dumps: discogs_YYYYMMDD_releases.xml.gz of Discogs, release.tar.xz of MusicBrainz, their unpacked files,
    /// gs://BUCKET/OBJECT, or - for standard input
    Import(ImportArgs),
    /// Show the date, counts, size and age of the catalog, and what the import skipped
    Status {
        /// The output format
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    /// Show which files to download for the newest dumps, or download and import them
    Update {
        /// Update the catalog of this database only
        #[arg(value_enum, value_name = "DATABASE")]
        database: Option<DatabaseArg>,
        /// Download the newest dump and import it; an interrupted download is resumed
        #[arg(long)]
        download: bool,
    },
    /// Remove the catalog from this machine
    Remove {
        /// Remove the data of this database only
        #[arg(value_enum, value_name = "DATABASE")]
        database: Option<DatabaseArg>,
    },
}

/// A database with a data dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatabaseArg {
    Discogs,
    #[value(name = "musicbrainz")]
    MusicBrainz,
}

impl From<DatabaseArg> for Database {
    fn from(database: DatabaseArg) -> Self {
        match database {
            DatabaseArg::Discogs => Self::Discogs,
            DatabaseArg::MusicBrainz => Self::MusicBrainz,
        }
    }
}

#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// The dumps; a checksum file next to a dump is checked
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The date of the dump if neither its name nor its content states it: 2026-10-01
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub date: Option<DumpDate>,
}

#[derive(Args, Clone, Debug)]
pub struct FindArgs {
    /// A catalog number, words of artist and title, or a barcode
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// The maximum number of results
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = parse_limit)]
    pub limit: u64,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

fn parse_date(text: &str) -> Result<DumpDate, String> {
    text.parse().map_err(|_| "write the date as 2026-10-01".to_owned())
}
