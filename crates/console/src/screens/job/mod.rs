//! The screen of one job, live or replayed: a row for each item, the counts, and the upstream services.

mod commands;
mod counts;
mod header;
mod progress_line;
mod table;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect, Size};

use super::detail_pane::DetailPane;
use super::filter_input::FilterInput;
use super::replay::{self, ReplayControl};
use super::selection::Selection;
use crate::backend::{JobAction, ProjectionHandle};
use crate::column_layout::ContentWidths;
use crate::columns::COLUMNS;
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::cursor::Cursor;
use crate::item_effect::ItemEffect;
use crate::job_effect::JobEffect;
use crate::key_hints::{self, FooterKey};
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::preferences::{Preferences, Sort};
use crate::row_effect::RowEffect;
use crate::row_query::RowQueryResult;
use crate::saved_state::SavedView;
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use crate::table_view::TableView;
use domain::event::{EventEnvelope, JobEvent};
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::upc::Upc;
use header::JobHeader;

/// Minimum width at which the screen shows all upstream services for which items wait.
const ALL_UPSTREAMS_MIN_WIDTH: u16 = 100;

/// Keys at the foot of the screen while no job is shown.
const NO_JOB_HINTS: &[FooterKey] = &[(KeyCommand::Back, "back"), (KeyCommand::Quit, "quit")];

/// The screen of one job.
pub struct JobScreen {
    job: JobId,
    /// Live state of the job; `None` until it is attached.
    projection: Option<ProjectionHandle>,
    error: Option<String>,
    view: TableView,
    cursor: Cursor,
    selection: Selection,
    /// The replay of past events; `None` in the live view.
    replay: Option<ReplayControl>,
    header: JobHeader,
    /// True while the cursor follows the item that changed most recently.
    is_following: bool,
    filter: FilterInput,
    preferences: Preferences,
    /// Where the table was last drawn, for clicks.
    table_area: Rect,
    content_widths: ContentWidths,
    /// True if the preferred sort order has been applied.
    is_sorted: bool,
    detail_pane: DetailPane,
}

impl JobScreen {
    /// Returns the screen of a job that is not attached yet.
    pub fn new(job: JobId) -> Self {
        Self {
            job,
            projection: None,
            error: None,
            view: TableView::default(),
            cursor: Cursor::default(),
            selection: Selection::default(),
            replay: None,
            header: JobHeader::default(),
            is_following: false,
            filter: FilterInput::default(),
            preferences: Preferences::default(),
            table_area: Rect::default(),
            content_widths: ContentWidths::default(),
            is_sorted: false,
            detail_pane: DetailPane::default(),
        }
    }

    /// Returns the shown state: the state after the replayed event, or else the live state.
    fn shown_projection(&self) -> Option<&ProjectionHandle> {
        self.replay.as_ref().and_then(ReplayControl::projection).or(self.projection.as_ref())
    }

    /// Reads the shown state while holding its lock. Returns `None` if no job is attached.
    fn with_projection<T>(&self, read: impl FnOnce(&JobProjection) -> T) -> Option<T> {
        let projection = self.shown_projection()?.read();
        Some(read(&projection))
    }

    fn row_count(&self) -> usize {
        self.with_projection(|projection| self.view.row_count(projection)).unwrap_or_default()
    }

    fn selected_upc(&self) -> Option<Upc> {
        self.with_projection(|projection| self.view.item_at(projection, self.cursor.selected()).map(|item| item.upc))
            .flatten()
    }

    fn refresh_rows(&mut self) {
        if let Some(projection) = self.shown_projection().cloned() {
            self.view.refresh_rows(&projection.read());
        }
    }

    /// Changes the rows but keeps the cursor on its item if the item is still shown, because the operator may be about
    /// to act on it.
    fn keep_item_selected(&mut self, projection: &JobProjection, change: impl FnOnce(&mut TableView)) {
        let item = self.view.item_index(self.cursor.selected());
        change(&mut self.view);
        let row = self.view.row_of_item(item).filter(|row| *row < self.view.row_count(projection));
        if let Some(row) = row.filter(|_| !self.cursor.follows_end()) {
            self.cursor.select(row);
        }
    }

    /// Shows all items again. Returns `None` if no filter was set.
    fn clear_filter(&mut self) -> Option<Transition> {
        let criteria = &mut self.view.criteria;
        if criteria.filter.is_empty() && criteria.status.is_none() {
            return None;
        }
        criteria.filter.clear();
        criteria.status = None;
        self.filter.set_text("");
        self.refresh_rows();
        Some(Transition::Stay)
    }

