//! What waits for a person: one item at a time, sorted by what must be looked at on the disc, its candidates side by side.
//!
//! A digit takes a candidate, Enter sends the answer and goes to the next. Corrections and a price are typed below.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use super::review_card;
use crate::command::Command;
use crate::keymap::Place;
use crate::news::News;
use crate::pane::{Action, Look, Pane, Reaction};
use domain::batch::JobId;
use domain::event::{Fact, Step};
use domain::review::{Answer, Became, Case};
use domain::screen::clean;
use domain::upc::Upc;

/// A field that is being typed.
struct Typing {
    /// Its place in [`Answer::FIELDS`].
    field: usize,
    input: tui_input::Input,
}

/// Where the fields begin that put something right; before them are the choice and its reason.
const FIRST_FIELD: usize = 2;

/// The queue of one batch.
pub struct Review {
    job: JobId,
    /// `None` until it is there.
    cases: Option<Result<Vec<Case>, String>>,
    at: usize,
    top: u16,
    answers: HashMap<Upc, Answer>,
    /// What was wrong with an answer, or is on its way.
    words: HashMap<Upc, String>,
    typing: Option<Typing>,
}

impl Review {
    /// The queue of a batch, and the question for it.
    pub fn of(job: JobId) -> (Self, Action) {
        let ask = Action::Waiting(job.clone());
        let (answers, words) = (HashMap::new(), HashMap::new());
        (Self { job, cases: None, at: 0, top: 0, answers, words, typing: None }, ask)
    }

