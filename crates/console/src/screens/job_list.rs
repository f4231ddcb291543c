//! The screen of all jobs, newest first or sorted by a column.

use std::cmp::Ordering;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table, Wrap};

use super::filtered_rows::FilteredRows;
use super::{ConfirmDialog, widgets};
use crate::backend::{JobAction, JobSummary};
use crate::column_layout::fit_columns;
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::job_effect::JobEffect;
use crate::key_hints::{self, FooterKey};
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use domain::job::JobState;
use domain::terminal_text::strip_terminal_controls;

/// A column of the list of jobs.
struct JobListColumn {
    name: &'static str,
    heading: &'static str,
    width: u16,
    /// Priority for hiding in a narrow terminal: columns with the highest number are hidden first.
    hide_order: u8,
    compare: fn(&JobSummary, &JobSummary) -> Ordering,
}

impl JobListColumn {
    const fn new(
        (name, heading): (&'static str, &'static str),
        width: u16,
        hide_order: u8,
        compare: fn(&JobSummary, &JobSummary) -> Ordering,
    ) -> Self {
        Self { name, heading, width, hide_order, compare }
    }
}

/// The columns from left to right. Sorting by the first one keeps the order of the backend, newest first.
static JOB_COLUMNS: [JobListColumn; 7] = [
    JobListColumn::new(("batch", "batch"), 25, 0, |_, _| Ordering::Equal),
    JobListColumn::new(("state", "state"), 9, 1, |one, other| one.state.to_string().cmp(&other.state.to_string())),
    JobListColumn::new(("items", " items"), 6, 6, |one, other| one.total.cmp(&other.total)),
    JobListColumn::new(("done", "  done"), 6, 3, |one, other| one.done.cmp(&other.done)),
    JobListColumn::new(("success", "success"), 7, 5, |one, other| one.successful.cmp(&other.successful)),
    JobListColumn::new(("ago", "   ago"), 7, 2, |one, other| other.started_at.cmp(&one.started_at)),
    JobListColumn::new(("list", "list"), 8, 4, |one, other| one.source.cmp(&other.source)),
];

/// Returns the indices of the columns that fit into `width` cells, from left to right.
fn fitting_columns(width: u16) -> Vec<usize> {
    let mut columns = (0..JOB_COLUMNS.len()).collect::<Vec<_>>();
    columns.sort_by_key(|index| JOB_COLUMNS[*index].hide_order);
    let widths_of = |index: &usize| (JOB_COLUMNS[*index].width, JOB_COLUMNS[*index].width);
    let mut fitting = fit_columns(columns, widths_of, width);
    fitting.sort_unstable();
    fitting
}

/// Keys at the foot of the screen while there are no jobs.
const NO_JOBS_HINTS: &[FooterKey] =
    &[(KeyCommand::Browse, "browse"), (KeyCommand::Back, "back"), (KeyCommand::Quit, "quit")];

/// Keys at the foot for a job that has ended. A job that is shown as running may belong to a process that was killed, so
/// that it can be resumed.
const ENDED_JOB_HINTS: &[FooterKey] = &[
    (KeyCommand::Open, "open"),
    (KeyCommand::Filter, "filter"),
    (KeyCommand::Retry, "retry"),
    (KeyCommand::Back, "back"),
    (KeyCommand::Quit, "quit"),
    (KeyCommand::Sort, "sort"),
    (KeyCommand::Browse, "browse"),
];

/// The screen of all jobs.
#[derive(Default)]
pub struct JobListScreen {
    /// The jobs; `None` until they are loaded.
    jobs: Option<Vec<JobSummary>>,
    /// Index into [`JOB_COLUMNS`].
    sort_column: usize,
    rows: FilteredRows,
    error: Option<String>,
    /// True while a task waits for a change of the list.
    is_polling: bool,
    /// Where the table was last drawn, for clicks.
    table_area: Rect,
}

impl JobListScreen {
    fn selected_job(&self) -> Option<&JobSummary> {
        self.jobs.as_ref()?.get(self.rows.selected_index()?)
    }

    fn show_jobs(&mut self, jobs: &[JobSummary]) {
        let selected = self.selected_job().map(|summary| summary.job.clone());
        (self.jobs, self.error) = (Some(jobs.to_vec()), None);
        self.refresh_rows();
        let is_selected =
            |row: &usize| self.rows.index_at(*row).is_some_and(|index| Some(&jobs[index].job) == selected.as_ref());
        if let Some(row) = (0..self.rows.len()).find(is_selected) {
            self.rows.cursor.select(row);
        }
    }

