//! Dispatches the command line to one function per command.
//!
//! [`main`] parses the arguments, loads the settings, and prints errors. It returns the exit code of the command.

mod arrange_photos;
mod attach;
mod auth;
mod catalog;
mod catalog_import;
mod catalog_object;
mod catalog_output;
mod catalog_update;
mod confirm;
mod console;
mod demo;
mod demo_files;
mod doctor;
mod draft_update;
mod drafts;
mod dump_download;
mod dump_server;
mod edit;
mod error;
mod find;
mod health;
mod jobs;
mod labels;
mod location;
mod logs;
mod lookup;
mod man;
mod output;
mod photo_hint;
mod photos;
mod report;
mod review;
mod run;
mod sandbox;
mod scan;
mod serve;
mod settings_file;
mod spec;
mod store;
mod token;
mod undo;
mod unknown_word;
mod validation;
mod watch;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use crate::bootstrap;
use crate::cli::{
    AuthCommand, BuildVersion, Cli, CliCommand, ConfigArgs, ConfigCommand, ConsoleArgs, EventFormatArg, OutputArgs,
    OutputFormat, ScanArgs, full_command,
};
use crate::config::{BatchSettings, Config, ConfigError, ConfigSources, Mode};
use domain::job_spec::JobSpec;
use error::{UsageError, exit_status_for};
use futures::future::LocalBoxFuture;
use input::Source;
use logs::init_logging;
use output::{print_json, print_stdout};
use spec::job_spec;

/// Runs the command line and returns the exit code. The first argument is the name of the program.
pub fn main(typed: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = typed.into_iter().collect::<Vec<_>>();
    let wants_json = output::wants_json(&typed);
    let cli = match Cli::parse_args(typed) {
        Ok(cli) => cli,
        Err(answer) => {
            let exit_code = u8::try_from(answer.exit_code()).unwrap_or(2);
            if wants_json && exit_code == 0 {
                return print_answer_as_json(&answer).unwrap_or(ExitCode::FAILURE);
            }
            // This also prints `--help`. A closed pipe is not an error.
            let _ = answer.print();
            if wants_json && exit_code != 0 {
                let text = answer.render().to_string();
                output::print_json_error(text.trim_start_matches("error: ").trim(), exit_code);
            }
            return ExitCode::from(exit_code);
        }
    };
    dispatch_command(&cli).unwrap_or_else(|error| {
        print_error(&error);
        let exit_code = exit_status_for(&error);
        if wants_json {
            output::print_json_error(&describe_error(&error), exit_code);
        }
        ExitCode::from(exit_code)
    })
}

/// Prints the output of `--help` or `--version` as JSON.
fn print_answer_as_json(answer: &clap::Error) -> anyhow::Result<ExitCode> {
    match answer.kind() {
        clap::error::ErrorKind::DisplayVersion => print_version(OutputFormat::Json),
        _ => print_json(&serde_json::json!({ "help": answer.render().to_string() })),
    }
}

/// Formats the error with its causes, without causes that the previous message already contains.
fn describe_error(error: &anyhow::Error) -> String {
    let mut messages = error.chain().map(|cause| match cause.downcast_ref::<std::io::Error>() {
        Some(error) => files::describe_io_error(error),
        None => files::remove_error_numbers(&cause.to_string()),
    });
    let mut text = messages.next().unwrap_or_default();
    for cause in messages {
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Prints the error, and the path of the log file if the log may explain more.
fn print_error(error: &anyhow::Error) {
    let mut message = format!("error: {}", describe_error(error));
    let log = crate::logging::current_log_file().filter(|_| exit_status_for(error) != 2);
    message.extend(log.map(|path| format!("\nlog: {}", path.display())));
    for line in message.lines() {
        let _ = writeln!(std::io::stderr(), "{}", crate::headless::strip_terminal_controls(line));
    }
}

fn dispatch_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(CliCommand::Console(args)) => {
            let config = load_config(cli)?;
            let demo = demo::DemoServices::start(cli, &config)?;
            open_console(demo.as_ref().map_or(&config, demo::DemoServices::config), args, cli.global.json)
        }
        Some(CliCommand::Completions { shell }) => print_completions(*shell, format_of(cli, OutputFormat::Text)),
        Some(CliCommand::Man(args)) => man::print_or_write_pages(args, format_of(cli, OutputFormat::Text)),
        Some(CliCommand::Version) => print_version(format_of(cli, OutputFormat::Text)),
        Some(CliCommand::Config(args)) => run_config_command(cli, args),
        Some(CliCommand::Sandbox(args)) => block_on(sandbox::serve_sandbox(args, format_of(cli, OutputFormat::Text))),
        Some(CliCommand::Demo(args)) => block_on(demo::run_demo(cli, args)),
        Some(command) => {
            let config = load_config(cli)?;
            let demo = if asks_services(command) { demo::DemoServices::start(cli, &config)? } else { None };
            run_configured_command(cli, command, demo.as_ref().map_or(&config, demo::DemoServices::config))
        }
        None => run_default_command(cli),
    }
}

