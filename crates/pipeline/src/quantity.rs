//! The copies of one UPC: which drafts stand for them, so that never more is for sale than lies in the box.
//!
//! ```text
//! together   DM…: all of them, but for those that have drafts of their own (DM…C2) from before
//! separate   DM…: one, then DM…C2, DM…C3, but for those that DM… still stands for
//! ```
//!
//! Drafts that stand there already are kept up to date and counted first; nothing is taken away without a person.

use std::collections::BTreeMap;

use super::item_pipeline::ItemError;
use domain::job_spec::Copies;
use domain::listing::Listing;
use domain::outcome::{ItemOutcome, Status};
use domain::sku::Sku;

/// The drafts of an item that stand in its market already, by the number of the copy, with the copies that each stands
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftedCopies(BTreeMap<u32, u32>);

impl DraftedCopies {
    pub(super) fn from_ledger(lines: impl IntoIterator<Item = (Sku, u32)>) -> Self {
        Self(lines.into_iter().map(|(sku, copies)| (sku.copy_number(), copies)).collect())
    }

    /// What the draft without a number stands for; 0 where there is none.
    fn primary_copies(&self) -> u32 {
        self.0.get(&1).copied().unwrap_or(0)
    }

    /// The numbers of the copies that have drafts of their own.
    fn separate_copy_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied().filter(|copy| *copy > 1)
    }

    fn separate_copies(&self) -> u32 {
        self.0.iter().filter(|(copy, _)| **copy > 1).map(|(_, copies)| copies).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The draft that goes first and alone where copies are sold apart: how many others there may be is known once it is
/// known what that one stands for, which another machine may have made, or a person left as it is.
pub(super) fn build_primary_draft(listing: &Listing, copies: Copies, standing: &DraftedCopies) -> Option<Listing> {
    (copies == Copies::Separate && needs_primary(listing, standing)).then(|| listing.for_copy(1))
}

fn needs_primary(listing: &Listing, standing: &DraftedCopies) -> bool {
    standing.primary_copies() > 0 || listing.quantity() > standing.separate_copies()
}

/// The drafts for a listing of so many copies; without the first where that has gone already.
pub(super) fn build_remaining_drafts(
    listing: &Listing,
    copies: Copies,
    standing: &DraftedCopies,
    has_gone: bool,
) -> Vec<Listing> {
    let (wanted, apart) = (listing.quantity(), standing.separate_copies());
    let rest = wanted.saturating_sub(apart);
    let first = (needs_primary(listing, standing) && !has_gone).then(|| match copies {
        Copies::Together => listing.with_quantity(rest),
        Copies::Separate => listing.for_copy(1),
    });
    let further = match copies {
        Copies::Together => 0,
        Copies::Separate => rest.saturating_sub(standing.primary_copies().max(1)),
    };
    let new = (2..).filter(|copy| !standing.0.contains_key(copy)).zip(0..further).map(|(copy, _)| copy);
    let mut numbers = standing.separate_copy_numbers().chain(new).collect::<Vec<_>>();
    numbers.sort_unstable();
    first.into_iter().chain(numbers.into_iter().map(|copy| listing.for_copy(copy))).collect()
}

/// What a person should know of the drafts that stand there in the end.
pub(super) fn discrepancy_note(listing: &Listing, copies: Copies, standing: &DraftedCopies) -> Option<String> {
    let (all, first, wanted) =
        (standing.primary_copies() + standing.separate_copies(), standing.primary_copies(), listing.quantity());
    let apart =
        standing.separate_copy_numbers().map(|copy| Sku::for_copy(listing.upc(), copy).to_string()).collect::<Vec<_>>();
    if all > wanted && !apart.is_empty() {
        let which = apart.join(", ");
        let fix = format!("`draft-maker drafts --delete SKU` takes one away ({which})");
        return Some(format!("drafts stand there for {}, and the list has {wanted}: {fix}", format_copies(all)));
    }
    if copies == Copies::Separate && first > 1 {
        return Some(format!("its draft {} still stands for {first} copies, so those get none apart", listing.sku()));
    }
    (all != wanted).then(|| format!("its draft stands for {}, and the list has {wanted}", format_copies(all)))
}

fn format_copies(copies: u32) -> String {
    if copies == 1 { "1 copy".to_owned() } else { format!("{copies} copies") }
}

/// What became of all copies: where one failed, those that were drafted are told beside it.
///
/// # Errors
/// Where the journal cannot be written, or the market is closed: then all are handed over again, and those that were
/// drafted are met again.
pub(super) fn combine_outcomes(each: Vec<(Sku, Result<ItemOutcome, ItemError>)>) -> Result<ItemOutcome, ItemError> {
    let several = each.len() > 1;
    let (mut all, mut errors, mut closed) = (Vec::new(), Vec::new(), None);
    for (sku, outcome) in each {
        match outcome {
            Ok(outcome) => all.push((sku, outcome)),
            Err(ItemError::Fatal(error)) => return Err(ItemError::Fatal(error)),
            Err(ItemError::Deferred { until, why }) => drop(closed.get_or_insert((until, why))),
            Err(ItemError::NeedsReview(why) | ItemError::Failed(why)) if several => {
                errors.push(format!("{sku}: {why}"))
            }
            Err(ItemError::NeedsReview(why) | ItemError::Failed(why)) => errors.push(why),
        }
    }
    if let Some((until, why)) = closed {
        return Err(ItemError::Deferred { until, why });
    }
    let mut outcome = if errors.is_empty() {
        ItemOutcome::succeeded(combined_status(&all), None)
    } else {
        ItemOutcome::failed(errors.join("; "))
    };
    outcome.note = combined_note(&all, several);
    for (sku, one) in all {
        match one.draft {
            Some(draft) if sku.copy_number() == 1 => outcome.draft = Some(draft),
            draft => outcome.additional_drafts.extend(draft),
        }
    }
    Ok(outcome)
}

/// It was drafted where any of them was.
fn combined_status(all: &[(Sku, ItemOutcome)]) -> Status {
    let mut statuses = all.iter().map(|(_, outcome)| outcome.status);
    statuses.find(|status| *status != Status::AlreadyDrafted).unwrap_or(Status::AlreadyDrafted)
}

/// What is worth knowing of them, once where it is the same of all.
fn combined_note(all: &[(Sku, ItemOutcome)], several: bool) -> Option<String> {
    let text = all.iter().filter_map(|(sku, outcome)| Some((sku, outcome.note.as_deref()?))).collect::<Vec<_>>();
    let (_, first) = text.first()?;
    if !several || (text.len() == all.len() && text.iter().all(|(_, note)| note == first)) {
        return Some((*first).to_owned());
    }
    Some(text.iter().map(|(sku, note)| format!("{sku}: {note}")).collect::<Vec<_>>().join("; "))
}
