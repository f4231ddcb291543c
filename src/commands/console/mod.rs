//! `draft-maker console`: the console over the jobs of this process, or of the service that owns the data folder.

mod bookmarks;
mod completion;
mod file_browser;
mod gcs_connection;
mod image_fetcher;
mod local_backend;
mod local_data_source;
mod remote_backend;
mod replay;
mod upload;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crate::bootstrap;
use crate::cli::ConsoleArgs;
use crate::commands::demo_files::mark_found_files;
use crate::commands::error::UsageError;
use crate::commands::output::{print_json, print_stdout};
use crate::config::{BatchSettings, Config};
use crate::headless;
use crate::logging::{self, StderrVerbosity as LogTerminal};
use client::ServiceClient;
use console::{
    Backend, BrowseScreen, Console, ConsoleTerminal, Effect, JobEffect, JobScreen, Keymap, Settings, StartScreen, run,
};
use console::{
    ExitSummary, LastPlace, SavedState, ScanScreen, Screen, UnrecordedChange, new_session_id, theme_to_toml,
};
use local_backend::LocalBackend;
use pipeline::batch::OutputFiles;
use remote_backend::RemoteBackend;

/// Opens the console, or prints its key bindings or theme.
pub(super) async fn open_console(config: &Config, args: &ConsoleArgs, json: bool) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("console")?;
    let keymap = load_keymap(&settings.keys)?;
    let file = match (args.print_keys, args.print_theme) {
        (true, _) => Some(keymap.to_toml()),
        (false, true) => Some(theme_to_toml(settings.theme().map_err(usage)?)),
        (false, false) => None,
    };
    match file {
        Some(file) if json => return print_json(&toml::from_str::<serde_json::Value>(&file)?),
        Some(file) => return print_stdout(&file),
        None => {}
    }
    let saved = SavedState::load(&settings.state_file);
    let last_place = last_place_for(args, &saved);
    let is_first_start = saved.last_place.is_none();
    let first = || first_screen(args, last_place.as_ref(), is_first_start);
    let kind = FirstScreen::Other(Box::new(saved), last_place.clone());
    Box::pin(run_console(config, &settings, keymap, kind, first)).await
}

/// Returns the place where the operator left the console, if it is started in the same folder without an argument.
fn last_place_for(args: &ConsoleArgs, saved: &SavedState) -> Option<LastPlace> {
    let here = std::path::absolute(".").ok()?;
    saved.last_place.clone().filter(|place| args.source.is_none() && place.started_in == here)
}

/// Opens the console on the scan screen.
pub(super) async fn open_scanner(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("console")?;
    let keymap = load_keymap(&settings.keys)?;
    let before_a_scanner = || {
        let (screen, ask) = ScanScreen::new(new_session_id());
        Ok((Box::new(screen) as Box<dyn Screen>, ask))
    };
    Box::pin(run_console(config, &settings, keymap, FirstScreen::Scanner, before_a_scanner)).await
}

/// First screen of the console.
enum FirstScreen {
    Scanner,
    /// Any other screen, with the saved state and the place of the last session to return to.
    Other(Box<SavedState>, Option<LastPlace>),
}

/// Returns the error for a setting of the console that cannot be used.
fn usage(error: impl std::error::Error) -> UsageError {
    UsageError(error.to_string())
}

async fn run_console(
    config: &Config,
    settings: &Settings,
    keymap: Keymap,
    kind: FirstScreen,
    first: impl FnOnce() -> anyhow::Result<(Box<dyn Screen>, Effect)>,
) -> anyhow::Result<ExitCode> {
    let (theme, light_theme) = (settings.theme().map_err(usage)?, settings.light_theme().map_err(usage)?);
    let preferences = settings.preferences().map_err(usage)?;
    ConsoleTerminal::check_available(settings.term.as_deref()).map_err(|error| UsageError(error.to_string()))?;
    let (first, ask) = first()?;
    let stop = headless::watch_signals()?;
    logging::init_logging(&crate::commands::logs::log_settings(config)?, LogTerminal::Off)?;
    let terminal = ConsoleTerminal::enter()?;
    let mut console = Console::new("…".to_owned(), keymap, theme, first, true)
        .with_preferences(preferences)
        .with_light_theme(light_theme)
        .with_capabilities(settings.terminal_capabilities());
    let mouse = settings.mouse.then_some(Effect::CaptureMouse(true));
    let (result_files_config, flags) = (config.clone(), config.command_flags());
    let config = config.clone();
    let is_scanner = matches!(kind, FirstScreen::Scanner);
    let operations = async move { open_backend(&config, is_scanner).await.map_err(|error| format!("{error:#}")) };
    let mut effects = [ask].into_iter().chain(mouse).collect::<Vec<_>>();
    if let FirstScreen::Other(saved, last_place) = kind {
        console = console.with_saved_state(settings.state_file.clone(), *saved);
        if let Some(place) = last_place {
            if let Ok(job) = place.batch.parse() {
                effects.extend(console.reopen_batch(job, &place.view));
            }
            if place.shows_batches {
                effects.extend(console.reopen_batches());
            }
        }
    }
    let left = Box::pin(run(terminal, console, effects, operations, &stop)).await?;
    print_summaries(&result_files_config, &left, &flags).await
}

