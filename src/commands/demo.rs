//! The demo: the real program over a real list, against simulated services on this machine.
//!
//! The pipeline does not know that it is a demo. Only settings differ: the addresses, and rate limits that are as many
//! times faster as the sandbox's.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;

use super::run;
use crate::cli::{Cli, DemoArgs};
use crate::config::{Config, ConfigSources, SettingOverride};
use crate::headless::EXIT_INCOMPLETE;
use sandbox::{DEMO_LIST, Sandbox, SandboxOptions};

/// Speed-up of the sandbox's rate limits, unless `--real-limits` is given.
const DEMO_SPEED: f64 = 20.0;

/// Requests per minute to each service: slightly below the documented limit, because at this speed the delays of a busy
/// machine look like bursts. The Cover Art Archive documents no limit.
const REQUESTS_PER_MINUTE: [(&str, f64); 3] = [("musicbrainz", 59.0), ("discogs", 58.0), ("coverartarchive", 0.0)];

/// Runs the demo list with a temporary data directory. The result files stay in the output folder.
pub(super) async fn run_demo(cli: &Cli, args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let speed = if args.real_limits { 1.0 } else { DEMO_SPEED };
    let sandbox = Sandbox::start(SandboxOptions { speed, ..SandboxOptions::default() }).await?;
    let folder = tempfile::tempdir().context("the demo needs a temporary folder")?;
    let list = folder.path().join("upcs.txt");
    std::fs::write(&list, DEMO_LIST)?;
    let mut flags = demo_settings(&sandbox, speed);
    flags.push(demo_setting("batch.data_dir", &folder.path().join("data").to_string_lossy()));
    flags.push(demo_setting("http.pace_dir", &folder.path().join("pace").to_string_lossy()));
    flags.extend(cli.flag_settings());
    let config = Config::load(&ConfigSources { flags, ..ConfigSources::default() })?;
    let spec = crate::commands::spec::job_spec(&config, list.to_string_lossy().into_owned(), args.options.limit)?;
    let code = run::run_list(&config, spec, &args.output_args, cli.global.quiet).await?;
    let gone = "The demo's folder is gone now: `review`, `resume` and `status` are for lists of your own.";
    let _ = writeln!(std::io::stderr(), "{gone}");
    // Items that need review are part of the demo, not a failure.
    Ok(if code == ExitCode::from(EXIT_INCOMPLETE) { ExitCode::SUCCESS } else { code })
}

fn demo_settings(sandbox: &Sandbox, speed: f64) -> Vec<SettingOverride> {
    let mut flags = vec![
        demo_setting("listing.condition", "good"),
        demo_setting("providers.discogs.key", "demo"),
        demo_setting("http.user_agent", concat!("DraftMaker/", env!("CARGO_PKG_VERSION"), " (the demo)")),
    ];
    for (variable, address) in sandbox.settings() {
        if let Some(service) = variable.strip_suffix("_BASE_URL") {
            flags.push(demo_setting(&format!("providers.{}.base_url", service.to_lowercase()), &address));
        }
    }
    if speed > 1.0 {
        let faster = |(service, pace): (&str, f64)| {
            demo_setting(&format!("providers.{service}.requests_per_minute"), &(pace * speed).to_string())
        };
        flags.extend(REQUESTS_PER_MINUTE.map(faster));
    }
    flags
}

fn demo_setting(key: &str, value: &str) -> SettingOverride {
    SettingOverride::new(key, "demo", value)
}
