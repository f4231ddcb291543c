//! News for whoever wants them, from any point on.
//!
//! The bell carries a number and no events: a slow reader finds every row on the disk, nothing piles up for it in
//! memory, and resuming after a crash is the same code as joining late.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;

use super::error::JournalError;
use super::open::Journal;
use super::store::{DetailLevel, RawEvent, RawEventDetail, ReadPool};
use domain::event::{EventEnvelope, Seq};
use domain::job_spec::JobId;

/// Events handed over at a time.
const EVENTS_PER_BATCH: usize = 256;

/// Another process' journal has no bell to hear.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

impl Journal {
    /// Rings with the number of the newest event, after it is on the disk and on the board.
    pub fn subscribe_head(&self) -> watch::Receiver<Seq> {
        self.head().clone()
    }

    /// Events after a number, the oldest first, at most so many; of one job or of all.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn read_events(
        &self,
        job: Option<&JobId>,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        self.store().read_events(job, DetailLevel::Full, after, at_most).await
    }

    /// The same of one job, without what no table row shows.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn row_events(
        &self,
        job: &JobId,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        self.store().read_events(Some(job), DetailLevel::Rows, after, at_most).await
    }

    /// The numbers of a job's events after one, in order.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        self.store().event_seqs(job, after).await
    }

    /// The same as text, in as much of it as is wanted.
    ///
    /// # Errors
    /// As [`Journal::events`].
    pub async fn raw_events(
        &self,
        job: Option<&JobId>,
        view: RawEventDetail,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<RawEvent>, JournalError> {
        self.store().read_raw_events(job, view, after, at_most).await
    }

    /// All events after a number, those of the past first and then each as it happens, every one once and in order.
    /// It ends after an error, and when the journal is closed.
    pub fn follow_events(
        &self,
        job: Option<JobId>,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        let head = self.command_sender().is_ok().then(|| self.subscribe_head());
        let reader = CatchUpSubscription { store: self.store().clone(), head, job, after };
        stream::unfold(Some(reader), |reader| async {
            let mut reader = reader?;
            match reader.next_events().await {
                Ok(events) if events.is_empty() => None,
                Ok(events) => Some((Ok(events), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }
}

struct CatchUpSubscription {
    store: ReadPool,
    /// `None` where another process writes.
    head: Option<watch::Receiver<Seq>>,
    job: Option<JobId>,
    after: Seq,
}

impl CatchUpSubscription {
    /// The next events; none at all once the journal is closed.
    async fn next_events(&mut self) -> Result<Vec<EventEnvelope>, JournalError> {
        loop {
            // Before the look at the disk: what happens between the look and the wait must ring.
            self.head.as_mut().map(watch::Receiver::mark_unchanged);
            let events =
                self.store.read_events(self.job.as_ref(), DetailLevel::Full, self.after, EVENTS_PER_BATCH).await?;
            if let Some(last) = events.last() {
                self.after = last.seq;
                return Ok(events);
            }
            if !self.wait_for_events().await {
                return Ok(events);
            }
        }
    }

    /// False where nothing more can come.
    async fn wait_for_events(&mut self) -> bool {
        let Some(head) = &mut self.head else {
            tokio::time::sleep(POLL_INTERVAL).await;
            return true;
        };
        head.changed().await.is_ok()
    }
}
