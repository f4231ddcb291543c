//! Is everything set up? One screen; each line that fails says what to do.
//!
//! ```text
//! settings ─ credentials ─┐
//! storage  ─ upstreams ───┼─ all asked at once, with a deadline ──> lines ──> text or JSON, exit code
//! eBay ─ data ─ terminal ─┘
//! ```

mod data;
mod ebay;
mod settings;
mod storage;
mod terminal;
mod upstreams;

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::{print_stdout, wiring};
use crate::cli::DoctorArgs;
use crate::config::{BatchSettings, Config};
use crate::headless::{EXIT_INCOMPLETE, strip_terminal_controls};
use sinks::ebay::ReadinessCheck;
use upstream::HttpClient;

/// What is not there by then is told as such: the operator waits for the whole screen.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// How well one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum DoctorCheckStatus {
    Ok,
    /// Nothing is wrong, and more would be possible.
    Note,
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
struct DoctorCheck {
    part: &'static str,
    name: String,
    state: DoctorCheckStatus,
    found: String,
    /// What to do; `null` where all is well.
    fix: Option<String>,
}

impl DoctorCheck {
    fn ok(part: &'static str, name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { part, name: name.into(), state: DoctorCheckStatus::Ok, found: found.into(), fix: None }
    }

    fn note(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Note, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    fn fail(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Fail, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    /// The same where nothing depends on it: no failure of the whole.
    fn downgrade_failure(self) -> Self {
        let state = if self.state == DoctorCheckStatus::Fail { DoctorCheckStatus::Note } else { self.state };
        Self { state, ..self }
    }

    fn from_check(part: &'static str, check: ReadinessCheck) -> Self {
        let state = if check.fix.is_some() { DoctorCheckStatus::Fail } else { DoctorCheckStatus::Ok };
        Self { part, name: check.name, state, found: check.found, fix: check.fix }
    }
}

/// What the parts look at.
struct DoctorContext<'a> {
    config: &'a Config,
    batch: BatchSettings,
    /// The ways out with short patience, or why there are none.
    clients: Result<wiring::OutboundClients, String>,
    /// Why eBay cannot be asked, where a keyset is set.
    ebay_error: Option<String>,
}

pub(super) async fn check_setup(config: &Config, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let bucket = storage::storage_target(config, args.bucket.as_deref())?;
    let batch = config.section::<BatchSettings>("batch")?;
    // Looked at first: the parts below may make the folder.
    let data = data::check_data(&batch).await;
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
    if args.json {
        print_stdout(&format!("{}\n", serde_json::to_string_pretty(&lines)?))?;
    } else {
        print_stdout(&format_checks(&lines))?;
    }
    let failed = lines.iter().any(|line| line.state == DoctorCheckStatus::Fail);
    Ok(ExitCode::from(if failed { EXIT_INCOMPLETE } else { 0 }))
}

/// The ways out, with the patience of somebody who waits before a screen.
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
            let ebay = ebay::connect_ebay(config, &http, &context.batch.data_dir).await;
            let (ebay, message) = ebay.map_or_else(|error| (None, Some(format!("{error:#}"))), |ebay| (ebay, None));
            (context.clients, context.ebay_error) = (Ok(wiring::OutboundClients { http, ebay }), message);
        }
        Err(error) => context.clients = Err(format!("{error:#}")),
    }
    context
}

fn format_checks(lines: &[DoctorCheck]) -> String {
    let (mut out, mut part) = (Vec::new(), "");
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
        out.push(format!("  {sign:<5} {:<24} {}", line.name, strip_terminal_controls(&line.found)));
        out.extend(line.fix.iter().map(|fix| format!("        {:<24} -> {}", "", strip_terminal_controls(fix))));
    }
    out.join("\n") + "\n"
}
