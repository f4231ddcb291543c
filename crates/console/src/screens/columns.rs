//! Which columns a table shows and in which order: chosen over the table itself, which changes at once.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::parts;
use crate::columns::{COLUMNS, Columns as Chosen};
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::pane::{Action, Look, Pane, Reaction};
use crate::taste::Taste;
use crate::view::Column;
use domain::screen::fit;

/// The choice.
#[derive(Default)]
pub struct ColumnChoice {
    /// The shown ones in their order, then the others.
    rows: Vec<(Column, bool)>,
    standard: Chosen,
    cursor: Cursor,
}

impl ColumnChoice {
    fn take(&mut self, shown: &Chosen) {
        let others = COLUMNS.iter().map(|about| about.column).filter(|column| !shown.all().contains(column));
        let rows = shown.all().iter().map(|column| (*column, true)).chain(others.map(|column| (column, false)));
        self.rows = rows.collect();
    }

    /// The last one that is shown stays: a table of nothing tells nothing.
    fn chosen(&self) -> Option<Chosen> {
        Chosen::of(self.rows.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect())
    }

    fn toggle(&mut self) {
        let at = self.cursor.at();
        if let Some((_, shown)) = self.rows.get_mut(at) {
            *shown = !*shown;
        }
        if self.chosen().is_none() {
            self.rows[at].1 = true;
        }
    }

    fn shift(&mut self, to: Option<usize>) {
        let at = self.cursor.at();
        if let Some(to) = to.filter(|to| at.max(*to) < self.rows.len()) {
            self.rows.swap(at, to);
            self.cursor.go(to);
        }
    }

    fn tell(&self, keep: bool) -> Option<Action> {
        self.chosen().map(|columns| Action::Columns { columns, keep })
    }
}

impl Pane for ColumnChoice {
    fn place(&self) -> Place {
        Place::Columns
    }

    fn title(&self) -> String {
        "columns".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn suit(&mut self, taste: &Taste) {
        if self.rows.is_empty() {
            self.take(&taste.columns);
            self.standard = taste.standard.clone();
        }
    }

    fn obey(&mut self, command: Command) -> Reaction {
        let at = self.cursor.at();
        match command {
            Command::Mark | Command::Open => self.toggle(),
            Command::Earlier => self.shift(at.checked_sub(1)),
            Command::Later => self.shift(at.checked_add(1)),
            Command::Reset => {
                let standard = self.standard.clone();
                self.take(&standard);
            }
            Command::Back | Command::Quit | Command::Columns => {
                return self.tell(true).map_or(Reaction::Close, Reaction::Answer);
            }
            _ if self.cursor.obey(command, self.rows.len()) => return Reaction::Nothing,
            _ => return Reaction::Unknown,
        }
        self.tell(false).map_or(Reaction::Nothing, Reaction::Do)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
        let inside = parts::dialog(frame, area, "columns", (64, height), look);
        let window = self.cursor.window(self.rows.len(), usize::from(inside.height));
        let lines = window.map(|at| {
            let (column, shown) = self.rows[at];
            let about = column.about();
            let words = about.map_or("", |about| about.words);
            let sign = if shown { "[x]" } else { "[ ]" };
            let text = fit(&format!("{sign} {:<11} {words}", column.name()), usize::from(inside.width));
            Line::styled(text, if at == self.cursor.at() { look.theme.cursor() } else { Style::new() })
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
