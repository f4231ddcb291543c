//! What a list holds, before a batch is begun over it: read to its end, and held against the drafts of before. Nothing is
//! written.

use domain::sku::Sku;
use domain::survey::{DraftedBefore, SoFar, Survey};
use input::{self, Hears, IntakeError, List, Source};
use store::journal::{Journal, JournalError, Seller};

/// UPCs, refused lines and drafts that are shown.
const SHOWN: usize = 8;

/// SKUs that the ledger is asked for at a time.
const AT_A_TIME: usize = 1_000;

/// Why a list cannot be told of.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
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
pub async fn survey(
    journal: &Journal,
    seller: &Seller,
    source: &Source,
    settings: &input::Settings,
    hears: Hears<'_>,
) -> Result<Survey, SurveyError> {
    let list = Box::pin(input::read_aloud(source, None, settings, hears)).await?;
    let (drafted_before, last_drafted) = drafted_before(journal, seller, &list, hears).await?;
    Ok(Survey {
        items: list.items.len() as u64,
        repeats: list.items.iter().map(|item| u64::from(item.copies.saturating_sub(1))).sum(),
        refused: list.refused_count,
        first: list.items.iter().take(SHOWN).map(|item| item.upc).collect(),
        first_refused: list.refused.into_iter().take(SHOWN).collect(),
        drafted_before,
        last_drafted,
    })
}

/// How many have a draft, and the newest of them.
async fn drafted_before(
    journal: &Journal,
    seller: &Seller,
    list: &List,
    hears: Hears<'_>,
) -> Result<(u64, Vec<DraftedBefore>), JournalError> {
    let (mut count, mut newest) = (0, Vec::new());
    for (number, items) in list.items.chunks(AT_A_TIME).enumerate() {
        hears(SoFar::LookedUp { items: (number * AT_A_TIME) as u64, of: list.items.len() as u64 });
        let skus = items.iter().map(|item| Sku::of(item.upc)).collect::<Vec<_>>();
        let drafted = journal.ledger_drafted(seller, &skus).await?;
        count += drafted.len() as u64;
        newest.extend(drafted.into_iter().map(|found| DraftedBefore {
            upc: found.upc,
            at: found.at,
            job_id: found.job,
        }));
        newest.sort_by_key(|found| std::cmp::Reverse(found.at));
        newest.truncate(SHOWN);
    }
    Ok((count, newest))
}
