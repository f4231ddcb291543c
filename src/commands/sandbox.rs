//! `draft-maker sandbox`: runs the simulated services as a program.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use serde::Serialize;

use crate::cli::{self, OutputFormat, SandboxArgs};
use crate::commands::output::{print_json_line, print_stdout};
use crate::headless;
use domain::terminal_text::quote_for_shell;
use sandbox::{FaultKind, FaultRule, Sandbox, SandboxOptions};

/// Prints the settings that select the sandbox, and serves until a signal.
pub(super) async fn serve_sandbox(args: &SandboxArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    let sandbox = Sandbox::start(sandbox_options(args)?).await;
    let sandbox =
        sandbox.with_context(|| format!("the sandbox cannot listen on port {}; choose another", args.port))?;
    if let Some(path) = &args.dump {
        std::fs::write(path, sandbox.catalog().discogs_dump()).with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &args.musicbrainz_dump {
        std::fs::write(path, sandbox.catalog().musicbrainz_dump()).with_context(|| path.display().to_string())?;
    }
    if format == OutputFormat::Json {
        print_json_line(&SandboxSettings::new(&sandbox))?;
    } else {
        print_stdout(&describe_settings(&sandbox))?;
    }
    tokio::select! {
        () = stop.cancelled() => {}
        () = sandbox.run_forever() => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The settings that select the sandbox, as `--json` prints them.
#[derive(Serialize)]
struct SandboxSettings {
    address: String,
    settings: BTreeMap<&'static str, String>,
    /// Settings of a signed-in seller.
    ebay_settings: BTreeMap<&'static str, String>,
}

impl SandboxSettings {
    fn new(sandbox: &Sandbox) -> Self {
        Self {
            address: sandbox.address().to_string(),
            settings: sandbox.settings().into_iter().collect(),
            ebay_settings: sandbox.ebay_settings().into_iter().collect(),
        }
    }
}

/// Formats the settings as shell lines. The eBay settings are commented out, because they change where drafts go.
fn describe_settings(sandbox: &Sandbox) -> String {
    let line = |(name, value): (&'static str, String)| format!("export {name}={}\n", quote_for_shell(&value));
    let settings = sandbox.settings().into_iter().map(line).collect::<String>();
    let of_seller = sandbox.ebay_settings().into_iter().map(|setting| format!("# {}", line(setting)));
    format!(
        "# Simulated services listen on {}. Press Ctrl-C to stop.\n{settings}# To draft on the simulated eBay:\n{}# To \
         try the sign-in instead, leave EBAY_REFRESH_TOKEN out and run `draft-maker auth ebay`.\n",
        sandbox.address(),
        of_seller.collect::<String>()
    )
}

fn sandbox_options(args: &SandboxArgs) -> anyhow::Result<SandboxOptions> {
    let mut objects = SandboxOptions::default().objects;
    for stored in &args.objects {
        let content = std::fs::read(&stored.file).with_context(|| stored.file.display().to_string())?;
        objects.push((stored.bucket.clone(), stored.object.clone(), content));
    }
    Ok(SandboxOptions {
        port: args.port,
        enforce_limits: !args.no_limits,
        speed: args.speed,
        latency: Duration::from_millis(args.latency),
        faults: args.faults.iter().filter_map(to_sandbox_fault).collect(),
        objects,
        site: args.site,
        ..SandboxOptions::default()
    })
}

fn to_sandbox_fault(fault: &cli::FaultArg) -> Option<FaultRule> {
    let kind = FaultKind::from_name(&fault.kind)?;
    Some(FaultRule { service: fault.service.clone(), kind, share: fault.share })
}
