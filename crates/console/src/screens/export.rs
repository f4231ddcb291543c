//! Where the rows that are marked, or shown, are written to.

use std::path::PathBuf;

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use tui_input::backend::crossterm::EventHandler as _;

use super::parts;
use crate::command::Command;
use crate::keymap::Place;
use crate::news::News;
use crate::pane::{Action, Look, Pane, Reaction};
use domain::batch::JobId;
use domain::screen::{clean, fit};
use domain::upc::Upc;

/// The name of the file, while it is typed.
pub(super) struct Export {
    job: JobId,
    upcs: Vec<Upc>,
    name: tui_input::Input,
    trouble: Option<String>,
    /// The file that is there, once it is known to be: the same name once more means it.
    there: Option<PathBuf>,
}

impl Export {
    /// For these rows.
    pub(super) fn of(job: JobId, upcs: Vec<Upc>) -> Self {
        let name = tui_input::Input::new(format!("{job}_rows.csv"));
        Self { job, upcs, name, trouble: None, there: None }
    }

    fn asked(&self) -> Reaction {
        let path = PathBuf::from(self.name.value().trim());
        if path.as_os_str().is_empty() {
            return Reaction::Nothing;
        }
        let replace = self.there.as_ref() == Some(&path);
        Reaction::Do(Action::Export { job: self.job.clone(), upcs: self.upcs.clone(), path, replace })
    }
}

impl Pane for Export {
    fn place(&self) -> Place {
        Place::Question
    }

    fn title(&self) -> String {
        "export".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, _: Command) -> Reaction {
        Reaction::Nothing
    }

    fn typing(&self) -> Option<&'static str> {
        Some(if self.there.is_some() { "Enter replaces it  Esc gives up" } else { "Enter writes  Esc gives up" })
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        Some(match key.code {
            KeyCode::Esc => Reaction::Close,
            KeyCode::Enter => self.asked(),
            _ => {
                self.name.handle_event(&Input::Key(key));
                Reaction::Nothing
            }
        })
    }

    fn is_over(&self, news: &News) -> bool {
        matches!(news, News::Exported { answer: Ok(_), .. })
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        if let News::Exported { path, answer: Err(why) } = news {
            self.there = why.is_there.then(|| path.clone());
            self.trouble = Some(why.words.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let inside = parts::dialog(frame, area, &format!("export {} rows", self.upcs.len()), (72, 5), look);
        let width = usize::from(inside.width);
        let name = clean(self.name.value()).into_owned();
        let cells = name.chars().count().saturating_sub(width.saturating_sub(2));
        let end = name.chars().skip(cells).collect::<String>();
        let mut lines = vec![Line::raw(format!("{end}▏")), Line::raw("")];
        let trouble = self.trouble.as_deref().map(|why| Line::styled(fit(why, width), look.theme.doubtful()));
        lines.push(trouble.unwrap_or_else(|| Line::raw(fit("a name that ends in .csv or .json", width))));
        frame.render_widget(Text::from(lines), inside);
    }
}
