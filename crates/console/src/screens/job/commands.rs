//! The commands of a job's screen, which act on its rows, on the job, and on the selected items.

use super::super::edit_dialog::EditDialog;
use super::super::export::ExportPrompt;
use super::super::replay::{self, ReplayControl};
use super::super::selection::action_for;
use super::super::{ConfirmDialog, ItemScreen};
use super::JobScreen;
use crate::backend::JobAction;
use crate::command::KeyCommand;
use crate::item_effect::ItemEffect;
use crate::job_effect::JobEffect;
use crate::preferences::Sort;
use crate::row_effect::RowEffect;
use crate::screen::{Effect, Route, Transition};
use domain::bulk_action::ItemAction;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Maximum number of items for which a new batch starts without a confirmation.
const MAX_UNASKED_RETRIES: usize = 20;

/// Filter for the items without photos.
const WITHOUT_PHOTOS_FILTER: &str = "photos:0";

impl JobScreen {
    /// Runs a command that opens something or has an effect; `None` for a command that only changes the view.
    pub(super) fn run_action(&mut self, command: KeyCommand) -> Option<Transition> {
        if let Some(transition) = self.handle_replay_command(command).or_else(|| self.start_bulk_action(command)) {
            return Some(transition);
        }
        Some(match command {
            KeyCommand::Replay => self.toggle_replay(),
            KeyCommand::Export => self.open_export_prompt(),
            KeyCommand::Open => self.open_selected(),
            KeyCommand::Copy => {
                self.upcs_to_copy().map_or(Transition::Stay, |upcs| Transition::Do(Effect::CopyText(upcs)))
            }
            KeyCommand::Pause => self.change_job(JobAction::Pause),
            KeyCommand::Resume => self.change_job(JobAction::Resume),
            KeyCommand::Retry => self.change_job(JobAction::Retry),
            KeyCommand::Cancel => self.confirm_cancel(),
            // The first Back shows all items, the next one leaves the screen.
            KeyCommand::Back => return self.clear_filter(),
            KeyCommand::Review => Transition::Open(Route::Review(self.job.clone())),
            KeyCommand::EditItems if self.replay.is_none() => self.open_edit_dialog(),
            KeyCommand::UndoReview => Transition::Do(Effect::UndoNewest),
            KeyCommand::ShowWithoutPhotos => self.toggle_without_photos(),
            KeyCommand::Refresh => Transition::DoAll(
                std::iter::once(Effect::Item(ItemEffect::CountPhotos)).chain(self.reattach_if_ended()).collect(),
            ),
            KeyCommand::PlainOutput => Transition::Do(Effect::ShowPlainOutput(self.job.clone())),
            _ => return None,
        })
    }

