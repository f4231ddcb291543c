//! The items that something could not be done to, each with the reason. They stay marked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};

use super::parts;
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::pane::{Action, Look, Pane, Reaction};
use domain::act::{Act, Acted, NotDone};
use domain::screen::{clean, fit};

/// What came of it.
pub(crate) struct NotAll {
    act: Act,
    done: usize,
    refused: Vec<NotDone>,
    cursor: Cursor,
}

impl NotAll {
    /// For what was not done to all.
    pub(crate) fn of(act: Act, acted: &Acted) -> Self {
        Self { act, done: acted.done.len(), refused: acted.refused.clone(), cursor: Cursor::default() }
    }
}

impl Pane for NotAll {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn title(&self) -> String {
        format!("not {}", self.act.done())
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Open | Command::Quit => Reaction::Close,
            Command::Copy => {
                let lines = self.refused.iter().map(|NotDone { upc, why }| format!("{upc}\t{why}"));
                Reaction::Do(Action::Copy(lines.collect::<Vec<_>>().join("\n")))
            }
            _ if self.cursor.obey(command, self.refused.len()) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let count = self.refused.len();
        let title = format!("{} {}, {count} not; these stay marked", self.done, self.act.done());
        let height = u16::try_from(count.saturating_add(2)).unwrap_or(u16::MAX);
        let inside = parts::dialog(frame, area, &title, (76, height.min(20)), look);
        let window = self.cursor.window(count, usize::from(inside.height));
        let line = |NotDone { upc, why }: &NotDone| {
            Line::raw(fit(&format!("{upc:<13}  {}", clean(why)), usize::from(inside.width)))
        };
        frame.render_widget(self.refused[window].iter().map(line).collect::<Text<'_>>(), inside);
    }
}
