//! Handles messages: their effects on the console and on each screen.

use jiff::Timestamp;

use super::{Console, MAX_LOG_MESSAGES};
use crate::backend::JobAction;
use crate::command::KeyCommand;
use crate::item_activity::status_label;
use crate::item_edit::ItemEdit;
use crate::job_effect::JobEffect;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{Effect, Route, Transition};
use crate::screens::{self, BulkFailures, ConfirmDialog};
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::review::ReviewResult;
use domain::terminal_text::strip_terminal_controls;

impl Console {
    /// Handles a message, first in the console, then in each screen. Returns the effects that follow.
    pub fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Some(notification) = notification_for(message) {
            self.notify_user(&notification);
        }
        match message {
            Message::JobsListed(Ok(jobs)) => self.known_jobs = jobs.iter().map(|summary| summary.job.clone()).collect(),
            Message::Upstreams(gauges) => self.upstreams.clone_from(gauges),
            // A question would swallow scans.
            Message::InterruptedJobs(jobs)
                if !jobs.is_empty() && !self.screens.iter().any(|screen| screen.accepts_scans()) =>
            {
                self.open_unrequested(Transition::Push(Box::new(ConfirmDialog::for_resume(jobs)), None));
            }
            Message::JobAttached { job, result: Ok(projection) } => {
                self.projections.retain(|earlier| earlier.read().job != *job);
                self.projections.push(projection.clone());
            }
            _ => {}
        }
        let mut effects = self.reattach_effect(message).into_iter().collect::<Vec<_>>();
        effects.extend(self.track_connection(message));
        self.close_missing_batch(message);
        let of_screens = self.pass_to_screens(message);
        effects.extend(of_screens.into_iter().flat_map(|effect| self.handle_effect(effect)));
        match message {
            Message::BulkActionDone { job, action, result: Ok(result) } => {
                effects.extend(self.show_bulk_result(job, *action, result));
            }
            Message::ItemsEdited { result: Ok(result), .. } => self.show_failures("edited", result),
            // The dialog may have been closed in the meantime.
            Message::PhotosChanged { edit: Some(edit), .. } => effects.push(Effect::EditItems(edit.clone())),
            Message::JobChanged { action: JobAction::Retry, result: Ok(new_job), .. } => {
                effects.extend(self.open_new_batch(new_job));
            }
            // Otherwise, leaving the console would stop the batch without a question and without a last word about it.
            Message::JobChanged { action: JobAction::Resume, result: Ok(job), .. } if !self.is_attached(job) => {
                effects.push(Effect::Job(JobEffect::AttachJob(job.clone())));
            }
            _ => {}
        }
        effects
    }

    /// Passes a message to each screen, replaces screens that request it, and closes screens that are done.
    fn pass_to_screens(&mut self, message: &Message) -> Vec<Effect> {
        let (mut effects, mut known_route) = (Vec::new(), None);
        for index in 0..self.screens.len() {
            let route = self.screens[index].replacement_for(message);
            known_route = route.clone().filter(|route| self.position_in_trail(route).is_some()).or(known_route);
            let screen = &mut self.screens[index];
            if let Some(route) = route.filter(|route| known_route.as_ref() != Some(route)) {
                let (next, effect) = screens::open_route(route);
                *screen = next;
                screen.apply_preferences(&self.preferences);
                screen.use_projections(&self.projections);
                effects.extend(effect);
            }
            effects.extend(screen.handle_message(message));
        }
        if let Some(route) = known_route {
            effects.extend(self.return_to(&route));
        }
        let mut index = 0;
        self.screens.retain(|screen| {
            index += 1;
            // The lowest screen is never closed.
            index == 1 || !screen.should_close(message)
        });
        effects
    }

    fn is_attached(&self, job: &JobId) -> bool {
        self.projections.iter().any(|projection| projection.read().job == *job)
    }

    /// Opens the batch that a retry created, and above it the list of items for which the action failed.
    fn show_bulk_result(&mut self, job: &JobId, action: ItemAction, result: &BulkActionResult) -> Vec<Effect> {
        let effects = if result.job == *job { Vec::new() } else { self.open_new_batch(&result.job) };
        self.show_failures(action.completed_label(), result);
        effects
    }

    /// Opens a batch that a retry created. The batch is followed even if its screen has to wait.
    fn open_new_batch(&mut self, job: &JobId) -> Vec<Effect> {
        let effects = self.open_unrequested(Transition::Open(Route::Job(job.clone())));
        if effects.is_empty() { vec![Effect::Job(JobEffect::AttachJob(job.clone()))] } else { effects }
    }

    /// Opens the list of items for which an action failed, if there are any.
    fn show_failures(&mut self, completed_label: &'static str, result: &BulkActionResult) {
        if !result.rejected.is_empty() {
            let failures = BulkFailures::from_result(completed_label, result);
            self.open_unrequested(Transition::Push(Box::new(failures), None));
        }
    }

    /// Tells the operator what an edit will change, and how to undo it.
    pub(crate) fn notify_edit(&mut self, edit: &ItemEdit) {
        let key = self.keymap.effective_key(KeyContext::Watch, KeyCommand::UndoReview);
        let undo = key.map(|key| format!("  {} undoes it", key.label(self.theme))).unwrap_or_default();
        self.notify_user(&format!("{}: {}.{undo}", edit.describe_items(), edit.describe_changes()));
    }

    /// Returns the effect that attaches a completed batch of a service again, because a review decision resumes it. The
    /// service's event stream ended with the batch.
    fn reattach_effect(&self, message: &Message) -> Option<Effect> {
        let (job, resumes_item) = match message {
            Message::ReviewSubmitted { job, result: Ok(result), .. } => {
                // An item that does not wait was decided elsewhere.
                (job, result.resumes_item() || matches!(result, ReviewResult::NotWaiting { .. }))
            }
            Message::ItemsEdited { edit, result: Ok(result) } => (&edit.job, !result.succeeded.is_empty()),
            Message::EditUndone { edit, was_sent: true } => (&edit.job, true),
            Message::ReviewUndone { job, was_sent: true, .. } => (job, true),
            _ => return None,
        };
        let projections = self.projections.iter().map(|projection| projection.read());
        let newest = projections.rev().find(|projection| projection.job == *job)?;
        let has_ended = !self.stops_on_exit && resumes_item && newest.state == JobState::Completed;
        has_ended.then(|| Effect::Job(JobEffect::AttachJob(job.clone())))
    }

    /// Records whether the backend is connected. After it reconnects, returns the effects that attach the batches again
    /// whose event stream broke.
    fn track_connection(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::ConnectionChanged { lost_since } => self.connection_lost_since = *lost_since,
            Message::StreamLost { job, .. } => self.lost_streams.push(job.clone()),
            _ => {}
        }
        if self.connection_lost_since.is_some() {
            return Vec::new();
        }
        std::mem::take(&mut self.lost_streams)
            .into_iter()
            .map(|value| Effect::Job(JobEffect::ReattachJob(value)))
            .collect()
    }

    /// Returns the time since when the process that runs the batches has not answered; `None` if it answers.
    pub(crate) const fn connection_lost_since(&self) -> Option<Timestamp> {
        self.connection_lost_since
    }

    /// Tells the operator that the console is stopping.
    pub(crate) fn notify_stopping(&mut self) {
        let text = if self.stops_on_exit && self.has_live_jobs() {
            "Stopping … the progress of the batch is saved."
        } else {
            "Stopping …"
        };
        self.status_message = Some(text.to_owned());
    }

    /// Shows a message at the foot of the screen until the next key, and adds it to the message log.
    pub(crate) fn notify_user(&mut self, message: &str) {
        let message = strip_terminal_controls(message).into_owned();
        if self.messages.len() == MAX_LOG_MESSAGES {
            self.messages.pop_front();
        }
        self.screens.iter_mut().for_each(|screen| screen.add_log_message(&message));
        self.messages.push_back(message.clone());
        self.status_message = Some(message);
    }
}

