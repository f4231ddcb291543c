//! Items that the operator set aside: a run goes around them, ends where nothing else is left, and goes on with them when
//! they are let go.

use std::sync::PoisonError;

use super::works::Works;
use domain::batch::JobId;
use domain::event::{Fact, Step};
use domain::item::Stage;
use store::journal::JournalError;

/// Items of one write.
const CHUNK: usize = 1_000;

/// By this a stop is known that held items are the reason for.
const MARK: &str = "paused items are all that is left";

/// Why a run ends with so many held items.
pub(super) fn why(held: u64) -> String {
    format!("{MARK} ({held}): let them go, or cancel them")
}

/// True where a job stopped because of its held items.
pub(super) fn is_why(words: &str) -> bool {
    words.starts_with(MARK)
}

/// Going on with a job of which nothing but held items is left can only mean these.
pub(super) async fn let_the_last_go(works: &Works, job: &JobId) -> Result<(), JournalError> {
    let held = {
        let board = works.journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let counts = &board.counts;
        let all = counts.held > 0 && counts.held == counts.total - counts.done;
        let held = board.items().iter().filter(|item| all && item.held && item.stage != Stage::Done);
        held.map(|item| item.upc).collect::<Vec<_>>()
    };
    for chunk in held.chunks(CHUNK) {
        let facts = chunk.iter().map(|upc| Fact::Item { upc: *upc, step: Step::Released }).collect();
        works.journal.append_all(job, facts).await?;
    }
    Ok(())
}
