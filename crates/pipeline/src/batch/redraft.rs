//! Queues finished items again, so that their drafts are updated with later additions such as photos.

use domain::bulk_action::RejectedAction;
use domain::event::{ItemEvent, JobEvent};
use domain::item::Item;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Records that the drafts of these items are to be composed again. Adds the event `then` to the same write if at
/// least one item is accepted. Returns the accepted and the rejected items.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read or written; in that case nothing was recorded.
pub async fn requeue_drafted(
    journal: &Journal,
    job: &JobId,
    upcs: &[Upc],
    then: JobEvent,
) -> Result<(Vec<Upc>, Vec<RejectedAction>), JournalError> {
    let (mut requeued, mut rejected) = (Vec::new(), Vec::new());
    {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        for upc in upcs {
            match check_item(projection.state, projection.item(*upc)) {
                Ok(()) => requeued.push(*upc),
                Err(why) => rejected.push(RejectedAction { upc: *upc, why }),
            }
        }
    }
    if !requeued.is_empty() {
        let items = requeued.iter().map(|upc| JobEvent::Item { upc: *upc, item_event: ItemEvent::Requeued });
        journal.append_events(job, items.chain([then]).collect()).await?;
    }
    Ok((requeued, rejected))
}

fn check_item(state: JobState, item: Option<&Item>) -> Result<(), String> {
    let item = item.ok_or_else(|| "the batch does not contain this item".to_owned())?;
    match item.status {
        _ if state == JobState::Cancelled => Err("the batch was canceled".to_owned()),
        _ if state.is_active() || state == JobState::Paused => {
            Err("the batch has not finished; try again when it has".to_owned())
        }
        Some(status) if status.has_draft() => Ok(()),
        Some(status) => Err(format!("there is no draft (the item's status is {status})")),
        None => Err("the item is not finished yet".to_owned()),
    }
}
