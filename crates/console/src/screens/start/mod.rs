//! Before a batch: what its list holds, what the batch will do, how long it takes and when its turn comes, and the few
//! things to choose. Where a batch over the same list is under way, it is offered to join that one.

mod choices;
mod facts;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};

use super::{Watch, parts};
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::{NotStarted, Trouble, Wish};
use crate::pane::{Action, Look, Pane, Reaction};
use domain::forecast::{Forecast, UnderWay};
use domain::screen::{clean, fit};
use domain::survey::{SoFar, Survey};

/// A line is read no wider.
const WIDEST: u16 = 110;

/// And the dialog is no narrower, where there is room.
const WIDE: u16 = 78;

/// How far the list has been read.
enum Reading {
    /// Nothing was heard yet, or so much is read.
    UnderWay(Option<SoFar>),
    /// By the operator, before its end.
    Stopped,
    Done(Result<Box<Survey>, Trouble>),
}

/// The dialog.
pub struct Start {
    wish: Wish,
    reading: Reading,
    /// Of the wish before, until the answer about the one of now is there.
    forecast: Option<Result<Box<Forecast>, Trouble>>,
    /// Over the choices.
    at: usize,
    /// Lines of the facts that are passed over.
    passed: usize,
    started: bool,
    /// Another batch over the same list, and whether the cursor is on joining it.
    twice: Option<(UnderWay, bool)>,
}

impl Start {
    /// Over a list, and the question what is in it.
    pub fn over(source: String) -> (Self, Action) {
        let ask = Action::Preview { source: source.clone() };
        let reading = Reading::UnderWay(None);
        let (wish, forecast) = (Wish::over(source), None);
        (Self { wish, reading, forecast, at: 0, passed: 0, started: false, twice: None }, ask)
    }

    fn survey(&self) -> Option<&Survey> {
        if let Reading::Done(Ok(survey)) = &self.reading { Some(survey) } else { None }
    }

    fn known(&self) -> Option<&Forecast> {
        self.forecast.as_ref()?.as_deref().ok()
    }

    /// What the batch would do now.
    fn ask(&self) -> Option<Action> {
        let amount = self.survey()?.amount();
        Some(Action::Forecast { wish: self.wish.clone(), amount })
    }

    fn turn(&mut self) -> Reaction {
        choices::turn(&mut self.wish, self.at, self.forecast.as_ref().and_then(|known| known.as_deref().ok()));
        self.ask().map_or(Reaction::Nothing, Reaction::Do)
    }

    fn yes(&mut self) -> Reaction {
        if self.started || self.survey().is_none() {
            return Reaction::Nothing;
        }
        match &self.forecast {
            // Not before the operator could read what will be done.
            None => Reaction::Nothing,
            // He may have done it meanwhile, in another terminal.
            Some(Ok(known)) if !known.to_do.is_empty() => self.ask().map_or(Reaction::Nothing, Reaction::Do),
            Some(Ok(known)) if known.under_way.is_some() => {
                self.twice = known.under_way.clone().map(|under_way| (under_way, true));
                Reaction::Nothing
            }
            _ => self.start(false),
        }
    }

    fn start(&mut self, force: bool) -> Reaction {
        self.started = true;
        Reaction::Do(Action::Start(Wish { force, ..self.wish.clone() }))
    }

    fn again(&mut self) -> Reaction {
        let (anew, ask) = Self::over(self.wish.source.clone());
        *self = Self { wish: self.wish.clone(), at: self.at, ..anew };
        Reaction::Do(ask)
    }

    /// While it is asked whether to join the other batch.
    fn obey_twice(&mut self, command: Command) -> Reaction {
        let Some((under_way, joins)) = &mut self.twice else { return Reaction::Unknown };
        match command {
            Command::Up | Command::Down => *joins = !*joins,
            Command::Back | Command::Quit => self.twice = None,
            Command::Start | Command::Yes | Command::Open if *joins => {
                let job = under_way.job_id.clone();
                return Reaction::Become(Box::new(Watch::of(job.clone())), Some(Action::Watch(job)));
            }
            Command::Start | Command::Yes | Command::Open => {
                self.twice = None;
                return self.start(true);
            }
            _ => {}
        }
        Reaction::Nothing
    }

