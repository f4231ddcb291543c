//! A batch, live: a row for each item, counts that add up, and what can be done about it.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table};

use super::filter::Filter;
use super::{Confirm, Item as Opened, Review};
use crate::console::command::Command;
use crate::console::cursor::Cursor;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::operations::{Change, SharedBoard};
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::console::view::View;
use crate::domain::batch::JobId;
use crate::domain::board::Board;
use crate::domain::event::{Event, Fact};
use crate::domain::item::{Item, Stage};
use crate::domain::outcome::Status;
use crate::domain::screen::clean;
use crate::domain::upc::Upc;

/// From this width on, reasons have a column of their own.
const WIDE: u16 = 110;
/// Below this width, format and match have none.
const NARROW: u16 = 60;

/// One batch.
pub struct Watch {
    job: JobId,
    /// `None` until the batch is joined.
    board: Option<SharedBoard>,
    trouble: Option<String>,
    view: View,
    /// True where something has happened since the rows were chosen; a drawing chooses them anew, and no event does.
    is_stale: bool,
    cursor: Cursor,
    marked: BTreeSet<Upc>,
    /// True while the cursor keeps to what happened last.
    follows: bool,
    filter: Filter,
}

impl Watch {
    /// A batch that is about to be joined.
    pub fn of(job: JobId) -> Self {
        Self {
            job,
            board: None,
            trouble: None,
            view: View::default(),
            is_stale: false,
            cursor: Cursor::default(),
            marked: BTreeSet::new(),
            follows: false,
            filter: Filter::default(),
        }
    }

    /// Looks at the board for a moment.
    fn with<T>(&self, look: impl FnOnce(&Board) -> T) -> Option<T> {
        let board = self.board.as_ref()?.read().unwrap_or_else(PoisonError::into_inner);
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
        if !self.marked.remove(&upc) {
            self.marked.insert(upc);
        }
        let rows = self.rows();
        self.cursor.obey(Command::Down, rows);
    }

