//! Saved views, and the place to which the next session returns.

use std::path::PathBuf;

use super::Console;
use crate::backend::Location;
use crate::message::Message;
use crate::saved_state::{LastPlace, SavedState, SavedView, StateChange};
use crate::screen::{Effect, Route, Transition};
use domain::job_spec::JobId;
use domain::terminal_text::strip_terminal_controls;

/// Maximum characters of a view's name.
const MAX_VIEW_NAME_LEN: usize = 40;

/// The default columns before there were columns for location and grade. Earlier versions saved them with each place.
const EARLIER_DEFAULT_COLUMNS: &str =
    "upc,state,steps,artist,title,format,match,price,confidence,draft,photos,ended,error";

impl Console {
    /// Sets the file for saved views and the last place, and its content.
    pub fn with_saved_state(self, file: PathBuf, saved: SavedState) -> Self {
        Self { state_file: Some(file), saved, ..self }
    }

    /// Opens the batch that was open when the console was left, with its view. Returns the effects that follow.
    pub fn reopen_batch(&mut self, job: JobId, view: &SavedView) -> Vec<Effect> {
        self.reopened_job = Some(job.clone());
        let mut effects = self.apply_transition(Transition::Open(Route::Job(job)));
        let mut view = view.clone();
        if view.columns == EARLIER_DEFAULT_COLUMNS {
            view.columns.clear();
        }
        effects.extend(self.apply_view(&view));
        effects
    }

    /// Opens the list of batches, which was open when the console was left. Returns the effects that follow.
    pub fn reopen_batches(&mut self) -> Vec<Effect> {
        self.apply_transition(Transition::Open(Route::JobList))
    }

    /// Closes the batch of the last session again if it no longer exists.
    pub(super) fn close_missing_batch(&mut self, message: &Message) {
        let Message::JobAttached { job, result } = message else { return };
        if self.reopened_job.take_if(|reopened| reopened == job).is_some() && result.is_err() {
            let missing = Some(Route::Job(job.clone()));
            if let Some(index) = self.screens.iter().rposition(|screen| screen.route() == missing).filter(|at| *at > 0)
            {
                self.screens.remove(index);
            }
        }
    }

    /// Returns the names of the saved views.
    pub(super) fn view_names(&self) -> Vec<&str> {
        self.saved.views.keys().map(String::as_str).collect()
    }

    /// Saves the view of the screen under a name, or returns the reason why that is impossible.
    pub(super) fn save_view(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        let name = strip_terminal_controls(name).chars().take(MAX_VIEW_NAME_LEN).collect::<String>();
        let Some(view) = self.top_screen().view() else {
            return Err(":save_view is not available on this screen".to_owned());
        };
        self.notify_user(&format!("The view {name} is saved; :view {name} shows it."));
        Ok(self.change_saved_state(StateChange::SaveView { name, view }))
    }

    /// Shows a saved view on the screen, or returns the reason why that is impossible.
    pub(super) fn open_view(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        match self.saved.views.get(name).cloned() {
            Some(_) if self.top_screen().view().is_none() => Err(":view is not available on this screen".to_owned()),
            Some(view) => Ok(self.apply_view(&view)),
            None => Err(self.describe_unknown_view(name)),
        }
    }

    /// Removes a saved view, or returns the reason why that is impossible.
    pub(super) fn remove_view(&mut self, name: &str) -> Result<Vec<Effect>, String> {
        if !self.saved.views.contains_key(name) {
            return Err(self.describe_unknown_view(name));
        }
        self.notify_user(&format!("The view {name} is removed."));
        Ok(self.change_saved_state(StateChange::RemoveView(name.to_owned())))
    }

    fn describe_unknown_view(&self, name: &str) -> String {
        let names = self.view_names().join(", ");
        let known = if names.is_empty() { ":save_view NAME saves one".to_owned() } else { format!("use {names}") };
        format!("unknown view {name:?}; {known}")
    }

    fn apply_view(&mut self, view: &SavedView) -> Vec<Effect> {
        self.top_screen().apply_view(view);
        match view.columns.parse() {
            Ok(columns) if !view.columns.is_empty() => {
                self.handle_effect(Effect::SetColumns { columns, persist: false })
            }
            _ => Vec::new(),
        }
    }

    fn change_saved_state(&mut self, change: StateChange) -> Vec<Effect> {
        self.saved.apply_change(change.clone());
        self.state_file.clone().map(|file| Effect::SaveState { file, change }).into_iter().collect()
    }

    /// Returns the file and the place where the console is left; `None` if the place is not saved, as for the scan
    /// screen.
    pub fn place_to_save(&self) -> Option<(PathBuf, StateChange)> {
        let file = self.state_file.clone()?;
        if self.screens.first()?.accepts_scans() {
            return None;
        }
        let routes = || self.screens.iter().rev().filter_map(|screen| Some((screen.route()?, screen.view())));
        let location = routes().find_map(|(route, _)| match route {
            Route::Browse(Location::Bookmarks) => None,
            Route::Browse(location) => Some(location.to_string()),
            _ => None,
        });
        let (batch, mut view) = routes()
            .find_map(|(route, view)| match route {
                Route::Job(job) => Some((job.to_string(), view.unwrap_or_default())),
                _ => None,
            })
            .unwrap_or_default();
        // Otherwise, columns that are chosen or configured later would not be shown.
        if view.columns == self.preferences.chosen_columns.to_string() {
            view.columns.clear();
        }
        let started_in = std::path::absolute(".").ok()?;
        let location = location.unwrap_or_else(|| Location::current_dir().to_string());
        let shows_batches = routes().next().is_some_and(|(route, _)| route == Route::JobList);
        Some((file, StateChange::Leave(LastPlace { started_in, location, batch, view, shows_batches })))
    }
}
