//! Distributes the copies of a UPC among drafts, so that drafts never offer more copies than the seller has.
//!
//! ```text
//! together   DM…: all copies, except those in separate drafts (DM…C2) of an earlier batch
//! separate   DM…: one copy, then DM…C2, DM…C3, except copies that DM… still offers
//! ```
//!
//! Existing drafts are updated and counted first. No draft is deleted: only the operator does that.

use std::collections::BTreeMap;

use super::copy_assignment::RecordedDraft;
use super::item_error::ItemError;
use domain::job_spec::Copies;
use domain::listing::Listing;
use domain::outcome::{ItemOutcome, Status};
use domain::sku::Sku;
use domain::text::count::format_count;

/// Existing drafts of an item in its sink: from the draft's copy number to the number of copies that it offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftedCopies(BTreeMap<u32, u32>);

impl DraftedCopies {
    pub(super) fn from_recorded<'a>(drafts: impl IntoIterator<Item = &'a RecordedDraft>) -> Self {
        Self(drafts.into_iter().map(|draft| (draft.sku.copy_number(), draft.quantity)).collect())
    }

    /// Returns the copies that the draft without a copy number offers; 0 if there is none.
    fn primary_copies(&self) -> u32 {
        self.0.get(&1).copied().unwrap_or(0)
    }

    /// Returns the copy numbers of the separate drafts.
    fn separate_copy_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied().filter(|copy| *copy > 1)
    }

    fn separate_copies(&self) -> u32 {
        self.0.iter().filter(|(copy, _)| **copy > 1).map(|(_, copies)| copies).sum()
    }

    /// Returns the copies that all drafts offer.
    pub(super) fn total(&self) -> u32 {
        self.0.values().copied().fold(0, u32::saturating_add)
    }
}

/// Returns the draft that is submitted first, on its own, if copies are sold separately. How many others are needed
/// depends on the copies it offers afterwards: another machine may have created it, or the seller may have changed it.
pub(super) fn build_primary_draft(listing: &Listing, copies: Copies, existing: &DraftedCopies) -> Option<Listing> {
    (copies == Copies::Separate && needs_primary(listing, existing)).then(|| listing.for_copy(1))
}

/// Returns the number of the first draft that the copies of a listing need.
pub(super) fn first_copy_number(listing: &Listing, existing: &DraftedCopies) -> u32 {
    let separate = existing.separate_copy_numbers().next().filter(|_| !needs_primary(listing, existing));
    separate.unwrap_or(1)
}

fn needs_primary(listing: &Listing, existing: &DraftedCopies) -> bool {
    existing.primary_copies() > 0 || listing.quantity() > existing.separate_copies()
}

/// Returns the drafts for all copies of a listing, without the primary draft if that was already submitted.
pub(super) fn build_remaining_drafts(
    listing: &Listing,
    copies: Copies,
    existing: &DraftedCopies,
    is_primary_submitted: bool,
) -> Vec<Listing> {
    let remaining = listing.quantity().saturating_sub(existing.separate_copies());
    let primary = (needs_primary(listing, existing) && !is_primary_submitted).then(|| match copies {
        Copies::Together => listing.with_quantity(remaining),
        Copies::Separate => listing.for_copy(1),
    });
    let new_count = match copies {
        Copies::Together => 0,
        Copies::Separate => remaining.saturating_sub(existing.primary_copies().max(1)),
    };
    let new = (2..).filter(|copy| !existing.0.contains_key(copy)).zip(0..new_count).map(|(copy, _)| copy);
    let mut numbers = existing.separate_copy_numbers().chain(new).collect::<Vec<_>>();
    numbers.sort_unstable();
    let in_primary = primary.as_ref().map_or_else(|| existing.primary_copies(), Listing::quantity);
    let mut left = listing.quantity().saturating_sub(in_primary);
    let separate = numbers.into_iter().map(|copy| {
        // An existing draft may offer several copies that an earlier list described differently.
        let draft = listing.for_copy(copy).with_quantity(existing.0.get(&copy).copied().unwrap_or(1).min(left));
        left = left.saturating_sub(draft.quantity());
        draft
    });
    let separate = separate.collect::<Vec<_>>();
    primary.into_iter().chain(separate).collect()
}

