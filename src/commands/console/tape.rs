//! The events of a batch as a tape that is wound back and forth: the board as it was after any of them.
//!
//! ```text
//! events  1 ──────── every 5,000th or so: a board is kept ─────── near ─ at ────── newest, kept too
//!                                                                  └ 500 before, for steps back
//! ```
//!
//! Boards that were folded one from the other share the parts in which they do not differ: a batch works through its list
//! in order, so that most parts are there in two or three states, however many boards there are. That of now was folded
//! elsewhere and shares nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;

use console::{Moment, SharedBoard, Then};
use domain::batch::JobId;
use domain::board::Board;
use domain::event::{Event, Seq};
use store::journal::{Journal, JournalError};

/// Events read at a time.
const CHUNK: usize = 512;

/// Such pages that are read while the one before them is folded in.
const AT_ONCE: usize = 3;

/// So far before the place where one is, a board is kept: steps back need no long way.
const NEAR: u64 = 500;

/// The least events between two boards that are kept.
const APART: u64 = 5_000;

/// The most boards that are kept.
const MOST_KEPT: usize = 64;

/// The tape of one batch.
pub(super) struct Tape {
    job: JobId,
    /// The number in the journal of each event of the batch.
    places: Vec<Seq>,
    /// Boards after so many events.
    kept: BTreeMap<u64, Board>,
    near: Option<(u64, Board)>,
    at: u64,
    board: SharedBoard,
}

impl Tape {
    /// A tape at `board`, which is of now.
    pub(super) async fn of(journal: &Journal, board: Board) -> Result<Self, JournalError> {
        let places = journal.places(&board.job, Seq::default()).await?;
        let at = places.partition_point(|seq| *seq <= board.upto) as u64;
        let job = board.job.clone();
        let kept = BTreeMap::from([(at, board.clone())]);
        Ok(Self { job, places, kept, near: None, at, board: Arc::new(RwLock::new(board)) })
    }

    pub(super) fn is_of(&self, job: &JobId) -> bool {
        self.job == *job
    }

    /// Goes there.
    pub(super) async fn go(&mut self, journal: &Journal, moment: Moment) -> Result<Then, JournalError> {
        let last = self.places.last().copied().unwrap_or_default();
        self.places.extend(journal.places(&self.job, last).await?);
        let newest = self.places.len() as u64;
        let wanted = match moment {
            Moment::Now => newest,
            Moment::Event(number) => number,
            Moment::Seconds { from, by } => self.by_time(journal, from, by).await?,
        };
        let wanted = wanted.clamp(1, newest.max(1));
        self.wind(journal, wanted).await?;
        let event = self.event(journal, wanted).await?;
        Ok(Then { at: wanted, of: newest, event, board: self.board.clone() })
    }

    async fn wind(&mut self, journal: &Journal, wanted: u64) -> Result<(), JournalError> {
        let near = self.near.as_ref().filter(|(at, _)| *at <= wanted).map(|(at, board)| (*at, board));
        let kept = self.kept.range(..=wanted).next_back().map(|(at, board)| (*at, board));
        let best = near.into_iter().chain(kept).max_by_key(|(at, _)| *at);
        if wanted < self.at || best.is_some_and(|(at, _)| at > self.at) {
            let (at, board) = best.map_or_else(|| (0, Board::new(self.job.clone())), |(at, board)| (at, board.clone()));
            (self.at, self.board) = (at, Arc::new(RwLock::new(board)));
        }
        let apart = self.apart();
        while self.at < wanted {
            let next_kept = (self.at / apart + 1) * apart;
            let near = wanted.saturating_sub(NEAR);
            let stop = [next_kept, near, wanted].into_iter().filter(|stop| *stop > self.at).min().unwrap_or(wanted);
            self.fold(journal, stop).await?;
            if stop == near {
                self.near = Some((stop, self.copy()));
            }
            if stop == next_kept && self.kept.len() < MOST_KEPT && !self.kept.contains_key(&stop) {
                let board = self.copy();
                self.kept.insert(stop, board);
            }
        }
        Ok(())
    }

    /// How far the boards that are kept are apart.
    fn apart(&self) -> u64 {
        ((self.places.len() / MOST_KEPT) as u64).max(APART)
    }

    async fn fold(&mut self, journal: &Journal, upto: u64) -> Result<(), JournalError> {
        let pages = (self.at..upto).step_by(CHUNK).map(|from| {
            let after = from.checked_sub(1).map_or(Seq::default(), |before| self.seq(before));
            let most = usize::try_from(upto - from).unwrap_or(CHUNK).min(CHUNK);
            journal.rows(&self.job, after, most)
        });
        let mut pages = stream::iter(pages).buffered(AT_ONCE);
        let mut folded = 0;
        while let Some(events) = pages.try_next().await? {
            let mut board = self.board.write().unwrap_or_else(PoisonError::into_inner);
            events.iter().try_for_each(|event| board.apply(event))?;
            folded += events.len() as u64;
        }
        drop(pages);
        self.at += folded;
        Ok(())
    }

    fn copy(&self) -> Board {
        self.board.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number in the journal of the event at an index, from 0.
    fn seq(&self, index: u64) -> Seq {
        usize::try_from(index).ok().and_then(|index| self.places.get(index)).copied().unwrap_or_default()
    }

    async fn event(&self, journal: &Journal, number: u64) -> Result<Event, JournalError> {
        let Seq(seq) = self.seq(number.saturating_sub(1));
        let event = journal.rows(&self.job, Seq(seq.saturating_sub(1)), 1).await?.pop();
        event.ok_or_else(|| JournalError::NoJob(self.job.clone()))
    }

    /// The last event that happened so long after one, or before it.
    async fn by_time(&self, journal: &Journal, from: u64, by: i64) -> Result<u64, JournalError> {
        let newest = self.places.len() as u64;
        let from = from.clamp(1, newest.max(1));
        let began = self.event(journal, from).await?.at;
        let wanted = began.saturating_add(SignedDuration::from_secs(by)).unwrap_or(began);
        let (mut low, mut high) = if by < 0 { (0, from) } else { (from, newest + 1) };
        // `low` is not after the wanted time, and `high` is.
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.event(journal, middle).await?.at <= wanted { low = middle } else { high = middle }
        }
        Ok(low)
    }
}
