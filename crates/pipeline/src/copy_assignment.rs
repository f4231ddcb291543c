//! Assigns groups of differing copies to drafts, so that a repeated list, even in another order, finds the drafts it
//! created before. eBay requires one SKU per condition.
//!
//! ```text
//! recorded  DM… VG+    DM…C2 G
//! wanted    G, VG+, M  ->  G to DM…C2, VG+ to DM…, M to the lowest free number: DM…C3
//! ```

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use domain::listing::Listing;
use domain::outcome::Draft;
use domain::sku::Sku;
use domain::text::count::format_count;
use sinks::RecordedMatch;

/// A draft of the item that is recorded in the ledger.
pub(super) struct RecordedDraft {
    pub(super) sku: Sku,
    /// Number of copies that the draft offers; one if the payload cannot be read.
    pub(super) quantity: u32,
    /// `None` if the payload cannot be read.
    pub(super) draft: Option<Draft>,
    /// The payload that the sink recorded.
    pub(super) payload: Value,
}

/// The drafts to write for an item.
#[derive(Debug, Default, PartialEq)]
pub(super) struct DraftPlan {
    /// Listings of recorded drafts, changed or unchanged.
    pub(super) existing: Vec<Listing>,
    /// Listings that get a free copy number.
    pub(super) new: Vec<Listing>,
    /// Recorded drafts whose copies are no longer in the list.
    pub(super) unused: Vec<Sku>,
}

/// Splits the recorded drafts into those that the copies of a listing need, and those for which the list has no copy.
/// Drafts that describe the same copies as the listing are needed first. Others, which the list now describes
/// differently, are needed for the copies that those do not offer.
pub(super) fn split_unlisted<'a>(
    listing: &Listing,
    recorded: &'a [RecordedDraft],
    compare: impl Fn(&RecordedDraft, &Listing) -> RecordedMatch,
) -> (Vec<&'a RecordedDraft>, Vec<&'a RecordedDraft>) {
    let mut nearest_first =
        recorded.iter().map(|draft| (draft.quantity == 0, compare(draft, listing), draft)).collect::<Vec<_>>();
    nearest_first.sort_by_key(|(is_withdrawn, found, draft)| (*is_withdrawn, Reverse(*found), draft.sku.copy_number()));
    let (mut needed, mut unlisted, mut offered) = (Vec::new(), Vec::new(), 0_u32);
    let is_alike =
        |(is_withdrawn, found, _): &(bool, RecordedMatch, _)| (*is_withdrawn, *found > RecordedMatch::Different);
    for alike in nearest_first.chunk_by(|one, other| is_alike(one) == is_alike(other)) {
        let mut least = offered;
        for (_, _, draft) in alike {
            if least >= listing.quantity() {
                unlisted.push(*draft);
                continue;
            }
            // The first draft offers the copies that the others do not, so it can shrink to one copy.
            let can_shrink = draft.sku.copy_number() == 1;
            least = least.saturating_add(if can_shrink { draft.quantity.min(1) } else { draft.quantity });
            offered = offered.saturating_add(draft.quantity);
            needed.push(*draft);
        }
    }
    (needed, unlisted)
}

/// Assigns a draft number to each listing: first that of a recorded draft of the same copies, then that of another
/// recorded draft, whose copies the list now describes differently, and then a free number.
pub(super) fn assign_drafts(
    wanted: &[Listing],
    recorded: &[RecordedDraft],
    compare: impl Fn(&RecordedDraft, &Listing) -> RecordedMatch,
) -> DraftPlan {
    let mut numbers: Vec<Option<u32>> = vec![None; wanted.len()];
    let mut unused = recorded.iter().collect::<Vec<_>>();
    unused.sort_by_key(|draft| draft.sku.copy_number());
    for least in [RecordedMatch::SameTerms, RecordedMatch::SameCondition, RecordedMatch::Different] {
        for (listing, number) in wanted.iter().zip(&mut numbers).filter(|(_, number)| number.is_none()) {
            let found = unused.iter().position(|draft| compare(draft, listing) >= least);
            *number = found.map(|index| unused.remove(index).sku.copy_number());
        }
    }
    let taken = recorded.iter().map(|draft| draft.sku.copy_number()).collect::<BTreeSet<_>>();
    let mut free = (1..).filter(|number| !taken.contains(number));
    let mut plan = DraftPlan { unused: unused.iter().map(|draft| draft.sku.clone()).collect(), ..DraftPlan::default() };
    for (listing, number) in wanted.iter().zip(numbers) {
        match number {
            Some(number) => plan.existing.push(listing.with_draft_number(number)),
            None => plan.new.extend(free.next().map(|number| listing.with_draft_number(number))),
        }
    }
    plan
}

/// Splits new drafts into those that offer at most `room` copies in total, and those left over because existing drafts
/// still offer too many copies.
pub(super) fn split_by_capacity(new: Vec<Listing>, mut room: u32) -> (Vec<Listing>, Vec<Listing>) {
    let (mut fitting, mut left_over) = (Vec::new(), Vec::new());
    for listing in new {
        if listing.quantity() <= room {
            room -= listing.quantity();
            fitting.push(listing);
        } else {
            left_over.push(listing);
        }
    }
    (fitting, left_over)
}

/// Describes the drafts that were not changed because the list has no copy for them; `None` if there are none.
/// `recorded` are all drafts of the item, and `listed` is the number of copies in the list.
pub(super) fn unlisted_note(unlisted: &[Sku], recorded: &[RecordedDraft], listed: u32) -> Option<String> {
    let names = unlisted.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (state, sku) = match &names[..] {
        [] => return None,
        [name] => ("is not in the list, so it was not changed", name.as_str()),
        _ => ("are not in the list, so they were not changed", "SKU"),
    };
    let quantities = recorded.iter().map(|draft| draft.quantity).filter(|quantity| *quantity > 0);
    let drafts = format_count(quantities.clone().fold(0_u32, |count, _| count + 1), "draft", "drafts");
    let copies = format_count(quantities.fold(0_u32, u32::saturating_add), "copy", "copies");
    let names = names.join(", ");
    Some(format!(
        "there are {drafts} for {copies}, and the list has {listed}: {names} {state}; delete the draft of a copy that \
         you no longer have with `draft-maker drafts --delete {sku}`"
    ))
}

/// Describes how the drafts in the sink differ from the list, one sentence per difference. `surplus` is the note about
/// drafts that the list does not need.
pub(super) fn differing_copies_notes(surplus: Option<String>, left_over: &[Listing]) -> Vec<String> {
    let copies = left_over.iter().map(Listing::quantity).sum::<u32>();
    let missing = (copies > 0).then(|| {
        format!(
            "{copies} of the copies have no draft, because earlier drafts still offer them: change or delete the \
                 earlier drafts"
        )
    });
    surplus.into_iter().chain(missing).collect()
}