    /// Runs a command that changes which rows are shown, selected or under the cursor.
    pub(super) fn change_view(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::SelectVisible
            | KeyCommand::ClearSelection
            | KeyCommand::InvertSelection
            | KeyCommand::SelectRange => {
                let visible = self.visible_upcs();
                self.selection.handle_command(command, self.cursor.selected(), &visible);
            }
            KeyCommand::ToggleSelected => self.toggle_selected(),
            KeyCommand::Filter => self.filter.start_typing(),
            KeyCommand::CycleStatusFilter => self.cycle_status_filter(),
            KeyCommand::Sort => {
                self.view.criteria.sort_column =
                    self.preferences.columns.next_sort_column(self.view.criteria.sort_column);
            }
            KeyCommand::Reverse => self.view.criteria.descending = !self.view.criteria.descending,
            KeyCommand::Follow => self.is_following = !self.is_following,
            KeyCommand::NextProblem => self.select_next_problem(),
            KeyCommand::PreviousProblem => self.select_previous_problem(),
            _ => {
                let rows = self.row_count();
                let has_moved = self.cursor.handle_command(command, rows);
                self.is_following &= !has_moved;
                return if has_moved { Transition::Stay } else { Transition::Ignored };
            }
        }
        self.refresh_rows();
        Transition::Stay
    }

    /// Shows only the items without photos by the seller, or all items again. Requests a new count of the photos.
    fn toggle_without_photos(&mut self) -> Transition {
        let filter = if self.filter.text() == WITHOUT_PHOTOS_FILTER { "" } else { WITHOUT_PHOTOS_FILTER };
        self.filter.set_text(filter);
        self.cursor.select(0);
        self.apply_filter();
        Transition::Do(Effect::Item(ItemEffect::CountPhotos))
    }

    /// Selects or deselects the item under the cursor, and moves the cursor to the next item.
    fn toggle_selected(&mut self) {
        let Some(upc) = self.selected_upc() else { return };
        self.selection.toggle(upc);
        let rows = self.row_count();
        self.cursor.handle_command(KeyCommand::Down, rows);
    }

    /// Returns the selected UPCs, one per line, or the UPC under the cursor if none are selected.
    fn upcs_to_copy(&self) -> Option<String> {
        if self.selection.is_empty() {
            return self.selected_upc().map(|upc| upc.to_string());
        }
        Some(self.selection.to_vec().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// Moves the cursor to the next item that failed or needs a decision, and from the last one to the first.
    fn select_next_problem(&mut self) {
        let (rows, current) = (self.row_count(), self.cursor.selected());
        self.select_first_problem((1..=rows).map(|distance| (current + distance) % rows));
    }

    /// Moves the cursor to the previous item that failed or needs a decision, and from the first one to the last.
    fn select_previous_problem(&mut self) {
        let (rows, current) = (self.row_count(), self.cursor.selected());
        self.select_first_problem((1..=rows).map(|distance| (current + rows - distance) % rows));
    }

    /// Moves the cursor to the first of these rows whose item failed or needs a decision.
    fn select_first_problem(&mut self, mut rows: impl Iterator<Item = usize>) {
        let found = self.with_projection(|projection| {
            rows.find(|row| {
                let status = self.view.item_at(projection, *row).and_then(|item| item.status);
                matches!(status, Some(Status::Failed | Status::NeedsReview))
            })
        });
        if let Some(row) = found.flatten() {
            self.cursor.select(row);
        }
    }

    /// Shows the items of the next status that has items. After the last status, shows all items.
    fn cycle_status_filter(&mut self) {
        let next = self.view.criteria.status.map_or(0, |status| status as usize + 1);
        let has_items = |status: &&Status| {
            self.with_projection(|projection| projection.counts.for_status(**status) > 0).unwrap_or_default()
        };
        self.view.criteria.status = Status::ALL[next..].iter().find(has_items).copied();
        self.cursor.select(0);
    }

    pub(super) fn apply_sort(&mut self, sort: Sort) {
        (self.view.criteria.sort_column, self.view.criteria.descending) = (sort.column, sort.descending);
        self.refresh_rows();
    }

    pub(super) fn open_selected(&self) -> Transition {
        let Some(upc) = self.selected_upc() else { return Transition::Stay };
        let (item, effect) = ItemScreen::new(self.job.clone(), upc);
        Transition::Push(Box::new(self.detail_pane.reuse_loaded(item)), Some(effect))
    }

    fn open_export_prompt(&self) -> Transition {
        let upcs = if self.selection.is_empty() { self.visible_upcs() } else { self.selection.to_vec() };
        Transition::Push(Box::new(ExportPrompt::new(self.job.clone(), upcs)), None)
    }

    /// Opens the dialog that edits the marked items, or the item under the cursor if none are marked.
    fn open_edit_dialog(&self) -> Transition {
        let upcs =
            if self.selection.is_empty() { self.selected_upc().into_iter().collect() } else { self.selection.to_vec() };
        if upcs.is_empty() {
            return Transition::Do(Effect::Notify("There is no item to edit.".to_owned()));
        }
        EditDialog::open(self.job.clone(), upcs)
    }

    fn confirm_cancel(&self) -> Transition {
        let read = |projection: &JobProjection| {
            (projection.counts.total.saturating_sub(projection.counts.done), projection.state)
        };
        let Some((remaining, state)) = self.with_projection(read) else { return Transition::Stay };
        if matches!(state, JobState::Completed | JobState::Cancelled) {
            return Transition::Do(Effect::Notify(format!("Nothing to cancel: {} is {state}.", self.job)));
        }
        Transition::Push(Box::new(ConfirmDialog::for_cancel_job(self.job.clone(), remaining)), None)
    }

    /// Applies a command to the selected items. Returns `None` if none are selected or the command is not an action on
    /// items.
    fn start_bulk_action(&self, command: KeyCommand) -> Option<Transition> {
        let action = action_for(command).filter(|_| !self.selection.is_empty() && self.replay.is_none())?;
        let (job, upcs) = (self.job.clone(), self.selection.to_vec());
        Some(match action {
            ItemAction::Cancel => Transition::Push(Box::new(ConfirmDialog::for_cancel_items(job, upcs)), None),
            ItemAction::Retry if upcs.len() > MAX_UNASKED_RETRIES => {
                Transition::Push(Box::new(ConfirmDialog::for_retry_items(job, upcs)), None)
            }
            action => Transition::Do(Effect::Rows(RowEffect::ApplyToItems { job, action, upcs })),
        })
    }

    /// Starts the replay of the job's events, or returns to the live view, which was kept up to date in the meantime.
    fn toggle_replay(&mut self) -> Transition {
        self.view.mark_stale();
        if self.replay.take().is_some() {
            return Transition::Stay;
        }
        let (control, position) = ReplayControl::start_replay();
        self.replay = Some(control);
        Transition::Do(replay::replay_effect(&self.job, position))
    }

    /// Handles a command that has a different meaning during a replay. Returns `None` if it works as in the live view.
    fn handle_replay_command(&mut self, command: KeyCommand) -> Option<Transition> {
        let control = self.replay.as_mut()?;
        if control.handle_command(command) {
            let request = control.next_request();
            return Some(
                request.map_or(Transition::Stay, |position| Transition::Do(replay::replay_effect(&self.job, position))),
            );
        }
        if command == KeyCommand::Back && control.stop() {
            return Some(Transition::Stay);
        }
        matches!(command, KeyCommand::Back).then(|| self.toggle_replay())
    }

    fn change_job(&self, action: JobAction) -> Transition {
        Transition::Do(Effect::Job(JobEffect::ChangeJob { job: self.job.clone(), action }))
    }
}
