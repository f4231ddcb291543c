//! Prompt for the file to which rows of a job are exported.

use std::path::PathBuf;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Text};

use super::confirm::TYPED_CONFIRMATION;
use super::widgets;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::row_effect::RowEffect;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::text_field::TextField;
use domain::job_spec::JobId;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;
use domain::upc::Upc;

/// Maximum width of the dialog in cells.
const DIALOG_WIDTH: u16 = 72;

/// Prompt for the file name. Its extension, `.csv` or `.json`, selects the format.
pub(super) struct ExportPrompt {
    job: JobId,
    upcs: Vec<Upc>,
    field: TextField,
    error: Option<String>,
    /// An existing file with this name. While it is set, the prompt asks whether to replace the file.
    existing: Option<ExistingFile>,
}

/// A file that the export would replace, and the typed confirmation.
struct ExistingFile {
    path: PathBuf,
    confirmation: TextField,
}

impl ExportPrompt {
    /// Returns the prompt for these rows.
    pub(super) fn new(job: JobId, upcs: Vec<Upc>) -> Self {
        let field = TextField::new(format!("{job}_rows.csv"));
        Self { job, upcs, field, error: None, existing: None }
    }

    fn submit_input(&self) -> Transition {
        let path = PathBuf::from(self.field.text().trim());
        if path.as_os_str().is_empty() { Transition::Stay } else { self.export_to(path, false) }
    }

    fn export_to(&self, path: PathBuf, replace: bool) -> Transition {
        Transition::Do(Effect::Rows(RowEffect::ExportRows {
            job: self.job.clone(),
            upcs: self.upcs.clone(),
            path,
            replace,
        }))
    }

    /// Handles a key while the prompt asks whether to replace a file. The typed word confirms it; Esc returns to the
    /// name.
    fn handle_replace_key(&mut self, key: KeyEvent) -> Transition {
        let Some(existing) = &mut self.existing else { return Transition::Stay };
        let is_confirmed = existing.confirmation.text().trim().eq_ignore_ascii_case(TYPED_CONFIRMATION);
        match key.code {
            KeyCode::Esc => (self.existing, self.error) = (None, None),
            KeyCode::Enter if is_confirmed => {
                let path = existing.path.clone();
                return self.export_to(path, true);
            }
            KeyCode::Enter => {}
            _ => {
                existing.confirmation.handle_key(key);
            }
        }
        Transition::Stay
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
        Some(if self.existing.is_some() {
            "type yes and press Enter  Esc another name"
        } else {
            "Enter saves  Esc cancels"
        })
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if self.existing.is_some() {
            return Some(self.handle_replace_key(key));
        }
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
        let field = self.existing.as_mut().map_or(&mut self.field, |existing| &mut existing.confirmation);
        field.paste(text);
        Some(Transition::Stay)
    }

    fn should_close(&self, message: &Message) -> bool {
        matches!(message, Message::RowsExported { result: Ok(_), .. })
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::RowsExported { path, result: Err(failure) } = message {
            let existing = || ExistingFile { path: path.clone(), confirmation: TextField::default() };
            self.existing = failure.already_exists.then(existing);
            self.error = Some(failure.message.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let title = format!("export {}", format_count(self.upcs.len(), "row", "rows"));
        let theme = draw_context.theme;
        let text_width = usize::from(widgets::dialog_width(area, DIALOG_WIDTH).saturating_sub(2));
        let note = match (&self.existing, self.error.as_deref()) {
            (Some(existing), _) => {
                format!("{} already exists. Replacing it cannot be undone.", existing.path.display())
            }
            (None, error) => error.unwrap_or("use a name that ends in .csv or .json").to_owned(),
        };
        let note = widgets::wrap_text(&strip_terminal_controls(&note), text_width);
        let style = if self.error.is_some() { theme.warning_style() } else { Style::new() };
        let note_lines = u16::try_from(note.len()).unwrap_or(u16::MAX);
        let height = note_lines.saturating_add(4).max(5);
        let inside = widgets::draw_dialog(frame, area, &title, (DIALOG_WIDTH, height), draw_context);
        let heights = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
        let [field, note_area, answer] = Layout::vertical(heights).areas(inside);
        frame.render_widget(note.into_iter().map(Line::raw).collect::<Text<'_>>().style(style), note_area);
        match &self.existing {
            None => self.field.draw(frame, field, Style::new(), draw_context),
            Some(existing) => {
                frame.render_widget(fit_to_width(self.field.text(), text_width), field);
                let prompt = format!("Type {TYPED_CONFIRMATION} to replace it: ");
                existing.confirmation.draw_between(
                    frame,
                    answer,
                    &prompt,
                    Line::default(),
                    theme.key_style(),
                    draw_context,
                );
            }
        }
    }
}
