//! Complete console sessions on a pseudo-terminal, local and joined to a service.

mod batch_start;
mod faults;
mod image_protocols;
mod joined;
mod pty;
mod replay;
mod review_decisions;
mod safe_operation;
mod scan_sessions;
mod session;
mod terminal_input;

use console::{Console, Keymap, Screen, Theme};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use testing::events::timestamp;

/// Runs a command on a terminal of (rows, columns) until it has written this text and exited.
pub(crate) async fn run_on_terminal(shop: &crate::batch::shop::Shop, command: &[&str], size: (u16, u16), text: &str) {
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

/// Returns the time half a minute after the first event.
fn now() -> Timestamp {
    timestamp("2024-03-18T14:30:52Z")
}

/// Returns a console without colors that starts with this screen.
fn console(first: impl Screen + 'static) -> Console {
    Console::new("this console".to_owned(), Keymap::new(None).unwrap(), Theme::plain(), Box::new(first), true)
}

/// Renders the console at this size.
fn rendered(console: &mut Console, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    terminal.backend().to_string()
}
