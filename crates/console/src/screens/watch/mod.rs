//! A batch, live: a row for each item, counts that add up, and what can be done about it.

mod counts;
mod head;
mod table;

use std::sync::PoisonError;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect, Size};

use super::beside::Beside;
use super::export::Export;
use super::filter::Filter;
use super::marks::{Marks, act_of};
use super::past::{self, Past};
use super::{Confirm, Item as Opened, Review};
use crate::columns::COLUMNS;
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::{Change, SharedBoard};
use crate::pane::{Action, Look, Pane, Reaction};
use crate::say::Said;
use crate::taste::{Sort, Taste};
use crate::view::View;
use domain::act::Act;
use domain::batch::JobId;
use domain::board::Board;
use domain::event::{Event, Fact};
use domain::job::JobState;
use domain::outcome::Status;
use domain::screen::clean;
use domain::upc::Upc;
use head::Head;

/// From this width on, the line of the upstreams holds those that others wait for.
const ROOM_FOR_ALL: u16 = 100;

/// One batch.
pub struct Watch {
    job: JobId,
    /// `None` until the batch is joined.
    board: Option<SharedBoard>,
    trouble: Option<String>,
    view: View,
    cursor: Cursor,
    marked: Marks,
    /// While one looks back.
    past: Option<Past>,
    head: Head,
    /// True while the cursor keeps to what happened last.
    follows: bool,
    filter: Filter,
    taste: Taste,
    /// Where the table was drawn, for the mouse.
    table: Rect,
    /// False until it was sorted as the operator wishes at the start.
    is_sorted: bool,
    beside: Beside,
}

impl Watch {
    /// A batch that is about to be joined.
    pub fn of(job: JobId) -> Self {
        Self {
            job,
            board: None,
            trouble: None,
            view: View::default(),
            cursor: Cursor::default(),
            marked: Marks::default(),
            past: None,
            head: Head::default(),
            follows: false,
            filter: Filter::default(),
            taste: Taste::default(),
            table: Rect::default(),
            is_sorted: false,
            beside: Beside::default(),
        }
    }

    /// The board of now, or of the moment that is looked at.
    fn shown(&self) -> Option<&SharedBoard> {
        self.past.as_ref().and_then(Past::board).or(self.board.as_ref())
    }

    /// Looks at the board for a moment.
    fn with<T>(&self, look: impl FnOnce(&Board) -> T) -> Option<T> {
        let board = self.shown()?.read().unwrap_or_else(PoisonError::into_inner);
        Some(look(&board))
    }

    fn rows(&self) -> usize {
        self.with(|board| self.view.count(board)).unwrap_or_default()
    }

    fn current(&self) -> Option<Upc> {
        self.with(|board| self.view.item(board, self.cursor.at()).map(|item| item.upc)).flatten()
    }

    /// Marks the item under the cursor, or unmarks it, and goes on to the next.
    fn mark(&mut self) {
        let Some(upc) = self.current() else { return };
        self.marked.turn(self.cursor.at(), upc);
        let rows = self.rows();
        self.cursor.obey(Command::Down, rows);
    }

