//! What a text that is being typed can become: as far as all agree at once, then one after the other.

use ratatui::text::Line;

use crate::screen::DrawContext;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Names that are shown at a time.
const MAX_SHOWN_NAMES: usize = 6;

/// The names, and the one that stands in the line now.
#[derive(Default)]
pub(super) struct CompletionList {
    names: Vec<String>,
    selected: Option<usize>,
}

impl CompletionList {
    /// Takes what fits a text; what the text becomes by it, where that is more.
    pub(super) fn set_names(&mut self, text: &str, names: &[String]) -> Option<String> {
        let shared = common_prefix(names)?;
        *self = Self { names: names.to_vec(), selected: None };
        if let [one] = names {
            // What was completed to its end is no offer any more: the next Tab asks what is in it.
            let one = one.clone();
            *self = Self::default();
            return Some(one);
        }
        (shared.len() > text.len()).then_some(shared)
    }

    /// The next of them, around; `None` where there are none for this text.
    pub(super) fn cycle_selected(&mut self, text: &str, forward: bool) -> Option<String> {
        let count = self.names.len();
        let stands = |at: usize| self.names.get(at).is_some_and(|name| name == text);
        let next = match (self.selected, forward) {
            _ if count == 0 => return None,
            (Some(at), true) if stands(at) => (at + 1) % count,
            (Some(at), false) if stands(at) => (at + count - 1) % count,
            (_, true) => 0,
            (_, false) => count - 1,
        };
        self.selected = Some(next);
        self.names.get(next).cloned()
    }

    /// Those around the one that stands in the line.
    pub(super) fn render_lines(&self, room: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let first = self
            .selected
            .unwrap_or_default()
            .saturating_sub(MAX_SHOWN_NAMES / 2)
            .min(self.names.len().saturating_sub(MAX_SHOWN_NAMES));
        let shown = self.names.iter().enumerate().skip(first).take(MAX_SHOWN_NAMES);
        let line = |(place, name): (usize, &String)| {
            let text = fit_to_width(&strip_terminal_controls(name), room);
            if Some(place) == self.selected { Line::styled(text, draw.theme.cursor_style()) } else { Line::raw(text) }
        };
        let mut lines = shown.map(line).collect::<Vec<_>>();
        let hidden = self.names.len().saturating_sub(first + MAX_SHOWN_NAMES);
        lines.extend((hidden > 0).then(|| Line::styled(format!("and {hidden} more"), draw.theme.muted_style())));
        lines
    }
}

/// What all of them begin with.
fn common_prefix(names: &[String]) -> Option<String> {
    let (first, others) = names.split_first()?;
    let ends = first.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let fits = |end: &usize| others.iter().all(|other| other.starts_with(&first[..*end]));
    Some(first[..ends.take_while(fits).last().unwrap_or(0)].to_owned())
}