    /// Returns the effect that waits for a change of the list, if a job is running or waiting.
    fn poll_effect(&mut self) -> Vec<Effect> {
        let jobs = self.jobs.as_deref().unwrap_or_default();
        if self.is_polling || !jobs.iter().any(|summary| summary.state.is_active()) {
            return Vec::new();
        }
        self.is_polling = true;
        vec![Effect::Job(JobEffect::PollJobs(jobs.to_vec()))]
    }

    fn change_selected(&self, action: JobAction) -> Transition {
        match self.selected_job() {
            Some(summary) => Transition::Do(Effect::Job(JobEffect::ChangeJob { job: summary.job.clone(), action })),
            None => Transition::Stay,
        }
    }

    fn refresh_rows(&mut self) {
        let jobs = self.jobs.as_deref().unwrap_or_default();
        let text = |summary: &JobSummary| format!("{} {} {}", summary.job, summary.state, summary.source);
        self.rows.refresh(jobs, text, JOB_COLUMNS[self.sort_column].compare);
    }

    /// Sorts by a column. If the list is already sorted by it, reverses the order.
    fn sort_by_column(&mut self, column: usize) {
        self.rows.descending = self.sort_column == column && !self.rows.descending;
        self.sort_column = column;
        self.refresh_rows();
    }

    /// Returns a summary such as `3/12 by done, descending`.
    fn footer_text(&self) -> String {
        let row = if self.rows.is_empty() { 0 } else { self.rows.cursor.selected() + 1 };
        let direction = if self.rows.descending { ", descending" } else { "" };
        format!("{row}/{} by {}{direction}", self.rows.len(), JOB_COLUMNS[self.sort_column].name)
    }

