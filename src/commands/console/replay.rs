//! Replays a job: computes its projection after any of its events.
//!
//! ```text
//! events  1 ──── a snapshot about every 5,000 events ──── near ── position ──── newest, a snapshot too
//!                                                          └ 500 events back, for single steps
//! ```
//!
//! Snapshots share unchanged chunks. A job works through its list in order, so most chunks exist in two or three
//! versions, regardless of the number of snapshots. The newest projection comes from elsewhere and shares no chunk. The
//! journal stores an earlier state of a large job, from which the first steps back start.

use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;

use console::{ProjectionHandle, ReplayPosition, ReplaySnapshot};
use domain::event::{EventEnvelope, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use store::journal::{Journal, JournalError};

/// Events per page.
const EVENTS_PER_PAGE: usize = 512;

/// Number of pages read ahead while the current one is applied.
const CONCURRENT_PAGES: usize = 3;

/// Distance, in events, of an extra snapshot behind the current position. It makes single steps back cheap.
const NEAR_SNAPSHOT_DISTANCE: u64 = 500;

/// Minimum number of events between two snapshots.
const MIN_SNAPSHOT_INTERVAL: u64 = 5_000;

/// Maximum number of snapshots in memory.
const MAX_SNAPSHOTS: usize = 64;

pub(super) struct JobReplay {
    job: JobId,
    /// Sequence number of each event of the job.
    seqs: Vec<Seq>,
    /// Projections, by the number of applied events.
    snapshots: BTreeMap<u64, JobProjection>,
    near_snapshot: Option<(u64, JobProjection)>,
    /// True if the earlier state stored in the journal has been read.
    has_read_earlier: bool,
    position: u64,
    projection: ProjectionHandle,
}

impl JobReplay {
    /// Creates a replay positioned at the newest projection.
    pub(super) async fn from_projection(journal: &Journal, projection: JobProjection) -> Result<Self, JournalError> {
        let seqs = journal.event_seqs(&projection.job, Seq::default()).await?;
        let at = seqs.partition_point(|seq| *seq <= projection.position) as u64;
        let job = projection.job.clone();
        let stored = BTreeMap::from([(at, projection.clone())]);
        Ok(Self {
            job,
            seqs,
            snapshots: stored,
            near_snapshot: None,
            has_read_earlier: false,
            position: at,
            projection: Arc::new(RwLock::new(projection)),
        })
    }

    pub(super) fn is_for_job(&self, job: &JobId) -> bool {
        self.job == *job
    }

    /// Moves to a moment and returns the snapshot there.
    pub(super) async fn seek_to_moment(
        &mut self,
        journal: &Journal,
        moment: ReplayPosition,
    ) -> Result<ReplaySnapshot, JournalError> {
        let last = self.seqs.last().copied().unwrap_or_default();
        self.seqs.extend(journal.event_seqs(&self.job, last).await?);
        let newest = self.seqs.len() as u64;
        let wanted = match moment {
            ReplayPosition::Latest => newest,
            ReplayPosition::Event(number) => number,
            ReplayPosition::Seconds { from_event: from, offset: by } => self.find_by_time(journal, from, by).await?,
        };
        let wanted = wanted.clamp(1, newest.max(1));
        self.seek_to_event(journal, wanted).await?;
        let event = self.read_event(journal, wanted).await?;
        Ok(ReplaySnapshot { event_number: wanted, event_count: newest, event, projection: self.projection.clone() })
    }

    async fn seek_to_event(&mut self, journal: &Journal, wanted: u64) -> Result<(), JournalError> {
        if wanted < self.position && !std::mem::replace(&mut self.has_read_earlier, true) {
            self.read_earlier_projection(journal).await?;
        }
        let near =
            self.near_snapshot.as_ref().filter(|(at, _)| *at <= wanted).map(|(at, projection)| (*at, projection));
        let stored = self.snapshots.range(..=wanted).next_back().map(|(at, projection)| (*at, projection));
        let best = near.into_iter().chain(stored).max_by_key(|(at, _)| *at);
        if wanted < self.position || best.is_some_and(|(at, _)| at > self.position) {
            let (at, projection) = best
                .map_or_else(|| (0, JobProjection::new(self.job.clone())), |(at, projection)| (at, projection.clone()));
            (self.position, self.projection) = (at, Arc::new(RwLock::new(projection)));
        }
        let apart = self.snapshot_interval();
        while self.position < wanted {
            let next_snapshot = (self.position / apart + 1) * apart;
            let near = wanted.saturating_sub(NEAR_SNAPSHOT_DISTANCE);
            let stop =
                [next_snapshot, near, wanted].into_iter().filter(|stop| *stop > self.position).min().unwrap_or(wanted);
            self.apply_events(journal, stop).await?;
            if stop == near {
                self.near_snapshot = Some((stop, self.clone_projection()));
            }
            if stop == next_snapshot && self.snapshots.len() < MAX_SNAPSHOTS && !self.snapshots.contains_key(&stop) {
                let projection = self.clone_projection();
                self.snapshots.insert(stop, projection);
            }
        }
        Ok(())
    }

    /// Adds the earlier state that the journal stores for a large job, if any.
    async fn read_earlier_projection(&mut self, journal: &Journal) -> Result<(), JournalError> {
        if let Some(projection) = journal.earlier_projection(&self.job).await? {
            let at = self.seqs.partition_point(|seq| *seq <= projection.position) as u64;
            self.snapshots.insert(at, projection);
        }
        Ok(())
    }

    /// Returns the number of events between two snapshots.
    fn snapshot_interval(&self) -> u64 {
        ((self.seqs.len() / MAX_SNAPSHOTS) as u64).max(MIN_SNAPSHOT_INTERVAL)
    }

    async fn apply_events(&mut self, journal: &Journal, upto: u64) -> Result<(), JournalError> {
        let pages = (self.position..upto).step_by(EVENTS_PER_PAGE).map(|from| {
            let after = from.checked_sub(1).map_or(Seq::default(), |before| self.seq_at(before));
            let most = usize::try_from(upto - from).unwrap_or(EVENTS_PER_PAGE).min(EVENTS_PER_PAGE);
            journal.row_events(&self.job, after, most)
        });
        let mut pages = stream::iter(pages).buffered(CONCURRENT_PAGES);
        let mut folded = 0;
        while let Some(events) = pages.try_next().await? {
            let mut projection = self.projection.write();
            events.iter().try_for_each(|event| projection.apply_event(event))?;
            folded += events.len() as u64;
        }
        drop(pages);
        self.position += folded;
        Ok(())
    }

    fn clone_projection(&self) -> JobProjection {
        self.projection.read().clone()
    }

    /// Returns the sequence number of the event at an index, counted from 0.
    fn seq_at(&self, index: u64) -> Seq {
        usize::try_from(index).ok().and_then(|index| self.seqs.get(index)).copied().unwrap_or_default()
    }

    async fn read_event(&self, journal: &Journal, number: u64) -> Result<EventEnvelope, JournalError> {
        let Seq(seq) = self.seq_at(number.saturating_sub(1));
        let event = journal.row_events(&self.job, Seq(seq.saturating_sub(1)), 1).await?.pop();
        event.ok_or_else(|| JournalError::UnknownJob(self.job.clone()))
    }

    /// Returns the number of the last event at most `by` seconds after event `from`; `by` may be negative.
    async fn find_by_time(&self, journal: &Journal, from: u64, by: i64) -> Result<u64, JournalError> {
        let newest = self.seqs.len() as u64;
        let from = from.clamp(1, newest.max(1));
        let began = self.read_event(journal, from).await?.at;
        let wanted = began.saturating_add(SignedDuration::from_secs(by)).unwrap_or(began);
        let (mut low, mut high) = if by < 0 { (0, from) } else { (from, newest + 1) };
        // Invariant: the event at `low` is not after the wanted time, the one at `high` is.
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.read_event(journal, middle).await?.at <= wanted { low = middle } else { high = middle }
        }
        Ok(low)
    }
}