    /// The UPCs that are marked, a line each; without marks the one under the cursor.
    fn copied(&self) -> Option<String> {
        if self.marked.is_empty() {
            return self.current().map(|upc| upc.to_string());
        }
        Some(self.marked.all().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    fn arrange(&mut self) {
        if let Some(board) = self.shown().cloned() {
            self.view.arrange(&board.read().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// The next item, from the cursor on and around, that needs a person.
    fn seek_problem(&mut self, backwards: bool) {
        let (rows, at) = (self.rows(), self.cursor.at());
        let step = |distance: usize| if backwards { (at + rows - distance) % rows } else { (at + distance) % rows };
        let found = self.with(|board| {
            (1..=rows).map(step).find(|row| {
                let status = self.view.item(board, *row).and_then(|item| item.status);
                matches!(status, Some(Status::Failed | Status::NeedsReview))
            })
        });
        if let Some(row) = found.flatten() {
            self.cursor.go(row);
        }
    }

    /// All states, one after the other.
    fn next_status(&mut self) {
        let all = Status::ALL;
        let next = self.view.choice.status.map_or(0, |now| now as usize + 1);
        self.view.choice.status = all.get(next).copied();
        self.cursor.go(0);
    }

    fn sort(&mut self, sort: Sort) {
        (self.view.choice.by, self.view.choice.reverse) = (sort.by, sort.backwards);
        self.arrange();
    }

    /// The items that are shown, in their order.
    fn all_shown(&self) -> Vec<Upc> {
        let all = |board: &Board| {
            (0..self.view.count(board)).filter_map(|row| self.view.item(board, row).map(|item| item.upc)).collect()
        };
        self.with(all).unwrap_or_default()
    }

    fn open(&self) -> Reaction {
        let Some(upc) = self.current() else { return Reaction::Nothing };
        let (item, ask) = Opened::of(self.job.clone(), upc);
        Reaction::Enter(Box::new(self.beside.enter(item)), Some(ask))
    }

    fn export(&self) -> Reaction {
        let upcs = if self.marked.is_empty() { self.all_shown() } else { self.marked.all() };
        Reaction::Enter(Box::new(Export::of(self.job.clone(), upcs)), None)
    }

    /// What is done to the marked items; `None` where there are no marks, or the command does nothing to items.
    fn act(&self, command: Command) -> Option<Reaction> {
        let act = act_of(command).filter(|_| !self.marked.is_empty() && self.past.is_none())?;
        let (job, upcs) = (self.job.clone(), self.marked.all());
        Some(match act {
            Act::Cancel => Reaction::Enter(Box::new(Confirm::cancelling_these(job, upcs)), None),
            act => Reaction::Do(Action::Act { job, act, upcs }),
        })
    }

    /// Into the past, or back to now; the news of now went on all the time.
    fn turn_back(&mut self) -> Reaction {
        self.view.has_aged();
        if self.past.take().is_some() {
            return Reaction::Nothing;
        }
        let (past, moment) = Past::begin();
        self.past = Some(past);
        Reaction::Do(past::ask(&self.job, moment))
    }

    /// A key while one looks back; `None` for what means the same as now.
    fn obey_in_the_past(&mut self, command: Command) -> Option<Reaction> {
        let past = self.past.as_mut()?;
        if past.obey(command) {
            return Some(past.fetch().map_or(Reaction::Nothing, |moment| Reaction::Do(past::ask(&self.job, moment))));
        }
        matches!(command, Command::Back).then(|| self.turn_back())
    }

    /// The news of a batch end with it. One that goes on after that is joined anew; where it runs here, its board knows
    /// already that it goes on.
    fn join_again(&self) -> Vec<Action> {
        let has_ended = |board: &SharedBoard| {
            let state = board.read().unwrap_or_else(PoisonError::into_inner).state;
            matches!(state, JobState::Stopped | JobState::Failed)
        };
        self.board
            .as_ref()
            .filter(|board| has_ended(board))
            .map(|_| Action::Watch(self.job.clone()))
            .into_iter()
            .collect()
    }

    /// The item beside the table follows the cursor.
    fn look_beside(&mut self) -> Reaction {
        self.beside.follow(&self.job, self.current()).map_or(Reaction::Nothing, Reaction::Do)
    }

    fn change(&self, change: Change) -> Reaction {
        Reaction::Do(Action::Change { job: self.job.clone(), change })
    }

    /// Goes to the last item of these events that is shown.
    fn go_along(&mut self, events: &[Event]) {
        let last = events.iter().rev().find_map(|event| match &event.fact {
            Fact::Item { upc, .. } => Some(*upc),
            _ => None,
        });
        let row = last
            .and_then(|upc| self.with(|board| board.place_of(upc).and_then(|place| self.view.row_of(place))).flatten());
        if let Some(row) = row {
            self.cursor.go(row);
        }
    }
}

impl Pane for Watch {
    fn place(&self) -> Place {
        if self.past.is_some() { Place::Past } else { Place::Watch }
    }

    fn title(&self) -> String {
        if self.past.is_some() { format!("{} (past)", self.job) } else { self.job.to_string() }
    }

    fn shows_upstreams(&self, room: Size) -> bool {
        self.past.is_none() && self.board.is_some() && room.width >= ROOM_FOR_ALL && self.head.lines(room.height) > 0
    }

    fn obey(&mut self, command: Command) -> Reaction {
        if let Some(reaction) = self.obey_in_the_past(command).or_else(|| self.act(command)) {
            return reaction;
        }
        match command {
            Command::Past => return self.turn_back(),
            Command::Export => return self.export(),
            Command::MarkShown | Command::MarkNone | Command::MarkInvert | Command::MarkTo => {
                let shown = self.all_shown();
                self.marked.obey(command, self.cursor.at(), shown.into_iter());
            }
            Command::Open => return self.open(),
            Command::Copy => {
                return self.copied().map_or(Reaction::Nothing, |upcs| Reaction::Do(Action::Copy(upcs)));
            }
            Command::Mark => self.mark(),
            Command::Pause => return self.change(Change::Pause),
            Command::Resume => return self.change(Change::Resume),
            Command::Retry => return self.change(Change::Retry),
            Command::Cancel => {
                let left = self.with(|board| board.counts.total - board.counts.done).unwrap_or_default();
                return Reaction::Enter(Box::new(Confirm::cancelling(self.job.clone(), left)), None);
            }
            Command::Review => {
                let (review, ask) = Review::of(self.job.clone());
                return Reaction::Enter(Box::new(review), Some(ask));
            }
            Command::Lines => return Reaction::Do(Action::Lines(self.job.clone())),
            Command::Filter => self.filter.begin(),
            Command::OnlyStatus => self.next_status(),
            Command::Sort => self.view.choice.by = self.taste.columns.after(self.view.choice.by),
            Command::Reverse => self.view.choice.reverse = !self.view.choice.reverse,
            Command::Follow => self.follows = !self.follows,
            Command::NextProblem => self.seek_problem(false),
            Command::PreviousProblem => self.seek_problem(true),
            _ => {
                let rows = self.rows();
                let moved = self.cursor.obey(command, rows);
                self.follows &= !moved;
                return if moved { self.look_beside() } else { Reaction::Unknown };
            }
        }
        self.arrange();
        self.look_beside()
    }

    fn suit(&mut self, taste: &Taste) {
        self.taste = taste.clone();
        if !self.is_sorted {
            self.is_sorted = true;
            self.sort(taste.sort);
        }
    }

    fn sorts(&self) -> Vec<&'static str> {
        COLUMNS.iter().map(|about| about.name).chain(["list"]).collect()
    }

    fn hear(&mut self, said: &Said) -> Reaction {
        match said {
            Said::Sort { by, backwards } => match by.parse() {
                Ok(by) => self.sort(Sort { by, backwards: *backwards }),
                Err(_) => return Reaction::Unknown,
            },
            Said::State(status) => {
                self.view.choice.status = *status;
                self.cursor.go(0);
            }
            Said::Filter(text) => {
                self.filter.set(text);
                self.view.choice.filter.clone_from(text);
            }
            Said::Row(row) => self.cursor.go(row.saturating_sub(1)),
            Said::Open(upc) => {
                let (item, ask) = Opened::of(self.job.clone(), *upc);
                return Reaction::Enter(Box::new(item), Some(ask));
            }
            _ => return Reaction::Unknown,
        }
        self.arrange();
        Reaction::Nothing
    }

    fn point(&mut self, at: Position) -> Reaction {
        let Some(line) = at.y.checked_sub(self.table.y) else { return Reaction::Nothing };
        if line == 0 {
            let x = at.x.saturating_sub(self.table.x);
            let laid = self.taste.columns.laid(self.table.width);
            if let Some(column) = laid.iter().rfind(|column| column.x <= x).map(|laid| laid.about.column) {
                let backwards = self.view.choice.by == column && !self.view.choice.reverse;
                self.sort(Sort { by: column, backwards });
            }
            return Reaction::Nothing;
        }
        self.follows = false;
        let rows = self.rows();
        match self.cursor.point(usize::from(line - 1), rows) {
            Some(true) => self.obey(Command::Open),
            _ => Reaction::Nothing,
        }
    }

    fn typing(&self) -> Option<&'static str> {
        self.filter.typing()
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        if !self.filter.typed(key) {
            return None;
        }
        self.filter.text().clone_into(&mut self.view.choice.filter);
        self.arrange();
        Some(self.look_beside())
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Watching { job, answer } if *job == self.job => match answer {
                Ok(board) => {
                    self.board = Some(board.clone());
                    self.arrange();
                }
                Err(why) => self.trouble = Some(why.clone()),
            },
            News::Acted { job, answer: Ok(acted), .. } if *job == self.job => {
                self.marked.keep_failed(acted);
                return self.join_again();
            }
            News::Changed { job, change: Change::Resume, answer: Ok(_) } if *job == self.job => {
                return self.join_again();
            }
            News::Arranged(arranged) => {
                let board = self.shown().cloned();
                self.view.learn(arranged, board.as_ref());
            }
            News::Gauges(gauges) => self.head.gauges.clone_from(gauges),
            News::Past { job, answer } if *job == self.job => {
                let next = self.past.as_mut().and_then(|past| past.learn(answer));
                self.view.has_aged();
                return next.map(|moment| past::ask(&self.job, moment)).into_iter().collect();
            }
            News::Happened { job, events } if *job == self.job => {
                self.view.has_aged();
                if self.follows && self.past.is_none() {
                    self.arrange();
                    self.go_along(events);
                }
            }
            _ => {}
        }
        let wanted = self.beside.follow(&self.job, self.current());
        wanted.into_iter().chain(self.beside.learn(&self.job, news)).collect()
    }

    fn wants(&mut self) -> Option<Action> {
        let board = self.shown()?.clone();
        self.view.wants(&board).map(Action::Arrange)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let area = self.beside.draw(frame, area, look);
        let Some(board) = self.shown().cloned() else {
            let words = self.trouble.as_deref().map_or_else(|| "joining the batch …".into(), clean);
            frame.render_widget(words.into_owned(), area);
            return;
        };
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        self.view.freshen(&board);
        let is_now = self.past.is_none();
        let line = if is_now { self.head.lines(area.height) } else { 0 };
        let areas = [Constraint::Length(1), Constraint::Length(line), Constraint::Min(1), Constraint::Length(1)];
        let [counts, upstreams, table, note] = Layout::vertical(areas).areas(area);
        self.head.draw(frame, (counts, upstreams), &board, is_now, look);
        let rows = self.view.count(&board);
        let window = self.cursor.window(rows, usize::from(table.height.saturating_sub(1)));
        let laid = self.taste.columns.laid(area.width);
        self.table = table;
        self.draw_head(frame, table, &laid, look);
        for (line, row) in (1..table.height).zip(window) {
            let Some(item) = self.view.item(&board, row) else { continue };
            let place = Rect { y: table.y + line, height: 1, ..table };
            self.draw_row(frame, place, (row, item), &laid, look);
        }
        let hidden = self.taste.columns.all().len() - laid.len();
        frame.render_widget(self.note(&board, rows, hidden, look), note);
    }
}
