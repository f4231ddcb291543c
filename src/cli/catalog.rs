//! Commands about the offline catalog.

use std::path::PathBuf;

use catalog::DumpDate;
use clap::{Args, Subcommand};

use super::output_format::OutputFormat;

#[derive(Args, Clone, Debug)]
pub struct CatalogArgs {
    #[command(subcommand)]
    pub command: CatalogCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum CatalogCommand {
    /// Import a Discogs data dump: discogs_YYYYMMDD_releases.xml.gz, the same unpacked, gs://BUCKET/OBJECT, or - for standard
    /// input
    Import(ImportArgs),
    /// Show the month, counts, size and age of the catalog, and what the import skipped
    Status {
        /// The output format
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    /// Show which files to download for the newest dump, and how
    Update,
    /// Remove the catalog from this machine
    Remove,
}

#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// The dump; a checksum file beside it is checked
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The date of the dump if its name lacks it: 2026-10-01
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub date: Option<DumpDate>,
}

#[derive(Args, Clone, Debug)]
pub struct FindArgs {
    /// A catalog number, words of artist and title, or a barcode
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// The maximum number of results
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub limit: usize,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

fn parse_date(text: &str) -> Result<DumpDate, String> {
    text.parse().map_err(|_| "write the date as 2026-10-01".to_owned())
}
