//! Prompt for the file or the bucket object to which the scans are saved as a list.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::scan_session::{ScanEffect, ScanReply};
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::screens::widgets;
use crate::text_field::TextField;
use domain::scan::{MIN_BARCODE_DIGITS, parse_scan};
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;

/// Explanation above the field.
const SAVE_NOTE: &str = "A file, or gs://bucket/object. Existing files are not overwritten.";

/// Prompt for the address of the list. Existing files and objects are not overwritten.
pub(super) struct SaveScansPrompt {
    list_text: String,
    line_count: usize,
    field: TextField,
    error: Option<String>,
    /// True from submitting the address until the reply arrives.
    is_pending: bool,
}

impl SaveScansPrompt {
    /// Returns the prompt for a list, with a suggested name.
    pub(super) fn new(list_text: String, name: String) -> Self {
        Self { line_count: list_text.lines().count(), list_text, field: name.into(), error: None, is_pending: false }
    }

    fn submit_input(&mut self) -> Transition {
        let to = self.field.text().trim().to_owned();
        let digits = to.len() - to.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if to.is_empty() {
            self.error = Some("type a name, or gs://bucket/object".to_owned());
            return Transition::Stay;
        }
        // A scanner types its code and Enter into the field.
        if digits >= MIN_BARCODE_DIGITS && parse_scan(&to[to.len() - digits..]).is_ok() {
            self.error = Some("the name ends with a barcode. If you scanned it, press Esc and scan again".to_owned());
            return Transition::Stay;
        }
        (self.is_pending, self.error) = (true, None);
        Transition::Do(Effect::Scan(ScanEffect::SaveList { to, text: self.list_text.clone() }))
    }
}

impl Screen for SaveScansPrompt {
    fn key_context(&self) -> KeyContext {
        KeyContext::Dialog
    }

    fn title(&self) -> String {
        "save".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        if matches!(command, KeyCommand::Back | KeyCommand::Quit) { Transition::Pop } else { Transition::Stay }
    }

    fn input_hint(&self) -> Option<&'static str> {
        Some("Enter saves  Esc cancels")
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        Some(match key.code {
            KeyCode::Esc => Transition::Pop,
            _ if self.is_pending => Transition::Stay,
            KeyCode::Enter => self.submit_input(),
            _ => {
                self.error = None;
                self.field.handle_key(key);
                Transition::Stay
            }
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        if !self.is_pending {
            self.error = None;
            self.field.paste(text);
        }
        Some(Transition::Stay)
    }

    fn should_close(&self, message: &Message) -> bool {
        matches!(message, Message::Scan(ScanReply::ListSaved(Ok(_))))
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::Scan(ScanReply::ListSaved(Err(error))) = message {
            (self.is_pending, self.error) = (false, Some(format!("not saved: {}", strip_terminal_controls(error))));
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let title = format!("save {}", format_count(self.line_count, "line", "lines"));
        let inside = widgets::draw_dialog(frame, area, &title, (70, 8), draw_context);
        let note = widgets::wrap_text(SAVE_NOTE, usize::from(inside.width));
        let note_lines = u16::try_from(note.len()).unwrap_or(u16::MAX);
        let rows = [
            Constraint::Length(note_lines),
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Fill(1),
        ];
        let [note_area, _, field, _, error] = Layout::vertical(rows).areas(inside);
        frame.render_widget(note.into_iter().map(Line::raw).collect::<ratatui::text::Text<'_>>(), note_area);
        self.field.draw(frame, field, draw_context.theme.heading_style(), draw_context);
        let error_text = match &self.error {
            Some(error) => Line::styled(error.as_str(), draw_context.theme.error_style()),
            None => Line::raw(if self.is_pending { "…" } else { "" }),
        };
        frame.render_widget(Paragraph::new(error_text).wrap(Wrap { trim: false }), error);
    }
}
