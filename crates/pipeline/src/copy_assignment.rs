//! Decides which draft each group of differing copies gets, so that the same list, also in another order, finds the drafts
//! that it made before. eBay wants one SKU for each condition.
//!
//! ```text
//! recorded  DM… VG+    DM…C2 G
//! wanted    G, VG+, M  ->  G to DM…C2, VG+ to DM…, M to the first free number: DM…C3
//! ```

use std::collections::BTreeSet;

use serde_json::Value;

use domain::listing::Listing;
use domain::sku::Sku;
use sinks::RecordedMatch;

/// A draft of the item in the ledger.
pub(super) struct RecordedDraft {
    pub(super) sku: Sku,
    /// Number of copies that it offers.
    pub(super) quantity: u32,
    /// What the sink has recorded.
    pub(super) row: Value,
}

/// The drafts of an item.
#[derive(Debug, Default, PartialEq)]
pub(super) struct DraftPlan {
    /// Listings that change a recorded draft or leave it as it is.
    pub(super) existing: Vec<Listing>,
    /// Listings under numbers that are free.
    pub(super) new: Vec<Listing>,
    /// Recorded drafts of which the list has no copies any more.
    pub(super) unused: Vec<Sku>,
}

/// Gives each listing the number of its draft: first that of a recorded draft of the same copies, then that of another
/// recorded draft, whose copies the list now describes differently, then a free one.
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
            *number = found.map(|place| unused.remove(place).sku.copy_number());
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

/// Returns the new drafts that offer at most `room` copies together, and the copies of those that are left over because
/// existing drafts still offer too many.
pub(super) fn fit_new_drafts(new: Vec<Listing>, mut room: u32) -> (Vec<Listing>, Vec<Listing>) {
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

/// Describes how the drafts in the sink differ from the list, a sentence each.
pub(super) fn discrepancy_notes(unused: &[Sku], left_over: &[Listing]) -> Vec<String> {
    let names = unused.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let surplus = (!unused.is_empty())
        .then(|| format!("the list has no copies for {names} any more: delete with `draft-maker drafts --delete SKU`"));
    let copies = left_over.iter().map(Listing::quantity).sum::<u32>();
    let missing = (copies > 0).then(|| {
        format!("{copies} of the copies have no draft, because earlier drafts still offer them: change or delete those")
    });
    surplus.into_iter().chain(missing).collect()
}
