//! A line in which an address is typed: where to look, or where a file is to go.

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use super::{Browse, Start, parts};
use crate::console::command::Command;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::operations::Found;
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::domain::screen::clean;

/// What becomes of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Look,
    /// This file of this machine is uploaded to it.
    Upload {
        file: String,
    },
}

/// The dialog.
pub struct Address {
    input: tui_input::Input,
    wanted: Wanted,
    /// True until the answer is there.
    waits: bool,
    trouble: Option<String>,
}

impl Address {
    /// Where to look: a bucket, a prefix, a folder, a list.
    pub fn to_look_at() -> Self {
        Self::with(Wanted::Look, "gs://")
    }

    /// Where a file of this machine is to go.
    pub fn to_upload(file: String) -> Self {
        Self::with(Wanted::Upload { file }, "gs://")
    }

    fn with(wanted: Wanted, text: &str) -> Self {
        Self { input: tui_input::Input::new(text.to_owned()), wanted, waits: false, trouble: None }
    }

    fn ask(&mut self) -> Reaction {
        let text = self.input.value().trim().to_owned();
        if self.waits || text.is_empty() {
            return Reaction::Nothing;
        }
        (self.waits, self.trouble) = (true, None);
        Reaction::Do(match &self.wanted {
            Wanted::Look => Action::Find(text),
            Wanted::Upload { file } => Action::Upload { file: file.clone(), to: text },
        })
    }

    fn fail(&mut self, why: &str) {
        (self.waits, self.trouble) = (false, Some(clean(why).into_owned()));
    }

    fn about(&self) -> String {
        match &self.wanted {
            Wanted::Look => "gs://bucket, gs://bucket/prefix/, gs://bucket/list.txt, a folder or a file".to_owned(),
            Wanted::Upload { file } => {
                format!(
                    "{} goes to gs://bucket/name, or gs://bucket/prefix/; what is there is never overwritten",
                    clean(file)
                )
            }
        }
    }
}

/// The screen of what was found, and what fills it.
fn screen_of(found: &Found) -> (Box<dyn Pane>, Action) {
    match found {
        Found::Spot(spot) => {
            let (browse, ask) = Browse::at(spot.clone());
            (Box::new(browse), ask)
        }
        Found::List(source) => {
            let (start, ask) = Start::over(source.clone());
            (Box::new(start), ask)
        }
    }
}

impl Pane for Address {
    fn place(&self) -> Place {
        Place::Question
    }

    fn title(&self) -> String {
        match self.wanted {
            Wanted::Look => "go to".to_owned(),
            Wanted::Upload { .. } => "upload".to_owned(),
        }
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, _command: Command) -> Reaction {
        Reaction::Nothing
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        Some(match key.code {
            KeyCode::Esc => Reaction::Close,
            KeyCode::Enter => self.ask(),
            _ => {
                self.input.handle_event(&Input::Key(key));
                Reaction::Nothing
            }
        })
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Found(Err(why)) | News::Uploaded(Err(why)) if self.waits => self.fail(why),
            _ => {}
        }
        Vec::new()
    }

    fn replaced_by(&self, news: &News) -> Option<(Box<dyn Pane>, Action)> {
        match (news, &self.wanted) {
            (News::Found(Ok(found)), Wanted::Look) | (News::Uploaded(Ok(found)), Wanted::Upload { .. })
                if self.waits =>
            {
                Some(screen_of(found))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let inside = parts::dialog(frame, area, &self.title(), (76, 9), look);
        let room = usize::from(inside.width.saturating_sub(2));
        let shown = self.input.value().chars().skip(self.input.visual_scroll(room)).collect::<String>();
        let mut lines = vec![
            Line::styled(format!("{}▏", clean(&shown)), look.theme.key()),
            Line::raw(""),
            Line::styled(self.about(), look.theme.faint()),
        ];
        lines.extend(self.waits.then(|| Line::raw("…")));
        lines.extend(self.trouble.as_deref().map(|why| Line::styled(why.to_owned(), look.theme.bad())));
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
