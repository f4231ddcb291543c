//! The time in which a decision can be undone. A decision is recorded when the next one is made, when the console ends, or
//! after [`UNDO_WINDOW`], whichever comes first, so that none is lost.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_util::task::TaskTracker;

use super::backend::Backend;
use super::message::Message;
use domain::job_spec::JobId;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// How long a decision can be undone.
const UNDO_WINDOW: Duration = Duration::from_secs(5);

/// How long the end of the console waits for decisions that are being recorded.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// A decision that is not sent yet.
struct HeldDecision {
    upc: Upc,
    /// Taken by whoever comes first: the task that sends it, or the undo.
    input: Arc<Mutex<Option<Box<ReviewInput>>>>,
    send_now: Arc<Notify>,
}

/// The newest decision, and the tasks that send decisions.
#[derive(Default)]
pub(super) struct UndoWindow {
    newest: Option<HeldDecision>,
    tasks: TaskTracker,
}

impl UndoWindow {
    /// Holds a decision, and sends the one before it.
    pub(super) fn hold(
        &mut self,
        (backend, messages): (Arc<dyn Backend>, mpsc::Sender<Message>),
        (job, upc, input): (JobId, Upc, Box<ReviewInput>),
    ) {
        self.send_newest();
        let held = HeldDecision { upc, input: Arc::new(Mutex::new(Some(input))), send_now: Arc::default() };
        let (input, send_now) = (held.input.clone(), held.send_now.clone());
        self.newest = Some(held);
        self.tasks.spawn(async move {
            let _ = tokio::time::timeout(UNDO_WINDOW, send_now.notified()).await;
            let Some(input) = input.lock().take() else { return };
            let result = backend.submit_review(&job, upc, &input).await;
            let _ = messages.send(Message::ReviewSubmitted { job, upc, result }).await;
        });
    }

    /// Takes back a decision. Returns false if it was sent.
    pub(super) fn undo(&mut self, upc: Upc) -> bool {
        let newest = self.newest.take_if(|held| held.upc == upc);
        newest.is_some_and(|held| {
            let is_undone = held.input.lock().take().is_some();
            held.send_now.notify_one();
            is_undone
        })
    }

    fn send_newest(&mut self) {
        if let Some(held) = self.newest.take() {
            held.send_now.notify_one();
        }
    }

    /// Sends the newest decision and waits until all are recorded, for a short time if the service does not answer.
    pub(super) async fn flush(mut self) {
        self.send_newest();
        self.tasks.close();
        if tokio::time::timeout(FLUSH_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("a decision was not recorded before the console ended");
        }
    }
}
