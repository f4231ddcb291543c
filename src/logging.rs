//! The log: daily files in the log folder, and warnings on standard error while nothing draws there.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter, ParseError};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt};

/// `[log]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// A level, or a filter such as `info,draft_maker::http=debug`.
    pub level: String,
    /// The folder for the files; it is made where it is missing.
    pub directory: PathBuf,
    /// How many daily files are kept.
    pub max_files: usize,
}

/// What standard error gets of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// A bar or a screen is drawn there.
    Nothing,
    Warnings,
}

/// The log cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    #[error("log.level {level:?} is no level and no filter ({error}); use error, warn, info, debug or trace")]
    Level { level: String, error: ParseError },
    #[error("a log was already begun: {0}")]
    Begun(#[from] TryInitError),
}

/// Begins the log of this process. A folder that cannot be written costs the files and not the run.
///
/// # Errors
/// [`LoggingError::Level`], and [`LoggingError::Begun`] for a second call.
pub fn start(settings: &Settings, terminal: Terminal) -> Result<(), LoggingError> {
    let filter = filter(&settings.level)?;
    let (file, trouble) = match open(settings) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let file = file.map(|file| fmt::layer().with_ansi(false).with_writer(file).with_filter(filter));
    let warnings = match terminal {
        Terminal::Nothing => LevelFilter::OFF,
        Terminal::Warnings => LevelFilter::WARN,
    };
    let side = fmt::layer().with_ansi(false).with_target(false).without_time().with_writer(io::stderr);
    tracing_subscriber::registry().with(file).with(side.with_filter(warnings)).try_init()?;
    if let Some(error) = trouble {
        tracing::warn!(folder = %settings.directory.display(), %error, "no log file is written");
    }
    Ok(())
}

fn open(settings: &Settings) -> Result<RollingFileAppender, InitError> {
    // The appender counts old files before it makes the folder, and complains on standard error where there is none.
    let _ = std::fs::create_dir_all(&settings.directory);
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("draft-maker")
        .filename_suffix("log")
        .max_log_files(settings.max_files.max(1))
        .build(&settings.directory)
}

/// A bare level is ours; of the libraries below, warnings are enough. A filter is taken as it stands.
fn filter(level: &str) -> Result<EnvFilter, LoggingError> {
    let directives = match level.trim().parse::<LevelFilter>() {
        Ok(ours) => format!("{},draft_maker={ours}", ours.min(LevelFilter::WARN)),
        Err(_) => level.to_owned(),
    };
    EnvFilter::builder().parse(directives).map_err(|error| LoggingError::Level { level: level.to_owned(), error })
}
