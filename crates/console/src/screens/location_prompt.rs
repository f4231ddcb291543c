//! Prompt for the address of a location to browse, or of the object to which a local file is uploaded. Tab completes
//! the address. An existing object is overwritten only after the operator confirms it, and only the generation that was
//! shown.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::confirm::TYPED_CONFIRMATION;
use super::widgets;
use crate::backend::{ResolvedAddress, UploadError};
use crate::command::KeyCommand;
use crate::completion::Completion;
use crate::keymap::KeyContext;
use crate::location_effect::LocationEffect;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use crate::text_field::TextField;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_size;

/// Maximum number of completions that are shown at a time.
const MAX_SHOWN_COMPLETIONS: usize = 6;

/// Width of the dialog in cells.
const DIALOG_WIDTH: u16 = 76;

/// Initial content of the field, because most lists are in buckets.
const PREFILLED_SCHEME: &str = "gs://";

/// What the address is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LocationPurpose {
    Browse,
    /// Uploads this local file to the address.
    Upload {
        file: String,
    },
}

/// Prompt for an address.
pub struct LocationPrompt {
    field: TextField,
    purpose: LocationPurpose,
    /// True from submitting the address until the reply arrives.
    is_pending: bool,
    error: Option<String>,
    completion: Completion,
    /// Object that the upload would overwrite. While it is set, the prompt asks for confirmation.
    existing: Option<ExistingObject>,
}

/// An object that already exists at the address of an upload.
struct ExistingObject {
    target: String,
    size: u64,
    updated: Option<jiff::Timestamp>,
    generation: i64,
    /// True if this object has replaced the one that was shown first.
    has_changed: bool,
    /// The typed confirmation.
    confirmation: TextField,
}

impl LocationPrompt {
    /// Returns the prompt for a bucket, a prefix, a folder or a list to open.
    pub fn for_browsing() -> Self {
        Self::new(LocationPurpose::Browse, PREFILLED_SCHEME)
    }

    /// Returns the prompt for the object to which a local file is uploaded.
    pub fn for_upload(file: String) -> Self {
        Self::new(LocationPurpose::Upload { file }, PREFILLED_SCHEME)
    }

    fn new(purpose: LocationPurpose, text: &str) -> Self {
        let (field, completion) = (TextField::new(text), Completion::default());
        Self { field, purpose, is_pending: false, error: None, completion, existing: None }
    }

    fn submit_input(&mut self) -> Transition {
        let text = self.field.text().trim().to_owned();
        if self.is_pending || text.is_empty() {
            return Transition::Stay;
        }
        (self.is_pending, self.error) = (true, None);
        Transition::Do(match &self.purpose {
            LocationPurpose::Browse => Effect::Location(LocationEffect::ResolveAddress(text)),
            LocationPurpose::Upload { file } => {
                Effect::Location(LocationEffect::UploadFile { file: file.clone(), to: text, replace_generation: None })
            }
        })
    }

    /// Handles a key while the prompt asks for confirmation: the typed word overwrites the object, Esc returns to the
    /// address.
    fn handle_overwrite_key(&mut self, key: KeyEvent) -> Transition {
        let (Some(existing), LocationPurpose::Upload { file }) = (&mut self.existing, &self.purpose) else {
            return Transition::Stay;
        };
        if self.is_pending {
            return Transition::Stay;
        }
        let is_confirmed = existing.confirmation.text().trim().eq_ignore_ascii_case(TYPED_CONFIRMATION);
        match key.code {
            KeyCode::Enter if is_confirmed => {
                self.is_pending = true;
                let (file, to) = (file.clone(), existing.target.clone());
                return Transition::Do(Effect::Location(LocationEffect::UploadFile {
                    file,
                    to,
                    replace_generation: Some(existing.generation),
                }));
            }
            KeyCode::Enter => {}
            KeyCode::Esc => self.existing = None,
            _ => {
                existing.confirmation.handle_key(key);
            }
        }
        Transition::Stay
    }

    fn show_error(&mut self, error: &str) {
        (self.is_pending, self.existing, self.error) = (false, None, Some(strip_terminal_controls(error).into_owned()));
    }

    fn handle_upload_error(&mut self, error: &UploadError) {
        match error {
            UploadError::AlreadyExists { target, size, updated, generation } => {
                let has_changed = self.existing.is_some();
                let (target, size, updated, generation) = (target.clone(), *size, *updated, *generation);
                let confirmation = TextField::default();
                self.existing = Some(ExistingObject { target, size, updated, generation, has_changed, confirmation });
                (self.is_pending, self.error) = (false, None);
            }
            UploadError::Other(error) => self.show_error(error),
        }
    }

    /// Removes the prefilled scheme if a full address, a path or a folder is typed or pasted after it. No bucket name
    /// starts with the characters that identify these.
    fn drop_prefilled_scheme(&mut self) {
        let rest = self.field.text().strip_prefix(PREFILLED_SCHEME).map(str::trim_start);
        let is_address = |rest: &&str| rest.starts_with(PREFILLED_SCHEME) || rest.starts_with(['/', '~', '.']);
        if let Some(rest) = rest.filter(is_address).map(str::to_owned) {
            self.field.set_text(rest);
        }
    }

    /// Inserts the next completion. If there are none yet, requests them from the backend.
    fn complete_input(&mut self, forward: bool) -> Transition {
        match self.completion.cycle(forward) {
            Some(text) => self.field.set_text(text),
            None => {
                return Transition::Do(Effect::Location(LocationEffect::CompleteAddress(self.field.text().to_owned())));
            }
        }
        Transition::Stay
    }

