//! `draft-maker doctor`: checks the whole setup at once. Each failed check says what to do.
//!
//! ```text
//! settings ─ credentials ─┐
//! storage  ─ upstreams ───┼─ run concurrently, with a deadline ──> checks ──> text or JSON, exit code
//! eBay ─ data ─ terminal ─┘
//! ```

mod check;
mod data;
mod ebay;
mod settings;
mod storage;
mod terminal;
mod upstreams;

use std::process::ExitCode;
use std::time::Duration;

use crate::bootstrap;
use crate::cli::{DoctorArgs, OutputFormat};
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use crate::headless::{EXIT_DONE, EXIT_INCOMPLETE, EXIT_INVALID_INPUT, strip_terminal_controls};
use check::{CHECK_TIMEOUT, DoctorCheck, DoctorCheckStatus, DoctorContext};
use console::SetupFact;
use domain::provider::display_name_of;
use domain::sink::SinkKind;
use upstream::HttpClient;

/// Returns the parts of the setup and whether each is ready. Sends no request.
///
/// # Errors
/// Returns an error if a setting has a wrong value.
pub(super) fn describe_setup(config: &Config) -> anyhow::Result<Vec<SetupFact>> {
    let credentials = settings::check_credentials(config)?.into_iter().map(|line| SetupFact {
        name: line.name,
        is_ready: line.state == DoctorCheckStatus::Ok,
        text: [Some(line.found), line.fix].into_iter().flatten().collect::<Vec<_>>().join("; "),
    });
    let mut names = Vec::new();
    for factory in providers::ALL {
        let settings = config.section::<providers::Settings>(&format!("providers.{}", factory.name.as_str()))?;
        // eBay's providers have no address of their own, and need a keyset.
        if settings.on && !settings.base_url.is_empty() {
            names.push(factory.name.display_name());
        }
    }
    let names = names.join(", ");
    let destination = bootstrap::default_sink(config)?;
    let facts = [
        SetupFact {
            name: "without any account".to_owned(),
            is_ready: true,
            text: format!("{names}, and a drafts file for Seller Hub"),
        },
        SetupFact { name: "destination".to_owned(), is_ready: true, text: describe_destination(destination) },
    ];
    Ok(facts.into_iter().chain(credentials).collect())
}

fn describe_destination(sink: SinkKind) -> String {
    match sink {
        SinkKind::Csv => "drafts go to a file that you upload in Seller Hub".to_owned(),
        sink => format!("drafts are created at the destination {sink}"),
    }
}

pub(super) async fn check_setup(config: &Config, args: &DoctorArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let invalid = settings::check_values(config);
    if !invalid.is_empty() {
        print_checks(&invalid, format)?;
        return Ok(ExitCode::from(EXIT_INVALID_INPUT));
    }
    let bucket = storage::storage_target(config, args.bucket.as_deref())?;
    let batch = config.section::<BatchSettings>("batch")?;
    // Check the data folder first, because the other checks may create it.
    let data = data::check_data(config, &batch).await;
    let context = doctor_context(config, batch).await;
    let (storage, upstreams, ebay) = tokio::join!(
        storage::check_storage(config, bucket),
        upstreams::check_upstreams(&context),
        ebay::check_ebay(&context)
    );
    let mut lines = settings::check_settings(config)?;
    for part in [storage, upstreams, ebay, data, vec![terminal::check_terminal(config)?]] {
        lines.extend(part);
    }
    // Group the checks by part, so that each part has one heading.
    let parts = lines.iter().map(|line| line.part).collect::<Vec<_>>();
    lines.sort_by_key(|line| parts.iter().position(|part| *part == line.part));
    print_checks(&lines, format)?;
    let failed = lines.iter().any(|line| line.state == DoctorCheckStatus::Fail);
    Ok(ExitCode::from(if failed { EXIT_INCOMPLETE } else { EXIT_DONE }))
}

fn print_checks(lines: &[DoctorCheck], format: OutputFormat) -> anyhow::Result<ExitCode> {
    print_stdout(&match format {
        OutputFormat::Text => format_checks(lines),
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(lines)?),
    })
}

/// Creates clients with short time limits, because the operator waits for the result.
async fn doctor_context(config: &Config, batch: BatchSettings) -> DoctorContext<'_> {
    let http = || {
        let mut http = config.section::<upstream::Settings>("http")?;
        http.attempt_timeout = http.attempt_timeout.min(Duration::from_secs(4));
        (http.total_timeout, http.retries) = (CHECK_TIMEOUT.mul_f64(0.8), 1);
        (http.backoff_from, http.backoff_to) = (Duration::from_millis(200), Duration::from_millis(200));
        anyhow::Ok(HttpClient::new(&http)?)
    };
    let mut context = DoctorContext { config, batch, clients: Err(String::new()), ebay_error: None };
    match http() {
        Ok(http) => {
            let http = match config.store_location() {
                Ok(location) => bootstrap::connect_shared_limits(http, &location).await,
                // The check of the journal reports this error.
                Err(_) => http,
            };
            let ebay = ebay::connect_ebay(config, &http).await;
            let (ebay, message) = ebay.map_or_else(|error| (None, Some(format!("{error:#}"))), |ebay| (ebay, None));
            (context.clients, context.ebay_error) = (Ok(bootstrap::OutboundClients { http, ebay }), message);
        }
        Err(error) => context.clients = Err(format!("{error:#}")),
    }
    context
}

/// Minimum width of the column of names, in characters.
const MIN_NAME_WIDTH: usize = 24;

fn format_checks(lines: &[DoctorCheck]) -> String {
    let (mut out, mut part) = (Vec::new(), "");
    let width = lines
        .iter()
        .map(|line| display_name_of(&line.name).chars().count())
        .max()
        .unwrap_or_default()
        .max(MIN_NAME_WIDTH);
    for line in lines {
        if line.part != part {
            part = line.part;
            out.push(part.to_owned());
        }
        let sign = match line.state {
            DoctorCheckStatus::Ok => "ok",
            DoctorCheckStatus::Note => "-",
            DoctorCheckStatus::Fail => "FAIL",
        };
        let name = display_name_of(&line.name);
        out.push(format!("  {sign:<5} {name:<width$} {}", strip_terminal_controls(&line.found)));
        out.extend(line.fix.iter().map(|fix| format!("        {:<width$} -> {}", "", strip_terminal_controls(fix))));
    }
    out.join("\n") + "\n"
}
