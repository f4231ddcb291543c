//! Prints messages and descriptions of the offline catalogs.

use domain::text::count::format_count;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use catalog::{CatalogInfo, Database, OpenCatalogError, read_catalog_info};
use jiff::Timestamp;

use crate::cli::OutputFormat;
use crate::commands::output::{print_json, print_stdout};
use crate::headless::strip_terminal_controls;

/// Age in days above which an update is recommended; by then two newer dumps exist.
pub(super) const MAX_CATALOG_AGE_DAYS: u64 = 62;

/// State of the catalogs if the settings disable them.
pub(super) const CATALOGS_OFF: &str = "off (catalog.on = false)";

/// Description of a catalog, and the size of its file in bytes.
pub(super) type CatalogSummary = (CatalogInfo, u64);

/// A catalog in the folder of the catalogs.
pub(super) struct FoundCatalog {
    pub(super) database: Database,
    /// Description of the catalog, or why it cannot be used.
    pub(super) content: Result<CatalogSummary, OpenCatalogError>,
}

impl FoundCatalog {
    /// Returns the description of the catalog; `None` if it cannot be used.
    pub(super) fn info(&self) -> Option<&CatalogInfo> {
        self.content.as_ref().ok().map(|(info, _)| info)
    }
}

/// Returns the existing catalogs, including unusable ones.
pub(super) fn read_catalogs(folder: &Path) -> Vec<FoundCatalog> {
    let found = Database::ALL.into_iter().filter_map(|database| {
        let content = read_catalog_info(folder, database).transpose()?;
        Some(FoundCatalog { database, content })
    });
    found.collect()
}

/// Prints a message, in JSON as `{"message": …}`.
pub(super) fn print_message(text: &str, format: OutputFormat) -> anyhow::Result<ExitCode> {
    match format {
        OutputFormat::Text => print_stdout(text),
        OutputFormat::Json => print_json(&serde_json::json!({ "message": text })),
    }
}

/// Prints an imported catalog, in JSON as one line.
pub(super) fn print_imported(folder: &Path, info: CatalogInfo, format: OutputFormat) -> anyhow::Result<ExitCode> {
    print_stdout(&match format {
        OutputFormat::Text => format!("Imported.\n{}", describe_catalog(&info, None)),
        OutputFormat::Json => {
            let file_bytes = read_catalog_info(folder, info.database)?.map_or(0, |(_, bytes)| bytes);
            format!("{}\n", catalog_json(&(info, file_bytes))?)
        }
    })
}

pub(super) fn catalog_json((info, file_bytes): &CatalogSummary) -> serde_json::Result<serde_json::Value> {
    let mut json = serde_json::to_value(info)?;
    json["file_bytes"] = (*file_bytes).into();
    json["age_days"] = info.dump_date.age_days(Timestamp::now()).into();
    Ok(json)
}

/// Describes a catalog, or why it cannot be used, in JSON.
pub(super) fn found_catalog_json(catalog: &FoundCatalog) -> serde_json::Result<serde_json::Value> {
    match &catalog.content {
        Ok(summary) => catalog_json(summary),
        Err(error) => Ok(serde_json::json!({ "database": catalog.database, "error": error.to_string() })),
    }
}

/// Describes a catalog, or why it cannot be used.
pub(super) fn describe_found_catalog(catalog: &FoundCatalog) -> String {
    match &catalog.content {
        Ok((info, bytes)) => describe_catalog(info, Some(*bytes)),
        Err(error) => {
            let why = error.to_string();
            format!("  {:<18}{}\n  {:<18}{}\n", "dump", catalog.database, "error", strip_terminal_controls(&why))
        }
    }
}

fn describe_checksum(info: &CatalogInfo) -> &'static str {
    match info {
        CatalogInfo { checksum_verified: true, .. } => "confirmed",
        CatalogInfo { is_unlisted: true, .. } => "does not name this dump, so its content is not confirmed",
        _ => "none next to the dump",
    }
}

pub(super) fn describe_catalog(info: &CatalogInfo, file_bytes: Option<u64>) -> String {
    let mut text = String::new();
    let age = info.dump_date.age_days(Timestamp::now());
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<18}{}", strip_terminal_controls(&value));
    };
    line("dump", format!("{} {}, {} old", info.database, info.dump_date, format_count(age, "day", "days")));
    line("file", format!("{} (sha256 {})", info.source, info.sha256));
    line("checksum file", describe_checksum(info).to_owned());
    line("releases", format!("{} of {} in the dump", info.releases, info.releases_in_dump));
    line("barcodes", info.barcodes.to_string());
    if let Some(bytes) = file_bytes {
        line("size", indicatif::DecimalBytes(bytes).to_string());
    }
    let skipped = &info.skipped;
    let no_barcode = match info.database {
        Database::Discogs => "no barcode",
        Database::MusicBrainz => "no barcode, link",
    };
    line(no_barcode, skipped.without_barcode.to_string());
    line("invalid barcode", skipped.without_valid_barcode.to_string());
    if skipped.not_accepted > 0 {
        line("draft, deleted", skipped.not_accepted.to_string());
    }
    line("repeated", skipped.repeated.to_string());
    line("broken", skipped.broken.to_string());
    for example in &skipped.broken_examples {
        line("", example.clone());
    }
    if age > MAX_CATALOG_AGE_DAYS {
        line("advice", "a newer dump is available: run `draft-maker catalog update`".to_owned());
    }
    text
}
