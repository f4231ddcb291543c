//! The work itself: every item to its end state, then the files, then the fact that ends the job.

use std::sync::Arc;
use std::time::Duration;

use super::begin::Begun;
use super::error::BatchError;
use super::files::{self, Files};
use super::stop::Stop;
use crate::domain::batch::JobId;
use crate::domain::event::Fact;
use crate::journal::{Journal, JournalError};
use crate::pipeline::steps::Road;
use crate::pipeline::workers::{Ended, Run};
use crate::pipeline::works::Works;

/// A stop is obeyed within eight seconds; the rest is for closing the journal.
const STOPS_WITHIN: Duration = Duration::from_millis(7_500);

/// Brings every item to its end state and writes the files. The event that ends the job is the last thing to happen,
/// also where the run breaks, so that who follows the events sees an end.
///
/// # Errors
/// Why the run broke off; the journal says so too, where it can still be written.
pub async fn work(works: &Works, begun: &Begun, stop: &Stop) -> Result<Files, BatchError> {
    let ended = match run_items(works, begun, stop).await {
        Ok(ended) => ended,
        Err(error) => return Err(broke(&works.journal, &begun.job, error.into()).await),
    };
    let writing = files::write(works, begun);
    let (end, written) = match ended {
        Ended::AllDone => (Fact::Finished, writing.await),
        Ended::Stopped { at, why } => {
            let written = tokio::time::timeout_at((at + STOPS_WITHIN).into(), writing).await;
            (Fact::Stopped { why }, written.unwrap_or_else(|_| Ok(files::late())))
        }
    };
    let files = match written {
        Ok(files) => files,
        Err(error) => return Err(broke(&works.journal, &begun.job, error).await),
    };
    works.journal.append(&begun.job, end).await?;
    Ok(files)
}

async fn run_items(works: &Works, begun: &Begun, stop: &Stop) -> Result<Ended, JournalError> {
    let road = Arc::new(Road {
        gatherer: works.gatherer.clone(),
        journal: works.journal.clone(),
        market: begun.market.clone(),
        rules: works.rules.clone(),
        job: begun.job.clone(),
        order: begun.order.clone(),
    });
    Run::new(road, works.slots).work(stop.token()).await
}

/// Writes down why the run broke off, where that can still be written.
async fn broke(journal: &Journal, job: &JobId, error: BatchError) -> BatchError {
    if let Err(unwritten) = journal.append(job, Fact::Broke { why: error.to_string() }).await {
        tracing::error!(%unwritten, "the journal cannot say why the run broke off");
    }
    error
}
