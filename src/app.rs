//! Wires one command: settings, the parts it needs, and what they come to. It alone knows every floor.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Command, PlainFormat};
use crate::config::{Config, ConfigError, Flag, Sources, as_json, as_table};

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
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        exit_code_of(&error)
    })
}

fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Some(Command::Completions { shell }) => completions(*shell),
        Some(Command::Config(args)) => show_config(&settings(cli)?, args.format),
        Some(Command::Run(_)) => anyhow::bail!("`run` is not wired yet"),
        Some(Command::Lookup(_)) => anyhow::bail!("`lookup` is not wired yet"),
        Some(Command::Resume(_)) => anyhow::bail!("`resume` is not wired yet"),
        Some(Command::Jobs(_)) => anyhow::bail!("`jobs` is not wired yet"),
        Some(Command::Demo(_)) => anyhow::bail!("`demo` is not wired yet"),
        Some(Command::Sandbox(_)) => anyhow::bail!("`sandbox` is not wired yet"),
        None => without_command(&settings(cli)?),
    }
}

/// 2 for what the operator can mend before anything begins, 1 for a run that failed.
fn exit_code_of(error: &anyhow::Error) -> ExitCode {
    let unbegun = error.chain().any(|cause| cause.is::<Usage>() || cause.is::<ConfigError>());
    ExitCode::from(if unbegun { 2 } else { 1 })
}

fn settings(cli: &Cli) -> Result<Config, ConfigError> {
    let flags = cli.settings().into_iter().map(|given| Flag::new(given.key, given.flag, given.value)).collect();
    Config::load(&Sources::of_process(cli.everywhere.config.clone(), flags)?)
}

/// `MODE=batch` runs one batch, as the container does from cron; else the operator learns what to type.
fn without_command(config: &Config) -> anyhow::Result<ExitCode> {
    let batch = config.section::<crate::config::Batch>("batch")?;
    match (batch.mode.as_deref(), batch.source) {
        (Some("batch"), Some(_source)) => anyhow::bail!("`run` is not wired yet"),
        (Some("batch"), None) => {
            Err(Usage("MODE=batch needs INPUT_SOURCE: gs://bucket/object or a file".into()).into())
        }
        _ => Err(Usage(
            "nothing to do: give a list, for example `draft-maker upcs.txt`, or try `draft-maker demo`; \
             `draft-maker --help` shows all"
                .into(),
        )
        .into()),
    }
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
