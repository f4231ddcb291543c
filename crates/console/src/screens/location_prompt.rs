//! A line in which an address is typed: where to look, or where a file is to go. Tab completes it. Where something is
//! there already, it is overwritten by a second answer only, and only what was shown.

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use super::completion::CompletionList;
use super::{BrowseScreen, StartScreen, widgets};
use crate::backend::{ResolvedAddress, UploadError};
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::strip_terminal_controls;

/// Cells of the dialog.
const DIALOG_WIDTH: u16 = 76;

/// What becomes of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LocationPurpose {
    Browse,
    /// This file of this machine is uploaded to it.
    Upload {
        file: String,
    },
}

/// The dialog.
pub struct LocationPrompt {
    input: tui_input::Input,
    purpose: LocationPurpose,
    /// True until the answer is there.
    is_pending: bool,
    error: Option<String>,
    completion: CompletionList,
    /// What is there already.
    existing: Option<ExistingObject>,
}

/// An object that is in the way.
struct ExistingObject {
    target: String,
    size: u64,
    updated: Option<jiff::Timestamp>,
    generation: i64,
    /// It is another one than the operator was shown before.
    has_changed: bool,
}

impl LocationPrompt {
    /// Where to look: a bucket, a prefix, a folder, a list.
    pub fn for_browsing() -> Self {
        Self::new(LocationPurpose::Browse, "gs://")
    }

    /// Where a file of this machine is to go.
    pub fn for_upload(file: String) -> Self {
        Self::new(LocationPurpose::Upload { file }, "gs://")
    }

    fn new(purpose: LocationPurpose, text: &str) -> Self {
        let input = tui_input::Input::new(text.to_owned());
        Self { input, purpose, is_pending: false, error: None, completion: CompletionList::default(), existing: None }
    }

    fn submit_input(&mut self) -> Transition {
        let text = self.input.value().trim().to_owned();
        if self.is_pending || text.is_empty() {
            return Transition::Stay;
        }
        (self.is_pending, self.error) = (true, None);
        Transition::Do(match &self.purpose {
            LocationPurpose::Browse => Effect::ResolveAddress(text),
            LocationPurpose::Upload { file } => {
                Effect::UploadFile { file: file.clone(), to: text, replace_generation: None }
            }
        })
    }

    /// While it is asked whether to overwrite: one key that does, and any of those that give up.
    fn handle_overwrite_key(&mut self, key: KeyEvent) -> Transition {
        let (Some(there), LocationPurpose::Upload { file }) = (&self.existing, &self.purpose) else {
            return Transition::Stay;
        };
        match key.code {
            KeyCode::Char('y') if !self.is_pending => {
                self.is_pending = true;
                let (file, to) = (file.clone(), there.target.clone());
                return Transition::Do(Effect::UploadFile { file, to, replace_generation: Some(there.generation) });
            }
            KeyCode::Char('n') | KeyCode::Esc if !self.is_pending => self.existing = None,
            _ => {}
        }
        Transition::Stay
    }

    fn show_error(&mut self, why: &str) {
        (self.is_pending, self.existing, self.error) = (false, None, Some(strip_terminal_controls(why).into_owned()));
    }

    fn handle_upload_error(&mut self, why: &UploadError) {
        match why {
            UploadError::AlreadyExists { target, size, updated, generation } => {
                let has_changed = self.existing.is_some();
                let (target, size, updated, generation) = (target.clone(), *size, *updated, *generation);
                self.existing = Some(ExistingObject { target, size, updated, generation, has_changed });
                (self.is_pending, self.error) = (false, None);
            }
            UploadError::Other(why) => self.show_error(why),
        }
    }

    fn complete_input(&mut self, forward: bool) -> Transition {
        match self.completion.cycle_selected(self.input.value(), forward) {
            Some(text) => self.input = text.into(),
            None => return Transition::Do(Effect::CompleteAddress(self.input.value().to_owned())),
        }
        Transition::Stay
    }

    fn apply_completions(&mut self, answer: &Result<Vec<String>, String>) {
        match answer {
            Ok(names) => {
                if let Some(text) = self.completion.set_names(self.input.value(), names) {
                    self.input = text.into();
                }
                self.error = names.is_empty().then(|| "nothing begins like that".to_owned());
            }
            Err(why) => self.error = Some(strip_terminal_controls(why).into_owned()),
        }
    }