/// Connects to the service that owns the data directory, or opens the data directory in this process.
async fn open_backend(config: &Config, is_scanner: bool) -> anyhow::Result<Arc<dyn Backend>> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    Ok(match ServiceClient::discover(&data_dir)? {
        Some(service) => Arc::new(RemoteBackend::connect(config, &data_dir, service).await?),
        None => Arc::new(LocalBackend::open(config, is_scanner).await?),
    })
}

/// Loads the key bindings: the built-in ones, overridden by the operator's file if it exists.
fn load_keymap(file: &Path) -> anyhow::Result<Keymap> {
    let own = match std::fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(UsageError(format!("{}: {}", file.display(), files::describe_io_error(&error))).into());
        }
    };
    Keymap::new(own.as_deref()).map_err(|error| UsageError(format!("{}: {error}", file.display())).into())
}

/// Returns the first screen: a bucket or folder, the start dialog of a list, or a job. Without a source, returns the
/// folder or bucket that was open last.
fn first_screen(
    args: &ConsoleArgs,
    last_place: Option<&LastPlace>,
    is_first_start: bool,
) -> anyhow::Result<(Box<dyn Screen>, Effect)> {
    let Some(source) = &args.source else {
        let location = last_place.and_then(|place| file_browser::parse_location(&place.location).ok().flatten());
        let (browse, ask) = location.map_or_else(BrowseScreen::for_current_dir, BrowseScreen::for_location);
        let browse = if is_first_start { browse.for_first_start() } else { browse };
        return Ok((Box::new(browse), ask));
    };
    if let Ok(job) = source.parse::<domain::job_spec::JobId>() {
        return Ok((Box::new(JobScreen::new(job.clone())), Effect::Job(JobEffect::AttachJob(job))));
    }
    if let Some(location) = file_browser::parse_location(source).map_err(UsageError)? {
        let (browse, ask) = BrowseScreen::for_location(location);
        return Ok((Box::new(browse), ask));
    }
    let (start, ask) = StartScreen::for_source(source.clone());
    Ok((Box::new(start), ask))
}

/// Prints the summary of every watched job to the restored terminal. Suggested commands include `flags`.
async fn print_summaries(config: &Config, left: &ExitSummary, flags: &str) -> anyhow::Result<ExitCode> {
    let (mut text, mut code) = (String::new(), ExitCode::SUCCESS);
    for (_, projection) in &left.watched {
        let (job, output) = {
            let projection = projection.read();
            (projection.job.clone(), projection.spec.as_ref().map(|spec| spec.output.clone()))
        };
        let paths = match output {
            Some(output) => {
                let found = bootstrap::result_storage(config)?.find_files(&job, &output).await;
                mark_found_files(&config.section::<BatchSettings>("batch")?.data_dir, found)?
            }
            None => Vec::new(),
        };
        let projection = projection.read();
        if left.service_runs_jobs && projection.state.is_active() {
            text += &headless::format_service_continues(&projection, left.connection_lost_since);
            code = ExitCode::SUCCESS;
            continue;
        }
        let files = OutputFiles { paths, ..OutputFiles::default() };
        text += &headless::format_summary_with_flags(&projection, &files, flags);
        code = headless::exit_code(&projection);
    }
    if !left.unrecorded.is_empty() {
        text += &format_unrecorded(&left.unrecorded);
        code = ExitCode::FAILURE;
    }
    print_stdout(&text)?;
    Ok(code)
}

/// Formats the decisions and edits that were not recorded, one item per line, each with a trailing line break.
fn format_unrecorded(changes: &[UnrecordedChange]) -> String {
    let mut text = "\nNot recorded:\n".to_owned();
    for UnrecordedChange { job, upcs, error } in changes {
        let error = headless::strip_terminal_controls(error);
        for upc in upcs {
            let _ = writeln!(text, "  {upc} of {job}: {error}");
        }
    }
    text + "Open the console again to repeat what you entered for them.\n"
}
