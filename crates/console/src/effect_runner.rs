//! Performs the effects that screens return. Effects on the terminal run immediately; all others run in separate tasks,
//! so that a slow bucket never delays a key.

use std::collections::HashMap;
use std::io;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use nix::sys::signal::{self, Signal};
use nix::unistd;
use ratatui_image::picker::Picker;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

use super::backend::{Backend, ProjectionHandle};
use super::background_tasks;
use super::change_order::ChangeOrder;
use super::clipboard::{self, CopyMethod};
use super::effect_context::EffectContext;
use super::item_effect::ItemEffect;
use super::job_effect::JobEffect;
use super::location_effect::LocationEffect;
use super::message::Message;
use super::photo_saves::PhotoSaves;
use super::row_effect::RowEffect;
use super::saved_state::StateChange;
use super::screen::Effect;
use super::state::Console;
use super::terminal::ConsoleTerminal;
use super::undo_window::{UndoWindow, UndoableChange, UnrecordedChange};
use domain::event::EventEnvelope;
use domain::job_spec::JobId;
use domain::list_options::ListOptions;
use domain::upc::Upc;
use report::event_lines::{self, EventFormat};

/// Interval at which the state of the upstream services is read.
const UPSTREAM_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Tells the operator that a task panicked. Without it, the console would seem to wait for a reply.
const TASK_PANIC_MESSAGE: &str = "an error in Draft Maker; the log has the details. Press r to retry";

/// Tells the operator why Ctrl-Z has no effect. Nothing could continue a stopped program in this terminal.
const NO_SHELL: &str = "Ctrl-Z needs a shell to return to, and this terminal runs only Draft Maker. Press q to quit.";

const NOTHING_TO_UNDO: &str = "Nothing was decided or edited since the console was opened. To undo earlier decisions \
                               or edits, run `draft-maker undo`.";

/// The state of the console when it exited.
#[derive(Debug, Default)]
pub struct ExitSummary {
    /// The watched batches, for the summary that is printed after the console exits.
    pub watched: Vec<(JobId, ProjectionHandle)>,
    /// True if a service runs the batches and continues them.
    pub service_runs_jobs: bool,
    /// The decisions and edits that were not recorded and that the operator has not been told about.
    pub unrecorded: Vec<UnrecordedChange>,
    /// Time since when the process that runs the batches does not answer; `None` if it answers.
    pub connection_lost_since: Option<Timestamp>,
}

/// Performs effects, and stores the state that they share.
pub(super) struct EffectRunner {
    backend: Arc<dyn Backend>,
    messages: mpsc::Sender<Message>,
    /// The projection of each batch that was attached, the most recent last.
    watched: Vec<(JobId, ProjectionHandle)>,
    /// The batch that is currently shown as plain lines outside the full screen.
    plain_output_job: Option<JobId>,
    /// Batches that are followed, each with the handle that stops it.
    followers: HashMap<JobId, AbortHandle>,
    change_order: ChangeOrder,
    /// Lists that are being read, each with the handle that stops it.
    previews: Vec<(String, AbortHandle)>,
    /// The decisions and edits that can still be undone.
    undo_window: UndoWindow,
    photo_saves: PhotoSaves,
    /// How the terminal shows images; `None` until the first image.
    image_picker: Option<Picker>,
    /// Tasks that write changes of the saved state.
    saves: TaskTracker,
}

impl EffectRunner {
    pub(super) fn new(backend: Arc<dyn Backend>, messages: mpsc::Sender<Message>) -> Self {
        Self {
            backend,
            messages,
            watched: Vec::new(),
            plain_output_job: None,
            followers: HashMap::new(),
            change_order: ChangeOrder::default(),
            previews: Vec::new(),
            undo_window: UndoWindow::default(),
            photo_saves: PhotoSaves::default(),
            image_picker: None,
            saves: TaskTracker::new(),
        }
    }

    /// Returns true if an effect needs an image and the terminal has not been asked yet how it shows images.
    pub(super) fn needs_image_picker(&self, effects: &[Effect]) -> bool {
        self.image_picker.is_none()
            && effects.iter().any(|effect| matches!(effect, Effect::Item(ItemEffect::LoadImage { .. })))
    }

    pub(super) fn set_image_picker(&mut self, picker: Picker) {
        self.image_picker = Some(picker);
    }

