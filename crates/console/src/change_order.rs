//! The order of the changes of a batch: each begins when the one before it is finished, so that a pause and the
//! resumption that follows it cannot change places.

use std::collections::HashMap;

use tokio::sync::oneshot;

use domain::job_spec::JobId;

/// The newest change of each batch. Its channel closes when the change is finished.
#[derive(Default)]
pub(super) struct ChangeOrder(HashMap<JobId, oneshot::Receiver<()>>);

/// The turn of one change. The change is finished when its turn is dropped.
pub(super) struct ChangeTurn {
    earlier: Option<oneshot::Receiver<()>>,
    _finished: oneshot::Sender<()>,
}

impl ChangeOrder {
    /// Returns the turn of a further change of a batch.
    pub(super) fn add_change(&mut self, job: JobId) -> ChangeTurn {
        let (finished, is_finished) = oneshot::channel();
        ChangeTurn { earlier: self.0.insert(job, is_finished), _finished: finished }
    }
}

impl ChangeTurn {
    /// Waits until the earlier change of the same batch is finished.
    pub(super) async fn wait(&mut self) {
        if let Some(earlier) = self.earlier.take() {
            // It ends with an error when the earlier turn is dropped.
            let _ = earlier.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn a_change_waits_for_the_earlier_ones_of_its_batch() {
        let job = |number: u32| format!("batch_20240318_143022_{number}").parse::<JobId>().expect("a batch");
        let mut order = ChangeOrder::default();
        let [mut pause, mut resume, mut other] = [1, 1, 2].map(|number| order.add_change(job(number)));
        assert_eq!(poll!(std::pin::pin!(pause.wait())), Poll::Ready(()));
        assert_eq!(poll!(std::pin::pin!(other.wait())), Poll::Ready(()), "another batch");
        let mut waiting = std::pin::pin!(resume.wait());
        assert_eq!(poll!(&mut waiting), Poll::Pending);
        drop(pause);
        assert_eq!(poll!(&mut waiting), Poll::Ready(()));
    }
}
