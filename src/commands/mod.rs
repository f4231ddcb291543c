//! Wires one command: settings, the parts it needs, and what they come to. It alone knows every floor.

mod auth;
mod batch;
mod console;
mod demo;
mod doctor;
mod drafts;
mod health;
mod imitation;
mod jobs;
mod join;
mod lookup;
mod review;
mod scan;
mod serve;
mod wiring;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{AuthCommand, Cli, Command, LinesFormat, PlainFormat, ScanArgs, Shown};
use crate::config::{Batch, Config, ConfigError, Flag, Sources, as_json, as_table};
use crate::logging::{self, Terminal};
use client::JoinError;
use domain::batch::Order;
use input::{BadSource, IntakeError};
use pipeline::batch::BatchError;

/// The command line is right and what it asks for cannot be begun: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Does what was typed, program name first.
pub fn main(typed: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(typed) {
        Ok(cli) => cli,
        Err(answer) => {
            // `--help` too; a reader that has gone away wants no more of it.
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    dispatch(&cli).unwrap_or_else(|error| {
        let words = format!("error: {error:#}");
        for line in words.lines() {
            let _ = writeln!(std::io::stderr(), "{}", crate::headless::clean(line));
        }
        exit_code_of(&error)
    })
}

fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(Command::Console(args)) => wait_for(console::console(&settings(cli)?, args)),
        Some(Command::Completions { shell }) => completions(*shell),
        Some(Command::Config(args)) => show_config(&settings(cli)?, args.format),
        Some(Command::Status(args)) => wait_for(join::status(&settings(cli)?, args, cli.everywhere.quiet)),
        Some(Command::Jobs(args)) => wait_for(jobs::jobs(&settings(cli)?, args.format)),
        Some(Command::Auth(args)) => wait_for(authorise(&settings(cli)?, &args.what)),
        Some(Command::Drafts(args)) => wait_for(drafts::drafts(&settings(cli)?, args)),
        Some(Command::Doctor(args)) => wait_for(doctor::doctor(&settings(cli)?, args)),
        Some(Command::Sandbox(args)) => wait_for(imitation::serve(args)),
        Some(Command::Run(args)) => {
            let config = settings(cli)?;
            let order = order(&config, args.source.clone(), args.way.limit)?;
            run(&config, order, args.force, &args.shown, cli.everywhere.quiet)
        }
        Some(Command::Scan(args)) => scan(&settings(cli)?, args, cli.everywhere.quiet),
        Some(Command::Resume(args)) => {
            let config = settings(cli)?;
            let resumed = batch::resume(&config, args, cli.everywhere.quiet);
            logged(&config, &args.shown, cli, resumed)
        }
        Some(Command::Review(args)) => wait_for(review::review(&settings(cli)?, args)),
        Some(Command::Lookup(args)) => {
            let config = settings(cli)?;
            logged(&config, &Shown::default(), cli, lookup::lookup(&config, args))
        }
        Some(Command::Demo(args)) => wait_for(demo::demo(cli, args)),
        Some(Command::Health) => wait_for(health::health(&settings(cli)?)),
        Some(Command::Serve(_)) => serve(cli, &settings(cli)?),
        None => without_command(cli),
    }
}

/// One batch: at the service that owns the data directory, or in this process.
fn run(config: &Config, order: Order, force: bool, shown: &Shown, quiet: bool) -> anyhow::Result<ExitCode> {
    match join::service(config)? {
        Some(service) => wait_for(join::run(&service, &order, force, shown, quiet)),
        // The log is begun by the batch itself, once its list is read: before that nothing is written.
        None => wait_for(batch::run(config, order, shown, quiet)),
    }
}

/// The scanner's screen where there is a terminal, lines where there is none.
fn scan(config: &Config, args: &ScanArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let takes_keys = args.way.limit.is_none() && !args.shown.no_tui && args.shown.format == LinesFormat::Text;
    if takes_keys && ::console::Terminal::there_is_one(None).is_ok() {
        return wait_for(console::scan(config));
    }
    wait_for(scan::scan(config, args, quiet))
}

async fn authorise(config: &Config, what: &AuthCommand) -> anyhow::Result<ExitCode> {
    match what {
        AuthCommand::Ebay(args) => auth::sign_in(config, args).await,
        AuthCommand::Status { format } => auth::status(config, *format).await,
        AuthCommand::Revoke => auth::revoke(config),
    }
}

/// Runs to the end on a runtime of its own.
fn wait_for(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(command);
    // A read of standard input cannot be called off, and the process ends here anyway.
    runtime.shutdown_background();
    done
}

/// With the log open: on file always, on the terminal only where no bar is drawn.
fn logged(
    config: &Config,
    shown: &Shown,
    cli: &Cli,
    command: impl Future<Output = anyhow::Result<ExitCode>>,
) -> anyhow::Result<ExitCode> {
    begin_log(config, shown, cli.everywhere.quiet)?;
    wait_for(command)
}

