//! The log: daily files in the log folder, and standard error while nothing is drawn there. Lines are text, or in a
//! container one JSON object per event with its job and UPC.

mod json_format;
mod size_limited_writer;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use serde::Deserialize;
use tracing::Subscriber;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt};

use size_limited_writer::SizeLimitedWriter;

/// The section `[log]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// Level, or a filter such as `info,draft_maker_upstream=debug`.
    pub level: String,
    /// Folder of the log files, created if it is missing.
    pub directory: PathBuf,
    /// Maximum number of daily files.
    pub max_files: usize,
    /// Maximum size of a daily file, in bytes.
    pub max_file_bytes: u64,
    /// Format of a line; `None` means JSON in a container and text elsewhere.
    #[serde(default)]
    pub format: Option<LogFormat>,
}

/// Format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Plain text.
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

impl Settings {
    /// Returns the settings with a format set: the configured one, otherwise JSON if `MODE` is set (a container) and
    /// standard error is not a terminal, otherwise text.
    #[must_use]
    pub fn with_resolved_format(mut self, is_unattended: bool) -> Self {
        let is_container = is_unattended && !io::stderr().is_terminal();
        self.format.get_or_insert(if is_container { LogFormat::Json } else { LogFormat::Text });
        self
    }

    /// Returns whether lines are JSON.
    pub fn is_json(&self) -> bool {
        self.format == Some(LogFormat::Json)
    }
}

/// How much of the log goes to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StderrVerbosity {
    /// Nothing, because a progress bar or a screen is drawn there.
    Off,
    Warnings,
    /// Everything, because the log of a container is its standard error.
    Full,
}

/// Reason why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    #[error("log.level is {0:?}; use error, warn, info, debug or trace")]
    UnknownLevel(String),
    #[error("log.level is {level:?}, which is not a filter ({error}); use error, warn, info, debug or trace")]
    InvalidLevel { level: String, error: ParseError },
    #[error("the log was already started: {0}")]
    AlreadyStarted(#[from] TryInitError),
}

/// Starts the log of this process. If the folder is not writable, the process runs without log files.
///
/// # Errors
/// Returns an error for an invalid filter, or if the log was already started.
pub fn init_logging(settings: &Settings, terminal: StderrVerbosity) -> Result<(), LoggingError> {
    let stderr_filter = match terminal {
        StderrVerbosity::Off => EnvFilter::new("off"),
        StderrVerbosity::Warnings => EnvFilter::new("warn"),
        StderrVerbosity::Full => parse_filter(&settings.level)?,
    };
    let file_filter = parse_filter(&settings.level)?;
    let (file, error) = match open_log_file(settings) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let json = settings.is_json();
    let file = file.map(|file| {
        let layer = if json { json_layer(Mutex::new(file)) } else { text_layer(Mutex::new(file)) };
        layer.with_filter(file_filter)
    });
    let stderr_layer = if json { json_layer(io::stderr) } else { stderr_text_layer() };
    tracing_subscriber::registry().with(file).with(stderr_layer.with_filter(stderr_filter)).try_init()?;
    if let Some(error) = error {
        let folder = settings.directory.display();
        tracing::warn!(
            "No log file is written in {folder}: {}. Set log.directory to a folder that can be written.",
            files::remove_error_numbers(&error.to_string())
        );
    }
    Ok(())
}

fn json_layer<S, W>(writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    fmt::layer().fmt_fields(JsonFields::new()).event_format(json_format::JsonLogFormat).with_writer(writer).boxed()
}

fn text_layer<S, W>(writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    fmt::layer().with_ansi(false).with_writer(writer).boxed()
}

/// Creates the text layer for standard error, without timestamps.
fn stderr_text_layer<S>() -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer().with_ansi(false).with_target(false).without_time().with_writer(io::stderr).boxed()
}

/// Reason why no log file is written.
#[derive(Debug, thiserror::Error)]
enum LogFileError {
    #[error("{}", files::describe_io_error(.0))]
    Folder(#[from] io::Error),
    #[error(transparent)]
    Open(#[from] InitError),
}

fn open_log_file(settings: &Settings) -> Result<SizeLimitedWriter<RollingFileAppender>, LogFileError> {
    // The appender lists old files before it creates the folder, and prints an error if the folder is missing.
    std::fs::create_dir_all(&settings.directory)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("draft-maker")
        .filename_suffix("log")
        .max_log_files(settings.max_files.max(1))
        .build(&settings.directory)?;
    let today = settings.directory.join(format!("draft-maker.{}.log", size_limited_writer::utc_today()));
    let file_bytes = std::fs::metadata(&today).map_or(0, |file| file.len());
    let _ = LOG_FILE.set(today);
    Ok(SizeLimitedWriter::new(file, settings.max_file_bytes, file_bytes, settings.is_json()))
}

/// Path of the log file of this process, once it has been opened.
static LOG_FILE: OnceLock<PathBuf> = OnceLock::new();

/// Returns the log file of this process, or `None` if it writes none.
pub fn current_log_file() -> Option<&'static Path> {
    LOG_FILE.get().map(PathBuf::as_path)
}

/// Checks `log.level`.
///
/// # Errors
/// Returns [`LoggingError::UnknownLevel`] for a single word that is not a level, and [`LoggingError::InvalidLevel`] for a
/// filter that cannot be parsed.
pub fn check_level(level: &str) -> Result<(), LoggingError> {
    parse_filter(level).map(drop)
}

/// Parses the filter. A bare level applies to Draft Maker's crates (all targets begin with `draft_maker`), and other
/// crates log at WARN. Any other text is used as a filter unchanged.
fn parse_filter(level: &str) -> Result<EnvFilter, LoggingError> {
    let directives = match level.trim().parse::<LevelFilter>() {
        Ok(ours) => format!("{},draft_maker={ours}", ours.min(LevelFilter::WARN)),
        // A word without a level would be read as the name of a crate.
        Err(_) if !level.contains(['=', ',']) => return Err(LoggingError::UnknownLevel(level.to_owned())),
        Err(_) => level.to_owned(),
    };
    EnvFilter::builder()
        .parse(directives)
        .map_err(|error| LoggingError::InvalidLevel { level: level.to_owned(), error })
}
