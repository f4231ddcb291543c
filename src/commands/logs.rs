//! Starts the log of a command.

use std::io::Write as _;

use crate::cli::OutputArgs;
use crate::config::{BatchSettings, Config, ConfigError, Mode};
use crate::logging::{self, StderrVerbosity};

/// Starts logging to the log file, and to standard error unless a progress bar is drawn there.
///
/// # Errors
/// Returns an error if the log settings are invalid or a filter cannot be parsed.
pub(super) fn init_logging(config: &Config, shown: &OutputArgs, quiet: bool) -> anyhow::Result<()> {
    let verbosity =
        if shown.to_output_options(quiet).draws_bar() { StderrVerbosity::Off } else { StderrVerbosity::Warnings };
    start_log(config, shown, verbosity)
}

/// Starts logging to the file only, for a command that prints each failure itself, unless `-v` asks for more.
///
/// # Errors
/// Same as [`init_logging`].
pub(super) fn init_file_logging(config: &Config, shown: &OutputArgs) -> anyhow::Result<()> {
    start_log(config, shown, StderrVerbosity::Off)
}

fn start_log(config: &Config, shown: &OutputArgs, verbosity: StderrVerbosity) -> anyhow::Result<()> {
    let settings = log_settings(config)?;
    let draws_bar = verbosity == StderrVerbosity::Off && shown.to_output_options(false).draws_bar();
    let shows_all = (settings.is_json() || shown.shows_log) && !draws_bar;
    logging::init_logging(&settings, if shows_all { StderrVerbosity::Full } else { verbosity })?;
    if let Some(file) = logging::current_log_file().filter(|_| shown.shows_log) {
        let _ = writeln!(std::io::stderr(), "log: {}", file.display());
    }
    Ok(())
}

/// Returns the log settings, with the format that the mode of the process implies.
///
/// # Errors
/// Returns [`ConfigError`] if the `[log]` or `[batch]` table is invalid.
pub(super) fn log_settings(config: &Config) -> Result<logging::Settings, ConfigError> {
    let is_unattended = matches!(config.section::<BatchSettings>("batch")?.mode, Some(Mode::Api | Mode::Batch));
    Ok(config.section::<logging::Settings>("log")?.with_resolved_format(is_unattended))
}
