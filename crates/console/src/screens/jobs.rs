//! All batches with their history, the newest first or sorted by a column, narrowed while one types.

use std::cmp::Ordering;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Row, Table};

use super::filter::Filter;
use super::{Confirm, Watch, parts};
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::{Change, JobLine};
use crate::pane::{Action, Look, Pane, Reaction};
use crate::say::Said;
use domain::screen::clean;

/// A column: its name, its heading, its cells, and what stands before what.
type Column = (&'static str, &'static str, u16, fn(&JobLine, &JobLine) -> Ordering);

/// As the batches come, the newest first, is the order of the first column.
const COLUMNS: [Column; 7] = [
    ("batch", "batch", 27, |_, _| Ordering::Equal),
    ("state", "state", 9, |one, other| one.state.to_string().cmp(&other.state.to_string())),
    ("items", "  items", 7, |one, other| one.total.cmp(&other.total)),
    ("done", "   done", 7, |one, other| one.done.cmp(&other.done)),
    ("success", "success", 7, |one, other| one.successful.cmp(&other.successful)),
    ("ago", "   ago", 6, |one, other| other.started_at.cmp(&one.started_at)),
    ("list", "list", 8, |one, other| one.source.cmp(&other.source)),
];

/// Which columns come in first where the terminal is narrow, by their places.
const FIRST: [usize; COLUMNS.len()] = [0, 1, 5, 3, 6, 4, 2];

/// The places of the columns that fit.
fn fitting(width: u16) -> Vec<usize> {
    let mut left = width + 1;
    let mut fitting = FIRST.to_vec();
    fitting.retain(|at| {
        let cells = COLUMNS[*at].2 + 1;
        let fits = *at == 0 || cells <= left;
        left = left.saturating_sub(if fits { cells } else { 0 });
        fits
    });
    fitting.sort_unstable();
    fitting
}

/// The list.
#[derive(Default)]
pub struct Jobs {
    /// `None` until it is there.
    lines: Option<Vec<JobLine>>,
    /// Places in `lines` that are shown, in their order.
    shown: Vec<usize>,
    /// The place in [`COLUMNS`].
    by: usize,
    reverse: bool,
    filter: Filter,
    cursor: Cursor,
    trouble: Option<String>,
    table: Rect,
}

impl Jobs {
    fn here(&self) -> Option<&JobLine> {
        self.lines.as_ref()?.get(*self.shown.get(self.cursor.at())?)
    }

    fn change(&self, change: Change) -> Reaction {
        match self.here() {
            Some(line) => Reaction::Do(Action::Change { job: line.job.clone(), change }),
            None => Reaction::Nothing,
        }
    }

    fn arrange(&mut self) {
        let lines = self.lines.as_deref().unwrap_or_default();
        let wanted = self.filter.text().to_lowercase();
        let holds =
            |line: &JobLine| format!("{} {} {}", line.job, line.state, line.source).to_lowercase().contains(&wanted);
        let mut shown = (0..lines.len()).filter(|at| holds(&lines[*at])).collect::<Vec<_>>();
        let (.., compare) = COLUMNS[self.by];
        shown.sort_by(|one, other| compare(&lines[*one], &lines[*other]));
        if self.reverse {
            shown.reverse();
        }
        self.shown = shown;
    }

    /// By this column; by the one that it is sorted by already, the other way round.
    fn sort(&mut self, by: usize) {
        self.reverse = self.by == by && !self.reverse;
        self.by = by;
        self.arrange();
    }

    fn note(&self) -> String {
        let row = if self.shown.is_empty() { 0 } else { self.cursor.at() + 1 };
        let sorted = if self.reverse { " backwards" } else { "" };
        let filter = self.filter.shown().map(|text| format!("{text}  ")).unwrap_or_default();
        format!("{filter}{row}/{} by {}{sorted}", self.shown.len(), COLUMNS[self.by].0)
    }

    fn row(&self, at: usize, columns: &[usize], look: Look<'_>) -> Option<Row<'static>> {
        let line = self.lines.as_ref()?.get(*self.shown.get(at)?)?;
        let style = if at == self.cursor.at() { look.theme.cursor() } else { Style::new() };
        let cells = [
            line.job.to_string(),
            line.state.to_string(),
            format!("{:>7}", line.total),
            format!("{:>7}", line.done),
            format!("{:>7}", line.successful),
            format!("{:>6}", parts::age(line.started_at, look.now)),
            clean(&line.source).into_owned(),
        ];
        Some(Row::new(columns.iter().map(|at| cells[*at].clone())).style(style))
    }
}

impl Pane for Jobs {
    fn place(&self) -> Place {
        Place::Jobs
    }

