//! Builds projections and item details from the stored events.

use std::collections::HashMap;

use super::codec::decode_events;
use super::error::JournalError;
use super::model::DetailLevel;
use super::storage::StorageReader;
use domain::event::{JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// Events per read; an event can hold ten kilobytes of provider releases.
const EVENTS_PER_READ: usize = 512;

/// Builds the projection of a job from all its events.
///
/// # Errors
/// Returns [`JournalError::UnknownJob`] if the job has no events, and other errors if the events cannot be read.
pub(super) async fn replay_events(
    reader: &StorageReader,
    job: &JobId,
    detail: DetailLevel,
) -> Result<JobProjection, JournalError> {
    let projection = catch_up(reader, JobProjection::new(job.clone()), detail, None).await?;
    if projection.position == Seq::default() { Err(JournalError::UnknownJob(job.clone())) } else { Ok(projection) }
}

/// Applies the events after the projection's position, up to and including `last` if it is given.
///
/// # Errors
/// Returns [`JournalError`] if the events cannot be read or applied.
pub(super) async fn catch_up(
    reader: &StorageReader,
    mut projection: JobProjection,
    detail: DetailLevel,
    last: Option<Seq>,
) -> Result<JobProjection, JournalError> {
    let job = projection.job.clone();
    // Boxed, since the futures of all that load a projection contain this one.
    let read_page = |after: Seq| {
        // An event of a long list holds a thousand items, so no event after the last one is read.
        let left = last.map_or(u64::MAX, |last| last.0.saturating_sub(after.0));
        let count = usize::try_from(left).unwrap_or(EVENTS_PER_READ).min(EVENTS_PER_READ);
        Box::pin(reader.read_event_rows(Some(&job), detail, after, count))
    };
    let mut rows = read_page(projection.position).await?;
    while let Some((seq, ..)) = rows.last() {
        // The next page is read while this one is decoded.
        let next = read_page(Seq(seq.cast_unsigned()));
        let (events, next) = tokio::try_join!(Box::pin(decode_events(rows)), next)?;
        for event in &events {
            if last.is_some_and(|last| event.seq > last) {
                return Ok(projection);
            }
            projection.apply_event(event)?;
        }
        rows = next;
    }
    Ok(projection)
}

/// Builds the details of items, in list order. UPCs that are not in the list are omitted.
///
/// # Errors
/// Returns [`JournalError`] if the items or their events cannot be read.
pub(super) async fn fold_item_details(
    reader: &StorageReader,
    job: &JobId,
    upcs: &[Upc],
) -> Result<Vec<ItemDetails>, JournalError> {
    let input_items = reader.input_items(job, upcs).await?;
    let mut details: Vec<ItemDetails> = input_items.into_iter().map(ItemDetails::new).collect();
    let upcs: Vec<Upc> = details.iter().map(|details| details.input.upc).collect();
    let positions: HashMap<Upc, usize> = upcs.iter().enumerate().map(|(position, upc)| (*upc, position)).collect();
    for event in reader.item_events(job, &upcs).await? {
        if let JobEvent::Item { upc, item_event } = event.payload
            && let Some(position) = positions.get(&upc)
        {
            details[*position].apply_event(event.at, item_event);
        }
    }
    Ok(details)
}
