//! Scans on their way to the scanner's screen. Whoever scans looks at the box and not at the screen: what is scanned while
//! another screen lies over the scanner's lands all the same, and its keys mean nothing there.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Console;
use crate::pane::{Action, Reaction};
use crate::screens::Scan;

/// Digits of the shortest barcode, an EAN-8. Fewer are somebody's who presses digits.
const SHORTEST: usize = 8;

/// Characters of an AIM identifier: `]E0`.
const IDENTIFIER: usize = 3;

impl Console {
    /// Whether the terminal's bell rings for what somebody who looks away has to hear.
    pub fn rings(&self) -> bool {
        self.taste.bell
    }

    /// A text that was pasted.
    pub fn paste(&mut self, text: &str) -> Vec<Action> {
        self.last_word = None;
        if self.speech.is_open() {
            return Vec::new();
        }
        let reaction = self.top().pasted(text).unwrap_or(Reaction::Nothing);
        self.react(reaction)
    }

    /// The scanner's screen where it is open already, else a new one.
    pub(super) fn before_the_scanner(&mut self) -> Reaction {
        if let Some(at) = self.screens.iter().rposition(|screen| screen.takes_scans()) {
            self.screens.truncate(at + 1);
            return Reaction::Nothing;
        }
        let (scan, ask) = Scan::new(crate::scanning::name());
        Reaction::Enter(Box::new(scan), Some(ask))
    }

    /// Takes a key of a scanner over another screen than its own; `None` for any other key.
    pub(super) fn scanned(&mut self, key: KeyEvent) -> Option<Vec<Action>> {
        let above = self.screens.len() - 1;
        let scanner = self.screens[..above].iter().rposition(|screen| screen.takes_scans())?;
        let (place, is_plain) = (self.place(), !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT));
        match key.code {
            KeyCode::Char(c) if is_plain && self.is_of_a_scan(c, self.keymap.command(place, key).is_some()) => {
                self.stray.push(c);
                Some(Vec::new())
            }
            KeyCode::Enter | KeyCode::Tab if self.stray.len() >= SHORTEST => {
                let code = std::mem::take(&mut self.stray);
                self.tell(&format!("scanned: {code}"));
                let reaction = self.screens[scanner].pasted(&format!("{code}\n"))?;
                Some(self.react(reaction))
            }
            _ => {
                self.stray.clear();
                None
            }
        }
    }

    fn is_of_a_scan(&self, c: char, is_command: bool) -> bool {
        match self.stray.chars().next() {
            _ if c.is_ascii_digit() => true,
            Some(']') => self.stray.len() < IDENTIFIER,
            Some(_) => false,
            None => c == ']' && !is_command,
        }
    }
}
