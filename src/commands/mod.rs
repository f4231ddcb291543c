//! Dispatches the command line to one function per command.

mod attach;
mod auth;
mod console;
mod demo;
mod doctor;
mod drafts;
mod error;
mod health;
mod jobs;
mod logs;
mod lookup;
mod output;
mod review;
mod run;
mod sandbox;
mod scan;
mod serve;
mod spec;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{AuthCommand, Cli, CliCommand, EventFormatArg, OutputArgs, OutputFormat, ScanArgs};
use crate::config::{BatchSettings, Config, ConfigError, ConfigSources, format_as_json, format_as_table};
use domain::job_spec::JobSpec;
use error::{UsageError, exit_code_for};
use logs::init_logging;
use output::print_stdout;
use spec::job_spec;

/// Runs the command line, program name first, and returns the exit code.
pub fn main(typed: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::parse_args(typed) {
        Ok(cli) => cli,
        Err(answer) => {
            // Also `--help`. A closed pipe is not an error.
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    dispatch_command(&cli).unwrap_or_else(|error| {
        let message = format!("error: {error:#}");
        for line in message.lines() {
            let _ = writeln!(std::io::stderr(), "{}", crate::headless::strip_terminal_controls(line));
        }
        exit_code_for(&error)
    })
}

fn dispatch_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(CliCommand::Console(args)) => block_on(console::open_console(&load_config(cli)?, args)),
        Some(CliCommand::Completions { shell }) => print_completions(*shell),
        Some(CliCommand::Config(args)) => print_config(&load_config(cli)?, args.format),
        Some(CliCommand::Status(args)) => block_on(attach::show_status(&load_config(cli)?, args, cli.global.quiet)),
        Some(CliCommand::Jobs(args)) => block_on(jobs::list_jobs(&load_config(cli)?, args.format)),
        Some(CliCommand::Auth(args)) => block_on(run_auth_command(&load_config(cli)?, &args.command)),
        Some(CliCommand::Drafts(args)) => block_on(drafts::list_or_delete_drafts(&load_config(cli)?, args)),
        Some(CliCommand::Doctor(args)) => block_on(doctor::check_setup(&load_config(cli)?, args)),
        Some(CliCommand::Sandbox(args)) => block_on(sandbox::serve_sandbox(args)),
        Some(CliCommand::Run(args)) => {
            let config = load_config(cli)?;
            let spec = job_spec(&config, args.source.clone(), args.options.limit)?;
            run_batch(&config, spec, args.force, &args.output_args, cli.global.quiet)
        }
        Some(CliCommand::Scan(args)) => scan_barcodes(&load_config(cli)?, args, cli.global.quiet),
        Some(CliCommand::Resume(args)) => {
            let config = load_config(cli)?;
            let resumed = run::resume_job(&config, args, cli.global.quiet);
            with_logging(&config, &args.output_args, cli, resumed)
        }
        Some(CliCommand::Review(args)) => block_on(review::write_or_apply_review(&load_config(cli)?, args)),
        Some(CliCommand::Lookup(args)) => {
            let config = load_config(cli)?;
            with_logging(&config, &OutputArgs::default(), cli, lookup::look_up_upc(&config, args))
        }
        Some(CliCommand::Demo(args)) => block_on(demo::run_demo(cli, args)),
        Some(CliCommand::Health) => block_on(health::check_health(&load_config(cli)?)),
        Some(CliCommand::Serve(_)) => serve_with_logging(cli, &load_config(cli)?),
        None => run_default_command(cli),
    }
}

/// Runs one batch: at the service that owns the data directory, or in this process.
fn run_batch(config: &Config, spec: JobSpec, force: bool, shown: &OutputArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    match attach::running_service(config)? {
        Some(service) => block_on(attach::run_at_service(&service, &spec, force, shown, quiet)),
        // The batch starts the log once its list is read: before that nothing is written.
        None => block_on(run::run_list(config, spec, shown, quiet)),
    }
}

