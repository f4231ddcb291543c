//! Ends a job before all its items are done, because it was canceled or failed.

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

/// Skipped items per write.
const SKIPS_PER_WRITE: usize = 1_000;

/// Reason for an item that was skipped because the item or its batch was canceled.
pub(crate) const CANCELLED_REASON: &str = "canceled by you";
const CANCELLED_WHILE_DRAFTING_REASON: &str = "canceled by you while its draft was being created: check eBay for it";

/// Cancels a job that is not running: skips its unfinished items and writes the result files.
///
/// # Errors
/// Returns [`BatchError`] if the journal or the files cannot be written. Canceling again completes the work.
pub(crate) async fn cancel_job(context: &AppContext, job: &JobId) -> Result<OutputFiles, BatchError> {
    skip_unfinished_items(context, job).await?;
    let spec = context.journal.job_summary(job).await?.spec.ok_or_else(|| BatchError::MissingSpec(job.clone()))?;
    let files = output::write_output_files(context, job, &spec, None, JobState::Cancelled).await?;
    context.journal.append_event(job, StopReason::Cancel.final_event(spec.is_scan_session())).await?;
    Ok(files)
}

/// Skips every unfinished item, so that the results cover each line of the list.
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

/// Records why the run failed, if the journal can be written, and returns the error. A store outage is not recorded as
/// a failure: the earlier steps are stored, as after a kill, and the next run continues.
pub(super) async fn record_failure(journal: &Journal, job: &JobId, error: BatchError) -> BatchError {
    if error.is_store_outage() {
        return error;
    }
    if let Err(journal_error) = journal.append_event(job, JobEvent::Failed { why: error.to_string() }).await {
        tracing::error!(%journal_error, "cannot record why the batch failed");
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::postgres::TestStore;

    /// The store was unreachable while the run read it and is reachable when the failure would be recorded.
    #[tokio::test]
    async fn an_outage_of_the_store_does_not_fail_the_job() {
        let store = TestStore::in_files();
        let journal = testing::events::open_journal(store.location()).await;
        let job = testing::events::create_job(&journal, 1).await;
        let away = JournalError::DatabaseUnreachable { database: "db".to_owned(), message: "no answer".to_owned() };
        record_failure(&journal, &job, away.clone().into()).await;
        assert!(journal.job_summary(&job).await.unwrap().state.is_active());
        // The drafts files of the job read the ledger in the same store.
        record_failure(&journal, &job, sinks::WriteFilesError::Ledger(away).into()).await;
        assert!(journal.job_summary(&job).await.unwrap().state.is_active());
        record_failure(&journal, &job, BatchError::InputLost(job.clone())).await;
        assert_eq!(journal.job_summary(&job).await.unwrap().state, JobState::Failed);
    }
}