    /// Returns true while a batch is shown as plain lines outside the full screen.
    pub(super) fn shows_plain_output(&self) -> bool {
        self.plain_output_job.is_some()
    }

    pub(super) fn end_plain_output(&mut self) {
        self.plain_output_job = None;
    }

    /// Performs an effect. Returns false if the console is to exit.
    ///
    /// # Errors
    /// Returns the terminal's error if it cannot be written.
    pub(super) fn perform_effect(
        &mut self,
        effect: Effect,
        terminal: &mut ConsoleTerminal,
        console: &mut Console,
    ) -> io::Result<bool> {
        let Some(effect) = self.spawn_change(effect) else { return Ok(true) };
        let projection = self.projection_for(&effect);
        match effect {
            Effect::Quit => return Ok(false),
            Effect::Suspend if has_shell() => suspend_to_shell(terminal)?,
            Effect::Suspend => console.notify_user(NO_SHELL),
            Effect::Redraw => terminal.invalidate()?,
            Effect::CopyText(text) => self.copy_text(text, terminal, console)?,
            Effect::CaptureMouse(capture) => terminal.set_mouse_capture(capture)?,
            Effect::OpenUrl(url) => {
                self.spawn_and_notify(background_tasks::open_url(url, console.capabilities.browser_command()));
            }
            Effect::Notify(message) => console.notify_user(&message),
            Effect::Beep if console.audible_alert_enabled() => terminal.send_sequence("\x07")?,
            Effect::ShowPlainOutput(job) => self.show_plain_output(job, terminal, console)?,
            Effect::SubmitReview { job, upc, input } => self.hold_change(UndoableChange::Decision { job, upc, input }),
            Effect::EditItems(edit) => self.hold_change(UndoableChange::Edit(edit)),
            Effect::UndoReview { job, upc } => self.undo_review(job, upc, console),
            Effect::UndoNewest => self.undo_newest(console),
            Effect::CancelPreview(source) => self.cancel_preview(&source),
            Effect::SaveState { file, change } => self.save_state(file, change),
            Effect::Location(LocationEffect::PreviewList { source, list }) => self.start_preview(source, list),
            Effect::Location(effect) => drop(self.spawn_task(None, |context| effect.perform(context))),
            Effect::Job(effect @ (JobEffect::AttachJob(_) | JobEffect::ReattachJob(_))) => self.follow_job(effect),
            Effect::Job(effect) => drop(self.spawn_task(projection, |context| effect.perform(context))),
            Effect::Rows(effect) => drop(self.spawn_task(projection, |context| effect.perform(context))),
            Effect::Item(effect) => drop(self.spawn_task(None, |context| effect.perform(context))),
            Effect::Scan(effect) => drop(self.spawn_task(None, |context| context.perform_scan(effect))),
            Effect::SaveFile(file) => {
                self.spawn_task(None, |_| async move { file.write_atomically().await.err().map(Message::Notify) });
            }
            Effect::DescribeSetup => drop(self.spawn_task(None, EffectContext::describe_setup)),
            // The console performs the last two.
            Effect::Beep | Effect::SetColumns { .. } | Effect::PassScan(_) => {}
        }
        Ok(true)
    }

    fn copy_text(&self, text: String, terminal: &mut ConsoleTerminal, console: &mut Console) -> io::Result<()> {
        match console.clipboard.copy_method(&text, &console.capabilities) {
            CopyMethod::Osc52(sequence) => {
                terminal.send_sequence(&sequence)?;
                console.notify_user(&clipboard::copied_message(&text));
            }
            CopyMethod::File => self.spawn_and_notify(background_tasks::save_to_temp_file(text)),
        }
        Ok(())
    }

    fn show_plain_output(&mut self, job: JobId, terminal: &mut ConsoleTerminal, console: &Console) -> io::Result<()> {
        let hint = console.plain_output_hint();
        let lines = std::iter::once(hint.clone()).chain(self.rows_as_lines(&job)).chain([hint]);
        terminal.show_plain_lines(&lines.collect::<Vec<_>>())?;
        self.plain_output_job = Some(job);
        Ok(())
    }

    fn save_state(&self, file: PathBuf, change: StateChange) {
        let messages = self.messages.clone();
        self.saves.spawn(async move {
            if let Err(error) = change.write_to(file).await {
                // While the console exits, no one receives this message.
                let _ = messages.try_send(Message::Notify(error));
            }
        });
    }

