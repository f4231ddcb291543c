//! Determines how a decision about an item affects the other items of its lot.

use std::collections::{BTreeSet, HashSet};

use super::lots::Lots;
use domain::decision::Decision;
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Returns the names of the lots that the item may leave because of the decision.
pub(super) fn lots_left_by(item: &ItemDetails, decision: &Decision) -> Vec<String> {
    if decision.changes_lot() || decision.is_undo() || decision.skip_reason().is_some() {
        item.lots().into_iter().flatten().collect()
    } else {
        Vec::new()
    }
}

/// Returns the finished items of these lots that are not in `decided`. Their draft has to be composed again.
///
/// # Errors
/// Returns [`JournalError`] if an item cannot be read.
pub(super) async fn finished_items_of(
    journal: &Journal,
    job: &JobId,
    names: &[String],
    decided: &HashSet<Upc>,
) -> Result<Vec<Upc>, JournalError> {
    let spec = journal.projection(job).await?.read().spec.clone();
    let Some(spec) = spec.filter(|_| !names.is_empty()) else { return Ok(Vec::new()) };
    let lots = Lots::from_journal(journal, job, &spec).await?;
    let items = names.iter().filter_map(|name| lots.find_lot(name)).flat_map(|lot| lot.items());
    let items = items.filter(|upc| !decided.contains(upc)).collect::<BTreeSet<_>>();
    let details = journal.item_details(job, &items.into_iter().collect::<Vec<_>>()).await?;
    let is_finished = |item: &ItemDetails| item.outcome.as_ref().is_some_and(|outcome| outcome.lot.is_some());
    Ok(details.iter().filter(|item| is_finished(item)).map(|item| item.input.upc).collect())
}