/// Opens the scan screen on a terminal, and reads lines otherwise.
fn scan_barcodes(config: &Config, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let takes_keys =
        args.options.limit.is_none() && !args.output_args.no_tui && args.output_args.format == EventFormatArg::Text;
    if takes_keys && ::console::ConsoleTerminal::check_available(None).is_ok() {
        return block_on(console::open_scanner(config));
    }
    block_on(scan::scan_from_stdin(config, args, quiet))
}

async fn run_auth_command(config: &Config, what: &AuthCommand) -> anyhow::Result<ExitCode> {
    match what {
        AuthCommand::Ebay(args) => auth::sign_in(config, args).await,
        AuthCommand::Status { format } => auth::show_auth_status(config, *format).await,
        AuthCommand::Revoke => auth::revoke_sign_in(config).await,
    }
}

/// Runs a command to its end on a new runtime.
fn block_on(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(command);
    // A read of standard input cannot be canceled, and the process ends here anyway.
    runtime.shutdown_background();
    done
}

/// Runs a command with logging: to the file always, to standard error only if no progress bar is drawn.
fn with_logging(
    config: &Config,
    shown: &OutputArgs,
    cli: &Cli,
    command: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    init_logging(config, shown, cli.global.quiet)?;
    block_on(command)
}

fn load_config(cli: &Cli) -> Result<Config, ConfigError> {
    Config::load(&ConfigSources::for_process(cli.global.config.clone(), cli.flag_settings())?)
}

/// Runs the command that `MODE` names: `api` serves, `batch` runs one batch as the container does from cron. Without
/// `MODE` it opens the console, or says what to type if there is no terminal.
fn run_default_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = load_config(cli)?;
    let batch = config.section::<BatchSettings>("batch")?;
    match (batch.mode.as_deref(), batch.source) {
        // `docker exec NAME draft-maker` has the environment of the service. The service runs already, so the operator wants
        // to see it.
        (Some("api"), _) => match attach::running_service(&config)? {
            Some(_) if ::console::ConsoleTerminal::check_available(None).is_ok() => open_console(&config),
            Some(running) => Err(UsageError(format!(
                "the service runs already, at {}: give a list, or `draft-maker jobs` to see the batches",
                running.address()
            ))
            .into()),
            None => serve_with_logging(cli, &config),
        },
        (Some("batch"), Some(source)) => {
            run_batch(&config, job_spec(&config, source, None)?, false, &OutputArgs::default(), cli.global.quiet)
        }
        (Some("batch"), None) => {
            Err(UsageError("MODE=batch needs INPUT_SOURCE: gs://bucket/object or a file".into()).into())
        }
        (Some("console"), _) => open_console(&config),
        (None, _) if ::console::ConsoleTerminal::check_available(None).is_ok() => open_console(&config),
        (Some(mode), _) => {
            Err(UsageError(format!("MODE is {mode:?}; there are api (serve), batch (run INPUT_SOURCE) and console"))
                .into())
        }
        (None, _) => Err(UsageError(
            "nothing to do: give a list, for example `draft-maker upcs.txt`, or try `draft-maker demo`; \
             `draft-maker --help` shows all"
                .into(),
        )
        .into()),
    }
}

/// Opens the console without arguments.
fn open_console(config: &Config) -> anyhow::Result<ExitCode> {
    block_on(console::open_console(config, &crate::cli::ConsoleArgs::default()))
}

/// Runs the service with its log.
fn serve_with_logging(cli: &Cli, config: &Config) -> anyhow::Result<ExitCode> {
    with_logging(config, &OutputArgs { no_tui: true, ..OutputArgs::default() }, cli, serve::serve_api(config))
}

fn print_config(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let rows = config.setting_rows();
    print_stdout(&match format {
        OutputFormat::Text => format_as_table(&rows),
        OutputFormat::Json => format_as_json(&rows),
    })
}

fn print_completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "draft-maker", &mut script);
    print_stdout(&String::from_utf8(script)?)
}
