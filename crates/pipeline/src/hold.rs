//! Items that the operator set aside: a run goes around them, ends where nothing else is left, and goes on with them when
//! they are let go.

use super::app_context::AppContext;
use domain::event::{ItemEvent, JobEvent};
use domain::item::Stage;
use domain::job_spec::JobId;
use store::journal::JournalError;

/// Items of one write.
const ITEMS_PER_WRITE: usize = 1_000;

/// By this a stop is known that held items are the reason for.
const STOP_REASON_PREFIX: &str = "paused items are all that is left";

/// Why a run ends with so many held items.
pub(super) fn stop_reason(held: u64) -> String {
    format!("{STOP_REASON_PREFIX} ({held}): let them go, or cancel them")
}

/// True where a job stopped because of its held items.
pub(super) fn is_stop_reason(message: &str) -> bool {
    message.starts_with(STOP_REASON_PREFIX)
}

/// Going on with a job of which nothing but held items is left can only mean these.
pub(super) async fn release_remaining_items(context: &AppContext, job: &JobId) -> Result<(), JournalError> {
    let held = {
        let projection = context.journal.projection(job).await?;
        let projection = projection.read();
        let counts = &projection.counts;
        let all = counts.paused > 0 && counts.paused == counts.total - counts.done;
        let held = projection.items().iter().filter(|item| all && item.paused && item.stage != Stage::Done);
        held.map(|item| item.upc).collect::<Vec<_>>()
    };
    for chunk in held.chunks(ITEMS_PER_WRITE) {
        let events = chunk.iter().map(|upc| JobEvent::Item { upc: *upc, item_event: ItemEvent::Resumed }).collect();
        context.journal.append_events(job, events).await?;
    }
    Ok(())
}
