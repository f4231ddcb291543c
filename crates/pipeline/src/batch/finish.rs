//! Ends that are no finish: given up, or broken off.

use super::error::BatchError;
use super::output::{self, OutputFiles};
use super::stop::StopReason;
use crate::app_context::AppContext;
use domain::event::{ItemEvent, JobEvent};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::ItemOutcome;
use store::journal::{Journal, JournalError};

/// Skipped items of one write.
const SKIPS_PER_WRITE: usize = 1_000;

const CANCELLED_REASON: &str = "cancelled by the operator";
const CANCELLED_WHILE_DRAFTING_REASON: &str =
    "cancelled by the operator while its draft was on its way: see whether the market has it";

/// Gives a job up on which nobody works: what has not ended is skipped, the files are written, and nothing follows.
///
/// # Errors
/// [`BatchError`] where the journal or the files cannot be written; giving up again goes on with it.
pub async fn cancel_job(context: &AppContext, job: &JobId) -> Result<OutputFiles, BatchError> {
    skip_unfinished_items(context, job).await?;
    let spec = context.journal.job_summary(job).await?.spec.ok_or_else(|| BatchError::MissingSpec(job.clone()))?;
    let files = output::write_output_files(context, job, &spec, None, JobState::Cancelled).await?;
    context.journal.append_event(job, StopReason::Cancel.final_event()).await?;
    Ok(files)
}

/// Every line of the list is accounted for, also where nobody will look at it.
pub(super) async fn skip_unfinished_items(context: &AppContext, job: &JobId) -> Result<(), JournalError> {
    let projection = context.journal.projection(job).await?;
    let skips = {
        let projection = projection.read();
        projection.items().iter().filter(|item| item.stage != Stage::Done).map(skip_event).collect::<Vec<_>>()
    };
    for chunk in skips.chunks(SKIPS_PER_WRITE) {
        context.journal.append_events(job, chunk.to_vec()).await?;
    }
    Ok(())
}

fn skip_event(item: &Item) -> JobEvent {
    let why = if item.stage == Stage::Drafting { CANCELLED_WHILE_DRAFTING_REASON } else { CANCELLED_REASON };
    JobEvent::Item { upc: item.upc, item_event: ItemEvent::Finished { outcome: ItemOutcome::skipped(why.to_owned()) } }
}

/// How a job stands after a fact that ends the work on it.
pub(super) fn state_after(end: &JobEvent) -> JobState {
    match end {
        JobEvent::Completed => JobState::Completed,
        JobEvent::Paused { .. } => JobState::Paused,
        JobEvent::Cancelled { .. } => JobState::Cancelled,
        JobEvent::Failed { .. } => JobState::Failed,
        _ => JobState::Stopped,
    }
}

/// Writes down why the run broke off, where that can still be written.
pub(super) async fn record_failure(journal: &Journal, job: &JobId, error: BatchError) -> BatchError {
    if let Err(unwritten) = journal.append_event(job, JobEvent::Failed { why: error.to_string() }).await {
        tracing::error!(%unwritten, "the journal cannot say why the run broke off");
    }
    error
}