    /// Waits until all changes of the saved state are written.
    pub(super) async fn finish_saves(&self) {
        self.saves.close();
        self.saves.wait().await;
    }

    /// Undoes the newest decision about an item.
    fn undo_review(&mut self, job: JobId, upc: Upc, console: &mut Console) {
        if self.undo_window.undo_decision(&job, upc) {
            console.handle_message(&Message::ReviewUndone { job, upc, was_sent: false });
        } else {
            self.undo_recorded(UndoableChange::Decision { job, upc, input: Box::default() });
        }
    }

    /// Undoes the newest decision or edit, and notifies the operator.
    fn undo_newest(&mut self, console: &mut Console) {
        match self.undo_window.undo_newest() {
            Some(Ok(undone)) => drop(console.handle_message(&undone)),
            Some(Err(recorded)) => self.undo_recorded(recorded),
            None => console.notify_user(NOTHING_TO_UNDO),
        }
    }

    /// Undoes a recorded change in the backend. The result arrives as a message.
    fn undo_recorded(&mut self, change: UndoableChange) {
        self.undo_window.undo_recorded((self.backend.clone(), self.messages.clone()), change);
    }

    fn hold_change(&mut self, change: UndoableChange) {
        self.undo_window.hold((self.backend.clone(), self.messages.clone()), change);
    }

    /// Starts a task that changes a batch or its items, after the earlier changes of the batch. Returns any other effect.
    fn spawn_change(&mut self, effect: Effect) -> Option<Effect> {
        let (Effect::Job(JobEffect::ChangeJob { job, .. }) | Effect::Rows(RowEffect::ApplyToItems { job, .. })) =
            &effect
        else {
            return Some(effect);
        };
        let mut turn = self.change_order.add_change(job.clone());
        self.spawn_task(None, |context| async move {
            turn.wait().await;
            match effect {
                Effect::Job(effect) => effect.perform(context).await,
                Effect::Rows(effect) => effect.perform(context).await,
                _ => None,
            }
        });
        None
    }

    /// Starts a task that performs an effect. The returned reply is sent as a message.
    fn spawn_task<F>(
        &self,
        projection: Option<ProjectionHandle>,
        perform: impl FnOnce(EffectContext) -> F,
    ) -> AbortHandle
    where
        F: Future<Output = Option<Message>> + Send + 'static,
    {
        let messages = self.messages.clone();
        let task = perform(EffectContext {
            backend: self.backend.clone(),
            messages: messages.clone(),
            image_picker: self.image_picker.clone(),
            projection,
            photo_saves: self.photo_saves.clone(),
        });
        let task = async move {
            let reply = AssertUnwindSafe(task).catch_unwind().await;
            if let Some(reply) = reply.unwrap_or_else(|_| Some(Message::Notify(TASK_PANIC_MESSAGE.to_owned()))) {
                // While the console exits, no one receives the reply.
                let _ = messages.send(reply).await;
            }
        };
        tokio::spawn(task).abort_handle()
    }

    /// Starts to follow a batch; stops following it as before.
    fn follow_job(&mut self, effect: JobEffect) {
        let (JobEffect::AttachJob(job) | JobEffect::ReattachJob(job)) = &effect else { return };
        let job = job.clone();
        if let Some(follower) = self.followers.remove(&job) {
            follower.abort();
        }
        let follower = self.spawn_task(None, |context| effect.perform(context));
        self.followers.insert(job, follower);
    }

    /// Starts to read a list; stops an earlier read of the same list.
    fn start_preview(&mut self, source: String, list: ListOptions) {
        self.cancel_preview(&source);
        let effect = LocationEffect::PreviewList { source: source.clone(), list };
        let preview = self.spawn_task(None, |context| effect.perform(context));
        self.previews.push((source, preview));
    }

    /// Stops reading a list, if that is still in progress.
    fn cancel_preview(&mut self, source: &str) {
        self.previews.iter().filter(|(of, _)| of == source).for_each(|(_, preview)| preview.abort());
        self.previews.retain(|(_, preview)| !preview.is_finished());
    }

