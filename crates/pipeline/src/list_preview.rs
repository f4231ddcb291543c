//! Previews a list before a batch is started with it: reads the whole list and looks up its items in the ledger of
//! drafts. Writes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::catalog_coverage::count_in_catalogs;
use super::existing_draft::ITEMS_PER_QUERY;
use domain::list_preview::{ListPreview, PreviousDraft, ReadProgress};
use input::{self, InputList, IntakeError, ReadProgressFn, Source};
use store::journal::{Journal, JournalError, SellerAccount};

/// Maximum number of UPCs, of rejected lines and of drafts in a preview.
const MAX_PREVIEW_ITEMS: usize = 8;

/// The reason why a list has no preview.
#[derive(Debug, thiserror::Error)]
pub enum ListPreviewError {
    /// The list cannot be read.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Reads a list, reports progress to `on_progress`, and counts the items in the offline catalogs of the folder and the
/// drafts that `seller` has for them. Cancel safe.
///
/// # Errors
/// Returns [`ListPreviewError`] if the list or the ledger cannot be read.
pub async fn preview_list(
    journal: &Journal,
    seller: &SellerAccount,
    source: &Source,
    (settings, catalog_folder): (&input::Settings, Option<&Path>),
    on_progress: ReadProgressFn<'_>,
) -> Result<ListPreview, ListPreviewError> {
    let list = Box::pin(input::read_with_progress(source, None, settings, on_progress)).await?;
    let (previously_drafted, latest_drafts) = find_existing_drafts(journal, seller, &list, on_progress).await?;
    let catalog = count_in_catalogs(catalog_folder, &list.items).await;
    Ok(ListPreview {
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        rejected: list.rejected_count,
        first_upcs: list.items.iter().take(MAX_PREVIEW_ITEMS).map(|item| item.upc).collect(),
        previously_drafted,
        latest_drafts,
        has_excess_copies: input::check_copies(&list, settings).is_err(),
        states_condition: list.states_condition(),
        catalog,
        reading: list.reading,
        first_rejected: list.rejected.into_iter().take(MAX_PREVIEW_ITEMS).collect(),
    })
}

/// Returns the number of items that have a draft, and the newest of these drafts.
async fn find_existing_drafts(
    journal: &Journal,
    seller: &SellerAccount,
    list: &InputList,
    on_progress: ReadProgressFn<'_>,
) -> Result<(u64, Vec<PreviousDraft>), JournalError> {
    let (mut count, mut latest) = (0, Vec::new());
    for (number, items) in list.items.chunks(ITEMS_PER_QUERY).enumerate() {
        let checked = (number * ITEMS_PER_QUERY) as u64;
        on_progress(ReadProgress::CheckingDrafts { items: checked, total: list.items.len() as u64 });
        let upcs = items.iter().map(|item| item.upc).collect::<Vec<_>>();
        let mut drafts = journal.existing_drafts(seller, &upcs).await?;
        let mut counted = BTreeSet::new();
        drafts.retain(|draft| counted.insert(draft.upc));
        count += drafts.len() as u64;
        latest.extend(drafts.into_iter().map(|draft| PreviousDraft {
            upc: draft.upc,
            at: draft.at,
            job_id: draft.job,
        }));
        latest.sort_by_key(|draft| std::cmp::Reverse(draft.at));
        latest.truncate(MAX_PREVIEW_ITEMS);
    }
    Ok((count, latest))
}
