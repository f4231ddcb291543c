//! The console over the batches of this process, or of the service that it has joined.

mod complete;
mod desk;
mod here;
mod pictures;
mod places;
mod spots;
mod tape;
mod there;
mod upload;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};

use super::{Usage, print};
use crate::cli::ConsoleArgs;
use crate::config::{Batch, Config};
use crate::headless;
use crate::logging::{self, Terminal as LogTerminal};
use client::Service;
use console::{Action, Browse, Console, Keymap, Operations, Settings, Spot, Start, Terminal, Watch, run};
use console::{Left, Pane, Scan, scanners_name, theme_to_toml};
use here::Here;
use pipeline::batch::Files;
use there::There;

/// Opens the console, or prints its keys.
pub(super) async fn console(config: &Config, args: &ConsoleArgs) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("console")?;
    let keymap = keymap(&settings.keys)?;
    if args.print_keys {
        return print(&keymap.to_toml());
    }
    if args.print_theme {
        return print(&theme_to_toml(settings.theme().map_err(Usage)?));
    }
    Box::pin(show(config, &settings, keymap, || first_screen(args))).await
}

/// Opens the console before a scanner.
pub(super) async fn scan(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("console")?;
    let keymap = keymap(&settings.keys)?;
    let before_a_scanner = || {
        let (screen, ask) = Scan::new(scanners_name());
        Ok((Box::new(screen) as Box<dyn Pane>, ask))
    };
    Box::pin(show(config, &settings, keymap, before_a_scanner)).await
}

async fn show(
    config: &Config,
    settings: &Settings,
    keymap: Keymap,
    first: impl FnOnce() -> anyhow::Result<(Box<dyn Pane>, Action)>,
) -> anyhow::Result<ExitCode> {
    let (theme, taste) = (settings.theme().map_err(Usage)?, settings.taste().map_err(Usage)?);
    Terminal::there_is_one(settings.term.as_deref()).map_err(|error| Usage(error.to_string()))?;
    let (first, ask) = first()?;
    let stop = headless::watch_signals()?;
    logging::start(&super::log_settings(config)?, LogTerminal::Nothing)?;
    let terminal = Terminal::take()?;
    let console = Console::new("…".to_owned(), keymap, theme, first, true).with_taste(taste).reaching(settings.reach());
    let mouse = settings.mouse.then_some(Action::Mouse(true));
    let config = config.clone();
    let operations = async move { operations(&config).await.map_err(|error| format!("{error:#}")) };
    let asks = [ask].into_iter().chain(mouse).collect();
    let left = Box::pin(run(terminal, console, asks, operations, &stop)).await?;
    last_words(&left)
}

/// The service that owns the data directory, where one runs; else this process.
async fn operations(config: &Config) -> anyhow::Result<Arc<dyn Operations>> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    Ok(match Service::of(&data_dir)? {
        Some(service) => Arc::new(There::join(config, &data_dir, service).await?),
        None => Arc::new(Here::open(config).await?),
    })
}

/// The operator's own keys lie over the built-in ones, where he has any.
fn keymap(file: &Path) -> anyhow::Result<Keymap> {
    let own = match std::fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Usage(format!("{}: {error}", file.display())).into()),
    };
    Keymap::new(own.as_deref()).map_err(|error| Usage(format!("{}: {error}", file.display())).into())
}

/// Where the console begins: in a bucket or a folder, before a list, or at a batch.
fn first_screen(args: &ConsoleArgs) -> anyhow::Result<(Box<dyn Pane>, Action)> {
    let Some(source) = &args.source else {
        let (browse, ask) = Browse::here();
        return Ok((Box::new(browse), ask));
    };
    if let Ok(job) = source.parse::<domain::batch::JobId>() {
        return Ok((Box::new(Watch::of(job.clone())), Action::Watch(job)));
    }
    if let Some(spot) = spots::parse(source).map_err(Usage)? {
        let (browse, ask) = Browse::at(spot);
        return Ok((Box::new(browse), ask));
    }
    let (start, ask) = Start::over(source.clone());
    Ok((Box::new(start), ask))
}

/// What stays on the terminal: the summary of every batch that was watched and has something to tell.
fn last_words(left: &Left) -> anyhow::Result<ExitCode> {
    let (mut text, mut code) = (String::new(), ExitCode::SUCCESS);
    for (_, board) in &left.watched {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        text += &headless::summary(&board, &Files::default());
        code = headless::exit_code(&board);
    }
    print(&text)?;
    Ok(code)
}

/// A folder of this machine, as a spot.
fn folder(path: impl Into<std::path::PathBuf>) -> Spot {
    Spot::Folder(path.into())
}
