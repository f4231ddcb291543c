//! What the operator was told since the console began: whole words over as many lines as they take, narrowed while one
//! types.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};

use super::filter::Filter;
use super::parts;
use crate::command::Command;
use crate::cursor::Scroll;
use crate::keymap::Place;
use crate::news::News;
use crate::pane::{Action, Look, Pane, Reaction};
use crate::say::Said;
use domain::screen::clean;

/// The words, the oldest first.
pub struct Log {
    words: Vec<String>,
    filter: Filter,
    scroll: Scroll,
    rows: usize,
}

impl Log {
    /// The log as it is now; it begins at its end.
    pub fn of<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        let words = words.map(|words| clean(words).into_owned()).collect::<Vec<_>>();
        Self { words, filter: Filter::default(), scroll: Scroll::at_the_end(), rows: 0 }
    }

    fn found(&self) -> impl Iterator<Item = &String> {
        let wanted = self.filter.text().to_lowercase();
        self.words.iter().filter(move |words| words.to_lowercase().contains(&wanted))
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
            Command::Filter => {
                self.filter.begin();
                Reaction::Nothing
            }
            Command::Copy => {
                Reaction::Do(Action::Copy(self.found().map(String::as_str).collect::<Vec<_>>().join("\n")))
            }
            _ if self.scroll.obey(command, self.rows) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn typing(&self) -> Option<&'static str> {
        self.filter.typing()
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        self.filter.typed(key).then_some(Reaction::Nothing)
    }

    fn hear(&mut self, said: &Said) -> Reaction {
        match said {
            Said::Filter(text) => self.filter.set(text),
            _ => return Reaction::Unknown,
        }
        Reaction::Nothing
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        if let News::Told(words) = news {
            self.words.push(clean(words).into_owned());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        if self.words.is_empty() {
            frame.render_widget("nothing was said yet", area);
            return;
        }
        let [told, note] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        let lines = self.found().flat_map(|words| parts::wrapped(words, usize::from(told.width))).collect::<Vec<_>>();
        self.rows = lines.len();
        let window = self.scroll.window(self.rows, usize::from(told.height));
        let filter = self.filter.shown().map(|text| format!("{text}  ")).unwrap_or_default();
        let words = format!("{filter}{} of {}", self.found().count(), self.words.len());
        frame.render_widget(lines[window].iter().map(String::as_str).collect::<Text<'_>>(), told);
        frame.render_widget(Line::styled(words, look.theme.faint()), note);
    }
}
