//! What the operator was told since the console began.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Text;

use crate::console::command::Command;
use crate::console::cursor::Cursor;
use crate::console::keymap::Place;
use crate::console::pane::{Look, Pane, Reaction};

/// The words, the oldest first.
pub struct Log {
    words: Vec<String>,
    cursor: Cursor,
}

impl Log {
    /// The log as it is now; it begins at its end.
    pub fn of<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        let words = words.cloned().collect::<Vec<_>>();
        let mut cursor = Cursor::default();
        cursor.obey(Command::Last, words.len());
        Self { words, cursor }
    }
}

impl Pane for Log {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn title(&self) -> String {
        "log".to_owned()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Log => Reaction::Close,
            _ if self.cursor.obey(command, self.words.len()) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, _: Look<'_>) {
        if self.words.is_empty() {
            frame.render_widget("nothing was said yet", area);
            return;
        }
        let window = self.cursor.window(self.words.len(), usize::from(area.height));
        frame.render_widget(self.words[window].iter().map(String::as_str).collect::<Text<'_>>(), area);
    }
}
