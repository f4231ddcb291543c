//! The line at the foot of the screen while something is said: text, completion by Tab, and what was said before.

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::{Line, Span};
use tui_input::backend::crossterm::EventHandler as _;

use super::say::{Names, completions};
use super::theme::Theme;
use domain::screen::clean;

/// Lines that are remembered.
const REMEMBERED: usize = 100;

/// The line.
#[derive(Default)]
pub(super) struct Speech {
    /// `None` while nothing is said.
    input: Option<tui_input::Input>,
    /// What Tab goes through: where it begins, all of it, and the one that stands there now.
    offered: Option<(usize, Vec<String>, Option<usize>)>,
    said: Vec<String>,
    /// How far back the line was taken from.
    back: usize,
}

impl Speech {
    pub(super) fn begin(&mut self) {
        self.input = Some(tui_input::Input::default());
        (self.offered, self.back) = (None, 0);
    }

    pub(super) fn is_open(&self) -> bool {
        self.input.is_some()
    }

    /// Takes a key; the line where it is finished.
    pub(super) fn typed(&mut self, key: KeyEvent, names: &Names<'_>) -> Option<String> {
        let input = self.input.as_mut()?;
        let is_ctrl_c = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Tab | KeyCode::BackTab => {
                self.complete(names, key.code == KeyCode::Tab);
                return None;
            }
            KeyCode::Esc => self.input = None,
            KeyCode::Backspace if input.value().is_empty() => self.input = None,
            _ if is_ctrl_c => self.input = None,
            KeyCode::Enter => {
                let line = input.value().trim().to_owned();
                self.input = None;
                self.remember(&line);
                return (!line.is_empty()).then_some(line);
            }
            KeyCode::Up => self.recall(self.back + 1),
            KeyCode::Down => self.recall(self.back.saturating_sub(1)),
            _ => {
                input.handle_event(&Input::Key(key));
            }
        }
        self.offered = None;
        None
    }

    fn remember(&mut self, line: &str) {
        self.said.retain(|known| known != line);
        self.said.extend((!line.is_empty()).then(|| line.to_owned()));
        let more = self.said.len().saturating_sub(REMEMBERED);
        self.said.drain(..more);
    }

    fn recall(&mut self, back: usize) {
        let back = back.min(self.said.len());
        let line = self.said.len().checked_sub(back).and_then(|at| self.said.get(at)).cloned().unwrap_or_default();
        (self.back, self.input) = (back, Some(line.into()));
    }

    /// The next of what fits, around; a single one at once, and where all begin alike, as much as they share.
    fn complete(&mut self, names: &Names<'_>, forward: bool) {
        let Some(line) = self.input.as_ref().map(|input| input.value().to_owned()) else { return };
        let (from, all, at) = self.offered.take().unwrap_or_else(|| {
            let (from, all) = completions(&line, names);
            (from, all, None)
        });
        if all.is_empty() {
            return;
        }
        let shared = shared(&all);
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
        self.offered = Some((from, all, Some(next)));
    }

    /// The line with the cursor, and behind it what it can become.
    pub(super) fn drawn(&self, names: &Names<'_>, theme: Theme) -> Line<'static> {
        let Some(input) = &self.input else { return Line::default() };
        let (before, after) = split(input.value(), input.cursor());
        let mut spans = vec![
            Span::styled(format!(":{}", clean(before)), theme.key()),
            Span::raw(theme.pick("▏", "_")),
            Span::styled(clean(after).into_owned(), theme.key()),
            Span::raw("  "),
        ];
        let (all, at) = match &self.offered {
            Some((_, all, at)) => (all.clone(), *at),
            None => (completions(input.value(), names).1, None),
        };
        for (place, name) in all.iter().enumerate().skip(at.unwrap_or_default()) {
            let style = if Some(place) == at { theme.cursor() } else { theme.faint() };
            spans.push(Span::styled(name.clone(), style));
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }
}

fn split(text: &str, characters: usize) -> (&str, &str) {
    let at = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// What all begin with.
fn shared(all: &[String]) -> String {
    let mut shared = all.first().cloned().unwrap_or_default();
    for name in all {
        while !name.starts_with(&shared) {
            shared.pop();
        }
    }
    shared
}
