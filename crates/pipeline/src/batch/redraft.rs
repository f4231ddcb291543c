//! Queues finished items again, so that their drafts are updated with later additions such as photos.

use domain::bulk_action::RejectedAction;
use domain::event::{ItemEvent, JobEvent};
use domain::item::Item;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::review::ReviewResult;
use domain::sku::Sku;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// SKUs per query to the ledger.
const SKUS_PER_QUERY: usize = 1_000;

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
    let (mut drafts, mut rejected) = (Vec::new(), Vec::new());
    {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        for upc in upcs {
            match check_item(projection.state, projection.item(*upc)) {
                Ok(sku) => drafts.push((*upc, sku)),
                Err(why) => rejected.push(RejectedAction { upc: *upc, why }),
            }
        }
    }
    let mut requeued = Vec::new();
    for drafts in drafts.chunks(SKUS_PER_QUERY) {
        let deleted = journal.skus_without_draft(drafts.iter().map(|(_, sku)| sku.clone()).collect()).await?;
        for (upc, sku) in drafts {
            if deleted.contains(sku) {
                let why = format!("its draft {sku} {}", ReviewResult::DRAFT_DELETED);
                rejected.push(RejectedAction { upc: *upc, why });
            } else {
                requeued.push(*upc);
            }
        }
    }
    if !requeued.is_empty() {
        let items = requeued.iter().map(|upc| JobEvent::Item { upc: *upc, item_event: ItemEvent::Requeued });
        journal.append_events(job, items.chain([then]).collect()).await?;
    }
    Ok((requeued, rejected))
}

/// Returns the SKU of the item's draft, or why it cannot be composed again.
fn check_item(state: JobState, item: Option<&Item>) -> Result<Sku, String> {
    let item = item.ok_or_else(|| "the batch does not contain this item".to_owned())?;
    match item.status {
        _ if state == JobState::Cancelled => Err("the batch was canceled".to_owned()),
        _ if state.is_active() || state == JobState::Paused => {
            Err("the batch has not finished; try again when it has".to_owned())
        }
        Some(status) if status.has_draft() => Ok(item.sku()),
        Some(status) => Err(format!("there is no draft (the item's status is {status})")),
        None => Err("the item is not finished yet".to_owned()),
    }
}
