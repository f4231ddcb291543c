//! `draft-maker find`: finds releases by catalog number, artist and title, or barcode. Searches the offline catalog,
//! then the data sources.

use std::fmt::Write as _;
use std::process::ExitCode;

use futures::future::join_all;
use serde::Serialize;

use crate::bootstrap;
use crate::cli::{FindArgs, OutputFormat};
use crate::commands::error::UsageError;
use crate::commands::output::{print_stderr, print_stdout};
use crate::config::Config;
use crate::headless::{EXIT_DONE, EXIT_INCOMPLETE, strip_terminal_controls};
use domain::barcode::parse_barcode;
use domain::provider::display_name_of;
use domain::provider_release::ProviderRelease;
use providers::{ConnectedProvider, ProviderError, ReleaseCatalog};

/// A found release, as `--format json` prints it.
#[derive(Serialize)]
struct FoundRelease {
    /// Origin of the release: `discogs dump 2026-10`, `musicbrainz`.
    source: String,
    id: String,
    url: Option<String>,
    artist: Option<String>,
    title: Option<String>,
    /// Labels with their catalog numbers.
    labels: Vec<String>,
    format: Option<String>,
    country: Option<String>,
    date: Option<String>,
    barcodes: Vec<String>,
}

impl FoundRelease {
    fn new(release: &ProviderRelease) -> Self {
        let label = |label: &domain::release::LabelCredit| {
            [label.name.as_deref(), label.catalog_number.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        Self {
            source: release.source().as_str().to_owned(),
            id: release.id.id.clone(),
            url: release.url.clone(),
            artist: release.artist.as_ref().map(ToString::to_string),
            title: release.title.clone(),
            labels: release.labels.iter().map(label).collect(),
            format: release.format.as_ref().map(ToString::to_string),
            country: release.country.as_ref().map(|country| country.to_code().display_name().to_owned()),
            date: release.date.map(|date| date.to_string()),
            barcodes: release.barcodes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Finds releases and prints them. Exit code 3 if there are none.
pub(super) async fn find_releases(config: &Config, args: &FindArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let (text, limit) = (args.query.join(" "), usize::try_from(args.limit).unwrap_or(usize::MAX));
    if text.trim().is_empty() {
        let message = "the search text is empty; give a catalog number, artist and title, or a barcode".to_owned();
        return Err(UsageError(message).into());
    }
    let clients = bootstrap::OutboundClients::from_config(config, &config.store_location()?).await?;
    let (connected, advice) = bootstrap::connect_providers(config, &clients)?;
    let (mut found, errors) = search_all(&connected, &text, limit).await;
    if found.is_empty() && !errors.is_empty() {
        let messages = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        anyhow::bail!("{messages}\nfix: try again later, or run `draft-maker doctor` to check the services");
    }
    for error in &errors {
        print_stderr(&format!("warning: {}", strip_terminal_controls(&error.to_string())));
    }
    found.truncate(limit);
    let found = found.iter().map(FoundRelease::new).collect::<Vec<_>>();
    print_stdout(&match format {
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(&found)?),
        OutputFormat::Text if found.is_empty() => format!("Nothing was found.\n{}", advice_lines(&advice)),
        OutputFormat::Text => found.iter().map(format_release).collect(),
    })?;
    Ok(ExitCode::from(if found.is_empty() { EXIT_INCOMPLETE } else { EXIT_DONE }))
}

/// Searches the offline catalogs. Searches the services as well, except for a barcode in a catalog: the catalogs have
/// all releases with the barcode, and no release without one.
async fn search_all(
    connected: &[ConnectedProvider],
    text: &str,
    limit: usize,
) -> (Vec<ProviderRelease>, Vec<ProviderError>) {
    let catalogs = || connected.iter().filter_map(|one| one.catalog.as_ref());
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for catalog in catalogs().filter(|catalog| catalog.has_copy()) {
        results.push(catalog.find_in_copy(text, limit).await);
    }
    if results.iter().all(Vec::is_empty) || parse_barcode(text).is_err() {
        for result in join_all(catalogs().map(|catalog| search_service(catalog.as_ref(), text, limit))).await {
            match result {
                Ok(releases) => results.push(releases),
                Err(error) => errors.push(error),
            }
        }
    }
    (merge_results(results), errors)
}

/// Returns the results of several searches, each release once: first the first one of each search, then the second ones,
/// so that a limit on their number leaves out no search.
fn merge_results(results: Vec<Vec<ProviderRelease>>) -> Vec<ProviderRelease> {
    let mut results = results.into_iter().map(Vec::into_iter).collect::<Vec<_>>();
    let mut merged: Vec<ProviderRelease> = Vec::new();
    loop {
        let row = results.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>();
        if row.is_empty() {
            return merged;
        }
        for release in row {
            if !merged.iter().any(|known| known.id == release.id) {
                merged.push(release);
            }
        }
    }
}

async fn search_service(
    catalog: &dyn ReleaseCatalog,
    text: &str,
    limit: usize,
) -> Result<Vec<ProviderRelease>, ProviderError> {
    match parse_barcode(text) {
        Ok(code) if catalog.can_search() => {
            Ok(catalog.search_upcs(&[code.upc]).await?.remove(&code.upc).unwrap_or_default())
        }
        Ok(_) => Ok(Vec::new()),
        Err(_) => catalog.find_releases(text, limit).await,
    }
}

fn advice_lines(advice: &[String]) -> String {
    advice.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn format_release(release: &FoundRelease) -> String {
    let details = [&release.format, &release.country, &release.date].into_iter().flatten().map(String::as_str);
    let details = details.chain(release.labels.iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
    let names = [&release.artist, &release.title].into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
    let barcodes = if release.barcodes.is_empty() { "none".to_owned() } else { release.barcodes.join(", ") };
    let url = release.url.as_deref().unwrap_or_default();
    let lines = [
        names.join(" - "),
        format!("  {details}"),
        format!("  barcode {barcodes}  {url} ({})", display_name_of(&release.source)),
    ];
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{}", strip_terminal_controls(line));
        text
    })
}
