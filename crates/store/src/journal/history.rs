//! The history of a job: its state after any of its events.
//!
//! ```text
//! event 1 ──────── requested ──────── current ──────── newest
//!   apply ─────────────>     <──────── take back
//! ```
//!
//! A state is reached from the nearest one that is known: the current one, the newest one, or none at all. To take events back,
//! only the events of the items that they changed are read. All states share the items in which they do not differ.
//!
//! A move over many events stops at states in between, so that the caller can show them and choose another event.

use super::codec::run_blocking;
use super::error::JournalError;
use super::journal::Journal;
use super::model::DetailLevel;
use super::replay::catch_up;
use super::storage::StorageReader;
use domain::event::{EventEnvelope, JobEventKind, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::rewind::RewindMismatch;
use domain::upc::Upc;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;

/// Events over which a move leads before it stops.
const EVENTS_PER_MOVE: u64 = 50_000;

/// Events that are taken back at a time.
const EVENTS_PER_REWIND: i64 = 10_000;

/// Items whose events are read at a time.
const ITEMS_PER_READ: usize = 512;

/// Reads of items that run at the same time.
const CONCURRENT_READS: usize = 3;

/// Cost of taking an event back, relative to applying one: the earlier events of its item are read as well.
const REWIND_COST: u64 = 2;

/// Distance of the extra state behind the current one, for events that cannot be taken back.
const CHECKPOINT_DISTANCE: u64 = 500;

/// Events that cannot be taken back: what the list was before is not in the events of the items.
const IRREVERSIBLE_EVENTS: [JobEventKind; 3] =
    [JobEventKind::ItemsAdded, JobEventKind::Scanned, JobEventKind::ScanRetracted];

/// An event of a job: its number in the job, from 1, and its position in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct EventPosition {
    number: u64,
    seq: Seq,
}

impl EventPosition {
    /// Returns the relative cost of getting from here to another position.
    fn cost_to(self, target: Self) -> u64 {
        match self.number.checked_sub(target.number) {
            Some(back) => back.saturating_mul(REWIND_COST),
            None => target.number - self.number,
        }
    }
}

/// A state of the job, and its last event.
#[derive(Clone)]
struct KnownState {
    position: EventPosition,
    projection: JobProjection,
}

/// The history of one job.
pub struct JobHistory {
    reader: StorageReader,
    /// The newest event.
    newest: EventPosition,
    /// The latest state that the caller knew.
    latest: KnownState,
    current: KnownState,
    /// A state some events before the current one, if those events cannot be taken back.
    checkpoint: Option<KnownState>,
    /// False after events could not be taken back although they should.
    can_rewind: bool,
    events_per_move: u64,
}

