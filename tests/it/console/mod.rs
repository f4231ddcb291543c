//! Whole sessions of the console on a pseudo-terminal, here and joined to a service.

mod deciding;
mod faults;
mod joined;
mod operation;
mod protocols;
mod pty;
mod replay;
mod scan_sessions;
mod session;
mod starting;
mod terminal_input;

use console::{Console, Keymap, Screen, Theme};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use testing::events::at;

/// A command on a terminal of (rows, columns), which must write this text and end.
pub(crate) async fn on_a_terminal(shop: &crate::batch::shop::Shop, command: &[&str], size: (u16, u16), text: &str) {
    let mut session = pty::Session::open(shop, command, size);
    session.until_written(text).await;
    session.wait_for_exit().await;
}

/// Opens the home page of the console, waits for this text, and quits.
pub(crate) async fn console_shows(shop: &crate::batch::shop::Shop, text: &str) {
    let mut session = pty::Session::open(shop, &["console"], (30, 100));
    session.until("this folder").await;
    session.press("~");
    session.until(text).await;
    session.press("q");
    session.wait_for_exit().await;
}

/// Half a minute after the first event.
fn now() -> Timestamp {
    at("2024-03-18T14:30:52Z")
}

/// A console without colors that begins with this screen.
fn console(first: impl Screen + 'static) -> Console {
    Console::new("this console".to_owned(), Keymap::new(None).unwrap(), Theme::new(false, true), Box::new(first), true)
}

/// What is on a screen of this size.
fn drawn(console: &mut Console, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    terminal.backend().to_string()
}
