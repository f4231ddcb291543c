//! Starts the log of a command.

use std::io::Write as _;

use crate::cli::OutputArgs;
use crate::config::{BatchSettings, Config, ConfigError};
use crate::logging::{self, StderrVerbosity};

/// Opens the log file, and standard error for what is not shown by a progress bar.
///
/// # Errors
/// Returns an error if the log settings are invalid or a filter cannot be parsed.
pub(super) fn init_logging(config: &Config, shown: &OutputArgs, quiet: bool) -> anyhow::Result<()> {
    let settings = log_settings(config)?;
    let terminal = match (shown.to_output_options(quiet).draws_bar(), settings.is_json() || shown.shows_log) {
        (true, _) => StderrVerbosity::Off,
        (false, true) => StderrVerbosity::Full,
        (false, false) => StderrVerbosity::Warnings,
    };
    logging::init_logging(&settings, terminal)?;
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
    let mode = config.section::<BatchSettings>("batch")?.mode;
    Ok(config.section::<logging::Settings>("log")?.with_resolved_format(mode.as_deref()))
}
