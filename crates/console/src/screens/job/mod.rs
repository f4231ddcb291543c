//! A batch, live: a row for each item, counts that add up, and what can be done about it.

mod counts;
mod header;
mod table;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Position, Rect, Size};

use super::detail_pane::DetailPane;
use super::export::ExportPrompt;
use super::filter_input::FilterInput;
use super::replay::{self, ReplayControl};
use super::selection::{Selection, action_for};
use super::{ConfirmDialog, ItemScreen as Opened, ReviewScreen};
use crate::backend::{JobAction, ProjectionHandle};
use crate::columns::COLUMNS;
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::preferences::{Preferences, Sort};
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::table_view::TableView;
use domain::bulk_action::ItemAction;
use domain::event::{EventEnvelope, JobEvent};
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;
use header::JobHeader;

/// From this width on, the line of the upstreams holds those that others wait for.
const ALL_UPSTREAMS_MIN_WIDTH: u16 = 100;

/// One batch.
pub struct JobScreen {
    job: JobId,
    /// `None` until the batch is joined.
    projection: Option<ProjectionHandle>,
    error: Option<String>,
    view: TableView,
    cursor: Cursor,
    selection: Selection,
    /// While one looks back.
    replay: Option<ReplayControl>,
    header: JobHeader,
    /// True while the cursor keeps to what happened last.
    is_following: bool,
    filter: FilterInput,
    preferences: Preferences,
    /// Where the table was drawn, for the mouse.
    table_area: Rect,
    /// False until it was sorted as the operator wishes at the start.
    is_sorted: bool,
    detail_pane: DetailPane,
}