    fn render_row(&self, row: usize, columns: &[usize], draw: DrawContext<'_>) -> Option<Row<'static>> {
        let summary = self.jobs.as_ref()?.get(self.rows.index_at(row)?)?;
        let style = if row == self.rows.cursor.selected() { draw.theme.cursor_style() } else { Style::new() };
        let list_column = JOB_COLUMNS.len() - 1;
        let others = columns.iter().filter(|index| **index != list_column).map(|index| JOB_COLUMNS[*index].width + 1);
        let room = self.table_area.width.saturating_sub(others.sum());
        let cells = [
            summary.job.to_string(),
            summary.state.to_string(),
            format!("{:>6}", summary.total),
            format!("{:>6}", summary.done),
            format!("{:>7}", summary.successful),
            format!("{:>6}", widgets::format_age(summary.started_at, draw.now)),
            widgets::fit_end_to_width(&strip_terminal_controls(&summary.source), usize::from(room)),
        ];
        Some(Row::new(columns.iter().map(|index| cells[*index].clone())).style(style))
    }

    /// Sorts by the column at `x` cells from the left edge of the table.
    fn click_heading(&mut self, x: u16) -> Transition {
        let columns = fitting_columns(self.table_area.width);
        let ends = columns.iter().scan(0, |end, index| {
            *end += JOB_COLUMNS[*index].width + 1;
            Some(*end)
        });
        let clicked = ends.take_while(|end| *end <= x).count();
        self.sort_by_column(columns[clicked.min(columns.len() - 1)]);
        Transition::Stay
    }

    fn confirm_cancel(&self) -> Transition {
        self.selected_job().map_or(Transition::Stay, |summary| {
            if matches!(summary.state, JobState::Completed | JobState::Cancelled) {
                let (job, state) = (&summary.job, summary.state);
                return Transition::Do(Effect::Notify(format!("Nothing to cancel: {job} is {state}.")));
            }
            let dialog = ConfirmDialog::for_cancel_job(summary.job.clone(), summary.total.saturating_sub(summary.done));
            Transition::Push(Box::new(dialog), None)
        })
    }
}

impl Screen for JobListScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Jobs
    }

    fn key_hints(&self) -> &'static [FooterKey] {
        let has_jobs = self.jobs.as_ref().is_some_and(|jobs| !jobs.is_empty());
        match self.selected_job().map(|summary| summary.state) {
            _ if !has_jobs => NO_JOBS_HINTS,
            Some(JobState::Completed | JobState::Cancelled) => ENDED_JOB_HINTS,
            _ => key_hints::hints_for(self.key_context()),
        }
    }

    fn route(&self) -> Option<Route> {
        Some(Route::JobList)
    }

    fn title(&self) -> String {
        "batches".to_owned()
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Open => {
                let selected = self.selected_job();
                return selected.map_or(Transition::Stay, |summary| Transition::Open(Route::Job(summary.job.clone())));
            }
            KeyCommand::Pause => return self.change_selected(JobAction::Pause),
            KeyCommand::Resume => return self.change_selected(JobAction::Resume),
            KeyCommand::Retry => return self.change_selected(JobAction::Retry),
            KeyCommand::Cancel => return self.confirm_cancel(),
            KeyCommand::Copy => {
                return self
                    .selected_job()
                    .map_or(Transition::Stay, |summary| Transition::Do(Effect::CopyText(summary.job.to_string())));
            }
            KeyCommand::Refresh | KeyCommand::Jobs => return Transition::Do(Effect::Job(JobEffect::ListJobs)),
            KeyCommand::Filter => self.rows.filter.start_typing(),
            KeyCommand::Sort => {
                self.sort_column = (self.sort_column + 1) % JOB_COLUMNS.len();
                self.rows.descending = false;
            }
            KeyCommand::Reverse => self.rows.descending = !self.rows.descending,
            _ if self.rows.move_cursor(command) => return Transition::Stay,
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.rows.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.rows.filter.handle_key(key).then(|| {
            self.refresh_rows();
            Transition::Stay
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.rows.filter.handle_paste(text).then(|| {
            self.refresh_rows();
            Transition::Stay
        })
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        JOB_COLUMNS.iter().map(|column| column.name).collect()
    }

    fn handle_line(&mut self, parsed: &ParsedCommand) -> Transition {
        match parsed {
            ParsedCommand::Sort { column: name, descending } => {
                let Some(column) = JOB_COLUMNS.iter().position(|column| column.name == name) else {
                    return Transition::Ignored;
                };
                (self.sort_column, self.rows.descending) = (column, *descending);
            }
            ParsedCommand::Filter(text) => self.rows.filter.set_text(text),
            ParsedCommand::GoToRow(row) => self.rows.cursor.select(row.saturating_sub(1)),
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn handle_click(&mut self, at: Position) -> Transition {
        let Some(line) = at.y.checked_sub(self.table_area.y) else { return Transition::Stay };
        if line == 0 {
            return self.click_heading(at.x.saturating_sub(self.table_area.x));
        }
        match self.rows.cursor.select_line(usize::from(line - 1), self.rows.len()) {
            Some(true) => self.handle_command(KeyCommand::Open),
            _ => Transition::Stay,
        }
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::JobsListed(Ok(jobs)) => {
                self.show_jobs(jobs);
                return self.poll_effect();
            }
            Message::JobListChanged(jobs) => {
                self.is_polling = false;
                self.show_jobs(jobs);
                return self.poll_effect();
            }
            Message::JobsListed(Err(why)) => self.error = Some(why.clone()),
            Message::JobStarted(Ok(_)) | Message::JobChanged { result: Ok(_), .. } => {
                return vec![Effect::Job(JobEffect::ListJobs)];
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        match (&self.jobs, &self.error) {
            (_, Some(why)) => {
                let error = Line::styled(strip_terminal_controls(why).into_owned(), draw_context.theme.error_style());
                return frame.render_widget(Paragraph::new(error).wrap(Wrap { trim: true }), area);
            }
            (None, None) => return frame.render_widget("loading the batches …", area),
            (Some(jobs), None) if jobs.is_empty() => {
                let text = "No batches yet. B browses folders and buckets; Enter on a list starts one.";
                return frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
            }
            (Some(_), None) => {}
        }
        let [table, footer] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        self.table_area = table;
        let muted = draw_context.theme.muted_style();
        let range = self.rows.visible_range(table.height.saturating_sub(1));
        let columns = fitting_columns(table.width);
        let rows = range.filter_map(|row| self.render_row(row, &columns, draw_context));
        let last = JOB_COLUMNS.len() - 1;
        let widths = columns.iter().map(|index| {
            let width = JOB_COLUMNS[*index].width;
            if *index == last { Constraint::Min(width) } else { Constraint::Length(width) }
        });
        let header =
            Row::new(columns.iter().map(|index| JOB_COLUMNS[*index].heading)).style(draw_context.theme.heading_style());
        frame.render_widget(Table::new(rows, widths).header(header), table);
        widgets::set_row_cursor(frame, table, 1, &self.rows.cursor, (self.rows.len(), draw_context));
        self.rows.filter.draw_before(frame, footer, &self.footer_text(), muted, draw_context);
    }
}