impl JobHistory {
    /// Creates a history that stands at a state of the job.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn from_projection(journal: &Journal, projection: JobProjection) -> Result<Self, JournalError> {
        let (reader, seq) = (journal.reader().clone(), projection.position);
        let number = reader.count_events(&projection.job, Seq::default(), seq).await?;
        let latest = KnownState { position: EventPosition { number, seq }, projection };
        Ok(Self {
            reader,
            newest: latest.position,
            current: latest.clone(),
            latest,
            checkpoint: None,
            can_rewind: true,
            events_per_move: EVENTS_PER_MOVE,
        })
    }

    /// Returns this history with moves that stop after so many events, at least one.
    #[cfg(feature = "test-support")]
    #[must_use]
    pub fn with_events_per_move(self, events: u64) -> Self {
        Self { events_per_move: events.max(1), ..self }
    }

    /// Returns the job.
    pub fn job(&self) -> &JobId {
        &self.current.projection.job
    }

    /// Returns the state after the current event.
    pub fn projection(&self) -> &JobProjection {
        &self.current.projection
    }

    /// Returns the number of the current event in the job, from 1.
    pub fn event_number(&self) -> u64 {
        self.current.position.number
    }

    /// Returns the number of events of the job, when it was last moved.
    pub fn event_count(&self) -> u64 {
        self.newest.number
    }

    /// Returns the current event, with [`DetailLevel::Rows`].
    ///
    /// # Errors
    /// Returns [`JournalError`] if it cannot be read.
    pub async fn read_event(&self) -> Result<EventEnvelope, JournalError> {
        let before = Seq(self.current.position.seq.0.saturating_sub(1));
        let event = self.reader.read_events(Some(self.job()), DetailLevel::Rows, before, 1).await?.pop();
        event.ok_or_else(|| JournalError::UnknownJob(self.job().clone()))
    }

    /// Takes a later state that the caller knows, so that fewer events are read to reach the newest one.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn use_later_state(&mut self, projection: JobProjection) -> Result<(), JournalError> {
        let (known, seq) = (self.latest.position, projection.position);
        if seq > known.seq {
            let number = known.number + self.reader.count_events(self.job(), known.seq, seq).await?;
            self.latest = KnownState { position: EventPosition { number, seq }, projection };
        }
        Ok(())
    }

    /// Moves toward the newest event. Returns the number of that event: the move goes on if the current one is another.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn seek_to_newest(&mut self) -> Result<u64, JournalError> {
        self.find_newest().await?;
        self.seek_to(self.newest).await
    }

    /// Moves toward the event with this number, or the first or the last one if there is none. Returns the number of the
    /// event to which the move leads, as [`Self::seek_to_newest`] does.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn seek_to_event(&mut self, number: u64) -> Result<u64, JournalError> {
        self.find_newest().await?;
        let target = self.find_event(number.clamp(1, self.newest.number.max(1))).await?;
        self.seek_to(target).await
    }

    /// Moves toward the last event at or before a time, given in seconds after the event with the number `from`. Returns
    /// the number of the event to which the move leads, as [`Self::seek_to_newest`] does.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn seek_by_time(&mut self, from: u64, seconds: i64) -> Result<u64, JournalError> {
        self.find_newest().await?;
        let from = self.find_event(from.clamp(1, self.newest.number.max(1))).await?;
        let target = self.find_by_time(from, seconds).await?;
        self.seek_to(target).await
    }

    async fn find_newest(&mut self) -> Result<(), JournalError> {
        let last = self.reader.last_seq_for_job(self.job()).await?;
        let last = last.ok_or_else(|| JournalError::UnknownJob(self.job().clone()))?;
        self.newest.number += self.reader.count_events(self.job(), self.newest.seq, last).await?;
        self.newest.seq = last;
        Ok(())
    }

    /// Returns the event with this number, found from the nearest one that is known.
    async fn find_event(&self, number: u64) -> Result<EventPosition, JournalError> {
        let known = [EventPosition::default(), self.current.position, self.latest.position, self.newest];
        let nearest = known.into_iter().min_by_key(|known| known.number.abs_diff(number)).unwrap_or_default();
        let offset = number.cast_signed() - nearest.number.cast_signed();
        let seq = self.reader.seq_by_offset(self.job(), nearest.seq, offset).await?;
        Ok(EventPosition { number, seq: seq.ok_or_else(|| JournalError::UnknownJob(self.job().clone()))? })
    }

    async fn find_by_time(&self, from: EventPosition, seconds: i64) -> Result<EventPosition, JournalError> {
        let job = self.job();
        let began = self.reader.event_time(job, from.seq).await?;
        let wanted = began.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(began);
        let (mut low, mut high) = if seconds < 0 { (0, from.seq.0) } else { (from.seq.0, self.newest.seq.0 + 1) };
        // Invariant: no event up to `low` is after the wanted time, and every event from `high` on is.
        while high - low > 1 {
            let middle = low.midpoint(high);
            match self.reader.next_event_time(job, Seq(middle - 1)).await? {
                Some((seq, at)) if seq.0 < high && at <= wanted => low = seq.0,
                _ => high = middle,
            }
        }
        if low == 0 {
            return self.find_event(1).await;
        }
        let seq = Seq(low);
        let number = if seq < from.seq {
            from.number - self.reader.count_events(job, seq, from.seq).await?
        } else {
            from.number + self.reader.count_events(job, from.seq, seq).await?
        };
        Ok(EventPosition { number, seq })
    }

    /// Moves to the target, or so many events toward it. Returns the number of the target.
    async fn seek_to(&mut self, target: EventPosition) -> Result<u64, JournalError> {
        let known = [&self.current, &self.latest];
        let nearest = known.into_iter().min_by_key(|known| known.position.cost_to(target)).unwrap_or(&self.current);
        if nearest.position == target {
            self.current = nearest.clone();
            return Ok(target.number);
        }
        let is_cheaper = nearest.position.number > target.number && nearest.position.cost_to(target) <= target.number;
        if is_cheaper && self.can_rewind && can_take_back(&self.reader, &nearest.projection, target.seq).await? {
            let nearest = nearest.clone();
            let stop = self.stop_toward(nearest.position, target).await?;
            if let Some(projection) = take_back(&self.reader, nearest.projection, stop.seq).await? {
                self.current = KnownState { position: stop, projection };
                return Ok(target.number);
            }
            self.can_rewind = false;
        }
        self.apply_up_to(target).await?;
        Ok(target.number)
    }

    /// Returns the event at which a move stops.
    async fn stop_toward(&self, from: EventPosition, target: EventPosition) -> Result<EventPosition, JournalError> {
        let stop = target
            .number
            .clamp(from.number.saturating_sub(self.events_per_move), from.number.saturating_add(self.events_per_move));
        if stop == target.number { Ok(target) } else { self.find_event(stop).await }
    }

    /// Applies events to the nearest state before the target.
    async fn apply_up_to(&mut self, target: EventPosition) -> Result<(), JournalError> {
        let nothing =
            KnownState { position: EventPosition::default(), projection: JobProjection::new(self.job().clone()) };
        let known = [Some(&self.current), Some(&self.latest), self.checkpoint.as_ref()];
        let earlier = known.into_iter().flatten().filter(|known| known.position.number <= target.number);
        let mut state = earlier.max_by_key(|known| known.position.number).cloned().unwrap_or(nothing);
        let stop = self.stop_toward(state.position, target).await?;
        let checkpoint = stop.number.saturating_sub(CHECKPOINT_DISTANCE);
        if stop == target && checkpoint > state.position.number {
            let position = self.find_event(checkpoint).await?;
            let projection = catch_up(&self.reader, state.projection, DetailLevel::Rows, Some(position.seq)).await?;
            state = KnownState { position, projection };
            self.checkpoint = Some(state.clone());
        }
        let projection = catch_up(&self.reader, state.projection, DetailLevel::Rows, Some(stop.seq)).await?;
        self.current = KnownState { position: stop, projection };
        Ok(())
    }
}

