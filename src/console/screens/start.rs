//! Before a batch: what its list holds, what will be done with it, and the few things to choose.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::{Watch, parts};
use crate::console::command::Command;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::operations::{Preview, Wish};
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::domain::condition::Condition;
use crate::domain::screen::clean;

/// Lines of the list that were not taken, as far as they are shown.
const REFUSED_SHOWN: usize = 3;

/// Drafts that there are already, as far as they are shown.
const DRAFTED_SHOWN: usize = 3;

/// What can be chosen, in the order of the rows.
const CHOICES: usize = 4;

/// The dialog.
pub struct Start {
    wish: Wish,
    /// `None` until the list was read.
    preview: Option<Result<Box<Preview>, String>>,
    at: usize,
    started: bool,
}

impl Start {
    /// Over a list, and the question what is in it.
    pub fn over(source: String) -> (Self, Action) {
        let ask = Action::Preview { source: source.clone() };
        let wish = Wish { source, test_mode: false, create_drafts: true, review: false, condition: None };
        (Self { wish, preview: None, at: 0, started: false }, ask)
    }

    /// The next value of what the cursor is on.
    fn turn(&mut self) {
        match self.at {
            0 => self.wish.test_mode = !self.wish.test_mode,
            1 => self.wish.create_drafts = !self.wish.create_drafts,
            3 => self.wish.review = !self.wish.review,
            _ => {
                let all = Condition::ALL;
                let next =
                    self.wish.condition.map_or(0, |now| all.iter().position(|c| *c == now).map_or(0, |at| at + 1));
                self.wish.condition = all.get(next).copied();
            }
        }
    }

    fn choices(&self, look: Look<'_>) -> Vec<Line<'static>> {
        let mark = |on: bool| if on { "[x]" } else { "[ ]" };
        let condition = self.wish.condition.map_or_else(|| "as set".to_owned(), |condition| condition.to_string());
        let rows = [
            format!("{} rehearse: everything but the last step", mark(self.wish.test_mode)),
            format!("{} make drafts", mark(self.wish.create_drafts)),
            format!("    condition: {condition}"),
            format!("{} review: every item waits for you before its draft", mark(self.wish.review)),
        ];
        let styled = rows
            .into_iter()
            .enumerate()
            .map(|(at, row)| if at == self.at { Line::styled(row, look.theme.cursor()) } else { Line::raw(row) });
        styled.collect()
    }

    fn found(&self, look: Look<'_>) -> Vec<Line<'static>> {
        let preview = match &self.preview {
            None => return vec![Line::raw("reading the list …")],
            Some(Err(why)) => return vec![Line::styled(clean(why).into_owned(), look.theme.bad())],
            Some(Ok(preview)) => preview,
        };
        let mut lines = vec![Line::styled(counts(preview), look.theme.heading())];
        lines.extend(preview.first_refused.iter().take(REFUSED_SHOWN).map(|bad| {
            let words = format!("line {}: \"{}\": {}", bad.line, clean(&bad.text), clean(&bad.reason));
            Line::styled(words, look.theme.doubtful())
        }));
        lines.extend(preview.last_drafted.iter().take(DRAFTED_SHOWN).map(|(upc, at, job)| {
            let words = format!("{upc} drafted {} ago in {job}", parts::age(Some(*at), look.now));
            Line::styled(words, look.theme.faint())
        }));
        lines.extend(preview.plan.iter().map(|words| Line::raw(clean(words).into_owned())));
        lines
    }
}

/// `83 UPCs, 4 repeated, 2 lines that are none, 12 drafted before`
fn counts(preview: &Preview) -> String {
    let parts = [
        (preview.repeats, "repeated"),
        (preview.refused, "lines that are none"),
        (preview.drafted_before, "drafted before"),
    ];
    let known = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} UPCs{}", preview.items, known.collect::<String>())
}

impl Pane for Start {
    fn place(&self) -> Place {
        Place::Start
    }

    fn title(&self) -> String {
        "start".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Up => self.at = self.at.saturating_sub(1),
            Command::Down => self.at = (self.at + 1).min(CHOICES - 1),
            Command::Mark => self.turn(),
            Command::Yes if !self.started && matches!(self.preview, Some(Ok(_))) => {
                self.started = true;
                return Reaction::Do(Action::Start(self.wish.clone()));
            }
            Command::Yes => {}
            _ => return Reaction::Unknown,
        }
        Reaction::Nothing
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Previewed { source, answer } if *source == self.wish.source => self.preview = Some(answer.clone()),
            News::Started(Err(_)) => self.started = false,
            _ => {}
        }
        Vec::new()
    }

    fn replaced_by(&self, news: &News) -> Option<(Box<dyn Pane>, Action)> {
        match news {
            News::Started(Ok(job)) if self.started => {
                Some((Box::new(Watch::of(job.clone())), Action::Watch(job.clone())))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let title = format!("start {}", clean(&self.wish.source));
        let inside = parts::dialog(frame, area, &title, (78, 18), look);
        let mut lines = self.found(look);
        lines.push(Line::raw(""));
        lines.extend(self.choices(look));
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
