//! Where the rows that are marked, or shown, are written to.

use std::path::PathBuf;

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use tui_input::backend::crossterm::EventHandler as _;

use super::widgets;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::job_spec::JobId;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::upc::Upc;

/// The name of the file, while it is typed.
pub(super) struct ExportPrompt {
    job: JobId,
    upcs: Vec<Upc>,
    input: tui_input::Input,
    error: Option<String>,
    /// The file that is there, once it is known to be: the same name once more means it.
    existing: Option<PathBuf>,
}

impl ExportPrompt {
    /// For these rows.
    pub(super) fn new(job: JobId, upcs: Vec<Upc>) -> Self {
        let input = tui_input::Input::new(format!("{job}_rows.csv"));
        Self { job, upcs, input, error: None, existing: None }
    }

    fn submit_input(&self) -> Transition {
        let path = PathBuf::from(self.input.value().trim());
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
        Some(if self.existing.is_some() { "Enter replaces it  Esc gives up" } else { "Enter writes  Esc gives up" })
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        Some(match key.code {
            KeyCode::Esc => Transition::Pop,
            KeyCode::Enter => self.submit_input(),
            _ => {
                self.input.handle_event(&Input::Key(key));
                Transition::Stay
            }
        })
    }

    fn should_close(&self, message: &Message) -> bool {
        matches!(message, Message::RowsExported { result: Ok(_), .. })
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::RowsExported { path, result: Err(why) } = message {
            self.existing = why.already_exists.then(|| path.clone());
            self.error = Some(why.message.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let inside =
            widgets::draw_dialog(frame, area, &format!("export {} rows", self.upcs.len()), (72, 5), draw_context);
        let width = usize::from(inside.width);
        let name = strip_terminal_controls(self.input.value()).into_owned();
        let cells = name.chars().count().saturating_sub(width.saturating_sub(2));
        let end = name.chars().skip(cells).collect::<String>();
        let mut lines = vec![Line::raw(format!("{end}▏")), Line::raw("")];
        let error =
            self.error.as_deref().map(|why| Line::styled(fit_to_width(why, width), draw_context.theme.warning_style()));
        lines.push(error.unwrap_or_else(|| Line::raw(fit_to_width("a name that ends in .csv or .json", width))));
        frame.render_widget(Text::from(lines), inside);
    }
}