fn begin_log(config: &Config, shown: &Shown, quiet: bool) -> anyhow::Result<()> {
    let settings = log_settings(config)?;
    let terminal = match (shown.as_shown(quiet).draws_bar(), settings.is_json()) {
        (true, _) => Terminal::Nothing,
        (false, true) => Terminal::Everything,
        (false, false) => Terminal::Warnings,
    };
    Ok(logging::start(&settings, terminal)?)
}

fn log_settings(config: &Config) -> Result<logging::Settings, ConfigError> {
    let mode = config.section::<Batch>("batch")?.mode;
    Ok(config.section::<logging::Settings>("log")?.decided(mode.as_deref()))
}

/// What a batch over `source` is to do, by the settings.
fn order(config: &Config, source: String, limit: Option<u64>) -> anyhow::Result<Order> {
    let batch = config.section::<Batch>("batch")?;
    let listing = config.section::<domain::listing::Settings>("listing")?;
    Ok(Order {
        source,
        source_type: String::new(),
        generation: None,
        create_drafts: batch.create_drafts,
        test_mode: batch.test_mode,
        review: batch.review,
        sink: wiring::sink(config)?,
        condition: listing.condition,
        copies: listing.copies,
        limit,
        retry_of: None,
        output: batch.output.to_string_lossy().into_owned(),
    })
}

/// 2 for what the operator can mend before anything begins, 1 for a run that failed.
fn exit_code_of(error: &anyhow::Error) -> ExitCode {
    let unbegun = error.chain().any(|cause| {
        cause.is::<Usage>()
            || cause.is::<ConfigError>()
            || cause.is::<IntakeError>()
            || cause.is::<BadSource>()
            || cause.downcast_ref::<BatchError>().is_some_and(BatchError::is_unbegun)
            || cause.downcast_ref::<JoinError>().is_some_and(JoinError::is_unbegun)
    });
    ExitCode::from(if unbegun { 2 } else { 1 })
}

fn settings(cli: &Cli) -> Result<Config, ConfigError> {
    let flags = cli.settings().into_iter().map(|given| Flag::new(given.key, given.flag, given.value)).collect();
    Config::load(&Sources::of_process(cli.everywhere.config.clone(), flags)?)
}

/// `MODE=api` serves, and `MODE=batch` runs one batch, as the container does from cron; else the operator learns what to
/// type.
fn without_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    let config = settings(cli)?;
    let batch = config.section::<Batch>("batch")?;
    match (batch.mode.as_deref(), batch.source) {
        // `docker exec NAME draft-maker` has the environment that the service was started with: the service runs already,
        // and a person who types wants to see it.
        (Some("api"), _) => match join::service(&config)? {
            Some(_) if ::console::Terminal::there_is_one(None).is_ok() => open_console(&config),
            Some(running) => Err(Usage(format!(
                "the service runs already, at {}: give a list, or `draft-maker jobs` to see the batches",
                running.address()
            ))
            .into()),
            None => serve(cli, &config),
        },
        (Some("batch"), Some(source)) => {
            run(&config, order(&config, source, None)?, false, &Shown::default(), cli.everywhere.quiet)
        }
        (Some("batch"), None) => {
            Err(Usage("MODE=batch needs INPUT_SOURCE: gs://bucket/object or a file".into()).into())
        }
        (Some("console"), _) => open_console(&config),
        (None, _) if ::console::Terminal::there_is_one(None).is_ok() => open_console(&config),
        (Some(mode), _) => {
            Err(Usage(format!("MODE is {mode:?}; there are api (serve), batch (run INPUT_SOURCE) and console")).into())
        }
        (None, _) => Err(Usage(
            "nothing to do: give a list, for example `draft-maker upcs.txt`, or try `draft-maker demo`; \
             `draft-maker --help` shows all"
                .into(),
        )
        .into()),
    }
}

/// The console as it opens without a word.
fn open_console(config: &Config) -> anyhow::Result<ExitCode> {
    wait_for(console::console(config, &crate::cli::ConsoleArgs::default()))
}

/// The service, with its log.
fn serve(cli: &Cli, config: &Config) -> anyhow::Result<ExitCode> {
    logged(config, &Shown { no_tui: true, ..Shown::default() }, cli, serve::serve(config))
}

fn show_config(config: &Config, format: PlainFormat) -> anyhow::Result<ExitCode> {
    let rows = config.rows();
    print(&match format {
        PlainFormat::Text => as_table(&rows),
        PlainFormat::Json => as_json(&rows),
    })
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "draft-maker", &mut script);
    print(&String::from_utf8(script)?)
}

/// Writes to standard output. A reader that went away (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