    fn apply_completions(&mut self, reply: &Result<Vec<String>, String>) {
        match reply {
            Ok(addresses) => {
                self.completion = Completion::new("", addresses.clone());
                if let [only] = &addresses[..] {
                    self.field.set_text(only.clone());
                    // The address is complete. The next Tab requests what it contains.
                    self.completion = Completion::default();
                } else if let Some(text) = self.completion.extend(self.field.text()) {
                    self.field.set_text(text);
                }
                self.error = addresses.is_empty().then(|| "no match".to_owned());
            }
            Err(error) => self.error = Some(strip_terminal_controls(error).into_owned()),
        }
    }

    fn edit_address(&mut self, edit: impl FnOnce(&mut TextField)) -> Transition {
        self.completion = Completion::default();
        edit(&mut self.field);
        self.drop_prefilled_scheme();
        Transition::Stay
    }

    fn describe_purpose(&self) -> String {
        match &self.purpose {
            LocationPurpose::Browse => {
                "gs://bucket, gs://bucket/prefix/, gs://bucket/list.txt, a folder or a file".to_owned()
            }
            LocationPurpose::Upload { file } => {
                format!(
                    "{} goes to gs://bucket/name or gs://bucket/prefix/; you are asked before anything is overwritten",
                    strip_terminal_controls(file)
                )
            }
        }
    }

    /// Returns the lines below the field, or the question whether to overwrite an object.
    fn render_lines(&self, width: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        if let Some(existing) = &self.existing {
            let mut lines = existing.render_lines(draw);
            lines.extend(self.is_pending.then(|| Line::raw("…")));
            return lines;
        }
        let mut lines = vec![Line::raw(""), Line::styled(self.describe_purpose(), draw.theme.muted_style())];
        lines.extend(self.is_pending.then(|| Line::raw("…")));
        lines.extend(self.error.as_deref().map(|error| Line::styled(error.to_owned(), draw.theme.error_style())));
        lines.extend(self.render_completions(width, draw));
        lines
    }

    fn render_completions(&self, width: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let candidates = self.completion.candidates();
        let shown = self.completion.visible_range(MAX_SHOWN_COMPLETIONS);
        let hidden = candidates.len() - shown.end;
        let line = |index: usize| {
            let text = fit_to_width(&strip_terminal_controls(&candidates[index]), width);
            let is_selected = self.completion.selected() == Some(index);
            if is_selected { Line::styled(text, draw.theme.cursor_style()) } else { Line::raw(text) }
        };
        let mut lines = shown.map(line).collect::<Vec<_>>();
        lines.extend((hidden > 0).then(|| Line::styled(format!("and {hidden} more"), draw.theme.muted_style())));
        lines
    }
}

impl ExistingObject {
    fn render_lines(&self, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let age = widgets::format_age(self.updated, draw.now);
        let age = if age.is_empty() { String::new() } else { format!(", {age} old") };
        let verb = if self.has_changed {
            "has changed in the meantime, and nothing was written. It is now"
        } else {
            "already exists:"
        };
        let description = format!(
            "{} {verb} {}{age} (generation {})",
            strip_terminal_controls(&self.target),
            format_size(self.size),
            self.generation
        );
        vec![Line::styled(description, draw.theme.warning_style()), Line::raw("Overwriting it cannot be undone.")]
    }
}

fn route_for(resolved: &ResolvedAddress) -> Route {
    match resolved {
        ResolvedAddress::Location(location) => Route::Browse(location.clone()),
        ResolvedAddress::List(source) => Route::Start { source: source.clone() },
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
            _ if self.existing.is_some() => Some("type yes and press Enter  Esc another name"),
            LocationPurpose::Browse => Some("Enter opens  Tab completes  Esc cancels"),
            LocationPurpose::Upload { .. } => Some("Enter uploads  Tab completes  Esc cancels"),
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
            _ => self.edit_address(|field| {
                field.handle_key(key);
            }),
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        if let Some(existing) = &mut self.existing {
            existing.confirmation.paste(text);
            return Some(Transition::Stay);
        }
        Some(self.edit_address(|field| field.paste(text)))
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::AddressResolved(Err(error)) if self.is_pending => self.show_error(error),
            Message::FileUploaded(Err(error)) if self.is_pending => self.handle_upload_error(error),
            Message::AddressCompleted { typed, result } if typed == self.field.text() => self.apply_completions(result),
            _ => {}
        }
        Vec::new()
    }

    fn replacement_for(&self, message: &Message) -> Option<Route> {
        match (message, &self.purpose) {
            (Message::AddressResolved(Ok(resolved)), LocationPurpose::Browse)
            | (Message::FileUploaded(Ok(resolved)), LocationPurpose::Upload { .. })
                if self.is_pending =>
            {
                Some(route_for(resolved))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let width = usize::from(widgets::dialog_width(area, DIALOG_WIDTH).saturating_sub(4));
        let lines = self.render_lines(width, draw_context);
        let wrapped = lines.iter().map(|line| line.width().div_ceil(width.max(1)).max(1)).sum::<usize>();
        let height = u16::try_from(wrapped).unwrap_or(u16::MAX).saturating_add(3).max(9);
        let inside = widgets::draw_dialog(frame, area, &self.title(), (DIALOG_WIDTH, height), draw_context);
        let style = draw_context.theme.key_style();
        let text_area = match &self.existing {
            None => {
                let [field, below] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inside);
                self.field.draw(frame, field, style, draw_context);
                below
            }
            Some(existing) => {
                let [above, answer] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inside);
                let prompt = format!("Type {TYPED_CONFIRMATION} to overwrite it: ");
                existing.confirmation.draw_between(frame, answer, &prompt, Line::default(), style, draw_context);
                above
            }
        };
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), text_area);
    }
}
