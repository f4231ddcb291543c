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

/// Error of an edit that follows photos, if the console exits in between.
const EDIT_AFTER_PHOTOS: &str = "its photos are saved, but the console ended before the other fields were";

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
                let mut result = results.map(|results| edit.summarize_results(&results));
                if edit.has_new_photos {
                    edit.add_photos_of_rejected(backend, &mut result).await;
                }
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

    /// Returns the change without these items; `None` if no item is left.
    fn without_items(self, upcs: &[Upc]) -> Option<Self> {
        match self {
            Self::Decision { upc, .. } if upcs.contains(&upc) => None,
            Self::Decision { .. } => Some(self),
            Self::Edit(mut edit) => {
                edit.items.retain(|(upc, _)| !upcs.contains(upc));
                (!edit.items.is_empty()).then_some(Self::Edit(edit))
            }
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
        ReviewResult::DraftDeleted { sku } => format!("its draft {sku} {}", ReviewResult::DRAFT_DELETED),
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
        let held = HeldChange::new(change);
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

    /// Undoes the newest decision about an item. Returns false if it has already been sent.
    pub(super) fn undo_decision(&mut self, job: &JobId, upc: Upc) -> bool {
        let is_decision = |change: &UndoableChange| matches!(change, UndoableChange::Decision { job: of_job, upc: of, .. } if of_job == job && *of == upc);
        if let Some(held) = self.newest.take_if(|held| is_decision(&held.original)) {
            return held.take_back().is_some();
        }
        if let Some(index) = self.sent.iter().rposition(is_decision) {
            self.sent.remove(index);
        }
        false
    }

    /// Removes a sent change that was not recorded according to a reply, so that an undo does not find it. Of an edit,
    /// only the items that were not edited are removed.
    pub(super) fn forget_unrecorded(&mut self, message: &Message) {
        for UnrecordedChange { job, upcs, .. } in unrecorded_changes(message) {
            let is_replied = |change: &UndoableChange| match (change, message) {
                (UndoableChange::Decision { job: of_job, upc, .. }, Message::ReviewSubmitted { .. }) => {
                    *of_job == job && upcs.contains(upc)
                }
                (UndoableChange::Edit(of), Message::ItemsEdited { edit, .. }) => {
                    of.job == edit.job && of.input == edit.input && of.items.iter().any(|(upc, _)| upcs.contains(upc))
                }
                _ => false,
            };
            // A decision that failed is repeated as a new change, so the last sent one is the one with this reply.
            if let Some(held) = self.newest.take_if(|held| held.is_sent() && is_replied(&held.original)) {
                self.newest =
                    held.original.clone().without_items(&upcs).map(|original| HeldChange { original, ..held });
            } else if let Some(index) = self.sent.iter().rposition(is_replied) {
                let change = self.sent.remove(index);
                if let Some(rest) = change.without_items(&upcs) {
                    self.sent.insert(index, rest);
                }
            }
        }
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
            tracing::warn!(job = %change.job, upcs = ?change.upcs, error = change.error, "a decision or edit was not saved");
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
        // The console exits before it sends the edit.
        Message::PhotosChanged { edit: Some(edit), .. } => {
            let upcs = edit.items.iter().map(|(upc, _)| *upc).collect();
            vec![UnrecordedChange { job: edit.job.clone(), upcs, error: EDIT_AFTER_PHOTOS.to_owned() }]
        }
        _ => Vec::new(),
    }
}

impl HeldChange {
    /// Holds a change, unless drafts without the items' new photos wait for it.
    fn new(change: UndoableChange) -> Self {
        let original = change.clone();
        let held = Self { original, change: Arc::new(Mutex::new(Some(change))), send_now: Arc::default() };
        if matches!(&held.original, UndoableChange::Edit(edit) if edit.has_new_photos) {
            held.send_now.notify_one();
        }
        held
    }

    /// Returns true if the task has sent the change.
    fn is_sent(&self) -> bool {
        self.change.lock().is_none()
    }

    /// Returns the change if its task has not sent it, and ends that task.
    fn take_back(self) -> Option<UndoableChange> {
        let change = self.change.lock().take();
        self.send_now.notify_one();
        change
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;
    use domain::decision::Decision;
    use domain::review::FieldError;
    use testing::events::upc;

    fn job(number: u32) -> JobId {
        format!("batch_20240318_143022_{number}").parse().expect("a batch ID")
    }

    fn decision(job_number: u32, number: u32) -> UndoableChange {
        UndoableChange::Decision { job: job(job_number), upc: upc(number), input: Box::default() }
    }

    /// Returns a window after these changes, of which only the last one is not sent yet.
    fn window_of(mut changes: Vec<UndoableChange>) -> UndoWindow {
        let newest = changes.pop().map(HeldChange::new);
        UndoWindow { newest, sent: changes, ..UndoWindow::default() }
    }

    fn reply(result: Result<ReviewResult, UserMessage>) -> Message {
        Message::ReviewSubmitted { job: job(0), upc: upc(1), result }
    }

    #[test]
    fn the_newest_decision_about_an_item_is_undone_before_it_is_sent() {
        let mut window = window_of(vec![decision(0, 1), decision(0, 2), decision(0, 1)]);
        assert!(window.undo_decision(&job(0), upc(1)), "the one that is held");
        assert!(window.newest.is_none() && window.sent.len() == 2);
    }

    #[test]
    fn a_decision_of_another_batch_stays() {
        let mut window = window_of(vec![decision(1, 1), decision(1, 2)]);
        assert!(!window.undo_decision(&job(0), upc(2)) && !window.undo_decision(&job(0), upc(1)));
        assert!(window.newest.is_some() && window.sent.len() == 1);
    }

    #[test]
    fn a_decision_that_was_not_recorded_cannot_be_undone() {
        let wrong = vec![FieldError { field: "price".into(), found: "12".into(), fix: "write an amount".into() }];
        for result in [Err("no service".to_owned()), Ok(ReviewResult::Invalid { wrong })] {
            let mut window = window_of(vec![decision(0, 1), decision(0, 2)]);
            window.forget_unrecorded(&reply(result.clone()));
            assert!(window.sent.is_empty() && window.newest.is_some(), "{result:?}");
            // The newest change is sent after a while.
            let mut window = window_of(vec![decision(0, 1)]);
            if let Some(held) = &window.newest {
                held.change.lock().take();
            }
            window.forget_unrecorded(&reply(result));
            assert!(window.newest.is_none() && window.undo_newest().is_none());
        }
        let mut window = window_of(vec![decision(0, 1), decision(0, 2)]);
        window.forget_unrecorded(&reply(Ok(ReviewResult::Decided { decision: Box::new(Decision::accept()) })));
        assert_eq!(window.sent.len(), 1, "a recorded one can be undone");
    }

    #[tokio::test]
    async fn an_edit_that_follows_photos_is_named_if_the_console_exits_before_it() {
        let items = vec![(upc(1), None), (upc(2), None)];
        let edit = ItemEdit { job: job(0), items, input: Box::default(), has_new_photos: true };
        let (sender, mut messages) = mpsc::channel(1);
        let changed =
            Message::PhotosChanged { job: job(0), remaining: Vec::new(), text: String::new(), edit: Some(edit) };
        sender.send(changed).await.expect("a receiver");
        let unrecorded = UndoWindow::default().flush(&mut messages).await;
        assert_eq!(unrecorded.len(), 1);
        assert_eq!((&unrecorded[0].upcs[..], unrecorded[0].error.as_str()), (&[upc(1), upc(2)][..], EDIT_AFTER_PHOTOS));
    }

    /// Another change of the items would otherwise come between the photos and the edit.
    #[test]
    fn an_edit_with_new_photos_is_sent_immediately() {
        for has_new_photos in [false, true] {
            let items = vec![(upc(1), None)];
            let edit = ItemEdit { job: job(0), items, input: Box::default(), has_new_photos };
            let held = HeldChange::new(UndoableChange::Edit(edit));
            let mut send_now = pin!(held.send_now.notified());
            assert_eq!(send_now.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready(), has_new_photos);
        }
    }

    #[test]
    fn only_the_edited_items_of_an_edit_can_be_undone() {
        let edit = ItemEdit {
            job: job(0),
            items: vec![(upc(1), None), (upc(2), None)],
            input: Box::default(),
            has_new_photos: false,
        };
        let unknown = edit.summarize_results(&[
            ReviewResult::Decided { decision: Box::new(Decision::accept()) },
            ReviewResult::UnknownItem,
        ]);
        for (result, left) in [(Ok(unknown), Some(vec![upc(1)])), (Err("no service".to_owned()), None)] {
            let mut window = window_of(vec![UndoableChange::Edit(edit.clone()), decision(0, 3)]);
            window.forget_unrecorded(&Message::ItemsEdited { edit: edit.clone(), result });
            assert_eq!(window.sent.first().map(|change| change.job_and_items().1), left);
        }
    }
}
