//! The line at the foot of the screen while something is said: text, completion by Tab, and what was said before.

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::{Line, Span};
use tui_input::backend::crossterm::EventHandler as _;

use super::command_parser::{CompletionContext, complete_line};
use super::theme::Theme;
use domain::terminal_text::strip_terminal_controls;

/// Lines that are remembered.
const MAX_HISTORY_LINES: usize = 100;

/// The line.
#[derive(Default)]
pub(super) struct CommandLine {
    /// `None` while nothing is said.
    input: Option<tui_input::Input>,
    /// What Tab goes through: where it begins, all of it, and the one that stands there now.
    completion: Option<(usize, Vec<String>, Option<usize>)>,
    history: Vec<String>,
    /// How far back the line was taken from.
    history_index: usize,
}

impl CommandLine {
    pub(super) fn open(&mut self) {
        self.input = Some(tui_input::Input::default());
        (self.completion, self.history_index) = (None, 0);
    }

    pub(super) fn is_open(&self) -> bool {
        self.input.is_some()
    }

    /// Takes a key; the line where it is finished.
    pub(super) fn handle_key(&mut self, key: KeyEvent, names: &CompletionContext<'_>) -> Option<String> {
        let input = self.input.as_mut()?;
        let is_ctrl_c = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Tab | KeyCode::BackTab => {
                self.cycle_completion(names, key.code == KeyCode::Tab);
                return None;
            }
            KeyCode::Esc => self.input = None,
            KeyCode::Backspace if input.value().is_empty() => self.input = None,
            _ if is_ctrl_c => self.input = None,
            KeyCode::Enter => {
                let line = input.value().trim().to_owned();
                self.input = None;
                self.add_to_history(&line);
                return (!line.is_empty()).then_some(line);
            }
            KeyCode::Up => self.recall_line(self.history_index + 1),
            KeyCode::Down => self.recall_line(self.history_index.saturating_sub(1)),
            _ => {
                input.handle_event(&Input::Key(key));
            }
        }
        self.completion = None;
        None
    }

    fn add_to_history(&mut self, line: &str) {
        self.history.retain(|known| known != line);
        self.history.extend((!line.is_empty()).then(|| line.to_owned()));
        let more = self.history.len().saturating_sub(MAX_HISTORY_LINES);
        self.history.drain(..more);
    }

    fn recall_line(&mut self, back: usize) {
        let back = back.min(self.history.len());
        let line =
            self.history.len().checked_sub(back).and_then(|at| self.history.get(at)).cloned().unwrap_or_default();
        (self.history_index, self.input) = (back, Some(line.into()));
    }

    /// The next of what fits, around; a single one at once, and where all begin alike, as much as they share.
    fn cycle_completion(&mut self, names: &CompletionContext<'_>, forward: bool) {
        let Some(line) = self.input.as_ref().map(|input| input.value().to_owned()) else { return };
        let (from, all, at) = self.completion.take().unwrap_or_else(|| {
            let (from, all) = complete_line(&line, names);
            (from, all, None)
        });
        if all.is_empty() {
            return;
        }
        let shared = common_prefix(&all);
        let is_word = all.len() == 1 && from == 0;
        if at.is_none() && (is_word || from + shared.len() > line.len()) {
            let end = if is_word { " " } else { "" };
            self.input = Some(format!("{}{shared}{end}", &line[..from]).into());
            return;
        }
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => all.len() - 1,
            (Some(at), true) => (at + 1) % all.len(),
            (Some(at), false) => (at + all.len() - 1) % all.len(),
        };
        self.input = Some(format!("{}{}", &line[..from.min(line.len())], all[next]).into());
        self.completion = Some((from, all, Some(next)));
    }

    /// The line with the cursor, and behind it what it can become.
    pub(super) fn render_line(&self, names: &CompletionContext<'_>, theme: Theme) -> Line<'static> {
        let Some(input) = &self.input else { return Line::default() };
        let (before, after) = split_at_char(input.value(), input.cursor());
        let mut spans = vec![
            Span::styled(format!(":{}", strip_terminal_controls(before)), theme.key_style()),
            Span::raw(theme.glyph("▏", "_")),
            Span::styled(strip_terminal_controls(after).into_owned(), theme.key_style()),
            Span::raw("  "),
        ];
        let (all, at) = match &self.completion {
            Some((_, all, at)) => (all.clone(), *at),
            None => (complete_line(input.value(), names).1, None),
        };
        for (place, name) in all.iter().enumerate().skip(at.unwrap_or_default()) {
            let style = if Some(place) == at { theme.cursor_style() } else { theme.muted_style() };
            spans.push(Span::styled(name.clone(), style));
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }
}

fn split_at_char(text: &str, characters: usize) -> (&str, &str) {
    let at = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// What all begin with.
fn common_prefix(all: &[String]) -> String {
    let mut shared = all.first().cloned().unwrap_or_default();
    for name in all {
        while !name.starts_with(&shared) {
            shared.pop();
        }
    }
    shared
}