    fn title(&self) -> String {
        "batches".to_owned()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Open => {
                return match self.here().map(|line| line.job.clone()) {
                    Some(job) => Reaction::Enter(Box::new(Watch::of(job.clone())), Some(Action::Watch(job))),
                    None => Reaction::Nothing,
                };
            }
            Command::Pause => return self.change(Change::Pause),
            Command::Resume => return self.change(Change::Resume),
            Command::Retry => return self.change(Change::Retry),
            Command::Cancel => {
                return match self.here() {
                    Some(line) => {
                        Reaction::Enter(Box::new(Confirm::cancelling(line.job.clone(), line.total - line.done)), None)
                    }
                    None => Reaction::Nothing,
                };
            }
            Command::Copy => {
                return self.here().map_or(Reaction::Nothing, |line| Reaction::Do(Action::Copy(line.job.to_string())));
            }
            Command::Reload | Command::Jobs => return Reaction::Do(Action::Jobs),
            Command::Filter => self.filter.begin(),
            Command::Sort => (self.by, self.reverse) = ((self.by + 1) % COLUMNS.len(), false),
            Command::Reverse => self.reverse = !self.reverse,
            _ if self.cursor.obey(command, self.shown.len()) => return Reaction::Nothing,
            _ => return Reaction::Unknown,
        }
        self.arrange();
        Reaction::Nothing
    }

    fn typing(&self) -> Option<&'static str> {
        self.filter.typing()
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        if !self.filter.typed(key) {
            return None;
        }
        self.arrange();
        Some(Reaction::Nothing)
    }

    fn sorts(&self) -> Vec<&'static str> {
        COLUMNS.map(|(name, ..)| name).to_vec()
    }

    fn hear(&mut self, said: &Said) -> Reaction {
        match said {
            Said::Sort { by, backwards } => match COLUMNS.iter().position(|(name, ..)| name == by) {
                Some(at) => (self.by, self.reverse) = (at, *backwards),
                None => return Reaction::Unknown,
            },
            Said::Filter(text) => self.filter.set(text),
            Said::Row(row) => self.cursor.go(row.saturating_sub(1)),
            _ => return Reaction::Unknown,
        }
        self.arrange();
        Reaction::Nothing
    }

    fn point(&mut self, at: Position) -> Reaction {
        let Some(line) = at.y.checked_sub(self.table.y) else { return Reaction::Nothing };
        if line == 0 {
            let columns = fitting(self.table.width);
            let ends = columns.iter().scan(0, |x, at| {
                *x += COLUMNS[*at].2 + 1;
                Some(*x)
            });
            let column = ends.take_while(|end| *end <= at.x.saturating_sub(self.table.x)).count();
            self.sort(columns[column.min(columns.len() - 1)]);
            return Reaction::Nothing;
        }
        match self.cursor.point(usize::from(line - 1), self.shown.len()) {
            Some(true) => self.obey(Command::Open),
            _ => Reaction::Nothing,
        }
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Jobs(Ok(jobs)) => {
                (self.lines, self.trouble) = (Some(jobs.clone()), None);
                self.arrange();
            }
            News::Jobs(Err(why)) => self.trouble = Some(why.clone()),
            News::Started(Ok(_)) | News::Changed { answer: Ok(_), .. } => return vec![Action::Jobs],
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        match (&self.lines, &self.trouble) {
            (_, Some(why)) => return frame.render_widget(clean(why).into_owned(), area),
            (None, None) => return frame.render_widget("looking …", area),
            (Some(jobs), None) if jobs.is_empty() => return frame.render_widget("no batches yet", area),
            (Some(_), None) => {}
        }
        let [table, note] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        self.table = table;
        let window = self.cursor.window(self.shown.len(), usize::from(table.height.saturating_sub(1)));
        let columns = fitting(table.width);
        let rows = window.filter_map(|at| self.row(at, &columns, look));
        let last = COLUMNS.len() - 1;
        let widths = columns.iter().map(|at| {
            let width = COLUMNS[*at].2;
            if *at == last { Constraint::Min(width) } else { Constraint::Length(width) }
        });
        let head = Row::new(columns.iter().map(|at| COLUMNS[*at].1)).style(look.theme.faint());
        frame.render_widget(Table::new(rows, widths).header(head), table);
        frame.render_widget(Line::styled(self.note(), look.theme.faint()), note);
    }
}
