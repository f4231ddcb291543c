//! Passes scans to the scan screen. The operator looks at the records rather than the screen while scanning. Therefore
//! a scan reaches the scan screen even if another screen covers it, and its keys have no effect on that screen.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Console;
use crate::screen::{Effect, Transition};
use crate::screens::ScanScreen;
use domain::scan::MIN_BARCODE_DIGITS;

/// Number of characters of an AIM symbology identifier (ISO/IEC 15424), such as `]E0`.
const AIM_IDENTIFIER_LEN: usize = 3;

impl Console {
    /// Returns true if the terminal's bell rings for scans that need attention.
    pub(crate) fn audible_alert_enabled(&self) -> bool {
        self.preferences.audible_alert
    }

    /// Handles pasted text. Returns the effects that follow.
    pub fn handle_paste(&mut self, text: &str) -> Vec<Effect> {
        self.status_message = None;
        if self.command_line.is_open() {
            self.command_line.handle_paste(text);
            return Vec::new();
        }
        let transition = self.top_screen().handle_paste(text).unwrap_or(Transition::Stay);
        self.apply_transition(transition)
    }

    /// Returns to the scan screen if it is open, or opens a new one.
    pub(super) fn open_scanner(&mut self) -> Transition {
        if let Some(at) = self.screens.iter().rposition(|screen| screen.accepts_scans()) {
            if !self.warns_before_closing(Some(at)) {
                self.screens.truncate(at + 1);
            }
            return Transition::Stay;
        }
        let (screen, effect) = ScanScreen::new(crate::scan_session::new_session_id());
        Transition::Push(Box::new(screen), Some(effect))
    }

    /// Handles a key of a scanner while another screen covers the scan screen; `None` for any other key.
    pub(super) fn capture_scan_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let topmost = self.screens.len() - 1;
        if !self.screens[..topmost].iter().any(|screen| screen.accepts_scans()) {
            return None;
        }
        let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let key_context = self.key_context();
        let is_bound = self.keymap.command_for(key_context, key).is_some();
        match key.code {
            KeyCode::Char(c) if is_plain && self.belongs_to_scan(c, is_bound) => {
                self.scan_buffer.push(c);
                Some(Vec::new())
            }
            KeyCode::Enter | KeyCode::Tab if self.scan_buffer.len() >= MIN_BARCODE_DIGITS => {
                let code = std::mem::take(&mut self.scan_buffer);
                Some(self.pass_scan(&code))
            }
            _ => {
                self.scan_buffer.clear();
                None
            }
        }
    }

    /// Passes a barcode to the scan screen, which another screen covers.
    pub(super) fn pass_scan(&mut self, code: &str) -> Vec<Effect> {
        let Some(scanner) = self.screens.iter().rposition(|screen| screen.accepts_scans()) else {
            self.notify_user(&format!("{code} is not one of these items. To add it, go to the scan screen."));
            return Vec::new();
        };
        self.notify_user(&format!("scanned: {code}"));
        let transition = self.screens[scanner].handle_paste(&format!("{code}\n"));
        transition.map(|transition| self.apply_transition(transition)).unwrap_or_default()
    }

    /// Returns true if a character can be part of a scan. A scan starts with a digit, or with `]` if no command is
    /// bound to this key.
    fn belongs_to_scan(&self, c: char, is_bound: bool) -> bool {
        match self.scan_buffer.chars().next() {
            _ if c.is_ascii_digit() => true,
            Some(']') => self.scan_buffer.len() < AIM_IDENTIFIER_LEN,
            Some(_) => false,
            None => c == ']' && !is_bound,
        }
    }
}
