//! The time in which a decision or an edit can be undone. It is recorded when the next one is made, when the console ends, or
//! after [`UNDO_WINDOW`], whichever comes first, so that none is lost.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_util::task::TaskTracker;

use super::backend::Backend;
use super::item_edit::ItemEdit;
use super::message::Message;
use domain::job_spec::JobId;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;

/// How long a decision or an edit can be undone.
const UNDO_WINDOW: Duration = Duration::from_secs(5);

/// How long the end of the console waits for decisions that are being recorded.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// What can be undone.
pub(super) enum UndoableChange {
    /// A decision about an item in review.
    Decision { job: JobId, upc: Upc, input: Box<ReviewInput> },
    /// An edit of one or many items.
    Edit(ItemEdit),
}

/// A change that is not sent yet.
struct HeldChange {
    /// Item of a decision; `None` for an edit.
    decided: Option<Upc>,
    /// Taken by whoever comes first: the task that sends it, or the undo.
    change: Arc<Mutex<Option<UndoableChange>>>,
    send_now: Arc<Notify>,
}

/// The newest change, and the tasks that send changes.
#[derive(Default)]
pub(super) struct UndoWindow {
    newest: Option<HeldChange>,
    tasks: TaskTracker,
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

    /// Returns the message that the change was taken back.
    fn undone_message(self) -> Message {
        match self {
            Self::Decision { job, upc, .. } => Message::ReviewUndone { job, upc, was_sent: false },
            Self::Edit(edit) => Message::EditUndone(edit),
        }
    }
}

impl UndoWindow {
    /// Holds a change, and sends the one before it.
    pub(super) fn hold(
        &mut self,
        (backend, messages): (Arc<dyn Backend>, mpsc::Sender<Message>),
        change: UndoableChange,
    ) {
        self.send_newest();
        let decided = match &change {
            UndoableChange::Decision { upc, .. } => Some(*upc),
            UndoableChange::Edit(_) => None,
        };
        let held = HeldChange { decided, change: Arc::new(Mutex::new(Some(change))), send_now: Arc::default() };
        let (change, send_now) = (held.change.clone(), held.send_now.clone());
        self.newest = Some(held);
        self.tasks.spawn(async move {
            let _ = tokio::time::timeout(UNDO_WINDOW, send_now.notified()).await;
            let Some(change) = change.lock().take() else { return };
            let message = change.submit(backend.as_ref()).await;
            let _ = messages.send(message).await;
        });
    }

    /// Takes back the decision about an item. Returns false if it was sent.
    pub(super) fn undo_decision(&mut self, upc: Upc) -> bool {
        let newest = self.newest.take_if(|held| held.decided == Some(upc));
        newest.and_then(HeldChange::take_back).is_some()
    }

    /// Takes back the newest change. Returns the message about it; `None` if it was sent or there is none.
    pub(super) fn undo_newest(&mut self) -> Option<Message> {
        self.newest.take().and_then(HeldChange::take_back).map(UndoableChange::undone_message)
    }

    fn send_newest(&mut self) {
        if let Some(held) = self.newest.take() {
            held.send_now.notify_one();
        }
    }

    /// Sends the newest change and waits until all are recorded, for a short time if the service does not answer.
    pub(super) async fn flush(mut self) {
        self.send_newest();
        self.tasks.close();
        if tokio::time::timeout(FLUSH_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("a decision was not recorded before the console ended");
        }
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
