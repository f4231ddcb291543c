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

    /// Closes the batch of the last session again if it no longer exists.
    pub(super) fn close_missing_batch(&mut self, message: &Message) {
        let Message::JobAttached { job, result } = message else { return };
        if self.reopened_job.take_if(|reopened| reopened == job).is_some() && result.is_err() {
            let is_missing = self.top_screen().route() == Some(Route::Job(job.clone()));
            if is_missing {
                self.pop_screen();
            }
        }
    }

    /// Returns the names of the saved views.
    pub(super) fn view_names(&self) -> Vec<&str> {
        self.saved.views.keys().map(String::as_str).collect()
    }

    /// Saves the view of the screen under a name.
    pub(super) fn save_view(&mut self, name: &str) -> Vec<Effect> {
        let name = strip_terminal_controls(name).chars().take(MAX_VIEW_NAME_LEN).collect::<String>();
        let Some(view) = self.top_screen().view() else {
            return self.reject_line(":save_view is not available on this screen");
        };
        self.notify_user(&format!("The view {name} is saved; :view {name} shows it."));
        self.change_saved_state(StateChange::SaveView { name, view })
    }

    /// Shows a saved view on the screen.
    pub(super) fn open_view(&mut self, name: &str) -> Vec<Effect> {
        match self.saved.views.get(name).cloned() {
            Some(_) if self.top_screen().view().is_none() => self.reject_line(":view is not available on this screen"),
            Some(view) => self.apply_view(&view),
            None => self.reject_unknown_view(name),
        }
    }

    pub(super) fn remove_view(&mut self, name: &str) -> Vec<Effect> {
        if !self.saved.views.contains_key(name) {
            return self.reject_unknown_view(name);
        }
        self.notify_user(&format!("The view {name} is removed."));
        self.change_saved_state(StateChange::RemoveView(name.to_owned()))
    }

    fn reject_unknown_view(&mut self, name: &str) -> Vec<Effect> {
        let names = self.view_names().join(", ");
        let known = if names.is_empty() { ":save_view NAME saves one".to_owned() } else { format!("use {names}") };
        self.reject_line(&format!("unknown view {name:?}; {known}"))
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
        Some((file, StateChange::Leave(LastPlace { started_in, location, batch, view })))
    }
}
