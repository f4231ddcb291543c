//! Subscriptions: all events from any position on, first stored events and then new ones as they happen.
//!
//! The head channel carries only a position, and subscribers read the events from the database. A slow subscriber
//! therefore needs no buffer, and a resume after a crash is the same as a late subscription.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use super::error::JournalError;
use super::model::DetailLevel;
use super::storage::StorageReader;
use domain::event::{EventEnvelope, Seq};
use domain::job_spec::JobId;

/// Maximum events in one batch of the stream.
const EVENTS_PER_BATCH: usize = 256;

/// Interval for polling a journal that another process writes.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Pause before the next read of an outline, which contains few of the written events.
const OUTLINE_INTERVAL: Duration = Duration::from_millis(20);

/// A subscription to the events of one job or of all jobs, with its current position.
pub(super) struct CatchUpSubscription {
    pub(super) reader: StorageReader,
    /// `None` if another process writes the journal.
    pub(super) head: Option<watch::Receiver<Seq>>,
    pub(super) job: Option<JobId>,
    pub(super) detail: DetailLevel,
    pub(super) after: Seq,
}

impl CatchUpSubscription {
    /// Returns the events in batches. The stream ends after an error or when the journal is closed.
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

    /// Waits for the next events and returns them; empty if the journal is closed.
    async fn next_events(&mut self) -> Result<Vec<EventEnvelope>, JournalError> {
        loop {
            // Before the read, so that an event between the read and the wait ends the wait.
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

    /// Waits until there may be more events; returns false if the journal is closed.
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