/// Fetches the eBay sign-in from the database if it is stored there, because settings such as the default destination
/// depend on it. A failure is only a warning, because not every batch needs the sign-in.
fn fetch_sign_in(config: &Config) -> anyhow::Result<()> {
    if config.encryption_key()?.is_none() || config.store_location()?.database().is_none() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let fetched = runtime.block_on(async {
        match bootstrap::open_shared_sign_in(config).await? {
            Some(shared) => Ok(shared.synchronize().await?),
            None => anyhow::Ok(()),
        }
    });
    if let Err(error) = fetched {
        output::print_stderr(&format!("warning: cannot read the eBay sign-in from the database: {error:#}"));
    }
    Ok(())
}

/// Returns whether a command depends on the eBay sign-in. `auth` fetches the sign-in itself.
const fn uses_sign_in(command: &CliCommand) -> bool {
    matches!(
        command,
        CliCommand::Drafts(_)
            | CliCommand::Run(_)
            | CliCommand::Watch(_)
            | CliCommand::Scan(_)
            | CliCommand::Resume(_)
            | CliCommand::Review(_)
            | CliCommand::Photos(_)
            | CliCommand::Edit(_)
            | CliCommand::Undo(_)
            | CliCommand::Lookup(_)
            | CliCommand::Serve(_)
    )
}

/// Returns whether a command sends requests about items to the services: to simulated ones if the data is a demo's.
const fn asks_services(command: &CliCommand) -> bool {
    matches!(
        command,
        CliCommand::Run(_)
            | CliCommand::Scan(_)
            | CliCommand::Resume(_)
            | CliCommand::Photos(_)
            | CliCommand::Edit(_)
            | CliCommand::Undo(_)
            | CliCommand::Lookup(_)
            | CliCommand::Find(_)
    )
}

/// Runs a command that needs the settings.
fn run_configured_command(cli: &Cli, command: &CliCommand, config: &Config) -> anyhow::Result<ExitCode> {
    if uses_sign_in(command) {
        fetch_sign_in(config)?;
    }
    let quiet = cli.global.quiet;
    let format = |own: OutputFormat| format_of(cli, own);
    if command.needs_credentials() {
        config.check_credential_names()?;
    }
    match command {
        CliCommand::Status(args) => block_on(attach::show_status(config, args, format(args.format), quiet)),
        CliCommand::Jobs(args) => block_on(jobs::list_jobs(config, format(args.format))),
        CliCommand::Auth(args) => block_on(run_auth_command(cli, config, &args.command)),
        CliCommand::Drafts(args) => block_on(drafts::list_or_delete_drafts(config, args, format(args.format))),
        CliCommand::Report(args) => block_on(report::print_report(config, args, format(args.format))),
        CliCommand::Doctor(args) => block_on(doctor::check_setup(config, args, format(args.format))),
        CliCommand::Run(args) => {
            unknown_word::check_list_names(&args.source)?;
            // The form that identifies the list in a later run, whatever form of the address was typed.
            let source = Source::join_addresses(&args.source).parse::<Source>()?;
            let spec = job_spec(config, source.to_string(), args.options.limit)?;
            let spec = JobSpec { list_options: args.list.to_list_options(), ..spec };
            run_batch(config, spec, args.force, &args.output_args.with_global(&cli.global), quiet)
        }
        CliCommand::Watch(args) => {
            let shown = OutputArgs { no_tui: true, ..OutputArgs::default() }.with_global(&cli.global);
            logs::init_file_logging(config, &shown)?;
            block_on(watch::watch_folder(config, args, &shown, quiet))
        }
        CliCommand::Scan(args) => {
            let args = ScanArgs { output_args: args.output_args.with_global(&cli.global), ..args.clone() };
            scan_barcodes(config, &args, quiet)
        }
        CliCommand::Resume(args) => {
            let shown = args.output_args.with_global(&cli.global);
            with_logging(config, &shown, cli, run::resume_job(config, args, &shown, quiet))
        }
        CliCommand::Review(args) => block_on(review::write_or_apply_review(config, args, format(OutputFormat::Text))),
        CliCommand::Store(args) => block_on(store::run_store_command(config, args, format(OutputFormat::Text))),
        CliCommand::Find(args) => block_on(find::find_releases(config, args, format(args.format))),
        CliCommand::Catalog(args) => catalog::run_catalog_command(config, args, format, quiet),
        CliCommand::Token => token::print_token(config, format(OutputFormat::Text)),
        CliCommand::Health(args) => block_on(health::check_health(config, args, format(OutputFormat::Text))),
        CliCommand::Serve(_) => serve_with_logging(cli, config),
        other => run_logged_command(cli, other, config),
    }
}

