//! The command line at the foot of the screen: text after `:`, completion with Tab, and the history of earlier lines.
//! The palette of commands is above it, see [`super::command_palette`].

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::command_palette::{self, PaletteEntry, palette_entries};
use super::command_parser::{CommandWord, CompletionContext, complete_line, needs_argument, resolve_command_word};
use super::completion::Completion;
use super::screen::DrawContext;
use super::text_field::TextField;

/// Maximum number of lines in the history.
const MAX_HISTORY_LINES: usize = 100;

/// State of the command line.
#[derive(Default)]
pub(super) struct CommandLine {
    /// `None` while the line is closed.
    field: Option<TextField>,
    /// The completion in progress; `None` until Tab is pressed, and after any other key.
    completion: Option<Completion>,
    history: Vec<String>,
    /// Distance of the shown line from the end of the history; 0 for a new line.
    history_index: usize,
    /// Index of the selected command of the palette.
    selected_entry: Option<usize>,
    /// Why the line was not run, shown above it until the next key.
    error: Option<String>,
}

impl CommandLine {
    pub(super) fn open(&mut self) {
        self.field = Some(TextField::default());
        (self.completion, self.history_index, self.selected_entry, self.error) = (None, 0, None, None);
    }

    /// Opens the line again with a text that cannot be run, and shows the reason above it.
    pub(super) fn reopen_rejected(&mut self, line: &str, reason: String) {
        self.open();
        (self.field, self.error) = (Some(line.to_owned().into()), Some(reason));
    }

    pub(super) fn is_open(&self) -> bool {
        self.field.is_some()
    }

    /// Handles a key. Returns the line if the key submits it.
    pub(super) fn handle_key(&mut self, key: KeyEvent, context: &CompletionContext<'_>) -> Option<String> {
        self.error = None;
        let field = self.field.as_mut()?;
        match key.code {
            KeyCode::Tab | KeyCode::BackTab => {
                self.complete(context, key.code == KeyCode::Tab);
                return None;
            }
            KeyCode::Esc => self.field = None,
            KeyCode::Backspace if field.is_empty() => self.field = None,
            KeyCode::Enter => return self.submit_line(context),
            KeyCode::Up if self.selected_entry.is_some() => {
                self.selected_entry = self.selected_entry.and_then(|index| index.checked_sub(1));
                return None;
            }
            KeyCode::Up => self.recall_line(self.history_index + 1),
            KeyCode::Down if self.history_index > 0 => self.recall_line(self.history_index - 1),
            KeyCode::Down => {
                let next = self.selected_entry.map_or(0, |index| index + 1);
                self.selected_entry = Some(next.min(self.entries(context).len().saturating_sub(1)));
                return None;
            }
            _ => {
                field.handle_key(key);
            }
        }
        (self.completion, self.selected_entry) = (None, None);
        None
    }

