//! `draft-maker find`: releases of the offline catalog by catalog number, words or barcode.

use std::fmt::Write as _;
use std::process::ExitCode;

use catalog::ReleaseRecord;

use crate::bootstrap;
use crate::cli::{FindArgs, OutputFormat};
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::Config;
use crate::headless::{EXIT_INCOMPLETE, strip_terminal_controls};

const NO_CATALOG: &str = "there is no offline catalog to search; fix: `draft-maker catalog update` says how to get one";

/// Finds releases and prints them. Exit code 3 if there are none.
pub(super) fn find_releases(config: &Config, args: &FindArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let catalog = bootstrap::open_offline_catalog(config)??.ok_or_else(|| UsageError(NO_CATALOG.to_owned()))?;
    let found = catalog.find_releases(&args.query.join(" "), args.limit)?;
    match format {
        OutputFormat::Json => {
            let all = found.iter().map(ReleaseRecord::to_api_json).collect::<Vec<_>>();
            print_stdout(&format!("{}\n", serde_json::to_string_pretty(&all)?))?;
        }
        OutputFormat::Text => {
            print_stdout(&format_releases(&found))?;
        }
    }
    Ok(ExitCode::from(if found.is_empty() { EXIT_INCOMPLETE } else { 0 }))
}

fn format_releases(found: &[ReleaseRecord]) -> String {
    let mut text = String::new();
    for release in found {
        let artists = release.artists.iter().map(|artist| artist.name.as_str()).collect::<Vec<_>>().join(", ");
        let formats = release.formats.iter().map(|format| format.name.as_str()).collect::<Vec<_>>().join(" + ");
        let labels = release.labels.iter().map(|label| format!("{} {}", label.name, label.catalog_number));
        let barcodes = release.barcodes.iter().map(|code| code.value.as_str()).collect::<Vec<_>>().join(", ");
        let details =
            [formats, release.country.clone(), release.released.clone(), labels.collect::<Vec<_>>().join(", ")];
        let details = details.into_iter().filter(|detail| !detail.is_empty()).collect::<Vec<_>>().join(", ");
        let lines = [
            format!("{artists} - {}", release.title),
            format!("  {details}"),
            format!("  barcode {barcodes}  https://www.discogs.com/release/{}", release.id),
        ];
        for line in lines {
            let _ = writeln!(text, "{}", strip_terminal_controls(&line));
        }
    }
    if text.is_empty() { "Nothing was found.\n".to_owned() } else { text }
}
