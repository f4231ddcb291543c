//! The keys that count where one was when one asked.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::parts;
use crate::console::command::Command;
use crate::console::cursor::Cursor;
use crate::console::keymap::Place;
use crate::console::pane::{Look, Pane, Reaction};
use crate::domain::screen::fit;

/// The help of a place.
pub struct Help {
    of: Place,
    cursor: Cursor,
    rows: usize,
}

/// Cells of the column with the keys.
const KEYS: usize = 18;

impl Help {
    /// For the screen at `place`.
    pub fn of(place: Place) -> Self {
        Self { of: place, cursor: Cursor::default(), rows: 0 }
    }
}

impl Pane for Help {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn title(&self) -> String {
        "keys".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Help | Command::Quit => Reaction::Close,
            _ if self.cursor.obey(command, self.rows) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let inside = parts::dialog(frame, area, "keys", (76, area.height), look);
        let all = look.keymap.at(self.of);
        self.rows = all.len();
        let window = self.cursor.window(self.rows, usize::from(inside.height));
        let lines = all[window].iter().map(|(command, keys)| {
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            Line::from(vec![
                Span::styled(fit(&keys, KEYS), look.theme.key()),
                Span::raw(" "),
                Span::raw(command.meaning().words),
            ])
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
