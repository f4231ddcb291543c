//! The text that narrows a list while one types it.

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler as _;

use domain::terminal_text::strip_terminal_controls;

/// The text, and whether keys go into it.
#[derive(Clone, Default)]
pub(super) struct FilterInput {
    input: tui_input::Input,
    is_typing: bool,
}

impl FilterInput {
    /// From now on keys are text.
    pub(super) fn start_typing(&mut self) {
        self.is_typing = true;
    }

    pub(super) fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// What the keys do that are no text.
    pub(super) fn input_hint(&self) -> Option<&'static str> {
        self.is_typing.then_some("Enter keeps the filter  Esc clears it")
    }

    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    pub(super) fn set_text(&mut self, text: &str) {
        *self = Self { input: text.to_owned().into(), is_typing: false };
    }

    /// For the line under the list; `None` where nothing is narrowed.
    pub(super) fn display_text(&self) -> Option<String> {
        let cursor = if self.is_typing { "▏" } else { "" };
        (self.is_typing || !self.text().is_empty())
            .then(|| format!("/{}{cursor}", strip_terminal_controls(self.text())))
    }

    /// Takes a key: Enter keeps the text, Esc gives it up. False where none is being typed.
    pub(super) fn handle_key(&mut self, key: KeyEvent) -> bool {
        if !self.is_typing {
            return false;
        }
        match key.code {
            KeyCode::Esc => *self = Self::default(),
            KeyCode::Enter => self.is_typing = false,
            _ => {
                self.input.handle_event(&Input::Key(key));
            }
        }
        true
    }
}
