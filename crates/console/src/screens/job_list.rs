//! All batches with their history, the newest first or sorted by a column, narrowed while one types.

use std::cmp::Ordering;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Row, Table};

use super::filter_input::FilterInput;
use super::{ConfirmDialog, JobScreen, widgets};
use crate::backend::{JobAction, JobSummary};
use crate::columns::fit_columns;
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::strip_terminal_controls;

/// A column: its name, its heading, its cells, and what stands before what.
type JobListColumn = (&'static str, &'static str, u16, fn(&JobSummary, &JobSummary) -> Ordering);

/// As the batches come, the newest first, is the order of the first column.
const JOB_COLUMNS: [JobListColumn; 7] = [
    ("batch", "batch", 27, |_, _| Ordering::Equal),
    ("state", "state", 9, |one, other| one.state.to_string().cmp(&other.state.to_string())),
    ("items", "  items", 7, |one, other| one.total.cmp(&other.total)),
    ("done", "   done", 7, |one, other| one.done.cmp(&other.done)),
    ("success", "success", 7, |one, other| one.successful.cmp(&other.successful)),
    ("ago", "   ago", 6, |one, other| other.started_at.cmp(&one.started_at)),
    ("list", "list", 8, |one, other| one.source.cmp(&other.source)),
];

/// Which columns come in first where the terminal is narrow, by their places.
const COLUMN_PRIORITY: [usize; JOB_COLUMNS.len()] = [0, 1, 5, 3, 6, 4, 2];

/// Returns the indexes of the columns that fit, in their order.
fn fitting_columns(width: u16) -> Vec<usize> {
    let width_of = |index: &usize| (JOB_COLUMNS[*index].2, JOB_COLUMNS[*index].2);
    let mut fitting = fit_columns(COLUMN_PRIORITY, width_of, width);
    fitting.sort_unstable();
    fitting
}

/// The list.
#[derive(Default)]
pub struct JobListScreen {
    /// `None` until it is there.
    jobs: Option<Vec<JobSummary>>,
    /// Places in `lines` that are shown, in their order.
    visible: Vec<usize>,
    /// The place in [`COLUMNS`].
    sort_column: usize,
    reverse: bool,
    filter: FilterInput,
    cursor: Cursor,
    error: Option<String>,
    table_area: Rect,
}

impl JobListScreen {
    fn selected_job(&self) -> Option<&JobSummary> {
        self.jobs.as_ref()?.get(*self.visible.get(self.cursor.selected())?)
    }

    fn change_selected(&self, change: JobAction) -> Transition {
        match self.selected_job() {
            Some(line) => Transition::Do(Effect::ChangeJob { job: line.job.clone(), action: change }),
            None => Transition::Stay,
        }
    }

    fn refresh_rows(&mut self) {
        let lines = self.jobs.as_deref().unwrap_or_default();
        let wanted = self.filter.text().to_lowercase();
        let holds =
            |line: &JobSummary| format!("{} {} {}", line.job, line.state, line.source).to_lowercase().contains(&wanted);
        let mut shown = (0..lines.len()).filter(|at| holds(&lines[*at])).collect::<Vec<_>>();
        let (.., compare) = JOB_COLUMNS[self.sort_column];
        shown.sort_by(|one, other| compare(&lines[*one], &lines[*other]));
        if self.reverse {
            shown.reverse();
        }
        self.visible = shown;
    }

    /// By this column; by the one that it is sorted by already, the other way round.
    fn sort_by_column(&mut self, by: usize) {
        self.reverse = self.sort_column == by && !self.reverse;
        self.sort_column = by;
        self.refresh_rows();
    }

    fn footer_text(&self) -> String {
        let row = if self.visible.is_empty() { 0 } else { self.cursor.selected() + 1 };
        let sorted = if self.reverse { " backwards" } else { "" };
        let filter = self.filter.display_text().map(|text| format!("{text}  ")).unwrap_or_default();
        format!("{filter}{row}/{} by {}{sorted}", self.visible.len(), JOB_COLUMNS[self.sort_column].0)
    }

