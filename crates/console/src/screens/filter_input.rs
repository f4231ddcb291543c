//! Filter of a list: text that narrows the rows as the operator types it.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::widgets;
use crate::screen::DrawContext;
use crate::text_field::TextField;
use domain::terminal_text::strip_terminal_controls;

/// The text of a filter, and whether keys edit it.
#[derive(Clone, Default)]
pub(super) struct FilterInput {
    field: TextField,
    is_typing: bool,
}

impl FilterInput {
    /// Lets the next keys edit the text.
    pub(super) fn start_typing(&mut self) {
        self.is_typing = true;
    }

    pub(super) fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// Returns what Enter and Esc do while the operator types; `None` at other times.
    pub(super) fn input_hint(&self) -> Option<&'static str> {
        self.is_typing.then_some("Enter applies the filter  Esc clears it")
    }

    pub(super) fn text(&self) -> &str {
        self.field.text()
    }

    pub(super) fn set_text(&mut self, text: &str) {
        *self = Self { field: text.into(), is_typing: false };
    }

    /// Handles a key while the operator types: Enter ends typing, Esc clears the filter, any other key edits the text.
    /// Returns false if no text is being typed.
    pub(super) fn handle_key(&mut self, key: KeyEvent) -> bool {
        if !self.is_typing {
            return false;
        }
        match key.code {
            KeyCode::Esc => *self = Self::default(),
            KeyCode::Enter => self.is_typing = false,
            _ => {
                self.field.handle_key(key);
            }
        }
        true
    }

    /// Inserts pasted text. Returns false if no text is being typed.
    pub(super) fn handle_paste(&mut self, text: &str) -> bool {
        if self.is_typing {
            self.field.paste(text);
        }
        self.is_typing
    }

    /// Returns `/text  ` for the line below a list; empty if there is no filter.
    pub(super) fn label(&self) -> String {
        if self.field.is_empty() { String::new() } else { format!("/{}  ", strip_terminal_controls(self.text())) }
    }

    /// Draws the filter, if there is one, followed by `summary` on one line.
    pub(super) fn draw_before(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        summary: &str,
        style: Style,
        draw: DrawContext<'_>,
    ) {
        if self.is_typing {
            self.draw_input(frame, area, &format!("  {summary}"), style, draw);
        } else {
            let line = Line::styled(format!("{}{summary}", self.label()), style);
            frame.render_widget(widgets::fit_line(line, area.width), area);
        }
    }

    /// Draws the text with its cursor, followed by `suffix` on one line.
    pub(super) fn draw_input(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        suffix: &str,
        style: Style,
        draw: DrawContext<'_>,
    ) {
        self.field.draw_between(frame, area, "/", Line::from(Span::styled(suffix, style)), style, draw);
    }
}
