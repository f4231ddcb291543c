//! Ends that are no finish: given up, or broken off.

use std::sync::PoisonError;

use super::error::BatchError;
use super::files::{self, Files};
use super::stop::Wish;
use crate::works::Works;
use domain::batch::JobId;
use domain::event::{Fact, Step};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::outcome::Outcome;
use store::journal::{Journal, JournalError};

/// Skipped items of one write.
const CHUNK: usize = 1_000;

const SKIPPED: &str = "cancelled by the operator";
const ON_ITS_WAY: &str = "cancelled by the operator while its draft was on its way: see whether the market has it";

/// Gives a job up on which nobody works: what has not ended is skipped, the files are written, and nothing follows.
///
/// # Errors
/// [`BatchError`] where the journal or the files cannot be written; giving up again goes on with it.
pub async fn give_up(works: &Works, job: &JobId) -> Result<Files, BatchError> {
    skip_the_rest(works, job).await?;
    let order = works.journal.job(job).await?.order.ok_or_else(|| BatchError::NoOrder(job.clone()))?;
    let files = files::write(works, job, &order, None, JobState::Cancelled).await?;
    works.journal.append(job, Wish::Cancel.end()).await?;
    Ok(files)
}

/// Every line of the list is accounted for, also where nobody will look at it.
pub(super) async fn skip_the_rest(works: &Works, job: &JobId) -> Result<(), JournalError> {
    let board = works.journal.board(job).await?;
    let skips = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        board.items().iter().filter(|item| item.stage != Stage::Done).map(skip).collect::<Vec<_>>()
    };
    for chunk in skips.chunks(CHUNK) {
        works.journal.append_all(job, chunk.to_vec()).await?;
    }
    Ok(())
}

fn skip(item: &Item) -> Fact {
    let why = if item.stage == Stage::Drafting { ON_ITS_WAY } else { SKIPPED };
    Fact::Item { upc: item.upc, step: Step::Done { outcome: Outcome::skipped(why.to_owned()) } }
}

/// How a job stands after a fact that ends the work on it.
pub(super) fn state_of(end: &Fact) -> JobState {
    match end {
        Fact::Finished => JobState::Completed,
        Fact::Paused { .. } => JobState::Paused,
        Fact::Cancelled { .. } => JobState::Cancelled,
        Fact::Broke { .. } => JobState::Failed,
        _ => JobState::Stopped,
    }
}

/// Writes down why the run broke off, where that can still be written.
pub(super) async fn broke(journal: &Journal, job: &JobId, error: BatchError) -> BatchError {
    if let Err(unwritten) = journal.append(job, Fact::Broke { why: error.to_string() }).await {
        tracing::error!(%unwritten, "the journal cannot say why the run broke off");
    }
    error
}