impl JobScreen {
    /// A batch that is about to be joined.
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
            is_sorted: false,
            detail_pane: DetailPane::default(),
        }
    }

    /// The board of now, or of the moment that is looked at.
    fn shown_projection(&self) -> Option<&ProjectionHandle> {
        self.replay.as_ref().and_then(ReplayControl::projection).or(self.projection.as_ref())
    }

    /// Looks at the board for a moment.
    fn with_projection<T>(&self, look: impl FnOnce(&JobProjection) -> T) -> Option<T> {
        let projection = self.shown_projection()?.read();
        Some(look(&projection))
    }

    fn row_count(&self) -> usize {
        self.with_projection(|projection| self.view.row_count(projection)).unwrap_or_default()
    }

    fn selected_upc(&self) -> Option<Upc> {
        self.with_projection(|projection| self.view.item_at(projection, self.cursor.selected()).map(|item| item.upc))
            .flatten()
    }

    /// Marks the item under the cursor, or unmarks it, and goes on to the next.
    fn toggle_selected(&mut self) {
        let Some(upc) = self.selected_upc() else { return };
        self.selection.toggle(self.cursor.selected(), upc);
        let rows = self.row_count();
        self.cursor.handle_command(KeyCommand::Down, rows);
    }

    /// The UPCs that are marked, a line each; without marks the one under the cursor.
    fn upcs_to_copy(&self) -> Option<String> {
        if self.selection.is_empty() {
            return self.selected_upc().map(|upc| upc.to_string());
        }
        Some(self.selection.to_vec().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    fn refresh_rows(&mut self) {
        if let Some(projection) = self.shown_projection().cloned() {
            self.view.refresh_rows(&projection.read());
        }
    }

    /// The next item, from the cursor on and around, that needs a person.
    fn select_problem(&mut self, backwards: bool) {
        let (rows, at) = (self.row_count(), self.cursor.selected());
        let step = |distance: usize| if backwards { (at + rows - distance) % rows } else { (at + distance) % rows };
        let found = self.with_projection(|projection| {
            (1..=rows).map(step).find(|row| {
                let status = self.view.item_at(projection, *row).and_then(|item| item.status);
                matches!(status, Some(Status::Failed | Status::NeedsReview))
            })
        });
        if let Some(row) = found.flatten() {
            self.cursor.select(row);
        }
    }

    /// All states, one after the other.
    fn cycle_status_filter(&mut self) {
        let all = Status::ALL;
        let next = self.view.criteria.status.map_or(0, |now| now as usize + 1);
        self.view.criteria.status = all.get(next).copied();
        self.cursor.select(0);
    }

    fn apply_sort(&mut self, sort: Sort) {
        (self.view.criteria.sort_column, self.view.criteria.descending) = (sort.column, sort.descending);
        self.refresh_rows();
    }

    /// The items that are shown, in their order.
    fn visible_upcs(&self) -> Vec<Upc> {
        let all = |projection: &JobProjection| {
            (0..self.view.row_count(projection))
                .filter_map(|row| self.view.item_at(projection, row).map(|item| item.upc))
                .collect()
        };
        self.with_projection(all).unwrap_or_default()
    }

    fn open_selected(&self) -> Transition {
        let Some(upc) = self.selected_upc() else { return Transition::Stay };
        let (item, ask) = Opened::new(self.job.clone(), upc);
        Transition::Push(Box::new(self.detail_pane.reuse_loaded(item)), Some(ask))
    }

    fn open_export_prompt(&self) -> Transition {
        let upcs = if self.selection.is_empty() { self.visible_upcs() } else { self.selection.to_vec() };
        Transition::Push(Box::new(ExportPrompt::new(self.job.clone(), upcs)), None)
    }

    /// What is done to the marked items; `None` where there are no marks, or the command does nothing to items.
    fn start_bulk_action(&self, command: KeyCommand) -> Option<Transition> {
        let act = action_for(command).filter(|_| !self.selection.is_empty() && self.replay.is_none())?;
        let (job, upcs) = (self.job.clone(), self.selection.to_vec());
        Some(match act {
            ItemAction::Cancel => Transition::Push(Box::new(ConfirmDialog::for_cancel_items(job, upcs)), None),
            act => Transition::Do(Effect::ApplyToItems { job, action: act, upcs }),
        })
    }

    /// Into the past, or back to now; the news of now went on all the time.
    fn toggle_replay(&mut self) -> Transition {
        self.view.mark_stale();
        if self.replay.take().is_some() {
            return Transition::Stay;
        }
        let (past, moment) = ReplayControl::start_replay();
        self.replay = Some(past);
        Transition::Do(replay::replay_effect(&self.job, moment))
    }

    /// A key while one looks back; `None` for what means the same as now.
    fn handle_replay_command(&mut self, command: KeyCommand) -> Option<Transition> {
        let past = self.replay.as_mut()?;
        if past.handle_command(command) {
            return Some(
                past.next_request()
                    .map_or(Transition::Stay, |moment| Transition::Do(replay::replay_effect(&self.job, moment))),
            );
        }
        matches!(command, KeyCommand::Back).then(|| self.toggle_replay())
    }

    /// The news of a batch end with it. One that goes on after that is joined anew; where it runs here, its board knows
    /// already that it goes on.
    fn reattach_if_ended(&self) -> Vec<Effect> {
        let has_ended = |projection: &ProjectionHandle| {
            let state = projection.read().state;
            matches!(state, JobState::Stopped | JobState::Failed)
        };
        self.projection
            .as_ref()
            .filter(|projection| has_ended(projection))
            .map(|_| Effect::AttachJob(self.job.clone()))
            .into_iter()
            .collect()
    }

    /// The item beside the table follows the cursor.
    fn sync_detail_pane(&mut self) -> Transition {
        self.detail_pane.follow_cursor(&self.job, self.selected_upc()).map_or(Transition::Stay, Transition::Do)
    }

    fn change_job(&self, change: JobAction) -> Transition {
        Transition::Do(Effect::ChangeJob { job: self.job.clone(), action: change })
    }

    /// Goes to the last item of these events that is shown.
    fn follow_events(&mut self, events: &[EventEnvelope]) {
        let last = events.iter().rev().find_map(|event| match &event.payload {
            JobEvent::Item { upc, .. } => Some(*upc),
            _ => None,
        });
        let row = last.and_then(|upc| {
            self.with_projection(|projection| projection.index_of(upc).and_then(|place| self.view.row_of_item(place)))
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

    fn title(&self) -> String {
        if self.replay.is_some() { format!("{} (past)", self.job) } else { self.job.to_string() }
    }

    fn shows_upstreams(&self, room: Size) -> bool {
        self.replay.is_none()
            && self.projection.is_some()
            && room.width >= ALL_UPSTREAMS_MIN_WIDTH
            && self.header.upstream_line_count(room.height) > 0
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        if let Some(reaction) = self.handle_replay_command(command).or_else(|| self.start_bulk_action(command)) {
            return reaction;
        }
        match command {
            KeyCommand::Replay => return self.toggle_replay(),
            KeyCommand::Export => return self.open_export_prompt(),
            KeyCommand::SelectVisible
            | KeyCommand::ClearSelection
            | KeyCommand::InvertSelection
            | KeyCommand::SelectRange => {
                let shown = self.visible_upcs();
                self.selection.handle_command(command, self.cursor.selected(), shown.into_iter());
            }
            KeyCommand::Open => return self.open_selected(),
            KeyCommand::Copy => {
                return self.upcs_to_copy().map_or(Transition::Stay, |upcs| Transition::Do(Effect::CopyText(upcs)));
            }
            KeyCommand::ToggleSelected => self.toggle_selected(),
            KeyCommand::Pause => return self.change_job(JobAction::Pause),
            KeyCommand::Resume => return self.change_job(JobAction::Resume),
            KeyCommand::Retry => return self.change_job(JobAction::Retry),
            KeyCommand::Cancel => {
                let left = self
                    .with_projection(|projection| projection.counts.total - projection.counts.done)
                    .unwrap_or_default();
                return Transition::Push(Box::new(ConfirmDialog::for_cancel_job(self.job.clone(), left)), None);
            }
            KeyCommand::Review => {
                let (review, ask) = ReviewScreen::new(self.job.clone());
                return Transition::Push(Box::new(review), Some(ask));
            }
            KeyCommand::PlainOutput => return Transition::Do(Effect::ShowPlainOutput(self.job.clone())),
            KeyCommand::Filter => self.filter.start_typing(),
            KeyCommand::CycleStatusFilter => self.cycle_status_filter(),
            KeyCommand::Sort => {
                self.view.criteria.sort_column =
                    self.preferences.columns.next_sort_column(self.view.criteria.sort_column)
            }
            KeyCommand::Reverse => self.view.criteria.descending = !self.view.criteria.descending,
            KeyCommand::Follow => self.is_following = !self.is_following,
            KeyCommand::NextProblem => self.select_problem(false),
            KeyCommand::PreviousProblem => self.select_problem(true),
            _ => {
                let rows = self.row_count();
                let moved = self.cursor.handle_command(command, rows);
                self.is_following &= !moved;
                return if moved { self.sync_detail_pane() } else { Transition::Ignored };
            }
        }
        self.refresh_rows();
        self.sync_detail_pane()
    }

    fn apply_preferences(&mut self, preferences: &Preferences) {
        self.preferences = preferences.clone();
        if !self.is_sorted {
            self.is_sorted = true;
            self.apply_sort(preferences.sort);
        }
    }

    fn sort_columns(&self) -> Vec<&'static str> {
        COLUMNS.iter().map(|about| about.name).chain(["list"]).collect()
    }

    fn handle_line(&mut self, reported: &ParsedCommand) -> Transition {
        match reported {
            ParsedCommand::Sort { column: by, descending: backwards } => match by.parse() {
                Ok(by) => self.apply_sort(Sort { column: by, descending: *backwards }),
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
                let (item, ask) = Opened::new(self.job.clone(), *upc);
                return Transition::Push(Box::new(item), Some(ask));
            }
            _ => return Transition::Ignored,
        }
        self.refresh_rows();
        Transition::Stay
    }

    fn handle_click(&mut self, at: Position) -> Transition {
        let Some(line) = at.y.checked_sub(self.table_area.y) else { return Transition::Stay };
        if line == 0 {
            let x = at.x.saturating_sub(self.table_area.x);
            let laid = self.preferences.columns.layout_for_width(self.table_area.width);
            if let Some(column) = laid.iter().rfind(|column| column.x <= x).map(|laid| laid.spec.column) {
                let backwards = self.view.criteria.sort_column == column && !self.view.criteria.descending;
                self.apply_sort(Sort { column, descending: backwards });
            }
            return Transition::Stay;
        }
        self.is_following = false;
        let rows = self.row_count();
        match self.cursor.select_line(usize::from(line - 1), rows) {
            Some(true) => self.handle_command(KeyCommand::Open),
            _ => Transition::Stay,
        }
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if !self.filter.handle_key(key) {
            return None;
        }
        self.filter.text().clone_into(&mut self.view.criteria.filter);
        self.refresh_rows();
        Some(self.sync_detail_pane())
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::JobAttached { job, result: answer } if *job == self.job => match answer {
                Ok(projection) => {
                    self.projection = Some(projection.clone());
                    self.refresh_rows();
                }
                Err(why) => self.error = Some(why.clone()),
            },
            Message::BulkActionDone { job, result: Ok(acted), .. } if *job == self.job => {
                self.selection.select_failed(acted);
                return self.reattach_if_ended();
            }
            Message::JobChanged { job, action: JobAction::Resume, result: Ok(_) } if *job == self.job => {
                return self.reattach_if_ended();
            }
            Message::RowsReady(arranged) => {
                let projection = self.shown_projection().cloned();
                self.view.apply_result(arranged, projection.as_ref());
            }
            Message::Upstreams(gauges) => self.header.upstreams.clone_from(gauges),
            Message::ReplayLoaded { job, result: answer } if *job == self.job => {
                let next = self.replay.as_mut().and_then(|past| past.apply_snapshot(answer));
                self.view.mark_stale();
                return next.map(|moment| replay::replay_effect(&self.job, moment)).into_iter().collect();
            }
            Message::JobEvents { job, events } if *job == self.job => {
                self.view.mark_stale();
                if self.is_following && self.replay.is_none() {
                    self.refresh_rows();
                    self.follow_events(events);
                }
            }
            _ => {}
        }
        let wanted = self.detail_pane.follow_cursor(&self.job, self.selected_upc());
        wanted.into_iter().chain(self.detail_pane.update(&self.job, message)).collect()
    }

    fn pending_effect(&mut self) -> Option<Effect> {
        let projection = self.shown_projection()?.clone();
        self.view.take_pending_query(&projection).map(Effect::QueryRows)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let area = self.detail_pane.draw(frame, area, draw_context);
        let Some(projection) = self.shown_projection().cloned() else {
            let message = self.error.as_deref().map_or_else(|| "joining the batch …".into(), strip_terminal_controls);
            frame.render_widget(message.into_owned(), area);
            return;
        };
        let projection = projection.read();
        self.view.refresh_if_stale(&projection);
        let is_now = self.replay.is_none();
        let line = if is_now { self.header.upstream_line_count(area.height) } else { 0 };
        let areas = [Constraint::Length(1), Constraint::Length(line), Constraint::Min(1), Constraint::Length(1)];
        let [counts, upstreams, table, note] = Layout::vertical(areas).areas(area);
        self.header.draw(frame, (counts, upstreams), &projection, is_now, draw_context);
        let rows = self.view.row_count(&projection);
        let window = self.cursor.visible_range(rows, usize::from(table.height.saturating_sub(1)));
        let laid = self.preferences.columns.layout_for_width(area.width);
        self.table_area = table;
        self.draw_header(frame, table, &laid, draw_context);
        for (line, row) in (1..table.height).zip(window) {
            let Some(item) = self.view.item_at(&projection, row) else { continue };
            let place = Rect { y: table.y + line, height: 1, ..table };
            self.draw_row(frame, place, (row, item), &laid, draw_context);
        }
        let hidden = self.preferences.columns.as_slice().len() - laid.len();
        frame.render_widget(self.render_footer(&projection, rows, hidden, draw_context), note);
    }
}
