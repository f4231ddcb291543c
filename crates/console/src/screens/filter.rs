//! The text that narrows a list while one types it.

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler as _;

use domain::screen::clean;

/// The text, and whether keys go into it.
#[derive(Clone, Default)]
pub(super) struct Filter {
    input: tui_input::Input,
    typing: bool,
}

impl Filter {
    /// From now on keys are text.
    pub(super) fn begin(&mut self) {
        self.typing = true;
    }

    pub(super) fn is_typing(&self) -> bool {
        self.typing
    }

    /// What the keys do that are no text.
    pub(super) fn typing(&self) -> Option<&'static str> {
        self.typing.then_some("Enter keeps the filter  Esc clears it")
    }

    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    pub(super) fn set(&mut self, text: &str) {
        *self = Self { input: text.to_owned().into(), typing: false };
    }

    /// For the line under the list; `None` where nothing is narrowed.
    pub(super) fn shown(&self) -> Option<String> {
        let cursor = if self.typing { "▏" } else { "" };
        (self.typing || !self.text().is_empty()).then(|| format!("/{}{cursor}", clean(self.text())))
    }

    /// Takes a key: Enter keeps the text, Esc gives it up. False where none is being typed.
    pub(super) fn typed(&mut self, key: KeyEvent) -> bool {
        if !self.typing {
            return false;
        }
        match key.code {
            KeyCode::Esc => *self = Self::default(),
            KeyCode::Enter => self.typing = false,
            _ => {
                self.input.handle_event(&Input::Key(key));
            }
        }
        true
    }
}
