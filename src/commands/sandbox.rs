//! `draft-maker sandbox`: the simulated services as a program.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::{self, SandboxArgs};
use crate::commands::output::print_stdout;
use crate::headless;
use sandbox::{FaultKind, FaultRule, Sandbox, SandboxOptions};

/// Serves until a signal stops it, and prints the settings that lead to it.
pub(super) async fn serve_sandbox(args: &SandboxArgs) -> anyhow::Result<ExitCode> {
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
    let settings = sandbox.settings().into_iter().map(|(name, value)| format!("export {name}={value}\n"));
    let of_seller = sandbox.ebay_settings().into_iter().map(|(name, value)| format!("# export {name}={value}\n"));
    print_stdout(&format!(
        "# Simulated services listen on {}. Press Ctrl-C to stop.\n{}# To sign in to the simulated eBay:\n{}",
        sandbox.address(),
        settings.collect::<String>(),
        of_seller.collect::<String>()
    ))?;
    tokio::select! {
        () = stop.cancelled() => {}
        () = sandbox.run_forever() => {}
    }
    Ok(ExitCode::SUCCESS)
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
        ..SandboxOptions::default()
    })
}

fn to_sandbox_fault(asked: &cli::FaultArg) -> Option<FaultRule> {
    let kind = FaultKind::from_name(&asked.kind)?;
    Some(FaultRule { service: asked.service.clone(), kind, share: asked.share })
}