/// Returns true if all events after `last` can be taken back.
async fn can_take_back(reader: &StorageReader, projection: &JobProjection, last: Seq) -> Result<bool, JournalError> {
    let names = reader.job_event_names(&projection.job, Seq(last.0 + 1)..=projection.position).await?;
    let is_irreversible = |name: &String| IRREVERSIBLE_EVENTS.iter().any(|kind| kind.as_str() == name);
    Ok(projection.can_rewind_items() && !names.iter().any(is_irreversible))
}

/// Takes the events after `last` back. `None` if they do not lead to this state: then the events up to `last` are to be
/// applied.
async fn take_back(
    reader: &StorageReader,
    mut projection: JobProjection,
    last: Seq,
) -> Result<Option<JobProjection>, JournalError> {
    let job = projection.job.clone();
    let names = reader.job_event_names(&job, Seq(last.0 + 1)..=projection.position).await?;
    let mut upto = projection.position;
    while upto > last {
        let before = reader.seq_by_offset(&job, upto, -EVENTS_PER_REWIND).await?.map_or(last, |seq| seq.max(last));
        let Some(rewound) = take_back_items(reader, projection, before, upto).await? else { return Ok(None) };
        (projection, upto) = (rewound, before);
    }
    if !names.is_empty() {
        let remaining = reader.job_events_without_items(&job, last).await?;
        if projection.rewind_job(&remaining).is_err() {
            return Ok(None);
        }
    }
    (projection.position, projection.last_event_at) = (last, Some(reader.event_time(&job, last).await?));
    Ok(Some(projection))
}

/// Takes the item events after `last` and up to `upto` back.
async fn take_back_items(
    reader: &StorageReader,
    mut projection: JobProjection,
    last: Seq,
    upto: Seq,
) -> Result<Option<JobProjection>, JournalError> {
    let job = projection.job.clone();
    let upcs = reader.changed_upcs(&job, Seq(last.0 + 1)..=upto).await?;
    let reads = upcs.chunks(ITEMS_PER_READ).map(<[Upc]>::to_vec).map(|upcs| async {
        let events = reader.item_row_events(&job, &upcs, upto).await;
        events.map(|events| (events, upcs))
    });
    let mut reads = stream::iter(reads).buffered(CONCURRENT_READS);
    while let Some((events, upcs)) = reads.try_next().await? {
        let rewound = run_blocking(move || {
            projection.rewind_items(&upcs, &events, last)?;
            Ok::<_, RewindMismatch>(projection)
        });
        match rewound.await? {
            Ok(rewound) => projection = rewound,
            Err(error) => {
                tracing::warn!(%error, %job, "cannot step back from the current state; reading the events from the beginning");
                return Ok(None);
            }
        }
    }
    Ok(Some(projection))
}
