//! Subscriptions: all events from any position on, first stored events and then new ones as they happen.
//!
//! The head channel carries only a position, and subscribers read the events from the database. A slow subscriber
//! therefore needs no buffer, and a resume after a crash is the same as a late subscription. Events beyond the head are
//! not delivered yet: they may be on disk, but not in the projections.

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
            let mut events =
                self.reader.read_events(self.job.as_ref(), self.detail, self.after, EVENTS_PER_BATCH).await?;
            // A commit is readable before its events are in the projections, from which subscribers read the items.
            if let Some(newest) = self.head.as_ref().map(|head| *head.borrow()) {
                events.retain(|event| event.seq <= newest);
            }
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use testing::events::{items_added, job_spec};

    use super::super::Journal;
    use super::*;

    /// Plain output leaves out items that the projection does not show as finished.
    #[tokio::test]
    async fn an_event_is_delivered_when_it_is_in_the_projection() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).await.unwrap();
        let job = journal.create_job(job_spec(), Timestamp::UNIX_EPOCH).await.unwrap();
        let first = journal.append_event(&job, items_added([1])).await.unwrap();
        let second = journal.append_event(&job, items_added([2])).await.unwrap();
        let (sender, head) = watch::channel(first);
        let (reader, detail) = (journal.reader().clone(), DetailLevel::Full);
        let subscription = CatchUpSubscription { reader, head: Some(head), job: Some(job), detail, after: Seq(0) };
        let mut events = subscription.into_stream();
        let newest = |events: Option<Result<Vec<EventEnvelope>, _>>| events.unwrap().unwrap().last().unwrap().seq;
        assert_eq!(newest(events.next().await), first, "the second event is on disk, but not announced");
        sender.send_replace(second);
        assert_eq!(newest(events.next().await), second);
    }
}