    fn render_row(&self, at: usize, columns: &[usize], draw: DrawContext<'_>) -> Option<Row<'static>> {
        let line = self.jobs.as_ref()?.get(*self.visible.get(at)?)?;
        let style = if at == self.cursor.selected() { draw.theme.cursor_style() } else { Style::new() };
        let cells = [
            line.job.to_string(),
            line.state.to_string(),
            format!("{:>7}", line.total),
            format!("{:>7}", line.done),
            format!("{:>7}", line.successful),
            format!("{:>6}", widgets::format_age(line.started_at, draw.now)),
            strip_terminal_controls(&line.source).into_owned(),
        ];
        Some(Row::new(columns.iter().map(|at| cells[*at].clone())).style(style))
    }
}

impl Screen for JobListScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Jobs
    }

    fn title(&self) -> String {
        "batches".to_owned()
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Open => {
                return match self.selected_job().map(|line| line.job.clone()) {
                    Some(job) => Transition::Push(Box::new(JobScreen::new(job.clone())), Some(Effect::AttachJob(job))),
                    None => Transition::Stay,
                };
            }
            KeyCommand::Pause => return self.change_selected(JobAction::Pause),
            KeyCommand::Resume => return self.change_selected(JobAction::Resume),
            KeyCommand::Retry => return self.change_selected(JobAction::Retry),
            KeyCommand::Cancel => {
                return match self.selected_job() {
                    Some(line) => Transition::Push(
                        Box::new(ConfirmDialog::for_cancel_job(line.job.clone(), line.total - line.done)),
                        None,
                    ),
                    None => Transition::Stay,
                };
            }
            KeyCommand::Copy => {
                return self
                    .selected_job()
                    .map_or(Transition::Stay, |line| Transition::Do(Effect::CopyText(line.job.to_string())));
            }
            KeyCommand::Refresh | KeyCommand::Jobs => return Transition::Do(Effect::ListJobs),
            KeyCommand::Filter => self.filter.start_typing(),
            KeyCommand::Sort => (self.sort_column, self.reverse) = ((self.sort_column + 1) % JOB_COLUMNS.len(), false),
            KeyCommand::Reverse => self.reverse = !self.reverse,
            _ if self.cursor.handle_command(command, self.visible.len()) => return Transition::Stay,
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if !self.filter.handle_key(key) {
            return None;
        }
        self.refresh_rows();
        Some(Transition::Stay)
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        JOB_COLUMNS.map(|(name, ..)| name).to_vec()
    }

    fn handle_line(&mut self, reported: &ParsedCommand) -> Transition {
        match reported {
            ParsedCommand::Sort { column: by, descending: backwards } => {
                match JOB_COLUMNS.iter().position(|(name, ..)| name == by) {
                    Some(at) => (self.sort_column, self.reverse) = (at, *backwards),
                    None => return Transition::Ignored,
                }
            }
            ParsedCommand::Filter(text) => self.filter.set_text(text),
            ParsedCommand::GoToRow(row) => self.cursor.select(row.saturating_sub(1)),
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn handle_click(&mut self, at: Position) -> Transition {
        let Some(line) = at.y.checked_sub(self.table_area.y) else { return Transition::Stay };
        if line == 0 {
            let columns = fitting_columns(self.table_area.width);
            let ends = columns.iter().scan(0, |x, at| {
                *x += JOB_COLUMNS[*at].2 + 1;
                Some(*x)
            });
            let column = ends.take_while(|end| *end <= at.x.saturating_sub(self.table_area.x)).count();
            self.sort_by_column(columns[column.min(columns.len() - 1)]);
            return Transition::Stay;
        }
        match self.cursor.select_line(usize::from(line - 1), self.visible.len()) {
            Some(true) => self.handle_command(KeyCommand::Open),
            _ => Transition::Stay,
        }
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::JobsListed(Ok(jobs)) => {
                (self.jobs, self.error) = (Some(jobs.clone()), None);
                self.refresh_rows();
            }
            Message::JobsListed(Err(why)) => self.error = Some(why.clone()),
            Message::JobStarted(Ok(_)) | Message::JobChanged { result: Ok(_), .. } => return vec![Effect::ListJobs],
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        match (&self.jobs, &self.error) {
            (_, Some(why)) => return frame.render_widget(strip_terminal_controls(why).into_owned(), area),
            (None, None) => return frame.render_widget("looking …", area),
            (Some(jobs), None) if jobs.is_empty() => return frame.render_widget("no batches yet", area),
            (Some(_), None) => {}
        }
        let [table, note] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        self.table_area = table;
        let window = self.cursor.visible_range(self.visible.len(), usize::from(table.height.saturating_sub(1)));
        let columns = fitting_columns(table.width);
        let rows = window.filter_map(|at| self.render_row(at, &columns, draw_context));
        let last = JOB_COLUMNS.len() - 1;
        let widths = columns.iter().map(|at| {
            let width = JOB_COLUMNS[*at].2;
            if *at == last { Constraint::Min(width) } else { Constraint::Length(width) }
        });
        let head = Row::new(columns.iter().map(|at| JOB_COLUMNS[*at].1)).style(draw_context.theme.muted_style());
        frame.render_widget(Table::new(rows, widths).header(head), table);
        frame.render_widget(Line::styled(self.footer_text(), draw_context.theme.muted_style()), note);
    }
}
