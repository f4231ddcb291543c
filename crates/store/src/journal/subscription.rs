//! Subscriptions: all events from any position on, those of the past first and then each as it happens.
//!
//! The head channel carries only a position. Subscribers read the events from the database, so a slow one needs no
//! buffer, and a resume after a crash is the same code as a late subscription.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use super::error::JournalError;
use super::model::DetailLevel;
use super::storage::StorageReader;
use domain::event::{EventEnvelope, Seq};
use domain::job_spec::JobId;

/// Maximum events of one batch.
const EVENTS_PER_BATCH: usize = 256;

/// Pause between two reads of a journal that another process writes.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Pause before the next read of an outline, in which few of the written events are.
const OUTLINE_INTERVAL: Duration = Duration::from_millis(20);

/// A position in the events of one job or of all.
pub(super) struct CatchUpSubscription {
    pub(super) reader: StorageReader,
    /// `None` if another process writes the journal.
    pub(super) head: Option<watch::Receiver<Seq>>,
    pub(super) job: Option<JobId>,
    pub(super) detail: DetailLevel,
    pub(super) after: Seq,
}

impl CatchUpSubscription {
    /// Returns the events in batches. The stream ends after an error, and when the journal is closed.
    pub(super) fn into_stream(self) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        stream::unfold(Some(self), |subscription| async {
            let mut subscription = subscription?;
            match subscription.next_events().await {
                Ok(events) if events.is_empty() => None,
                Ok(events) => Some((Ok(events), Some(subscription))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    /// Returns the next events; none once the journal is closed.
    async fn next_events(&mut self) -> Result<Vec<EventEnvelope>, JournalError> {
        loop {
            // Before the read: an event between the read and the wait must end the wait.
            self.head.as_mut().map(watch::Receiver::mark_unchanged);
            let events = self.reader.read_events(self.job.as_ref(), self.detail, self.after, EVENTS_PER_BATCH).await?;
            if let Some(last) = events.last() {
                self.after = last.seq;
                return Ok(events);
            }
            if !self.wait_for_events().await {
                return Ok(events);
            }
        }
    }

    /// Waits until there can be more events; returns false if there can be none.
    async fn wait_for_events(&mut self) -> bool {
        let Some(head) = &mut self.head else {
            tokio::time::sleep(POLL_INTERVAL).await;
            return true;
        };
        let is_open = head.changed().await.is_ok();
        if is_open && self.detail == DetailLevel::Outline {
            tokio::time::sleep(OUTLINE_INTERVAL).await;
        }
        is_open
    }
}