/// Describes how the drafts in the sink differ from the list; `None` if they offer exactly the listed copies.
pub(super) fn like_copies_note(listing: &Listing, copies: Copies, existing: &DraftedCopies) -> Option<String> {
    let (primary, wanted) = (existing.primary_copies(), listing.quantity());
    let all = primary + existing.separate_copies();
    let separate_skus = existing.separate_copy_numbers().map(|copy| listing.sku_of_draft(copy).to_string());
    let separate_skus = separate_skus.collect::<Vec<_>>();
    if all > wanted && !separate_skus.is_empty() {
        let which = separate_skus.join(", ");
        let fix = format!("delete one with `draft-maker drafts --delete SKU` ({which})");
        return Some(format!(
            "eBay has drafts for {}, and the list has {wanted}: {fix}",
            format_count(all, "copy", "copies")
        ));
    }
    if copies == Copies::Separate && primary > 1 {
        return Some(format!(
            "the draft {} still includes {primary} copies, so these have no separate draft",
            listing.sku()
        ));
    }
    (all != wanted).then(|| {
        format!("the draft has a quantity of {}, but the list has {wanted}", format_count(all, "copy", "copies"))
    })
}

/// Combines the outcomes of all drafts of an item. If one draft failed, the item failed or needs review, and its outcome
/// lists the drafts that were created.
///
/// # Errors
/// Returns [`ItemError::Fatal`], [`ItemError::Skipped`] or [`ItemError::Deferred`] if a draft ended with that error. A
/// deferred item submits all drafts again, which does not change existing ones.
pub(super) fn combine_outcomes(outcomes: Vec<(Sku, Result<ItemOutcome, ItemError>)>) -> Result<ItemOutcome, ItemError> {
    let several = outcomes.len() > 1;
    let (mut all, mut errors, mut deferred, mut needs_review) = (Vec::new(), Vec::new(), None, false);
    for (sku, outcome) in outcomes {
        match outcome {
            Ok(outcome) => all.push((sku, outcome)),
            // All copies of an item have the same destination, so no other draft of the item was created.
            Err(error @ (ItemError::Fatal(_) | ItemError::Skipped(_))) => return Err(error),
            Err(ItemError::Deferred { until, why }) => drop(deferred.get_or_insert((until, why))),
            Err(ItemError::NeedsReview(why)) => {
                needs_review = true;
                errors.push((sku, why));
            }
            Err(ItemError::Failed(why)) => errors.push((sku, why)),
        }
    }
    if let Some((until, why)) = deferred {
        return Err(ItemError::Deferred { until, why });
    }
    let describe = |(sku, why)| if several { format!("{sku}: {why}") } else { why };
    let reasons = errors.into_iter().map(describe).collect::<Vec<String>>();
    let mut outcome = match reasons.join("; ") {
        _ if reasons.is_empty() => ItemOutcome::succeeded(combined_status(&all), None),
        reasons if needs_review => ItemOutcome::needs_review(reasons),
        reasons => ItemOutcome::failed(reasons),
    };
    outcome.note = combined_note(&all, several);
    for (sku, one) in all {
        outcome.groups.extend(one.groups);
        match one.draft {
            Some(draft) if sku.copy_number() == 1 => outcome.draft = Some(draft),
            draft => outcome.additional_drafts.extend(draft),
        }
    }
    // The list has no copy for the first draft of the item.
    if outcome.status.is_success() && outcome.draft.is_none() && !outcome.additional_drafts.is_empty() {
        outcome.draft = Some(outcome.additional_drafts.remove(0));
    }
    Ok(outcome)
}

/// Returns the status of the first draft that was created; otherwise [`Status::AlreadyDrafted`].
fn combined_status(all: &[(Sku, ItemOutcome)]) -> Status {
    let mut statuses = all.iter().map(|(_, outcome)| outcome.status);
    statuses.find(|status| *status != Status::AlreadyDrafted).unwrap_or(Status::AlreadyDrafted)
}

/// Joins the notes of all drafts; a note that all drafts share appears once.
fn combined_note(all: &[(Sku, ItemOutcome)], several: bool) -> Option<String> {
    let notes = all.iter().filter_map(|(sku, outcome)| Some((sku, outcome.note.as_deref()?))).collect::<Vec<_>>();
    let (_, first) = notes.first()?;
    if !several || (notes.len() == all.len() && notes.iter().all(|(_, note)| note == first)) {
        return Some((*first).to_owned());
    }
    Some(notes.iter().map(|(sku, note)| format!("{sku}: {note}")).collect::<Vec<_>>().join("; "))
}
