//! The list of a job, from its source into the journal.

use super::error::BatchError;
use crate::works::Works;
use domain::batch::{JobId, Order};
use domain::event::Fact;
use input::{self, List, Source};
use store::journal::JournalError;

/// Items and refused lines of one event: a row of the journal stays small, and a long list has few rows.
const CHUNK: usize = 1_000;

/// Writes the whole list down at once: after a crash it is there, or it is not.
pub(super) async fn write_down(works: &Works, job: &JobId, list: List, limit: Option<u64>) -> Result<(), JournalError> {
    works.journal.append_all(job, facts(list, limit)).await.map(drop)
}

fn facts(mut list: List, limit: Option<u64>) -> Vec<Fact> {
    if let Some(limit) = limit {
        list.items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let further = list.refused_count.saturating_sub(list.refused.len() as u64);
    let refused = list.refused.chunks(CHUNK).map(|lines| Fact::Refused { lines: lines.to_vec() });
    let uncounted = (further > 0).then_some(Fact::FurtherRefused { lines: further });
    let taken = list.items.chunks(CHUNK).map(|items| Fact::Taken { items: items.to_vec() });
    refused.chain(uncounted).chain(taken).chain([Fact::ListRead]).collect()
}

/// The process ended before the list was written down: it is read once more, at the same generation.
pub(super) async fn read_again(works: &Works, job: &JobId, order: &Order) -> Result<(), BatchError> {
    let source: Source = order.source.parse()?;
    if matches!(source, Source::Stdin) {
        return Err(BatchError::NoList(job.clone()));
    }
    let list = input::read_at(&source, order.generation, &works.intake).await?;
    Ok(write_down(works, job, list, order.limit).await?)
}