/// Runs a command that writes a log and has no output flags of its own.
fn run_logged_command(cli: &Cli, command: &CliCommand, config: &Config) -> anyhow::Result<ExitCode> {
    let (shown, quiet) = (OutputArgs::default().with_global(&cli.global), cli.global.quiet);
    match command {
        CliCommand::Photos(args) => {
            with_logging(config, &shown, cli, photos::upload_photos(config, args, &shown, quiet))
        }
        CliCommand::Edit(args) => {
            let format = format_of(cli, args.format);
            with_logging(config, &shown, cli, edit::edit_items(config, args, format, quiet))
        }
        CliCommand::Undo(args) => {
            let format = format_of(cli, args.format);
            with_logging(config, &shown, cli, undo::undo_last_action(config, args, format, quiet))
        }
        CliCommand::Lookup(args) => {
            let format = format_of(cli, args.format);
            with_logging(config, &shown, cli, lookup::look_up_upc(config, args, format))
        }
        other => Err(UsageError(format!("{other:?} does not use settings")).into()),
    }
}

/// Returns JSON if `--json` was given, otherwise the format of the command's own flag.
fn format_of(cli: &Cli, own: OutputFormat) -> OutputFormat {
    own.or_json(cli.global.json)
}

/// Runs one batch: at the service that owns the data directory, or in this process.
fn run_batch(config: &Config, spec: JobSpec, force: bool, shown: &OutputArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    match attach::running_service(config)? {
        Some(service) => block_on(attach::run_at_service(config, &service, &spec, force, shown, quiet)),
        // The batch starts the log after it has read the list; nothing is logged before.
        None => block_on(run::run_list(config, spec, shown, quiet)),
    }
}

/// Opens the scan screen on a terminal; otherwise reads lines.
fn scan_barcodes(config: &Config, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let takes_keys =
        args.options.limit.is_none() && !args.output_args.no_tui && args.output_args.format == EventFormatArg::Text;
    if takes_keys && ::console::ConsoleTerminal::check_available(None).is_ok() {
        return block_on(console::open_scanner(config));
    }
    block_on(scan::scan_from_stdin(config, args, quiet))
}

async fn run_auth_command(cli: &Cli, config: &Config, what: &AuthCommand) -> anyhow::Result<ExitCode> {
    let shared = bootstrap::open_shared_sign_in(config).await?;
    let fetched = match &shared {
        Some(shared) => shared.synchronize().await,
        None => Ok(()),
    };
    let exit_code = match what {
        AuthCommand::Ebay(args) => auth::sign_in(config, args, format_of(cli, OutputFormat::Text)).await?,
        AuthCommand::Location(args) => {
            fetched?;
            return location::create_location(config, args, format_of(cli, OutputFormat::Text)).await;
        }
        AuthCommand::Revoke { yes } => auth::revoke_sign_in(config, *yes, format_of(cli, OutputFormat::Text)).await?,
        AuthCommand::Status { format } => {
            fetched?;
            return auth::show_auth_status(config, format_of(cli, *format)).await;
        }
    };
    // Overwrite the sign-in in the database, even if it could not be read.
    if let Some(shared) = shared {
        shared.overwrite().await?;
    }
    Ok(exit_code)
}

/// Runs a command to completion on a new runtime.
fn block_on(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Boxed, so that the code of the runtime is compiled once instead of once per command.
    let command: LocalBoxFuture<'_, _> = Box::pin(command);
    let done = runtime.block_on(command);
    // A read of standard input cannot be canceled, and the process exits here anyway.
    runtime.shutdown_background();
    done
}

/// Runs a command with logging: always to the file, to standard error only if no progress bar is drawn.
fn with_logging(
    config: &Config,
    shown: &OutputArgs,
    cli: &Cli,
    command: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    init_logging(config, shown, cli.global.quiet)?;
    block_on(command)
}

