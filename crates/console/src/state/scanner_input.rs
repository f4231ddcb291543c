//! Scans on their way to the scanner's screen. Whoever scans looks at the box and not at the screen: what is scanned while
//! another screen lies over the scanner's lands all the same, and its keys mean nothing there.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Console;
use crate::screen::{Effect, Transition};
use crate::screens::ScanScreen;

/// Digits of the shortest barcode, an EAN-8. Fewer are somebody's who presses digits.
const MIN_BARCODE_DIGITS: usize = 8;

/// Characters of an AIM identifier: `]E0`.
const AIM_IDENTIFIER_LEN: usize = 3;

impl Console {
    /// Whether the terminal's bell rings for what somebody who looks away has to hear.
    pub fn audible_alert_enabled(&self) -> bool {
        self.preferences.audible_alert
    }

    /// A text that was pasted.
    pub fn handle_paste(&mut self, text: &str) -> Vec<Effect> {
        self.status_message = None;
        if self.command_line.is_open() {
            self.command_line.handle_paste(text);
            return Vec::new();
        }
        let reaction = self.top_screen().handle_paste(text).unwrap_or(Transition::Stay);
        self.apply_transition(reaction)
    }

    /// The scanner's screen where it is open already, else a new one.
    pub(super) fn open_scanner(&mut self) -> Transition {
        if let Some(at) = self.screens.iter().rposition(|screen| screen.accepts_scans()) {
            self.screens.truncate(at + 1);
            return Transition::Stay;
        }
        let (scan, ask) = ScanScreen::new(crate::scan_session::new_session_id());
        Transition::Push(Box::new(scan), Some(ask))
    }

    /// Takes a key of a scanner over another screen than its own; `None` for any other key.
    pub(super) fn capture_scan_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let above = self.screens.len() - 1;
        let scanner = self.screens[..above].iter().rposition(|screen| screen.accepts_scans())?;
        let (place, is_plain) =
            (self.key_context(), !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT));
        match key.code {
            KeyCode::Char(c) if is_plain && self.belongs_to_scan(c, self.keymap.command_for(place, key).is_some()) => {
                self.scan_buffer.push(c);
                Some(Vec::new())
            }
            KeyCode::Enter | KeyCode::Tab if self.scan_buffer.len() >= MIN_BARCODE_DIGITS => {
                let code = std::mem::take(&mut self.scan_buffer);
                self.notify_user(&format!("scanned: {code}"));
                let reaction = self.screens[scanner].handle_paste(&format!("{code}\n"))?;
                Some(self.apply_transition(reaction))
            }
            _ => {
                self.scan_buffer.clear();
                None
            }
        }
    }

    fn belongs_to_scan(&self, c: char, is_command: bool) -> bool {
        match self.scan_buffer.chars().next() {
            _ if c.is_ascii_digit() => true,
            Some(']') => self.scan_buffer.len() < AIM_IDENTIFIER_LEN,
            Some(_) => false,
            None => c == ']' && !is_command,
        }
    }
}
