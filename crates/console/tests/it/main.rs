//! Tests of the console: its keys, rendered screens, and random sequences of keys and sizes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_console as console;

mod ascii;
mod background_sort;
mod bulk;
mod columns;
mod command_line;
mod cursor;
mod dialogs;
mod edits;
mod field_screens;
mod foot;
mod images;
mod item;
mod item_page;
mod keys;
mod mouse;
mod navigation;
mod next_steps;
mod photos;
mod pictures;
mod random_input;
mod replay;
mod review;
mod scan;
mod screens;
mod start;
mod states;
mod svg;
mod text_field;
mod themes;
mod unsaved;
mod uploads;

use parking_lot::RwLock;
use std::sync::Arc;

use console::{Console, Effect, ItemEffect, Keymap, Message, Screen, Theme};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use testing::events::{job_spec, timestamp};

/// Returns the id of the batch that all tests use.
fn job() -> JobId {
    "batch_20240318_143022_0".parse().unwrap()
}

/// Returns a time half a minute after the first event.
fn now() -> Timestamp {
    timestamp("2024-03-18T14:30:52Z")
}

/// Returns the projection of a batch after these events, which are one second apart.
fn projection_of(events: impl IntoIterator<Item = JobEvent>) -> JobProjection {
    let mut projection = JobProjection::new(job());
    for (second, event) in [JobEvent::Submitted { spec: job_spec() }].into_iter().chain(events).enumerate() {
        let at = timestamp("2024-03-18T14:30:22Z") + jiff::SignedDuration::from_secs(i64::try_from(second).unwrap());
        projection.apply_event(&EventEnvelope { seq: Seq(1), at, job: job(), payload: event }).unwrap();
    }
    projection
}

/// Returns the message that the batch is attached.
fn watching(projection: JobProjection) -> Message {
    Message::JobAttached { job: job(), result: Ok(Arc::new(RwLock::new(projection))) }
}

/// Returns a console without colors whose lowest screen is this one.
fn console(first: impl Screen + 'static) -> Console {
    Console::new("this console".to_owned(), Keymap::new(None).unwrap(), Theme::plain(), Box::new(first), true)
}

/// Returns a console with the colors of the dark theme.
fn colored_console(first: impl Screen + 'static) -> Console {
    Console::new("this console".to_owned(), Keymap::new(None).unwrap(), Theme::new(true, true), Box::new(first), true)
}

/// Returns the screen as drawn on a terminal of this size.
fn drawn(console: &mut Console, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    terminal.backend().to_string()
}

/// Returns the cells of a terminal, row by row. The second cell of a wide character is empty.
fn cells(console: &mut Console, width: u16, height: u16) -> Vec<Vec<String>> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    let cells = terminal.backend().buffer().content().iter().map(|cell| cell.symbol().to_owned());
    cells.collect::<Vec<_>>().chunks(usize::from(width)).map(<[String]>::to_vec).collect()
}

/// Returns the text on a terminal, without trailing spaces.
fn picture(console: &mut Console, width: u16, height: u16) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let mut picture = String::new();
    for row in cells(console, width, height) {
        let (mut line, mut hidden) = (String::new(), 0);
        for cell in row {
            if hidden == 0 {
                line += &cell;
                hidden = cell.width().max(1);
            }
            hidden -= 1;
        }
        picture.push_str(line.trim_end());
        picture.push('\n');
    }
    picture
}

/// Returns a key by its name in `keys.toml`, for the keys that the tests use.
fn key(name: &str) -> KeyEvent {
    let (code, modifiers) = match name {
        "enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "esc" => (KeyCode::Esc, KeyModifiers::NONE),
        "end" => (KeyCode::End, KeyModifiers::NONE),
        "pgdn" => (KeyCode::PageDown, KeyModifiers::NONE),
        "left" => (KeyCode::Left, KeyModifiers::NONE),
        "down" => (KeyCode::Down, KeyModifiers::NONE),
        "tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "ctrl-y" => (KeyCode::Char('y'), KeyModifiers::CONTROL),
        "ctrl-c" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        single => (KeyCode::Char(single.chars().next().unwrap()), KeyModifiers::NONE),
    };
    KeyEvent::new(code, modifiers)
}

/// Presses keys one after another. Returns the effects of the last one.
fn press(console: &mut Console, keys: &[&str]) -> Vec<Effect> {
    keys.iter().fold(Vec::new(), |_, name| {
        let effects = console.handle_key(key(name));
        // The operator pauses after a digit.
        match &effects[..] {
            [Effect::Item(ItemEffect::WaitForDigits { job, sequence })] => {
                console.handle_message(&Message::DigitsPaused { job: job.clone(), sequence: *sequence })
            }
            _ => effects,
        }
    })
}
