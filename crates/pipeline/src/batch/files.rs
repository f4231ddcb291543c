//! What a batch leaves behind: result files, and the drafts files of its market.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use jiff::Timestamp;

use super::error::BatchError;
use crate::works::Works;
use domain::batch::{JobId, Order};
use domain::job::JobState;
use report::{self, Totals};
use sinks::Market;

/// What a run wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Result files and drafts files, in the order in which they are named.
    pub written: Vec<PathBuf>,
    /// The one that holds every item, for "and 12 more, see".
    pub full: Option<PathBuf>,
    /// Who could not answer, a line each.
    pub silent: Vec<String>,
}

/// Makes the folder for result files and tries it before anything is asked, so that a wrong path costs nothing.
///
/// # Errors
/// [`BatchError::Output`].
pub fn output_folder(order: &Order) -> Result<(), BatchError> {
    let made = std::fs::create_dir_all(&order.output);
    let tried = made.and_then(|()| tempfile::tempfile_in(&order.output));
    tried.map(drop).map_err(|error| BatchError::Output { folder: order.output.clone(), error })
}

/// Writes the files of a job that is just ending so; the drafts file of its market, where one is open.
pub(super) async fn write(
    works: &Works,
    job: &JobId,
    order: &Order,
    market: Option<&dyn Market>,
    ends: JobState,
) -> Result<Files, BatchError> {
    let drafts = match market {
        Some(market) => market.close().await?,
        None => Vec::new(),
    };
    let board = works.journal.board(job).await?;
    let (totals, ended) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let ended = board.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::of(&board, Some(Timestamp::now())).ending_as(ends), ended)
    };
    let totals = totals.with_refused(works.journal.refused(job).await?);
    let dossiers = works.journal.each_dossier(job, ended);
    let results = report::write(Path::new(&order.output), &totals, dossiers).await?;
    let written = [results.json.clone(), results.csv].into_iter().chain(drafts).collect();
    let silent = results.without.iter().map(ToString::to_string).collect();
    Ok(Files { written, full: Some(results.json), silent })
}

/// After a stop of a job so large that its files would keep the operator waiting.
pub(super) fn late() -> Files {
    tracing::warn!("there was no time for the result files; `draft-maker resume` writes them when the batch is done");
    Files::default()
}