/// Loads the settings and prints warnings about them.
fn load_config(cli: &Cli) -> Result<Config, ConfigError> {
    let config = Config::load(&config_sources(cli)?)?;
    for warning in config.warnings() {
        output::print_stderr(&format!("warning: {}", crate::headless::strip_terminal_controls(warning)));
    }
    Ok(config)
}

fn config_sources(cli: &Cli) -> Result<ConfigSources, ConfigError> {
    ConfigSources::for_process(cli.global.config.clone(), cli.flag_settings())
}

/// Runs the command that `MODE` names: `api` serves, `batch` runs one batch, as the container does from cron. Without
/// `MODE`, opens the console, or prints usage if there is no terminal.
fn run_default_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = load_config(cli)?;
    let demo = if has_terminal() { demo::DemoServices::start(cli, &config)? } else { None };
    let config = demo.as_ref().map_or(&config, demo::DemoServices::config);
    fetch_sign_in(config)?;
    let batch = config.section::<BatchSettings>("batch")?;
    if matches!(batch.mode, Some(Mode::Api | Mode::Batch)) {
        config.check_credential_names()?;
    }
    match (batch.mode, batch.source) {
        // `docker exec NAME draft-maker` inherits the environment of the service. The service already runs, so the
        // operator wants to see it.
        (Some(Mode::Api), _) => match attach::running_service(config)? {
            Some(_) if has_terminal() => open_console(config, &ConsoleArgs::default(), cli.global.json),
            Some(running) => Err(UsageError(format!(
                "the service is already running at {}. Name a list, or run `draft-maker jobs` to see the batches",
                running.address()
            ))
            .into()),
            None => serve_with_logging(cli, config),
        },
        (Some(Mode::Batch), Some(source)) => {
            let shown = OutputArgs::default().with_global(&cli.global);
            run_batch(config, job_spec(config, source, None)?, false, &shown, cli.global.quiet)
        }
        (Some(Mode::Batch), None) => {
            Err(UsageError("MODE=batch is set, but INPUT_SOURCE is not. Set it to gs://bucket/object or a file".into())
                .into())
        }
        (Some(Mode::Console), _) => open_console(config, &ConsoleArgs::default(), cli.global.json),
        (None, _) if has_terminal() => open_console(config, &ConsoleArgs::default(), cli.global.json),
        (None, _) => Err(UsageError(
            "nothing to do. Name a list, for example `draft-maker upcs.txt`, or try `draft-maker demo`. \
             `draft-maker --help` shows all commands"
                .into(),
        )
        .into()),
    }
}

fn has_terminal() -> bool {
    ::console::ConsoleTerminal::check_available(None).is_ok()
}

/// Opens the console, or prints its key bindings or theme. The screens have no JSON form.
fn open_console(config: &Config, args: &ConsoleArgs, json: bool) -> anyhow::Result<ExitCode> {
    if json && !args.print_keys && !args.print_theme {
        let message = "the console has no JSON output; use `draft-maker jobs --json` or `draft-maker status --json`";
        return Err(UsageError(message.to_owned()).into());
    }
    block_on(console::open_console(config, args, json))
}

/// Runs the service with logging.
fn serve_with_logging(cli: &Cli, config: &Config) -> anyhow::Result<ExitCode> {
    let shown = OutputArgs { no_tui: true, ..OutputArgs::default() }.with_global(&cli.global);
    with_logging(config, &shown, cli, serve::serve_api(config, format_of(cli, OutputFormat::Text)))
}

fn run_config_command(cli: &Cli, args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let format = format_of(cli, args.format);
    match args.command {
        Some(ConfigCommand::Path) => settings_file::print_path(&config_sources(cli)?, &load_config(cli)?, format),
        Some(ConfigCommand::Init) => settings_file::create(&config_sources(cli)?, format),
        None => settings_file::print_settings(&config_sources(cli)?, &load_config(cli)?, format),
    }
}

fn print_version(format: OutputFormat) -> anyhow::Result<ExitCode> {
    match format {
        OutputFormat::Text => print_stdout(&full_command().render_version()),
        OutputFormat::Json => print_json(&BuildVersion::current()),
    }
}

fn print_completions(shell: clap_complete::Shell, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut full_command(), "draft-maker", &mut script);
    let script = String::from_utf8(script)?;
    match format {
        OutputFormat::Text => print_stdout(&script),
        OutputFormat::Json => print_json(&serde_json::json!({ "shell": shell.to_string(), "script": script })),
    }
}