    fn describe_purpose(&self) -> String {
        match &self.purpose {
            LocationPurpose::Browse => {
                "gs://bucket, gs://bucket/prefix/, gs://bucket/list.txt, a folder or a file".to_owned()
            }
            LocationPurpose::Upload { file } => {
                format!(
                    "{} goes to gs://bucket/name, or gs://bucket/prefix/; what is there is never overwritten unasked",
                    strip_terminal_controls(file)
                )
            }
        }
    }

    fn render_lines(&self, room: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        if let Some(there) = &self.existing {
            let mut lines = there.render_lines(draw);
            lines.extend(self.is_pending.then(|| Line::raw("…")));
            return lines;
        }
        let shown = self.input.value().chars().skip(self.input.visual_scroll(room)).collect::<String>();
        let mut lines = vec![
            Line::styled(format!("{}▏", strip_terminal_controls(&shown)), draw.theme.key_style()),
            Line::raw(""),
            Line::styled(self.describe_purpose(), draw.theme.muted_style()),
        ];
        lines.extend(self.is_pending.then(|| Line::raw("…")));
        lines.extend(self.error.as_deref().map(|why| Line::styled(why.to_owned(), draw.theme.error_style())));
        lines.extend(self.completion.render_lines(room, draw));
        lines
    }
}

impl ExistingObject {
    fn render_lines(&self, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let age = widgets::format_age(self.updated, draw.now);
        let age = if age.is_empty() { String::new() } else { format!(", {age} old") };
        let is =
            if self.has_changed { "has changed meanwhile, and nothing was written: now it is" } else { "is there:" };
        let found = format!(
            "{} {is} {}{age} (generation {})",
            strip_terminal_controls(&self.target),
            widgets::format_size(self.size),
            self.generation
        );
        vec![
            Line::styled(found, draw.theme.warning_style()),
            Line::raw(""),
            Line::raw("y  overwrites exactly that one, for good"),
            Line::raw("n  leaves it as it is"),
        ]
    }
}

/// The screen of what was found, and what fills it.
fn screen_for(found: &ResolvedAddress) -> (Box<dyn Screen>, Effect) {
    match found {
        ResolvedAddress::Location(location) => {
            let (browse, ask) = BrowseScreen::for_location(location.clone());
            (Box::new(browse), ask)
        }
        ResolvedAddress::List(source) => {
            let (start, ask) = StartScreen::for_source(source.clone());
            (Box::new(start), ask)
        }
    }
}

impl Screen for LocationPrompt {
    fn key_context(&self) -> KeyContext {
        KeyContext::Dialog
    }

    fn title(&self) -> String {
        match self.purpose {
            LocationPurpose::Browse => "go to".to_owned(),
            LocationPurpose::Upload { .. } => "upload".to_owned(),
        }
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, _command: KeyCommand) -> Transition {
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        match &self.purpose {
            _ if self.existing.is_some() => Some("y overwrites it  n another name"),
            LocationPurpose::Browse => Some("Enter goes  Tab completes  Esc gives up"),
            LocationPurpose::Upload { .. } => Some("Enter uploads  Tab completes  Esc leaves"),
        }
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if self.existing.is_some() {
            return Some(self.handle_overwrite_key(key));
        }
        Some(match key.code {
            KeyCode::Esc => Transition::Pop,
            KeyCode::Enter => self.submit_input(),
            KeyCode::Tab | KeyCode::BackTab => self.complete_input(key.code == KeyCode::Tab),
            _ => {
                self.completion = CompletionList::default();
                self.input.handle_event(&Input::Key(key));
                Transition::Stay
            }
        })
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::AddressResolved(Err(why)) if self.is_pending => self.show_error(why),
            Message::FileUploaded(Err(why)) if self.is_pending => self.handle_upload_error(why),
            Message::AddressCompleted { typed, result: answer } if typed == self.input.value() => {
                self.apply_completions(answer)
            }
            _ => {}
        }
        Vec::new()
    }

    fn replacement_for(&self, message: &Message) -> Option<(Box<dyn Screen>, Effect)> {
        match (message, &self.purpose) {
            (Message::AddressResolved(Ok(found)), LocationPurpose::Browse)
            | (Message::FileUploaded(Ok(found)), LocationPurpose::Upload { .. })
                if self.is_pending =>
            {
                Some(screen_for(found))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let room = usize::from(area.width.min(DIALOG_WIDTH).saturating_sub(4));
        let lines = self.render_lines(room, draw_context);
        let wrapped = lines.iter().map(|line| line.width().div_ceil(room.max(1)).max(1)).sum::<usize>();
        let height = u16::try_from(wrapped + 2).unwrap_or(u16::MAX).max(9);
        let inside = widgets::draw_dialog(frame, area, &self.title(), (DIALOG_WIDTH, height), draw_context);
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
