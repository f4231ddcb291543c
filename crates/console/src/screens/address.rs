//! A line in which an address is typed: where to look, or where a file is to go. Tab completes it. Where something is
//! there already, it is overwritten by a second answer only, and only what was shown.

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use super::offers::Offers;
use super::{Browse, Start, parts};
use crate::command::Command;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::{Found, NotUploaded};
use crate::pane::{Action, Look, Pane, Reaction};
use domain::screen::clean;

/// Cells of the dialog.
const WIDTH: u16 = 76;

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
    offers: Offers,
    /// What is there already.
    there: Option<There>,
}

/// An object that is in the way.
struct There {
    target: String,
    size: u64,
    updated: Option<jiff::Timestamp>,
    generation: i64,
    /// It is another one than the operator was shown before.
    has_changed: bool,
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
        let input = tui_input::Input::new(text.to_owned());
        Self { input, wanted, waits: false, trouble: None, offers: Offers::default(), there: None }
    }

    fn ask(&mut self) -> Reaction {
        let text = self.input.value().trim().to_owned();
        if self.waits || text.is_empty() {
            return Reaction::Nothing;
        }
        (self.waits, self.trouble) = (true, None);
        Reaction::Do(match &self.wanted {
            Wanted::Look => Action::Find(text),
            Wanted::Upload { file } => Action::Upload { file: file.clone(), to: text, over: None },
        })
    }

    /// While it is asked whether to overwrite: one key that does, and any of those that give up.
    fn answer(&mut self, key: KeyEvent) -> Reaction {
        let (Some(there), Wanted::Upload { file }) = (&self.there, &self.wanted) else { return Reaction::Nothing };
        match key.code {
            KeyCode::Char('y') if !self.waits => {
                self.waits = true;
                let (file, to) = (file.clone(), there.target.clone());
                return Reaction::Do(Action::Upload { file, to, over: Some(there.generation) });
            }
            KeyCode::Char('n') | KeyCode::Esc if !self.waits => self.there = None,
            _ => {}
        }
        Reaction::Nothing
    }

    fn fail(&mut self, why: &str) {
        (self.waits, self.there, self.trouble) = (false, None, Some(clean(why).into_owned()));
    }

    fn is_refused(&mut self, why: &NotUploaded) {
        match why {
            NotUploaded::IsThere { target, size, updated, generation } => {
                let has_changed = self.there.is_some();
                let (target, size, updated, generation) = (target.clone(), *size, *updated, *generation);
                self.there = Some(There { target, size, updated, generation, has_changed });
                (self.waits, self.trouble) = (false, None);
            }
            NotUploaded::Trouble(why) => self.fail(why),
        }
    }

    fn complete(&mut self, forward: bool) -> Reaction {
        match self.offers.next(self.input.value(), forward) {
            Some(text) => self.input = text.into(),
            None => return Reaction::Do(Action::Complete(self.input.value().to_owned())),
        }
        Reaction::Nothing
    }

    fn take_offers(&mut self, answer: &Result<Vec<String>, String>) {
        match answer {
            Ok(names) => {
                if let Some(text) = self.offers.take(self.input.value(), names) {
                    self.input = text.into();
                }
                self.trouble = names.is_empty().then(|| "nothing begins like that".to_owned());
            }
            Err(why) => self.trouble = Some(clean(why).into_owned()),
        }
    }

    fn about(&self) -> String {
        match &self.wanted {
            Wanted::Look => "gs://bucket, gs://bucket/prefix/, gs://bucket/list.txt, a folder or a file".to_owned(),
            Wanted::Upload { file } => {
                format!(
                    "{} goes to gs://bucket/name, or gs://bucket/prefix/; what is there is never overwritten unasked",
                    clean(file)
                )
            }
        }
    }

    fn lines(&self, room: usize, look: Look<'_>) -> Vec<Line<'static>> {
        if let Some(there) = &self.there {
            let mut lines = there.lines(look);
            lines.extend(self.waits.then(|| Line::raw("…")));
            return lines;
        }
        let shown = self.input.value().chars().skip(self.input.visual_scroll(room)).collect::<String>();
        let mut lines = vec![
            Line::styled(format!("{}▏", clean(&shown)), look.theme.key()),
            Line::raw(""),
            Line::styled(self.about(), look.theme.faint()),
        ];
        lines.extend(self.waits.then(|| Line::raw("…")));
        lines.extend(self.trouble.as_deref().map(|why| Line::styled(why.to_owned(), look.theme.bad())));
        lines.extend(self.offers.lines(room, look));
        lines
    }
}

impl There {
    fn lines(&self, look: Look<'_>) -> Vec<Line<'static>> {
        let age = parts::age(self.updated, look.now);
        let age = if age.is_empty() { String::new() } else { format!(", {age} old") };
        let is =
            if self.has_changed { "has changed meanwhile, and nothing was written: now it is" } else { "is there:" };
        let found =
            format!("{} {is} {}{age} (generation {})", clean(&self.target), parts::size(self.size), self.generation);
        vec![
            Line::styled(found, look.theme.doubtful()),
            Line::raw(""),
            Line::raw("y  overwrites exactly that one, for good"),
            Line::raw("n  leaves it as it is"),
        ]
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

    fn typing(&self) -> Option<&'static str> {
        match &self.wanted {
            _ if self.there.is_some() => Some("y overwrites it  n another name"),
            Wanted::Look => Some("Enter goes  Tab completes  Esc gives up"),
            Wanted::Upload { .. } => Some("Enter uploads  Tab completes  Esc leaves"),
        }
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        if self.there.is_some() {
            return Some(self.answer(key));
        }
        Some(match key.code {
            KeyCode::Esc => Reaction::Close,
            KeyCode::Enter => self.ask(),
            KeyCode::Tab | KeyCode::BackTab => self.complete(key.code == KeyCode::Tab),
            _ => {
                self.offers = Offers::default();
                self.input.handle_event(&Input::Key(key));
                Reaction::Nothing
            }
        })
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Found(Err(why)) if self.waits => self.fail(why),
            News::Uploaded(Err(why)) if self.waits => self.is_refused(why),
            News::Completed { typed, answer } if typed == self.input.value() => self.take_offers(answer),
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
        let room = usize::from(area.width.min(WIDTH).saturating_sub(4));
        let lines = self.lines(room, look);
        let wrapped = lines.iter().map(|line| line.width().div_ceil(room.max(1)).max(1)).sum::<usize>();
        let height = u16::try_from(wrapped + 2).unwrap_or(u16::MAX).max(9);
        let inside = parts::dialog(frame, area, &self.title(), (WIDTH, height), look);
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
