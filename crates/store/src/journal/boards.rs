//! The boards in memory: each job that is used, folded once from its events and kept up to date by the writer.
//!
//! No append can be under way for a job whose board is not held: an append holds the board it was checked
//! against. So a replay from the disk never races the writer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::error::JournalError;
use super::open::Journal;
use super::store::{Part, Store};
use domain::batch::JobId;
use domain::board::Board;
use domain::event::{Fact, Seq};
use domain::job::{Job, JobState};

/// A board that the writer keeps up to date. Hold its lock shortly and never across an await.
pub type SharedBoard = Arc<RwLock<Board>>;

/// Events read at a time; one may hold ten thousand bytes of providers' entries.
const CHUNK: usize = 512;

/// Jobs of which the outcome is remembered, a few hundred bytes each.
const MOST_KNOWN: usize = 5_000;

/// A job and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub job: JobId,
    pub state: JobState,
    /// True for a stopped job that the service takes up by itself.
    pub goes_on: bool,
}

impl Standing {
    /// Where the last deciding fact leads.
    fn after(job: JobId, fact: Option<&Fact>) -> Self {
        let state = match fact {
            Some(Fact::Queued) => JobState::Pending,
            Some(Fact::Stopped { .. }) => JobState::Stopped,
            Some(Fact::Paused { .. }) => JobState::Paused,
            Some(Fact::Cancelled { .. }) => JobState::Cancelled,
            Some(Fact::Finished) => JobState::Completed,
            Some(Fact::Broke { .. }) => JobState::Failed,
            _ => JobState::Running,
        };
        Self { job, state, goes_on: matches!(fact, Some(Fact::Stopped { goes_on: true, .. })) }
    }
}

#[derive(Default)]
pub(super) struct Boards {
    held: Mutex<HashMap<JobId, SharedBoard>>,
    /// Jobs that are not held, as they were at their last event.
    known: Mutex<HashMap<JobId, (Seq, Job)>>,
    /// One load at a time: two callers of the same job must not fold it twice.
    loading: tokio::sync::Mutex<()>,
}

impl Boards {
    fn held(&self) -> MutexGuard<'_, HashMap<JobId, SharedBoard>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, job: &JobId) -> Option<SharedBoard> {
        self.held().get(job).cloned()
    }

    fn known(&self, job: &JobId, last: Seq) -> Option<Job> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(job).filter(|(seq, _)| *seq == last).map(|(_, job)| job.clone())
    }

    fn learn(&self, last: Seq, job: Job) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(job.id.clone(), (last, job));
    }

    /// Holds a board, and lets go of those of ended jobs that nobody else holds: a process that serves for months
    /// must not gather every job that anybody ever looked at.
    fn keep(&self, board: Board) -> SharedBoard {
        let job = board.job.clone();
        let shared = Arc::new(RwLock::new(board));
        let mut held = self.held();
        held.retain(|_, board| Arc::strong_count(board) > 1 || is_running(board));
        held.insert(job, Arc::clone(&shared));
        shared
    }
}

fn is_running(board: &SharedBoard) -> bool {
    board.read().unwrap_or_else(PoisonError::into_inner).state == JobState::Running
}

impl Journal {
    /// The board of a job, in step with the journal. In a journal opened for reading only it is the state of now
    /// and does not move.
    ///
    /// # Errors
    /// [`JournalError::NoJob`] where nothing is known of the job, or why the events cannot be read.
    pub async fn board(&self, job: &JobId) -> Result<SharedBoard, JournalError> {
        if self.writable().is_err() {
            return Ok(Arc::new(RwLock::new(self.folded(job).await?)));
        }
        if let Some(board) = self.boards().get(job) {
            return Ok(board);
        }
        let _one_at_a_time = self.boards().loading.lock().await;
        if let Some(board) = self.boards().get(job) {
            return Ok(board);
        }
        Ok(self.boards().keep(self.folded(job).await?))
    }

    /// The board of a job: the saved one, where there is one, and all that happened since.
    async fn folded(&self, job: &JobId) -> Result<Board, JournalError> {
        let (saved, wanted) = (self.saved().clone(), job.clone());
        let saved = tokio::task::spawn_blocking(move || saved.load(&wanted)).await.ok().flatten();
        match saved {
            Some(board) if self.has(&board).await? => match go_on(self.store(), board, Part::Rows).await {
                Ok(board) => Ok(board),
                Err(error) => {
                    tracing::warn!(%error, %job, "the saved board does not go on as the events do: all of them are read");
                    replay(self.store(), job, Part::Rows).await
                }
            },
            _ => replay(self.store(), job, Part::Rows).await,
        }
    }

    /// Whether the last event of a saved board stands in this journal, and not in another one that was here before.
    async fn has(&self, board: &Board) -> Result<bool, JournalError> {
        let before = Seq(board.upto.0.saturating_sub(1));
        let found = self.store().events(Some(&board.job), Part::Rows, before, 1).await?;
        Ok(found.first().is_some_and(|event| event.seq == board.upto && Some(event.at) == board.upto_at))
    }

    /// A job's state and counts without what its rows show (artist, title, price): for lists of jobs, where a
    /// job of a million items must not cost the reading of all its providers' answers.
    ///
    /// # Errors
    /// As [`Journal::board`].
    pub async fn outline(&self, job: &JobId) -> Result<Board, JournalError> {
        replay(self.store(), job, Part::Outline).await
    }

    /// The same without the items, from what is held of it: for lists that are asked for again and again.
    ///
    /// # Errors
    /// As [`Journal::board`].
    pub async fn job(&self, job: &JobId) -> Result<Job, JournalError> {
        if let Some(board) = self.boards().get(job) {
            return Ok(Job::from(&*board.read().unwrap_or_else(PoisonError::into_inner)));
        }
        let last = self.store().last_of(job).await?.ok_or_else(|| JournalError::NoJob(job.clone()))?;
        if let Some(known) = self.boards().known(job, last) {
            return Ok(known);
        }
        let found = Job::from(&self.outline(job).await?);
        self.boards().learn(last, found.clone());
        Ok(found)
    }

    /// All jobs and how they stand, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn standings(&self) -> Result<Vec<Standing>, JournalError> {
        let standings = self.store().standings().await?;
        Ok(standings.into_iter().map(|(job, fact)| Standing::after(job, fact.as_ref())).collect())
    }

    /// All jobs, the newest first.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn jobs(&self) -> Result<Vec<JobId>, JournalError> {
        self.store().jobs().await
    }
}

async fn replay(store: &Store, job: &JobId, part: Part) -> Result<Board, JournalError> {
    let board = go_on(store, Board::new(job.clone()), part).await?;
    if board.upto == Seq::default() { Err(JournalError::NoJob(job.clone())) } else { Ok(board) }
}

/// Folds in what happened after the board's last event.
async fn go_on(store: &Store, mut board: Board, part: Part) -> Result<Board, JournalError> {
    loop {
        let events = store.events(Some(&board.job), part, board.upto, CHUNK).await?;
        if events.is_empty() {
            return Ok(board);
        }
        for event in &events {
            board.apply(event)?;
        }
    }
}
