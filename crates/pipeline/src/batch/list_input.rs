//! The list of a job, from its source into the journal.

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::event::JobEvent;
use domain::job_spec::{JobId, JobSpec};
use input::{self, InputList, Source};
use store::journal::JournalError;

/// Items and refused lines of one event: a row of the journal stays small, and a long list has few rows.
const ITEMS_PER_EVENT: usize = 1_000;

/// Writes the list. After a crash in between it is not closed, and no item of it was worked on.
pub(super) async fn write_input(
    context: &AppContext,
    job: &JobId,
    list: InputList,
    limit: Option<u64>,
) -> Result<(), JournalError> {
    context.journal.append_input(job, input_events(list, limit)).await.map(drop)
}

fn input_events(mut list: InputList, limit: Option<u64>) -> Vec<JobEvent> {
    if let Some(limit) = limit {
        list.items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let further = list.rejected_count.saturating_sub(list.rejected.len() as u64);
    let refused = list.rejected.chunks(ITEMS_PER_EVENT).map(|lines| JobEvent::LinesRejected { lines: lines.to_vec() });
    let uncounted = (further > 0).then_some(JobEvent::MoreLinesRejected { lines: further });
    let taken = list.items.chunks(ITEMS_PER_EVENT).map(|items| JobEvent::ItemsAdded { items: items.to_vec() });
    refused.chain(uncounted).chain(taken).chain([JobEvent::InputClosed]).collect()
}

/// The process ended before the list was written down: it is read once more, at the same generation.
pub(super) async fn reread_input(context: &AppContext, job: &JobId, spec: &JobSpec) -> Result<(), BatchError> {
    let source: Source = spec.source.parse()?;
    if matches!(source, Source::Stdin) {
        return Err(BatchError::InputLost(job.clone()));
    }
    let list = input::read_generation(&source, spec.generation, &context.intake).await?;
    Ok(write_input(context, job, list, spec.limit).await?)
}