    /// The UPCs that are marked, a line each; without marks the one under the cursor.
    fn copied(&self) -> Option<String> {
        if self.marked.is_empty() {
            return self.current().map(|upc| upc.to_string());
        }
        Some(self.marked.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    fn arrange(&mut self) {
        self.is_stale = false;
        if let Some(board) = self.board.clone() {
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
        let next = self.view.status.map_or(0, |now| now as usize + 1);
        self.view.status = all.get(next).copied();
        self.cursor.go(0);
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
        Place::Watch
    }

    fn title(&self) -> String {
        self.job.to_string()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Open => match self.current() {
                Some(upc) => {
                    let (item, ask) = Opened::of(self.job.clone(), upc);
                    return Reaction::Enter(Box::new(item), Some(ask));
                }
                None => return Reaction::Nothing,
            },
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
            Command::Sort => self.view.by = self.view.by.next(),
            Command::Reverse => self.view.reverse = !self.view.reverse,
            Command::Follow => self.follows = !self.follows,
            Command::NextProblem => self.seek_problem(false),
            Command::PreviousProblem => self.seek_problem(true),
            _ => {
                let rows = self.rows();
                let moved = self.cursor.obey(command, rows);
                self.follows &= !moved;
                return if moved { Reaction::Nothing } else { Reaction::Unknown };
            }
        }
        self.arrange();
        Reaction::Nothing
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        if !self.filter.typed(key) {
            return None;
        }
        self.filter.text().clone_into(&mut self.view.filter);
        self.arrange();
        Some(Reaction::Nothing)
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
            News::Happened { job, events } if *job == self.job => {
                self.is_stale = true;
                if self.follows {
                    self.arrange();
                    self.go_along(events);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        if self.is_stale {
            self.arrange();
        }
        let Some(board) = self.board.clone() else {
            let words = self.trouble.as_deref().map_or_else(|| "joining the batch …".into(), clean);
            frame.render_widget(words.into_owned(), area);
            return;
        };
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let areas = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
        let [counts, table, note] = Layout::vertical(areas).areas(area);
        frame.render_widget(counted(&board, look), counts);
        let rows = self.view.count(&board);
        let window = self.cursor.window(rows, usize::from(table.height.saturating_sub(1)));
        let at = self.cursor.at();
        let shown = window.filter_map(|row| Some((row, self.view.item(&board, row)?)));
        let marked = &self.marked;
        let shown = shown.map(|(row, item)| {
            let is_marked = marked.contains(&item.upc);
            cells(item, is_marked, area.width, look).style(if row == at { look.theme.cursor() } else { Style::new() })
        });
        frame.render_widget(Table::new(shown, widths(area.width)).header(head(area.width, look)), table);
        frame.render_widget(self.note(&board, rows, look), note);
    }
}

impl Watch {
    /// What the cursor's item has to say, or how the rows were chosen.
    fn note(&self, board: &Board, rows: usize, look: Look<'_>) -> Line<'static> {
        if self.filter.is_typing() {
            return Line::styled(
                format!("/{}▏ {rows} of {}", clean(self.filter.text()), board.counts.total),
                look.theme.key(),
            );
        }
        let mut chosen = Vec::new();
        chosen.extend((!self.view.filter.is_empty()).then(|| format!("holds {:?}", clean(&self.view.filter))));
        chosen.extend(self.view.status.map(|status| status.to_string()));
        let sorted = if self.view.reverse { " backwards" } else { "" };
        chosen.push(format!("by {}{sorted}", self.view.by.words()));
        chosen.extend((!self.marked.is_empty()).then(|| format!("{} marked", self.marked.len())));
        chosen.extend(self.follows.then(|| "following".to_owned()));
        let error = self.view.item(board, self.cursor.at()).and_then(|item| item.error.as_deref());
        let row = if rows == 0 { 0 } else { self.cursor.at() + 1 };
        let mut spans = vec![Span::styled(format!("{row}/{rows} {}  ", chosen.join(", ")), look.theme.faint())];
        spans.extend(error.map(|error| Span::styled(clean(error).into_owned(), look.theme.doubtful())));
        Line::from(spans)
    }
}

/// `running  31/83   12 exported  4 needs_review  1 failed   2 lines not taken`
fn counted(board: &Board, look: Look<'_>) -> Line<'static> {
    let counts = &board.counts;
    let mut spans = vec![
        Span::styled(board.state.to_string(), look.theme.heading()),
        Span::raw(format!("  {}/{}  ", counts.done, counts.total)),
    ];
    for status in Status::ALL.into_iter().filter(|status| counts.of(*status) > 0) {
        let sign = look.theme.sign(Some(status));
        spans.push(Span::styled(format!("{sign} {} {status}  ", counts.of(status)), look.theme.of(status)));
    }
    if counts.refused_lines > 0 {
        let lines = if counts.refused_lines == 1 { "line" } else { "lines" };
        spans.push(Span::styled(format!("{} {lines} not taken  ", counts.refused_lines), look.theme.doubtful()));
    }
    spans.extend(time_left(board, look).map(|words| Span::styled(words, look.theme.faint())));
    spans.extend(board.why.as_deref().map(|why| Span::raw(clean(why).into_owned())));
    Line::from(spans)
}

/// By the pace of the whole batch so far; nothing while nothing is done.
fn time_left(board: &Board, look: Look<'_>) -> Option<String> {
    let (done, left) = (board.counts.done, board.counts.total - board.counts.done);
    if done == 0 || left == 0 || board.ended_at.is_some() {
        return None;
    }
    let took = look.now.duration_since(board.started_at?).as_secs().max(0).cast_unsigned();
    let seconds = i64::try_from(u128::from(took) * u128::from(left) / u128::from(done)).ok()?;
    Some(format!("about {:#} left  ", jiff::SignedDuration::from_secs(seconds)))
}

fn head(width: u16, look: Look<'_>) -> Row<'static> {
    let mut names = vec!["UPC", "", "way"];
    names.push("artist – title");
    if width >= NARROW {
        names.extend(["format", "match"]);
    }
    names.push("     price");
    if width >= WIDE {
        names.push("why");
    }
    Row::new(names).style(look.theme.faint())
}

fn widths(width: u16) -> Vec<Constraint> {
    let mut widths = vec![Constraint::Length(14), Constraint::Length(1), Constraint::Length(4), Constraint::Fill(3)];
    if width >= NARROW {
        widths.extend([Constraint::Length(8), Constraint::Length(5)]);
    }
    widths.push(Constraint::Length(10));
    if width >= WIDE {
        widths.push(Constraint::Fill(2));
    }
    widths
}

fn cells(item: &Item, is_marked: bool, width: u16, look: Look<'_>) -> Row<'static> {
    let name = [item.artist.as_deref(), item.title.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" – ");
    let sign =
        Cell::from(look.theme.sign(item.status)).style(item.status.map_or_else(Style::new, |s| look.theme.of(s)));
    let mark = if is_marked { "*" } else { "" };
    let mut cells = vec![
        Cell::from(format!("{:<13}{mark}", item.upc)),
        sign,
        Cell::from(way(item, look)),
        Cell::from(clean(&name).into_owned()),
    ];
    if width >= NARROW {
        cells.push(item.format.as_deref().map(|format| clean(format).into_owned()).unwrap_or_default().into());
        cells.push(item.score.map(|score| format!("{score:>4}%")).unwrap_or_default().into());
    }
    cells.push(item.price.map(|price| format!("{:>10}", price.amount())).unwrap_or_default().into());
    if width >= WIDE {
        cells.push(item.error.as_deref().map(|error| clean(error).into_owned()).unwrap_or_default().into());
    }
    Row::new(cells)
}

/// Four letters, one for each step that is done: match, price, cover, draft.
fn way(item: &Item, look: Look<'_>) -> String {
    let none = look.theme.pick("·", ".");
    let known = item.score.is_some();
    let drafted = matches!(item.stage, Stage::Drafting) || item.status.is_some_and(Status::is_success);
    let steps = [(known, "M"), (item.appraised, "P"), (item.illustrated, "C"), (drafted, "D")];
    steps.into_iter().map(|(done, letter)| if done { letter } else { none }).collect()
}