    fn all(&self) -> &[Case] {
        self.cases.as_ref().and_then(|cases| cases.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    fn here(&self) -> Option<&Case> {
        self.all().get(self.at)
    }

    /// The answer to the item that is shown; at first what was decided about its barcode before.
    fn answer(&self) -> Answer {
        let Some(case) = self.here() else { return Answer::default() };
        self.answers.get(&case.upc()).cloned().unwrap_or_else(|| offered(case))
    }

    fn change(&mut self, change: impl FnOnce(&mut Answer)) -> Reaction {
        let mut answer = self.answer();
        if let Some(upc) = self.here().map(Case::upc) {
            change(&mut answer);
            self.words.remove(&upc);
            self.answers.insert(upc, answer);
        }
        Reaction::Nothing
    }

    fn choose(&mut self, number: usize) -> Reaction {
        let most = self.here().map_or(0, |case| case.candidates().len());
        if number > most {
            return Reaction::Nothing;
        }
        self.change(|answer| answer.choose = number.to_string())
    }

    fn send(&mut self) -> Reaction {
        let mut answer = self.answer();
        let Some(upc) = self.here().map(Case::upc) else { return Reaction::Nothing };
        if answer == Answer::default() {
            "go".clone_into(&mut answer.choose);
        }
        self.words.insert(upc, "on its way …".to_owned());
        self.go(self.at + 1);
        Reaction::Do(Action::Decide { job: self.job.clone(), upc, answer: Box::new(answer) })
    }

    fn go(&mut self, to: usize) {
        self.at = to.min(self.all().len().saturating_sub(1));
        self.top = 0;
    }

    fn begin(&mut self, field: usize) -> Reaction {
        if self.here().is_some() {
            let name = Answer::FIELDS[field];
            let value = self.answer().field(name).cloned().unwrap_or_default();
            self.typing = Some(Typing { field, input: value.into() });
        }
        Reaction::Nothing
    }

    fn keep(&mut self) {
        let Some(Typing { field, input }) = self.typing.take() else { return };
        self.change(|answer| {
            if let Some(text) = answer.field(Answer::FIELDS[field]) {
                input.value().clone_into(text);
            }
        });
    }

    fn take(&mut self, mut cases: Vec<Case>) {
        let was = self.here().map(Case::upc);
        cases.sort_by_key(|case| case.look);
        let place = cases.iter().position(|case| Some(case.upc()) == was);
        self.cases = Some(Ok(cases));
        self.go(place.unwrap_or(self.at));
    }

    fn became(&mut self, upc: Upc, answer: &Result<Became, String>) {
        let words = match answer {
            Ok(Became::Wrong { wrong }) => wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Ok(Became::Open) => "nothing was answered".to_owned(),
            Err(why) => why.clone(),
            Ok(Became::Decided { .. } | Became::Already { .. } | Became::NotListed) => {
                self.answers.remove(&upc);
                self.words.remove(&upc);
                if let Some(Ok(cases)) = &mut self.cases
                    && let Some(place) = cases.iter().position(|case| case.upc() == upc)
                {
                    cases.remove(place);
                    let at = if place < self.at { self.at - 1 } else { self.at };
                    self.go(at);
                }
                return;
            }
        };
        self.words.insert(upc, words);
    }

    fn lines(&self, width: u16, look: Look<'_>) -> Vec<Line<'static>> {
        let all = match &self.cases {
            None => return vec![Line::raw("looking for what waits …")],
            Some(Err(why)) => return vec![Line::styled(clean(why).into_owned(), look.theme.bad())],
            Some(Ok(all)) if all.is_empty() => return vec![Line::raw("nothing waits for a person")],
            Some(Ok(all)) => all,
        };
        let Some(case) = self.here() else { return Vec::new() };
        let same = all.iter().filter(|other| other.look == case.look).count();
        let heading = format!("look at {} ({same} of {} that wait)", case.look.words(), all.len());
        let mut lines = vec![Line::styled(heading, look.theme.faint())];
        // Above the candidates, which may fill the screen.
        if let Some(words) = self.words.get(&case.upc()) {
            lines.push(Line::styled(clean(words).into_owned(), look.theme.doubtful()));
        }
        let answer = self.answer();
        lines.extend(review_card::card(case, &answer, self.at + 1, width, look));
        if let Some(typing) = &self.typing {
            let words = format!("{}: {}_", Answer::FIELDS[typing.field].replace('_', " "), typing.input.value());
            lines.push(Line::styled(clean(&words).into_owned(), look.theme.cursor()));
        }
        lines
    }
}

/// What was decided about the same barcode before, chosen beforehand.
fn offered(case: &Case) -> Answer {
    let choose = case.offered().map(|number| number.to_string()).unwrap_or_default();
    Answer { choose, ..Answer::default() }
}

impl Pane for Review {
    fn place(&self) -> Place {
        Place::Review
    }

    fn title(&self) -> String {
        "review".to_owned()
    }

    fn typing(&self) -> Option<&'static str> {
        self.typing.as_ref().map(|_| "Tab next field  Enter keeps  Esc leaves")
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        let Some(typing) = &mut self.typing else {
            let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
            return match key.code {
                KeyCode::Char(digit @ '1'..='9') if plain => {
                    Some(self.choose(digit.to_digit(10).unwrap_or_default() as usize))
                }
                _ => None,
            };
        };
        match key.code {
            KeyCode::Esc => self.typing = None,
            KeyCode::Enter => self.keep(),
            KeyCode::Tab => {
                let next = typing.field + 1;
                self.keep();
                return Some(self.begin(if next == Answer::FIELDS.len() { FIRST_FIELD } else { next }));
            }
            _ => {
                typing.input.handle_event(&Input::Key(key));
            }
        }
        Some(Reaction::Nothing)
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Decide => return self.send(),
            Command::ChooseNone => return self.change(|answer| "none".clone_into(&mut answer.choose)),
            Command::Correct => return self.begin(FIRST_FIELD),
            Command::SetPrice => return self.begin(Answer::FIELDS.len() - 1),
            Command::Reload => return Reaction::Do(Action::Waiting(self.job.clone())),
            Command::Copy => {
                return self
                    .here()
                    .map_or(Reaction::Nothing, |case| Reaction::Do(Action::Copy(case.upc().to_string())));
            }
            Command::Up => self.go(self.at.saturating_sub(1)),
            Command::Down => self.go(self.at + 1),
            Command::First => self.go(0),
            Command::Last => self.go(usize::MAX),
            Command::PageUp | Command::HalfUp => self.top = self.top.saturating_sub(5),
            Command::PageDown | Command::HalfDown => self.top = self.top.saturating_add(5),
            _ => return Reaction::Unknown,
        }
        Reaction::Nothing
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Waiting { job, answer } if *job == self.job => match answer {
                Ok(cases) => self.take(cases.clone()),
                Err(why) => self.cases = Some(Err(why.clone())),
            },
            News::Decided { job, upc, answer } if *job == self.job => self.became(*upc, answer),
            // Something more waits now.
            News::Happened { job, events } if *job == self.job => {
                let waits = |fact: &Fact| match fact {
                    Fact::Item { step: Step::Done { outcome }, .. } => {
                        outcome.status == domain::outcome::Status::NeedsReview
                    }
                    _ => false,
                };
                if events.iter().any(|event| waits(&event.fact)) {
                    return vec![Action::Waiting(self.job.clone())];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let lines = self.lines(area.width, look);
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        self.top = self.top.min(height.saturating_sub(area.height));
        // What is typed stands last, and is seen.
        let top = if self.typing.is_some() { height.saturating_sub(area.height) } else { self.top };
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).scroll((top, 0)), area);
    }
}
