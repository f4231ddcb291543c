//! The demo: the real program over a real list, against imitated services on this machine.
//!
//! The pipeline does not know that it is a demo. Only settings differ: the addresses, and the pace, which the
//! sandbox's limits allow to be as many times faster as they are.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;

use super::batch;
use crate::cli::{Cli, DemoArgs};
use crate::config::{Config, Flag, Sources};
use crate::headless::UNFINISHED;
use sandbox::{DEMO_LIST, Options, Sandbox};

/// How many times faster the imitated services' minutes pass, unless real limits are asked for.
const SPEED: f64 = 20.0;

/// The pace of each service, in requests a minute: a little below the documented limit, since at this speed what a
/// busy machine delays looks like haste. The Cover Art Archive documents none.
const PACES: [(&str, f64); 3] = [("musicbrainz", 59.0), ("discogs", 58.0), ("coverartarchive", 0.0)];

/// Runs the demo list from a folder that is gone afterwards; the result files stay in the output folder.
pub(super) async fn demo(cli: &Cli, args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let speed = if args.real_limits { 1.0 } else { SPEED };
    let sandbox = Sandbox::start(Options { speed, ..Options::default() }).await?;
    let folder = tempfile::tempdir().context("the demo needs a temporary folder")?;
    let list = folder.path().join("upcs.txt");
    std::fs::write(&list, DEMO_LIST)?;
    let mut flags = settings(&sandbox, speed);
    flags.push(flag("batch.data_dir", &folder.path().join("data").to_string_lossy()));
    flags.push(flag("http.pace_dir", &folder.path().join("pace").to_string_lossy()));
    flags.extend(cli.settings().into_iter().map(|given| Flag::new(given.key, given.flag, given.value)));
    let config = Config::load(&Sources { flags, ..Sources::default() })?;
    let order = super::order(&config, list.to_string_lossy().into_owned(), args.way.limit)?;
    let code = batch::run(&config, order, &args.shown, cli.everywhere.quiet).await?;
    let gone = "The demo's folder is gone now: `review`, `resume` and `status` are for lists of your own.";
    let _ = writeln!(std::io::stderr(), "{gone}");
    // The items that a person has to look at are what the demo is to show, and no failure of it.
    Ok(if code == ExitCode::from(UNFINISHED) { ExitCode::SUCCESS } else { code })
}

fn settings(sandbox: &Sandbox, speed: f64) -> Vec<Flag> {
    let mut flags = vec![
        flag("listing.condition", "good"),
        flag("providers.discogs.key", "demo"),
        flag("http.user_agent", concat!("DraftMaker/", env!("CARGO_PKG_VERSION"), " (the demo)")),
    ];
    for (variable, address) in sandbox.settings() {
        if let Some(service) = variable.strip_suffix("_BASE_URL") {
            flags.push(flag(&format!("providers.{}.base_url", service.to_lowercase()), &address));
        }
    }
    if speed > 1.0 {
        let faster = |(service, pace): (&str, f64)| {
            flag(&format!("providers.{service}.requests_per_minute"), &(pace * speed).to_string())
        };
        flags.extend(PACES.map(faster));
    }
    flags
}

fn flag(key: &str, value: &str) -> Flag {
    Flag::new(key, "demo", value)
}
