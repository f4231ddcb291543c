//! The log: daily files in the log folder, and standard error while nothing draws there. Text for people; for a container
//! a line of JSON each, with the job and the UPC that it is about.

mod json_format;
mod size_limited_writer;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Mutex;

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

/// `[log]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// A level, or a filter such as `info,draft_maker::http=debug`.
    pub level: String,
    /// The folder for the files; it is made where it is missing.
    pub directory: PathBuf,
    /// How many daily files are kept.
    pub max_files: usize,
    /// How large one of them grows, in bytes.
    pub max_file_bytes: u64,
    /// `None` leaves it to where the program runs.
    #[serde(default)]
    pub format: Option<LogFormat>,
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A line of JSON each, for what collects logs.
    Json,
}

impl Settings {
    /// These settings with a format: the one that is set, else JSON for a container (`MODE` says what it does) whose
    /// standard error nobody watches, and text elsewhere.
    #[must_use]
    pub fn with_resolved_format(mut self, mode: Option<&str>) -> Self {
        let is_container = matches!(mode, Some("api" | "batch")) && !io::stderr().is_terminal();
        self.format.get_or_insert(if is_container { LogFormat::Json } else { LogFormat::Text });
        self
    }

    /// True where lines are JSON.
    pub fn is_json(&self) -> bool {
        self.format == Some(LogFormat::Json)
    }
}

/// What standard error gets of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StderrVerbosity {
    /// A bar or a screen is drawn there.
    Off,
    Warnings,
    /// All that the files get: a container's log is its standard error.
    Full,
}

/// The log cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    #[error("log.level {level:?} is no level and no filter ({error}); use error, warn, info, debug or trace")]
    InvalidLevel { level: String, error: ParseError },
    #[error("a log was already begun: {0}")]
    AlreadyStarted(#[from] TryInitError),
}

/// Begins the log of this process. A folder that cannot be written costs the files and not the run.
///
/// # Errors
/// [`LoggingError::Level`], and [`LoggingError::Begun`] for a second call.
pub fn init_logging(settings: &Settings, terminal: StderrVerbosity) -> Result<(), LoggingError> {
    let for_side = match terminal {
        StderrVerbosity::Off => EnvFilter::new("off"),
        StderrVerbosity::Warnings => EnvFilter::new("warn"),
        StderrVerbosity::Full => parse_filter(&settings.level)?,
    };
    let for_file = parse_filter(&settings.level)?;
    let (file, message) = match open_log_file(settings) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let json = settings.is_json();
    let file = file.map(|file| {
        let layer = if json { json_layer(Mutex::new(file)) } else { text_layer(Mutex::new(file)) };
        layer.with_filter(for_file)
    });
    let side = if json { json_layer(io::stderr) } else { stderr_text_layer() };
    tracing_subscriber::registry().with(file).with(side.with_filter(for_side)).try_init()?;
    if let Some(error) = message {
        tracing::warn!(folder = %settings.directory.display(), %error, "no log file is written");
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

/// Text on standard error: whoever reads it there knows what time it is.
fn stderr_text_layer<S>() -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer().with_ansi(false).with_target(false).without_time().with_writer(io::stderr).boxed()
}

fn open_log_file(settings: &Settings) -> Result<SizeLimitedWriter<RollingFileAppender>, InitError> {
    // The appender counts old files before it makes the folder, and complains on standard error where there is none.
    let _ = std::fs::create_dir_all(&settings.directory);
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("draft-maker")
        .filename_suffix("log")
        .max_log_files(settings.max_files.max(1))
        .build(&settings.directory)?;
    let today = settings.directory.join(format!("draft-maker.{}.log", size_limited_writer::utc_today()));
    let held = std::fs::metadata(today).map_or(0, |file| file.len());
    Ok(SizeLimitedWriter::new(file, settings.max_file_bytes, held, settings.is_json()))
}

/// A bare level is ours; of the libraries below, warnings are enough. A filter is taken as it stands.
fn parse_filter(level: &str) -> Result<EnvFilter, LoggingError> {
    let directives = match level.trim().parse::<LevelFilter>() {
        Ok(ours) => format!("{},draft_maker={ours}", ours.min(LevelFilter::WARN)),
        Err(_) => level.to_owned(),
    };
    EnvFilter::builder()
        .parse(directives)
        .map_err(|error| LoggingError::InvalidLevel { level: level.to_owned(), error })
}
