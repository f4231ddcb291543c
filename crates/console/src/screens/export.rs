//! Prompt for the file that rows of a job are exported to.

use std::path::PathBuf;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::widgets;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::text_field::TextField;
use domain::job_spec::JobId;
use domain::terminal_text::fit_to_width;
use domain::upc::Upc;

/// Prompt for the name of the file. The suffix of the name, `.csv` or `.json`, selects the format.
pub(super) struct ExportPrompt {
    job: JobId,
    upcs: Vec<Upc>,
    field: TextField,
    error: Option<String>,
    /// File that already exists. Submitting the same name again replaces it.
    existing: Option<PathBuf>,
}

impl ExportPrompt {
    /// Returns the prompt for these rows.
    pub(super) fn new(job: JobId, upcs: Vec<Upc>) -> Self {
        let field = TextField::new(format!("{job}_rows.csv"));
        Self { job, upcs, field, error: None, existing: None }
    }

    fn submit_input(&self) -> Transition {
        let path = PathBuf::from(self.field.text().trim());
        if path.as_os_str().is_empty() {
            return Transition::Stay;
        }
        let replace = self.existing.as_ref() == Some(&path);
        Transition::Do(Effect::ExportRows { job: self.job.clone(), upcs: self.upcs.clone(), path, replace })
    }
}

impl Screen for ExportPrompt {
    fn key_context(&self) -> KeyContext {
        KeyContext::Dialog
    }

    fn title(&self) -> String {
        "export".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, _: KeyCommand) -> Transition {
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        Some(if self.existing.is_some() { "Enter overwrites  Esc cancels" } else { "Enter saves  Esc cancels" })
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        Some(match key.code {
            KeyCode::Esc => Transition::Pop,
            KeyCode::Enter => self.submit_input(),
            _ => {
                self.field.handle_key(key);
                Transition::Stay
            }
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.field.paste(text);
        Some(Transition::Stay)
    }

    fn should_close(&self, message: &Message) -> bool {
        matches!(message, Message::RowsExported { result: Ok(_), .. })
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::RowsExported { path, result: Err(failure) } = message {
            self.existing = failure.already_exists.then(|| path.clone());
            self.error = Some(failure.message.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let title = format!("export {} rows", self.upcs.len());
        let inside = widgets::draw_dialog(frame, area, &title, (72, 5), draw_context);
        let [field, _, note] = Layout::vertical([Constraint::Length(1); 3]).areas(inside);
        self.field.draw(frame, field, Style::new(), draw_context);
        let width = usize::from(note.width);
        let error = self.error.as_deref();
        let note_line = error.map_or_else(
            || Line::raw(fit_to_width("use a name that ends in .csv or .json", width)),
            |error| Line::styled(fit_to_width(error, width), draw_context.theme.warning_style()),
        );
        frame.render_widget(note_line, note);
    }
}
