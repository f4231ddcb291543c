//! The time in which a decision or an edit can be undone before it is recorded. It is recorded when the next one is
//! made, when the console exits, or after [`UNDO_WINDOW`], whichever is first, so that none is lost. Undoing it later
//! is recorded as well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_util::task::TaskTracker;

use super::backend::{Backend, UserMessage};
use super::item_edit::{ItemEdit, rejection_reason};
use super::message::Message;
use domain::job_spec::JobId;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;

/// Time for which a decision or an edit is held before it is recorded.
const UNDO_WINDOW: Duration = Duration::from_secs(5);

/// Maximum time that the console waits at its exit for decisions that are being recorded.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Error of a change whose result is not known when the console exits.
const NO_ANSWER: &str = "no answer before the console ended, so it may not be recorded";

/// Error of an undo whose result is not known when the console exits.
const UNDO_WITHOUT_ANSWER: &str = "no answer to the undo before the console ended, so it may not be undone";

/// A decision or an edit that was not recorded, or may not have been recorded, when the console exited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnrecordedChange {
    pub job: JobId,
    pub upcs: Vec<Upc>,
    pub error: UserMessage,
}

/// A change that can be undone.
#[derive(Clone)]
pub(super) enum UndoableChange {
    /// A decision about an item in review.
    Decision { job: JobId, upc: Upc, input: Box<ReviewInput> },
    /// An edit of one or many items.
    Edit(ItemEdit),
}

/// The newest change, which may already have been sent.
struct HeldChange {
    original: UndoableChange,
    /// The change, until the task that sends it or the undo takes it.
    change: Arc<Mutex<Option<UndoableChange>>>,
    send_now: Arc<Notify>,
}

/// The newest change, the sent changes, and the tasks that send changes.
#[derive(Default)]
pub(super) struct UndoWindow {
    newest: Option<HeldChange>,
    /// Changes before the newest one, oldest first.
    sent: Vec<UndoableChange>,
    tasks: TaskTracker,
    /// The changes whose tasks have not ended, by number.
    unanswered: Arc<Mutex<BTreeMap<u64, UnrecordedChange>>>,
    change_count: u64,
    /// True when the console is exiting, so that a failure can no longer be shown.
    is_ending: Arc<AtomicBool>,
}

impl UndoableChange {
    /// Sends the change. Returns the message about its result.
    async fn submit(self, backend: &dyn Backend) -> Message {
        match self {
            Self::Decision { job, upc, input } => {
                let result = backend.submit_reviews(&job, &[(upc, *input)]).await;
                let result = result.map(|results| results.into_iter().next().unwrap_or(ReviewResult::UnknownItem));
                Message::ReviewSubmitted { job, upc, result }
            }
            Self::Edit(edit) => {
                let results = backend.submit_reviews(&edit.job, &edit.to_answers()).await;
                let result = results.map(|results| edit.summarize_results(&results));
                Message::ItemsEdited { edit, result }
            }
        }
    }

    fn job_and_items(&self) -> (JobId, Vec<Upc>) {
        match self {
            Self::Decision { job, upc, .. } => (job.clone(), vec![*upc]),
            Self::Edit(edit) => (edit.job.clone(), edit.items.iter().map(|(upc, _)| *upc).collect()),
        }
    }

    /// Returns the entry for this change while it has no result.
    fn to_unrecorded(&self) -> UnrecordedChange {
        let (job, upcs) = self.job_and_items();
        UnrecordedChange { job, upcs, error: NO_ANSWER.to_owned() }
    }

    /// Returns the message that the change was undone. `was_sent` is true if it had been recorded.
    fn undone_message(self, was_sent: bool) -> Message {
        match self {
            Self::Decision { job, upc, .. } => Message::ReviewUndone { job, upc, was_sent },
            Self::Edit(edit) => Message::EditUndone { edit, was_sent },
        }
    }

    /// Undoes the recorded change. Returns the message about it.
    ///
    /// # Errors
    /// Returns why some items were not undone.
    async fn undo_recorded(self, backend: &dyn Backend) -> Result<Message, UserMessage> {
        let (job, upcs) = self.job_and_items();
        let answers = upcs.iter().map(|upc| (*upc, ReviewInput::undo())).collect::<Vec<_>>();
        let results = backend.submit_reviews(&job, &answers).await.map_err(|error| format!("Not undone: {error}"))?;
        let reasons = results.iter().zip(&upcs).filter_map(|(result, upc)| Some((upc, undo_rejection_reason(result)?)));
        let reasons = reasons.collect::<Vec<_>>();
        match &reasons[..] {
            [] => Ok(self.undone_message(true)),
            [(upc, why)] => Err(format!("{upc} was not undone: {why}")),
            [(upc, why), ..] => Err(format!("{} of {} items were not undone; {upc}: {why}", reasons.len(), upcs.len())),
        }
    }
}

/// Returns why a decision was not undone; `None` if it was.
fn undo_rejection_reason(result: &ReviewResult) -> Option<String> {
    Some(match result {
        ReviewResult::Decided { .. } => return None,
        ReviewResult::NotWaiting { status: None } => "it is in progress: undo when it has finished".to_owned(),
        ReviewResult::Invalid { wrong } => wrong.iter().map(|error| error.fix.as_str()).collect::<Vec<_>>().join("; "),
        ReviewResult::NotWaiting { .. } | ReviewResult::Unanswered | ReviewResult::UnknownItem => {
            "the batch was canceled, or the item is no longer in it".to_owned()
        }
    })
}