    fn hear(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Reading { so_far, .. } if matches!(self.reading, Reading::UnderWay(_)) => {
                self.reading = Reading::UnderWay(Some(*so_far));
            }
            News::Previewed { answer, .. } if !matches!(self.reading, Reading::Stopped) => {
                self.reading = Reading::Done(answer.clone());
                return self.ask().into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }
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
        if self.twice.is_some() {
            return self.obey_twice(command);
        }
        match command {
            Command::Up => self.at = self.at.saturating_sub(1),
            Command::Down => self.at = (self.at + 1).min(choices::COUNT - 1),
            Command::PageDown | Command::HalfDown => self.passed = self.passed.saturating_add(1),
            Command::PageUp | Command::HalfUp => self.passed = self.passed.saturating_sub(1),
            Command::Mark => return self.turn(),
            Command::Start | Command::Yes => return self.yes(),
            Command::Reload => return self.again(),
            Command::Copy => return Reaction::Do(Action::Copy(self.wish.source.clone())),
            Command::Back if matches!(self.reading, Reading::UnderWay(_)) => {
                self.reading = Reading::Stopped;
                return Reaction::Answer(Action::StopReading(self.wish.source.clone()));
            }
            _ => return Reaction::Unknown,
        }
        Reaction::Nothing
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Reading { source, .. } | News::Previewed { source, .. } if *source == self.wish.source => {
                return self.hear(news);
            }
            // An answer to a wish of before comes too late.
            News::Forecast { wish, answer } if *wish == self.wish => self.forecast = Some(answer.clone()),
            News::Started(Err(why)) if self.started => {
                self.started = false;
                if let NotStarted::SameList(under_way) = why {
                    self.twice = Some((under_way.clone(), true));
                }
            }
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
        let width = (area.width / 5 * 3).clamp(WIDE, WIDEST).min(area.width);
        let text = usize::from(width.saturating_sub(2));
        let facts = self.facts(text, look);
        let choices = self.choices(look);
        let wanted = u16::try_from(facts.len() + 1 + choices.len() + 2).unwrap_or(u16::MAX);
        let title = fit(&format!("start {}", clean(&self.wish.source)), text.saturating_sub(2));
        let inside = parts::dialog(frame, area, title.trim_end(), (width, wanted), look);
        // Of a small screen the choices have half at most, around the cursor.
        let (room, all) = (usize::from(inside.height), facts.len() + choices.len());
        let below = u16::try_from(choices.len()).unwrap_or(u16::MAX);
        let below = if all <= room { below } else { below.min((inside.height / 2).max(3)) };
        let gap = u16::from(room > facts.len() + usize::from(below));
        let rows = [Constraint::Min(0), Constraint::Length(gap), Constraint::Length(below)];
        let [above, _, below] = Layout::vertical(rows).areas(inside);
        self.draw_facts(frame, above, facts, look);
        let mut cursor = Cursor::default();
        cursor.go(self.at.min(choices.len().saturating_sub(1)));
        let window = cursor.window(choices.len(), usize::from(below.height));
        frame.render_widget(Text::from(choices[window].to_vec()), below);
    }
}

impl Start {
    /// As many as have room; what is below is said.
    fn draw_facts(&mut self, frame: &mut Frame<'_>, area: Rect, facts: Vec<Line<'static>>, look: Look<'_>) {
        let (count, room) = (facts.len(), usize::from(area.height));
        if count <= room {
            self.passed = 0;
            return frame.render_widget(Text::from(facts), area);
        }
        self.passed = self.passed.min(count - room + 1);
        let shown = room.saturating_sub(1);
        let mut lines = facts.into_iter().skip(self.passed).take(shown).collect::<Vec<_>>();
        let below = count.saturating_sub(self.passed + shown);
        let words = if below == 0 { "PgUp: back to the first".to_owned() } else { format!("PgDn: {below} more lines") };
        lines.push(Line::styled(words, look.theme.faint()));
        frame.render_widget(Text::from(lines), area);
    }
}
