//! Where the list is saved: a file of this machine or an object of a bucket that is not there yet.

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::scan_session::ScanEffect;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::screens::widgets;
use domain::scan::parse_barcode;
use domain::terminal_text::strip_terminal_controls;

/// The question where to.
pub(super) struct SaveScansPrompt {
    text: String,
    line_count: usize,
    input: tui_input::Input,
    error: Option<&'static str>,
}

impl SaveScansPrompt {
    pub(super) fn new(text: String, name: String) -> Self {
        Self { line_count: text.lines().count(), text, input: name.into(), error: None }
    }

    fn submit_input(&mut self) -> Transition {
        let to = self.input.value().trim().to_owned();
        let digits = to.len() - to.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if to.is_empty() {
            self.error = Some("type a name, or gs://bucket/object");
            return Transition::Stay;
        }
        if digits >= 8 && parse_barcode(&to[to.len() - digits..]).is_ok() {
            self.error = Some("that ends with a barcode: was it scanned? Esc, and scan it again");
            return Transition::Stay;
        }
        Transition::PopThen(Effect::Scan(ScanEffect::SaveList { to, text: self.text.clone() }))
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
        Some("Enter saves  Esc gives up")
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        match key.code {
            KeyCode::Esc => Some(Transition::Pop),
            KeyCode::Enter => Some(self.submit_input()),
            _ => {
                self.error = None;
                self.input.handle_event(&Input::Key(key)).map(|_| Transition::Stay).or(Some(Transition::Stay))
            }
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let title = format!("save {} lines", self.line_count);
        let inside = widgets::draw_dialog(frame, area, &title, (70, 8), draw_context);
        let lines = vec![
            Line::raw("A file, or gs://bucket/object. What is there is never overwritten."),
            Line::raw(""),
            Line::styled(
                format!("{}_", strip_terminal_controls(self.input.value())),
                draw_context.theme.heading_style(),
            ),
            Line::raw(""),
            Line::styled(self.error.unwrap_or_default(), draw_context.theme.error_style()),
        ];
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