impl UndoWindow {
    /// Holds a change, and sends the previous one.
    pub(super) fn hold(
        &mut self,
        (backend, messages): (Arc<dyn Backend>, mpsc::Sender<Message>),
        change: UndoableChange,
    ) {
        self.send_newest();
        self.change_count += 1;
        let (number, unanswered) = (self.change_count, self.unanswered.clone());
        unanswered.lock().insert(number, change.to_unrecorded());
        let original = change.clone();
        let held = HeldChange { original, change: Arc::new(Mutex::new(Some(change))), send_now: Arc::default() };
        let (change, send_now) = (held.change.clone(), held.send_now.clone());
        self.newest = Some(held);
        self.tasks.spawn(async move {
            let _ = tokio::time::timeout(UNDO_WINDOW, send_now.notified()).await;
            let change = change.lock().take();
            if let Some(change) = change {
                let _ = messages.send(change.submit(backend.as_ref()).await).await;
            }
            unanswered.lock().remove(&number);
        });
    }

    /// Undoes a recorded change in the backend. The result arrives as a message. Like a change, the undo is awaited
    /// when the console exits.
    pub(super) fn undo_recorded(
        &mut self,
        (backend, messages): (Arc<dyn Backend>, mpsc::Sender<Message>),
        change: UndoableChange,
    ) {
        self.change_count += 1;
        let (number, unanswered, is_ending) = (self.change_count, self.unanswered.clone(), self.is_ending.clone());
        let (job, upcs) = change.job_and_items();
        unanswered.lock().insert(number, UnrecordedChange { job, upcs, error: UNDO_WITHOUT_ANSWER.to_owned() });
        self.tasks.spawn(async move {
            let result = change.undo_recorded(backend.as_ref()).await;
            match (&result, unanswered.lock().get_mut(&number)) {
                (Err(error), Some(entry)) if is_ending.load(Ordering::Relaxed) => entry.error.clone_from(error),
                _ => {}
            }
            if result.is_ok() || !is_ending.load(Ordering::Relaxed) {
                unanswered.lock().remove(&number);
            }
            let _ = messages.send(result.unwrap_or_else(Message::Notify)).await;
        });
    }

    /// Undoes the decision about an item. Returns false if it has already been sent.
    pub(super) fn undo_decision(&mut self, upc: Upc) -> bool {
        let is_decision =
            |change: &UndoableChange| matches!(change, UndoableChange::Decision { upc: of, .. } if *of == upc);
        if let Some(index) = self.sent.iter().rposition(is_decision) {
            self.sent.remove(index);
            return false;
        }
        let newest = self.newest.take_if(|held| is_decision(&held.original));
        newest.and_then(HeldChange::take_back).is_some()
    }

    /// Undoes the newest change. Returns the message about it, or the change itself if it was sent, so that the caller
    /// can undo it in the backend. Returns `None` if there is no change.
    pub(super) fn undo_newest(&mut self) -> Option<Result<Message, UndoableChange>> {
        let Some(held) = self.newest.take() else { return self.sent.pop().map(Err) };
        let original = held.original.clone();
        Some(held.take_back().map(|change| change.undone_message(false)).ok_or(original))
    }

    fn send_newest(&mut self) {
        if let Some(held) = self.newest.take() {
            held.send_now.notify_one();
            self.sent.push(held.original);
        }
    }

    /// Sends the newest change and waits until all changes are recorded, but only briefly if the service does not
    /// answer. Returns the changes that were not recorded. `messages` contains replies that have not been handled.
    pub(super) async fn flush(mut self, messages: &mut mpsc::Receiver<Message>) -> Vec<UnrecordedChange> {
        self.is_ending.store(true, Ordering::Relaxed);
        self.send_newest();
        self.tasks.close();
        let mut unrecorded = Vec::new();
        let recording = async {
            loop {
                tokio::select! {
                    biased;
                    Some(message) = messages.recv() => unrecorded.extend(unrecorded_changes(&message)),
                    () = self.tasks.wait() => break,
                }
            }
        };
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, recording).await;
        while let Ok(message) = messages.try_recv() {
            unrecorded.extend(unrecorded_changes(&message));
        }
        unrecorded.extend(self.unanswered.lock().values().cloned());
        for change in &unrecorded {
            tracing::warn!(job = %change.job, upcs = ?change.upcs, error = change.error, "a change was not recorded");
        }
        unrecorded
    }
}

/// Returns the changes that were not recorded according to a reply.
fn unrecorded_changes(message: &Message) -> Vec<UnrecordedChange> {
    match message {
        Message::ReviewSubmitted { job, upc, result } => {
            let error = match result {
                Ok(result) => rejection_reason(result),
                Err(error) => Some(error.clone()),
            };
            let change = |error| UnrecordedChange { job: job.clone(), upcs: vec![*upc], error };
            error.map(change).into_iter().collect()
        }
        Message::ItemsEdited { edit, result: Err(error) } => {
            let upcs = edit.items.iter().map(|(upc, _)| *upc).collect();
            vec![UnrecordedChange { job: edit.job.clone(), upcs, error: error.clone() }]
        }
        Message::ItemsEdited { edit, result: Ok(result) } => {
            let rejected = result.rejected.iter().map(|rejected| UnrecordedChange {
                job: edit.job.clone(),
                upcs: vec![rejected.upc],
                error: rejected.why.clone(),
            });
            rejected.collect()
        }
        _ => Vec::new(),
    }
}

impl HeldChange {
    /// Returns the change if its task has not sent it, and ends that task.
    fn take_back(self) -> Option<UndoableChange> {
        let change = self.change.lock().take();
        self.send_now.notify_one();
        change
    }
}