    /// Returns the UPCs of all rows in display order.
    fn visible_upcs(&self) -> Vec<Upc> {
        let all = |projection: &JobProjection| {
            (0..self.view.row_count(projection))
                .filter_map(|row| self.view.item_at(projection, row).map(|item| item.upc))
                .collect()
        };
        self.with_projection(all).unwrap_or_default()
    }

    /// Returns the effect that attaches the job again if its event stream has ended. A stream ends with its job and
    /// does not continue if the job is resumed later. When this is called, a job of this process is no longer stopped.
    fn reattach_if_ended(&self) -> Vec<Effect> {
        let state = self.projection.as_ref().map(|projection| projection.read().state);
        let has_ended = matches!(state, Some(JobState::Stopped | JobState::Failed));
        has_ended.then(|| Effect::Job(JobEffect::AttachJob(self.job.clone()))).into_iter().collect()
    }

    fn apply_filter(&mut self) -> Transition {
        self.filter.text().clone_into(&mut self.view.criteria.filter);
        self.refresh_rows();
        Transition::Stay
    }

    /// Sorts by the column at `x` cells from the left edge of the table. If the rows are already sorted by it, reverses
    /// the order.
    fn click_heading(&mut self, x: u16) -> Transition {
        let layout = self.preferences.columns.layout_for_width(self.table_area.width, &self.content_widths);
        if let Some(column) = layout.iter().rfind(|column| column.x <= x).map(|column| column.spec.column) {
            let descending = self.view.criteria.sort_column == column && !self.view.criteria.descending;
            self.apply_sort(Sort { column, descending });
        }
        Transition::Stay
    }

    fn apply_rows(&mut self, result: &RowQueryResult) {
        let projection = self.shown_projection().cloned();
        match &projection {
            Some(projection) if self.view.is_refreshed_by(result) => {
                self.keep_item_selected(&projection.read(), |view| view.apply_result(result, Some(projection)));
            }
            _ => self.view.apply_result(result, projection.as_ref()),
        }
    }

    /// Refreshes the rows, and moves the cursor to the item of the last event, if the item is shown.
    fn follow_events(&mut self, events: &[EventEnvelope]) {
        self.refresh_rows();
        let last = events.iter().rev().find_map(|event| match &event.payload {
            JobEvent::Item { upc, .. } => Some(*upc),
            _ => None,
        });
        let row = last.and_then(|upc| {
            self.with_projection(|projection| projection.index_of(upc).and_then(|index| self.view.row_of_item(index)))
                .flatten()
        });
        if let Some(row) = row {
            self.cursor.select(row);
        }
    }
}

impl Screen for JobScreen {
    fn key_context(&self) -> KeyContext {
        if self.replay.is_some() { KeyContext::Replay } else { KeyContext::Watch }
    }

