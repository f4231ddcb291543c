//! The copies of one UPC: which drafts stand for them, so that never more is for sale than lies in the box.
//!
//! ```text
//! together   DM…: all of them, but for those that have drafts of their own (DM…C2) from before
//! separate   DM…: one, then DM…C2, DM…C3, but for those that DM… still stands for
//! ```
//!
//! Drafts that stand there already are kept up to date and counted first; nothing is taken away without a person.

use std::collections::BTreeMap;

use super::steps::Setback;
use domain::batch::Copies;
use domain::listing::Listing;
use domain::outcome::{Outcome, Status};
use domain::sku::Sku;

/// The drafts of an item that stand in its market already, by the number of the copy, with the copies that each stands
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing(BTreeMap<u32, u32>);

impl Standing {
    pub(super) fn of(lines: impl IntoIterator<Item = (Sku, u32)>) -> Self {
        Self(lines.into_iter().map(|(sku, copies)| (sku.copy(), copies)).collect())
    }

    /// What the draft without a number stands for; 0 where there is none.
    fn first(&self) -> u32 {
        self.0.get(&1).copied().unwrap_or(0)
    }

    /// The numbers of the copies that have drafts of their own.
    fn apart(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied().filter(|copy| *copy > 1)
    }

    fn apart_copies(&self) -> u32 {
        self.0.iter().filter(|(copy, _)| **copy > 1).map(|(_, copies)| copies).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The draft that goes first and alone where copies are sold apart: how many others there may be is known once it is
/// known what that one stands for, which another machine may have made, or a person left as it is.
pub(super) fn first(listing: &Listing, copies: Copies, standing: &Standing) -> Option<Listing> {
    (copies == Copies::Separate && has_first(listing, standing)).then(|| listing.apart(1))
}

fn has_first(listing: &Listing, standing: &Standing) -> bool {
    standing.first() > 0 || listing.quantity() > standing.apart_copies()
}

/// The drafts for a listing of so many copies; without the first where that has gone already.
pub(super) fn drafts(listing: &Listing, copies: Copies, standing: &Standing, has_gone: bool) -> Vec<Listing> {
    let (wanted, apart) = (listing.quantity(), standing.apart_copies());
    let rest = wanted.saturating_sub(apart);
    let first = (has_first(listing, standing) && !has_gone).then(|| match copies {
        Copies::Together => listing.of_copies(rest),
        Copies::Separate => listing.apart(1),
    });
    let further = match copies {
        Copies::Together => 0,
        Copies::Separate => rest.saturating_sub(standing.first().max(1)),
    };
    let new = (2..).filter(|copy| !standing.0.contains_key(copy)).zip(0..further).map(|(copy, _)| copy);
    let mut numbers = standing.apart().chain(new).collect::<Vec<_>>();
    numbers.sort_unstable();
    first.into_iter().chain(numbers.into_iter().map(|copy| listing.apart(copy))).collect()
}

/// What a person should know of the drafts that stand there in the end.
pub(super) fn told(listing: &Listing, copies: Copies, standing: &Standing) -> Option<String> {
    let (all, first, wanted) = (standing.first() + standing.apart_copies(), standing.first(), listing.quantity());
    let apart = standing.apart().map(|copy| Sku::of_copy(listing.upc(), copy).to_string()).collect::<Vec<_>>();
    if all > wanted && !apart.is_empty() {
        let which = apart.join(", ");
        let fix = format!("`draft-maker drafts --delete SKU` takes one away ({which})");
        return Some(format!("drafts stand there for {}, and the list has {wanted}: {fix}", counted(all)));
    }
    if copies == Copies::Separate && first > 1 {
        return Some(format!("its draft {} still stands for {first} copies, so those get none apart", listing.sku()));
    }
    (all != wanted).then(|| format!("its draft stands for {}, and the list has {wanted}", counted(all)))
}

fn counted(copies: u32) -> String {
    if copies == 1 { "1 copy".to_owned() } else { format!("{copies} copies") }
}

/// What became of all copies: where one failed, those that were drafted are told beside it.
///
/// # Errors
/// Where the journal cannot be written, or the market is closed: then all are handed over again, and those that were
/// drafted are met again.
pub(super) fn all_of(each: Vec<(Sku, Result<Outcome, Setback>)>) -> Result<Outcome, Setback> {
    let several = each.len() > 1;
    let (mut all, mut wrong, mut closed) = (Vec::new(), Vec::new(), None);
    for (sku, outcome) in each {
        match outcome {
            Ok(outcome) => all.push((sku, outcome)),
            Err(Setback::Journal(error)) => return Err(Setback::Journal(error)),
            Err(Setback::Closed { until, why }) => drop(closed.get_or_insert((until, why))),
            Err(Setback::Review(why) | Setback::Failed(why)) if several => wrong.push(format!("{sku}: {why}")),
            Err(Setback::Review(why) | Setback::Failed(why)) => wrong.push(why),
        }
    }
    if let Some((until, why)) = closed {
        return Err(Setback::Closed { until, why });
    }
    let mut outcome =
        if wrong.is_empty() { Outcome::success(status(&all), None) } else { Outcome::failed(wrong.join("; ")) };
    outcome.note = notes(&all, several);
    for (sku, one) in all {
        match one.draft {
            Some(draft) if sku.copy() == 1 => outcome.draft = Some(draft),
            draft => outcome.further.extend(draft),
        }
    }
    Ok(outcome)
}

/// It was drafted where any of them was.
fn status(all: &[(Sku, Outcome)]) -> Status {
    let mut statuses = all.iter().map(|(_, outcome)| outcome.status);
    statuses.find(|status| *status != Status::AlreadyDrafted).unwrap_or(Status::AlreadyDrafted)
}

/// What is worth knowing of them, once where it is the same of all.
fn notes(all: &[(Sku, Outcome)], several: bool) -> Option<String> {
    let told = all.iter().filter_map(|(sku, outcome)| Some((sku, outcome.note.as_deref()?))).collect::<Vec<_>>();
    let (_, first) = told.first()?;
    if !several || (told.len() == all.len() && told.iter().all(|(_, note)| note == first)) {
        return Some((*first).to_owned());
    }
    Some(told.iter().map(|(sku, note)| format!("{sku}: {note}")).collect::<Vec<_>>().join("; "))
}
