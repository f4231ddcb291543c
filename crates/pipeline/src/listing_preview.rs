//! The listing of an item as it stands: composed anew from what is known, by the rules of now.

use super::item_pipeline::Policies;
use domain::item_details::ItemDetails;
use domain::job_spec::JobSpec;
use domain::listing::{Listing, ListingInputs, MissingField, SellerTerms};
use domain::matching::Verdict;

/// What an item's facts come to.
#[derive(Clone, Debug, PartialEq)]
pub enum ListingPreview {
    Ready(Box<Listing>),
    /// What a listing would need beyond them.
    Missing(Vec<MissingField>),
    /// The item has no release, no price or no cover's answer yet.
    Incomplete,
}

/// Composes the listing of an item of a batch.
pub fn preview_listing(rules: &Policies, spec: &JobSpec, item: &ItemDetails) -> ListingPreview {
    let (Some(Verdict::Matched { best_match: found, .. }), Some(price_estimate), Some(artwork)) =
        (&item.verdict, &item.price_estimate, &item.artwork)
    else {
        return ListingPreview::Incomplete;
    };
    let events = ListingInputs { upc: item.input.upc, release: &found.release, price_estimate, artwork };
    let terms = SellerTerms::new(&rules.listing, spec, item.input.copies);
    match Listing::compose(&events, &terms, rules.categories, rules.template) {
        Ok(listing) => ListingPreview::Ready(Box::new(listing)),
        Err(missing) => ListingPreview::Missing(missing),
    }
}