    fn key_hints(&self) -> &'static [FooterKey] {
        if self.shown_projection().is_some() { key_hints::hints_for(self.key_context()) } else { NO_JOB_HINTS }
    }

    fn route(&self) -> Option<Route> {
        Some(Route::Job(self.job.clone()))
    }

    fn title(&self) -> String {
        if self.replay.is_some() { format!("{} (history)", self.job) } else { self.job.to_string() }
    }

    fn view(&self) -> Option<SavedView> {
        let criteria = &self.view.criteria;
        let sort = Sort { column: criteria.sort_column, descending: criteria.descending };
        Some(SavedView {
            filter: criteria.filter.clone(),
            state: criteria.status.map(|status| status.to_string()).unwrap_or_default(),
            sort: sort.to_string(),
            columns: self.preferences.columns.to_string(),
        })
    }

    fn apply_view(&mut self, view: &SavedView) {
        self.filter.set_text(&view.filter);
        self.view.criteria.filter.clone_from(&view.filter);
        self.view.criteria.status = Status::ALL.into_iter().find(|status| status.as_str() == view.state);
        self.is_sorted = true;
        self.cursor.select(0);
        self.apply_sort(view.sort.parse().unwrap_or_default());
    }

    fn shows_upstreams(&self, room: Size) -> bool {
        self.replay.is_none()
            && self.projection.is_some()
            && room.width >= ALL_UPSTREAMS_MIN_WIDTH
            && JobHeader::line_count(room.height) > 0
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        self.run_action(command).unwrap_or_else(|| self.change_view(command))
    }

    fn apply_preferences(&mut self, preferences: &Preferences) {
        self.preferences = preferences.clone();
        if !self.is_sorted {
            self.is_sorted = true;
            self.apply_sort(preferences.sort);
        }
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        COLUMNS.iter().map(|spec| spec.name).chain(["list"]).collect()
    }

    fn handle_line(&mut self, parsed: &ParsedCommand) -> Transition {
        match parsed {
            ParsedCommand::Sort { column, descending } => match column.parse() {
                Ok(column) => self.apply_sort(Sort { column, descending: *descending }),
                Err(_) => return Transition::Ignored,
            },
            ParsedCommand::StatusFilter(status) => {
                self.view.criteria.status = *status;
                self.cursor.select(0);
            }
            ParsedCommand::Filter(text) => {
                self.filter.set_text(text);
                self.view.criteria.filter.clone_from(text);
            }
            ParsedCommand::GoToRow(row) => self.cursor.select(row.saturating_sub(1)),
            ParsedCommand::OpenItem(upc) => {
                return Transition::Open(Route::Item { job: self.job.clone(), upc: *upc });
            }
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
        self.is_following = false;
        let rows = self.row_count();
        match self.cursor.select_line(usize::from(line - 1), rows) {
            Some(true) => self.open_selected(),
            _ => Transition::Stay,
        }
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.filter.handle_key(key).then(|| self.apply_filter())
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.filter.handle_paste(text).then(|| self.apply_filter())
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::JobAttached { job, result } if *job == self.job => match result {
                Ok(projection) => {
                    self.projection = Some(projection.clone());
                    self.refresh_rows();
                }
                Err(error) => self.error = Some(error.clone()),
            },
            Message::BulkActionDone { job, result: Ok(result), .. } if *job == self.job => {
                self.selection.select_failed(result);
                return self.reattach_if_ended();
            }
            Message::ItemsEdited { edit, result: Ok(result) } if edit.job == self.job => {
                self.selection.select_failed(result);
                return self.reattach_if_ended();
            }
            Message::JobChanged { job, action: JobAction::Resume, result: Ok(_) } if *job == self.job => {
                return self.reattach_if_ended();
            }
            Message::RowsReady(result) => self.apply_rows(result),
            Message::PhotosCounted(Ok(photos)) => {
                self.view.criteria.photos = photos.clone();
                self.view.mark_stale();
            }
            Message::Upstreams(gauges) => self.header.upstreams.clone_from(gauges),
            Message::ConnectionChanged { lost_since } => self.header.set_connection_lost(lost_since.is_some()),
            Message::StagesCounted { job, counts } if *job == self.job => self.header.set_stage_counts(*counts),
            Message::OutputFilesListed { job, paths } if *job == self.job => {
                self.header.output_files = Some(paths.clone());
            }
            Message::ReplayLoaded { job, result } if *job == self.job => {
                let next = self.replay.as_mut().and_then(|control| control.apply_snapshot(result));
                self.view.mark_stale();
                return next.map(|position| replay::replay_effect(&self.job, position)).into_iter().collect();
            }
            Message::JobEvents { job, events } if *job == self.job => {
                self.view.mark_stale();
                self.header.mark_stale();
                if self.is_following && self.replay.is_none() {
                    self.follow_events(events);
                }
            }
            _ => {}
        }
        let is_attached = matches!(message, Message::JobAttached { job, result: Ok(_) } if *job == self.job);
        let photos = is_attached.then_some(Effect::Item(ItemEffect::CountPhotos));
        self.detail_pane.update(&self.job, message).into_iter().chain(photos).collect()
    }

    fn pending_effects(&mut self) -> Vec<Effect> {
        let Some(projection) = self.shown_projection().cloned() else { return Vec::new() };
        let query = self.view.take_pending_query(&projection).map(|value| Effect::Rows(RowEffect::QueryRows(value)));
        let live = self.projection.as_ref();
        let count = live.and_then(|live| self.header.take_count_request(live));
        let count = count.map(|request| Effect::Rows(RowEffect::CountStages { job: self.job.clone(), request }));
        let is_over = live.is_some_and(|live| live.read().state.has_ended());
        let files =
            self.header.should_list_files(is_over).then(|| Effect::Job(JobEffect::ListOutputFiles(self.job.clone())));
        let pane = self.detail_pane.follow_cursor(&self.job, self.selected_upc());
        query.into_iter().chain(count).chain(files).chain(pane).collect()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        self.draw_job(frame, area, draw_context);
    }
}
