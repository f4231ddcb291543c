//! The demo: the real program over a real list, against simulated services on this machine.
//!
//! The pipeline does not know that it is a demo. Only settings differ: the addresses, and rate limits that are raised
//! by the same factor as the sandbox's.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use catalog::{DumpDate, DumpFile, import_dump};
use domain::sink::SinkKind;

use super::demo_files::{DEMO_MARKER, DEMO_NOTICE, is_demo_data};
use super::run;
use crate::cli::{Cli, DemoArgs};
use crate::commands::error::UsageError;
use crate::config::{BatchSettings, Config, ConfigSources, SettingOverride, SinkSettings};
use crate::headless;
use sandbox::{DEMO_LIST, Sandbox, SandboxOptions};

/// Factor by which the sandbox raises its rate limits, unless `--real-limits` is given.
const DEMO_SPEED: f64 = 40.0;

/// Requests per minute to each service: slightly below the documented limit, because at this speed the delays of a busy
/// machine look like bursts. The Cover Art Archive documents no limit.
const REQUESTS_PER_MINUTE: [(&str, f64); 3] = [("musicbrainz", 59.0), ("discogs", 58.0), ("coverartarchive", 0.0)];

/// Folder of the demo's files, in the working directory.
const DEMO_FOLDER: &str = "draft-maker-demo";

/// Runs the demo list. Results and data stay in [`DEMO_FOLDER`] until the next demo, so that you can try `review`,
/// `jobs` and the console on them.
pub(super) async fn run_demo(cli: &Cli, args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let speed = if args.real_limits { 1.0 } else { DEMO_SPEED };
    let sandbox = Sandbox::start(SandboxOptions { speed, ..SandboxOptions::default() }).await?;
    let config = demo_config(cli, &sandbox, speed, &Path::new(DEMO_FOLDER).join(".data"))?;
    check_demo_sink(&config)?;
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let list = prepare_data_dir(&data_dir)?;
    if args.catalog {
        import_demo_catalogs(&config, &sandbox)?;
    }
    let spec = crate::commands::spec::job_spec(&config, list.to_string_lossy().into_owned(), args.options.limit)?;
    let _ = writeln!(std::io::stderr(), "{}", describe_demo(args.real_limits));
    let shown = args.output_args.with_global(&cli.global);
    let code = run::run_list_with(&config, spec, &shown, cli.global.quiet, headless::demo_exit_code).await?;
    if !cli.global.quiet {
        let _ = writeln!(std::io::stderr(), "{}", describe_requests(&sandbox, args.catalog));
    }
    Ok(code)
}

/// Rejects a destination at eBay, because the demo has no eBay account. Runs before the earlier demo is removed.
fn check_demo_sink(config: &Config) -> anyhow::Result<()> {
    match config.section::<SinkSettings>("market")?.sink {
        None | Some(SinkKind::Csv) => Ok(()),
        Some(sink) => {
            let message = format!(
                "the demo has no eBay account, so it cannot use the destination {sink}; leave out --sink and market.sink"
            );
            Err(UsageError(message).into())
        }
    }
}

/// Imports the data dumps of the simulated services.
fn import_demo_catalogs(config: &Config, sandbox: &Sandbox) -> anyhow::Result<()> {
    let folder = super::catalog::catalog_folder(config)?;
    let month = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().strftime("%Y-%m").to_string();
    for content in [sandbox.catalog().discogs_dump(), sandbox.catalog().musicbrainz_dump()] {
        let content = Box::new(std::io::Cursor::new(content));
        let dump = DumpFile::from_stream("the demo's dump", content).with_server_date(month.parse::<DumpDate>()?);
        let info = import_dump(dump, &folder, &mut |_| {})?;
        let line = format!("Imported an offline catalog of {}: {} releases.", info.database, info.releases);
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    Ok(())
}

/// Describes how many requests the services received.
fn describe_requests(sandbox: &Sandbox, has_catalog: bool) -> String {
    let counts = sandbox.request_counts();
    let of = |service: &str| counts.get(service).map_or(0, |count| count.requests);
    let hint = if has_catalog {
        ""
    } else {
        " To see how many requests an offline catalog saves, run `draft-maker demo --catalog`."
    };
    format!(
        "Requests: MusicBrainz {}, Discogs {}, Cover Art Archive {}.{hint}",
        of("musicbrainz"),
        of("discogs"),
        of("coverartarchive")
    )
}

/// New simulated services for a command that works on the data of a demo. They run until this is dropped.
pub(super) struct DemoServices {
    config: Config,
    _sandbox: Sandbox,
    _runtime: tokio::runtime::Runtime,
}

impl DemoServices {
    /// Starts the services if the data directory in the settings belongs to a demo.
    pub(super) fn start(cli: &Cli, config: &Config) -> anyhow::Result<Option<Self>> {
        let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
        if !is_demo_data(&data_dir) {
            return Ok(None);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let options = SandboxOptions { speed: DEMO_SPEED, ..SandboxOptions::default() };
        let sandbox = runtime.block_on(Sandbox::start(options))?;
        let config = demo_config(cli, &sandbox, DEMO_SPEED, &data_dir)?;
        Ok(Some(Self { config, _sandbox: sandbox, _runtime: runtime }))
    }

    /// Returns the settings of the demo.
    pub(super) const fn config(&self) -> &Config {
        &self.config
    }
}

/// Describes how the demo differs from a real batch.
fn describe_demo(real_limits: bool) -> String {
    let pace = if real_limits {
        "at the pace of the real services".to_owned()
    } else {
        format!("{DEMO_SPEED} times faster than the real limits allow (this list really takes about 4 minutes)")
    };
    format!(
        "This is a demo with simulated services, {pace}, and with a simulated Discogs token.\n\
         Prices are invented. The files are marked DEMO; they are not for upload."
    )
}

fn demo_config(cli: &Cli, sandbox: &Sandbox, speed: f64, data_dir: &Path) -> anyhow::Result<Config> {
    let mut flags = demo_settings(sandbox, speed);
    flags.push(demo_setting("batch.output", DEMO_FOLDER));
    flags.push(demo_setting("batch.data_dir", &data_dir.to_string_lossy()));
    // A demo never writes into the seller's database.
    flags.push(demo_setting("store.url", ""));
    flags.push(demo_setting("http.pace_dir", &data_dir.join("pace").to_string_lossy()));
    flags.extend(cli.flag_settings());
    Ok(Config::load(&ConfigSources { flags, ..ConfigSources::default() })?)
}

/// Removes the data of an earlier demo and writes the list.
fn prepare_data_dir(data_dir: &Path) -> anyhow::Result<PathBuf> {
    if is_demo_data(data_dir) {
        std::fs::remove_dir_all(data_dir).with_context(|| format!("cannot clear {}", data_dir.display()))?;
    } else if data_dir.exists() {
        let message = format!("{} is not the data of a demo; name another folder with --data-dir", data_dir.display());
        return Err(UsageError(message).into());
    }
    let list = data_dir.join("upcs.txt");
    let written = std::fs::create_dir_all(data_dir)
        .and_then(|()| std::fs::write(data_dir.join(DEMO_MARKER), DEMO_NOTICE))
        .and_then(|()| std::fs::write(&list, DEMO_LIST));
    written.map_err(|error| {
        let (folder, why) = (data_dir.display(), files::describe_io_error(&error));
        UsageError(format!("cannot write the files of the demo to {folder}: {why}; start it in a folder of your own"))
    })?;
    Ok(list)
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