    /// Returns the line to run: the selected command of the palette, or else the typed line. The start of a name runs
    /// the only command that starts with it. If several commands do, the line stays open and lists them.
    fn submit_line(&mut self, context: &CompletionContext<'_>) -> Option<String> {
        let mut line = self.field.as_ref()?.text().trim().to_owned();
        if let Some(entry) = self.selected_entry.take().and_then(|index| self.entries(context).into_iter().nth(index)) {
            if entry.takes_argument {
                self.field = Some(format!("{} ", entry.name).into());
                return None;
            }
            entry.name.clone_into(&mut line);
        }
        let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line.as_str(), ""));
        match resolve_command_word(word, context) {
            CommandWord::AsTyped => {}
            CommandWord::Unique(name) if argument.is_empty() && needs_argument(&name) => {
                self.field = Some(format!("{name} ").into());
                return None;
            }
            CommandWord::Unique(name) => format!("{name} {argument}").trim_end().clone_into(&mut line),
            CommandWord::Ambiguous(names) => {
                self.error = Some(format!("several commands start with this: {}", names.join(", ")));
                return None;
            }
        }
        self.field = None;
        self.add_to_history(&line);
        (!line.is_empty()).then_some(line)
    }

    /// Returns the commands of the palette; none if an argument is being typed.
    fn entries(&self, context: &CompletionContext<'_>) -> Vec<PaletteEntry> {
        let typed = self.field.as_ref().map(TextField::text).filter(|line| !line.contains(' '));
        typed.map(|typed| palette_entries(typed, context)).unwrap_or_default()
    }

    /// Draws the palette at the foot of `area`, above the command line and the reason why the line was not run.
    pub(super) fn draw_palette(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        context: &CompletionContext<'_>,
        draw: DrawContext<'_>,
    ) {
        let area = match &self.error {
            Some(reason) => command_palette::draw_rejection(frame, area, reason, draw),
            None => area,
        };
        command_palette::draw_palette(frame, area, &self.entries(context), self.selected_entry, draw);
    }

    /// Inserts pasted text without submitting it: a line break in the text must not run a command.
    pub(super) fn handle_paste(&mut self, text: &str) {
        if let Some(field) = &mut self.field {
            field.paste(text);
            self.completion = None;
        }
    }

    fn add_to_history(&mut self, line: &str) {
        self.history.retain(|known| known != line);
        self.history.extend((!line.is_empty()).then(|| line.to_owned()));
        let excess = self.history.len().saturating_sub(MAX_HISTORY_LINES);
        self.history.drain(..excess);
    }

    fn recall_line(&mut self, index: usize) {
        let index = index.min(self.history.len());
        let line =
            self.history.len().checked_sub(index).and_then(|at| self.history.get(at)).cloned().unwrap_or_default();
        (self.history_index, self.field) = (index, Some(line.into()));
    }

    /// Completes the line as far as all candidates agree, then cycles through the candidates.
    fn complete(&mut self, context: &CompletionContext<'_>, forward: bool) {
        let Some(field) = &mut self.field else { return };
        let line = field.text();
        let completion = self.completion.get_or_insert_with(|| new_completion(line, context));
        let is_only_command = !line.contains(' ') && completion.candidates().len() == 1;
        if completion.selected().is_none() {
            if is_only_command {
                // The space starts the argument. For a command without an argument, it has no effect.
                let command = completion.cycle(forward).unwrap_or_default();
                field.set_text(format!("{command} "));
                self.completion = None;
                return;
            }
            if let Some(extended) = completion.extend(line) {
                field.set_text(extended);
                self.completion = None;
                return;
            }
        }
        if let Some(text) = completion.cycle(forward) {
            field.set_text(text);
        }
    }

    /// Draws the line, followed by the candidates that Tab cycles through.
    pub(super) fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        context: &CompletionContext<'_>,
        draw: DrawContext<'_>,
    ) {
        let Some(field) = &self.field else { return };
        let typed;
        let completion = if let Some(completion) = &self.completion {
            completion
        } else {
            typed = new_completion(field.text(), context);
            &typed
        };
        if !field.text().contains(' ') {
            // The palette shows the commands.
            return field.draw_between(frame, area, ":", Line::default(), draw.theme.key_style(), draw);
        }
        let mut candidates = vec![Span::raw("  ")];
        let selected = completion.selected();
        for (index, name) in completion.candidates().iter().enumerate().skip(selected.unwrap_or_default()) {
            let style = if Some(index) == selected { draw.theme.cursor_style() } else { draw.theme.muted_style() };
            candidates.push(Span::styled(name.as_str(), style));
            candidates.push(Span::raw(" "));
        }
        field.draw_between(frame, area, ":", Line::from(candidates), draw.theme.key_style(), draw);
    }
}

fn new_completion(line: &str, context: &CompletionContext<'_>) -> Completion {
    let (start, candidates) = complete_line(line, context);
    Completion::new(&line[..start], candidates)
}