    /// Returns the projection that an effect needs in addition to its parameters.
    fn projection_for(&self, effect: &Effect) -> Option<ProjectionHandle> {
        let (Effect::Rows(RowEffect::ExportRows { job, .. }) | Effect::Job(JobEffect::Replay { job, .. })) = effect
        else {
            return None;
        };
        self.projection_of(job).cloned()
    }

    fn projection_of(&self, job: &JobId) -> Option<&ProjectionHandle> {
        self.watched.iter().find(|(watched, _)| watched == job).map(|(_, projection)| projection)
    }

    /// Starts a task whose result is a message for the operator.
    fn spawn_and_notify(&self, task: impl Future<Output = String> + Send + 'static) {
        let messages = self.messages.clone();
        tokio::spawn(async move { messages.send(Message::Notify(task.await)).await });
    }

    /// Starts the task that polls the upstream services and sends their state when it changes, until the console exits.
    pub(super) fn poll_upstreams(&self) {
        let (backend, messages) = (self.backend.clone(), self.messages.clone());
        tokio::spawn(async move {
            let (mut last, mut lost_since) = (Vec::new(), None);
            while !messages.is_closed() {
                let statuses = backend.upstream_statuses().await;
                if statuses.is_err() != lost_since.is_some() {
                    lost_since = statuses.is_err().then(Timestamp::now);
                    let _ = messages.send(Message::ConnectionChanged { lost_since }).await;
                }
                if let Ok(gauges) = statuses
                    && gauges != last
                {
                    last.clone_from(&gauges);
                    let _ = messages.send(Message::Upstreams(gauges)).await;
                }
                tokio::time::sleep(UPSTREAM_POLL_INTERVAL).await;
            }
        });
    }

    /// Stores the projection of a batch that was attached, and forgets a change that was not recorded.
    pub(super) fn track_message(&mut self, message: &Message) {
        self.undo_window.forget_unrecorded(message);
        if let Message::JobAttached { job, result: Ok(projection) } = message {
            self.watched.retain(|(watched, _)| watched != job);
            self.watched.push((job.clone(), projection.clone()));
        }
    }

    /// Returns the finished items of a batch as plain lines.
    fn rows_as_lines(&self, job: &JobId) -> Vec<String> {
        let Some(projection) = self.projection_of(job) else { return Vec::new() };
        projection.read().items().iter().filter_map(event_lines::format_item).collect()
    }

    /// Returns the lines that a message adds to the plain output; none if the message is about another batch.
    pub(super) fn plain_output_lines(&self, message: &Message) -> Vec<String> {
        match message {
            Message::JobEvents { job, events } if self.plain_output_job.as_ref() == Some(job) => {
                self.events_as_lines(job, events)
            }
            _ => Vec::new(),
        }
    }

    fn events_as_lines(&self, job: &JobId, events: &[EventEnvelope]) -> Vec<String> {
        let Some(projection) = self.projection_of(job) else { return Vec::new() };
        let projection = projection.read();
        events.iter().filter_map(|event| event_lines::format_event(event, &projection, EventFormat::Text)).collect()
    }

    /// Records the changes that can still be undone, and shuts the backend down in an orderly way. `messages` contains
    /// replies that have not been handled.
    pub(super) async fn shutdown_backend(
        self,
        messages: &mut mpsc::Receiver<Message>,
        connection_lost_since: Option<Timestamp>,
    ) -> ExitSummary {
        let mut unrecorded = self.undo_window.flush(messages).await;
        unrecorded.extend(self.photo_saves.unfinished());
        let service_runs_jobs = !self.backend.stops_on_exit();
        self.backend.shutdown().await;
        ExitSummary { watched: self.watched, service_runs_jobs, unrecorded, connection_lost_since }
    }
}

/// Returns false if the program was started without a shell, as by `docker exec -it` or `ssh HOST draft-maker`.
fn has_shell() -> bool {
    unistd::getsid(None) != Ok(unistd::getpid())
}

/// Returns to the shell until `fg`. Stops the whole process group, as the terminal's own Ctrl-Z does, so that a script
/// around the program stops too. The kernel ignores the signal if no shell could continue the group.
fn suspend_to_shell(terminal: &mut ConsoleTerminal) -> io::Result<()> {
    terminal.suspend(|| Ok(signal::kill(unistd::Pid::from_raw(0), Signal::SIGTSTP)?))
}
