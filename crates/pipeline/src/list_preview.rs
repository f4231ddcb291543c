//! What a list holds, before a batch is begun over it: read to its end, and held against the drafts of before. Nothing is
//! written.

use domain::list_preview::{ListPreview, PreviousDraft, ReadProgress};
use domain::sku::Sku;
use input::{self, InputList, IntakeError, ReadProgressFn, Source};
use store::journal::{Journal, JournalError, SellerAccount};

/// UPCs, refused lines and drafts that are shown.
const MAX_PREVIEW_ITEMS: usize = 8;

/// SKUs that the ledger is asked for at a time.
const SKUS_PER_QUERY: usize = 1_000;

/// Why a list cannot be told of.
#[derive(Debug, thiserror::Error)]
pub enum ListPreviewError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Reads a list, and somebody hears how far it has come. `seller` is whose drafts count as made before. It may be dropped
/// at any time.
///
/// # Errors
/// [`SurveyError`].
pub async fn preview_list(
    journal: &Journal,
    seller: &SellerAccount,
    source: &Source,
    settings: &input::Settings,
    hears: ReadProgressFn<'_>,
) -> Result<ListPreview, ListPreviewError> {
    let list = Box::pin(input::read_with_progress(source, None, settings, hears)).await?;
    let (drafted_before, last_drafted) = find_existing_drafts(journal, seller, &list, hears).await?;
    Ok(ListPreview {
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        rejected: list.rejected_count,
        first_upcs: list.items.iter().take(MAX_PREVIEW_ITEMS).map(|item| item.upc).collect(),
        first_rejected: list.rejected.into_iter().take(MAX_PREVIEW_ITEMS).collect(),
        previously_drafted: drafted_before,
        latest_drafts: last_drafted,
    })
}

/// How many have a draft, and the newest of them.
async fn find_existing_drafts(
    journal: &Journal,
    seller: &SellerAccount,
    list: &InputList,
    hears: ReadProgressFn<'_>,
) -> Result<(u64, Vec<PreviousDraft>), JournalError> {
    let (mut count, mut newest) = (0, Vec::new());
    for (number, items) in list.items.chunks(SKUS_PER_QUERY).enumerate() {
        hears(ReadProgress::CheckingDrafts { items: (number * SKUS_PER_QUERY) as u64, total: list.items.len() as u64 });
        let skus = items.iter().map(|item| Sku::for_upc(item.upc)).collect::<Vec<_>>();
        let drafted = journal.existing_drafts(seller, &skus).await?;
        count += drafted.len() as u64;
        newest.extend(drafted.into_iter().map(|found| PreviousDraft {
            upc: found.upc,
            at: found.at,
            job_id: found.job,
        }));
        newest.sort_by_key(|found| std::cmp::Reverse(found.at));
        newest.truncate(MAX_PREVIEW_ITEMS);
    }
    Ok((count, newest))
}
