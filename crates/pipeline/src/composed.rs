//! The listing of an item as it stands: composed anew from what is known, by the rules of now.

use super::steps::Rules;
use domain::batch::Order;
use domain::dossier::Dossier;
use domain::listing::{Facts, Listing, Missing, Terms};
use domain::matching::Verdict;

/// What an item's facts come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Composed {
    Listing(Box<Listing>),
    /// What a listing would need beyond them.
    Lacking(Vec<Missing>),
    /// The item has no release, no price or no cover's answer yet.
    NotYet,
}

/// Composes the listing of an item of a batch.
pub fn composed(rules: &Rules, order: &Order, item: &Dossier) -> Composed {
    let (Some(Verdict::Matched { found, .. }), Some(appraisal), Some(artwork)) =
        (&item.verdict, &item.appraisal, &item.artwork)
    else {
        return Composed::NotYet;
    };
    let facts = Facts { upc: item.listed.upc, release: &found.release, appraisal, artwork };
    let terms = Terms::of(&rules.listing, order, item.listed.copies);
    match Listing::compose(&facts, &terms, rules.categories, rules.template) {
        Ok(listing) => Composed::Listing(Box::new(listing)),
        Err(missing) => Composed::Lacking(missing),
    }
}