/// Returns the text that every screen shows about a message; `None` for messages that only one screen shows.
fn notification_for(message: &Message) -> Option<String> {
    Some(match message {
        Message::Notify(text) | Message::PhotosChanged { text, .. } => text.clone(),
        Message::JobStarted(Err(error)) => error.to_string(),
        Message::StreamLost { job, error } => format!("Reconnecting to {job}: {error}"),
        Message::ConnectionChanged { lost_since: None } => "Connected to the service again.".to_owned(),
        Message::BulkActionDone { action, result: Err(error), .. } => {
            format!("not {}: {error}", action.completed_label())
        }
        Message::BulkActionDone { action, result: Ok(result), .. } => {
            format!("{} {}, {} not", result.succeeded.len(), action.completed_label(), result.rejected.len())
        }
        Message::ReviewSubmitted { upc, result: Err(error), .. } => {
            format!("The decision about {upc} was not saved: {error}")
        }
        Message::ReviewSubmitted { upc, result: Ok(ReviewResult::Invalid { wrong }), .. } => {
            let reasons = wrong.iter().map(ToString::to_string).collect::<Vec<_>>();
            format!("The decision about {upc} was not saved: {}", reasons.join("; "))
        }
        Message::ReviewSubmitted { upc, result: Ok(ReviewResult::NotWaiting { status }), .. } => {
            let status = status.map_or("in progress", status_label);
            format!("No effect: {upc} no longer waits for a decision ({status}).")
        }
        Message::ReviewSubmitted { upc, result: Ok(ReviewResult::UnknownItem), .. } => {
            format!("The decision about {upc} was not saved: the batch does not contain it.")
        }
        Message::ReviewUndone { upc, was_sent: true, .. } => {
            format!("Undone: the decision about {upc}. The item waits for review again.")
        }
        Message::ReviewUndone { upc, was_sent: false, .. } => format!("Undone: the decision about {upc}."),
        Message::EditUndone { edit, .. } => {
            format!("Undone: {} of {}.", edit.describe_changes(), edit.describe_items())
        }
        Message::ItemsEdited { edit, result: Err(error) } => format!("{} not edited: {error}", edit.describe_items()),
        Message::ItemsEdited { edit, result: Ok(result) } => describe_edited(edit, result),
        Message::RowsExported { path, result: Ok(rows) } => {
            let noun = if *rows == 1 { "row" } else { "rows" };
            format!("{rows} {noun} exported to {}", path.display())
        }
        Message::RowsExported { result: Err(failure), .. } => failure.message.clone(),
        Message::JobChanged { action, result: Ok(job), .. } => action.completed_summary(job),
        Message::JobChanged { action, result: Err(error), .. } => format!("cannot {}: {error}", action.verb()),
        _ => return None,
    })
}

/// Describes an edit: `Edited 3 items: price 12.00`, with the number of items that were not edited.
fn describe_edited(edit: &ItemEdit, result: &BulkActionResult) -> String {
    let edited = match (&result.succeeded[..], result.rejected.len()) {
        ([], _) => return format!("Not edited: {}.", edit.describe_items()),
        ([upc], _) => upc.to_string(),
        (upcs, _) => format!("{} items", upcs.len()),
    };
    let others = if result.rejected.is_empty() { String::new() } else { format!(", {} not", result.rejected.len()) };
    format!("Edited {edited}{others}: {}.", edit.describe_changes())
}
