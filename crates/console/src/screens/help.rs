//! The keys that count where one was when one asked, and what can be said after `:`.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::parts;
use crate::command::Command;
use crate::cursor::Scroll;
use crate::keymap::{Keymap, Place};
use crate::pane::{Look, Pane, Reaction};
use crate::say::WORDS;
use domain::screen::fit;

/// The help of a place.
pub struct Help {
    of: Place,
    scroll: Scroll,
    rows: usize,
}

/// Cells of the column with the keys, on a narrow screen and else.
const KEYS: (usize, usize) = (11, 18);

impl Help {
    /// For the screen at `place`.
    pub fn of(place: Place) -> Self {
        Self { of: place, scroll: Scroll::default(), rows: 0 }
    }

    /// What is pressed or said, and what it does.
    fn all(&self, keymap: &Keymap) -> Vec<(String, &'static str)> {
        let keys = keymap.at(self.of).into_iter().map(|(command, keys)| {
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            (keys, command.meaning().words)
        });
        let said = WORDS.iter().map(|word| (format!(":{}", word.shown), word.words));
        keys.chain(said).collect()
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
            _ if self.scroll.obey(command, self.rows) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let inside = parts::dialog(frame, area, "keys", (76, area.height), look);
        let width = usize::from(inside.width);
        let keys_width = if width < 60 { KEYS.0 } else { KEYS.1 };
        let mut lines = Vec::new();
        for (keys, words) in self.all(look.keymap) {
            // What does not fit beside its words stands over them.
            let is_long = keys.chars().count() > keys_width;
            if is_long {
                lines.push((keys.clone(), String::new()));
            }
            for (at, part) in parts::wrapped(words, width.saturating_sub(keys_width + 1)).into_iter().enumerate() {
                let keys = if at == 0 && !is_long { keys.clone() } else { String::new() };
                lines.push((fit(&keys, keys_width), part));
            }
        }
        self.rows = lines.len();
        let window = self.scroll.window(self.rows, usize::from(inside.height));
        let lines = lines[window].iter().map(|(keys, words)| {
            Line::from(vec![Span::styled(keys.as_str(), look.theme.key()), Span::raw(" "), Span::raw(words.as_str())])
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
