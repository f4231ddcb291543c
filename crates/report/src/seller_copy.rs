//! The part of a result entry in which the seller describes the copies of an item.

use serde::Serialize;

use domain::condition::Condition;
use domain::copy_description::CopyDescription;
use domain::display_text::clean_text;
use domain::draft_group::DraftGroup;
use domain::item_details::ItemDetails;
use domain::outcome::DraftedGroup;
use domain::seller_data::{MediaGrade, SellerData};

/// Condition, grades and note as in the draft (from a decision, the list, or the batch defaults), and other data of the
/// list. Unknown values are `null`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SellerCopy {
    /// eBay condition, stated by the seller or derived from the grades.
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape, such as `VG+`.
    pub media_grade: Option<&'static str>,
    /// Grade of the sleeve, booklet or inlay.
    pub sleeve_grade: Option<&'static str>,
    pub note: Option<String>,
    /// Where the copies are stored.
    pub location: Option<String>,
    /// The seller's own SKU; several like copies can have several: `A-77, A-78`.
    pub own_sku: Option<String>,
    /// Price that the list states: `12.50 USD`, or `12.50` if the list names no currency.
    pub listed_price: Option<String>,
    /// Parts that are present: `With obi and booklet.`
    pub parts: Option<String>,
    /// Price that the seller paid per copy: `3.00 USD`, or `3.00` if the list names no currency. Like copies can have several:
    /// `3.00, 4.50`.
    pub cost: Option<String>,
    /// Path of a category in the seller's own eBay store, as the list states it.
    pub store_category: Option<String>,
    /// Whether buyers may make an offer, as the list states it.
    pub best_offer: Option<bool>,
    /// Name of the lot in which the item is sold.
    pub lot: Option<String>,
}

impl SellerCopy {
    /// Creates the description of the copies in one of several drafts. `stated` are the groups of the list. Of groups
    /// with the same description, only what all of them state is known.
    pub(crate) fn from_group(group: &DraftedGroup, details: &ItemDetails, stated: &[DraftGroup]) -> Self {
        let copy = &group.copy;
        let alike = || stated.iter().filter(|stated| stated.copy == *copy).map(|stated| &stated.seller);
        let facts = alike().next().filter(|first| alike().all(|other| other == *first)).and_then(SellerData::facts);
        Self {
            condition: copy.effective_condition(),
            media_grade: copy.media_grade.map(MediaGrade::as_str),
            sleeve_grade: copy.sleeve_grade.map(MediaGrade::as_str),
            note: copy.clean_note(),
            location: group.location.as_deref().map(clean_text),
            own_sku: group.own_sku.as_deref().map(clean_text),
            parts: copy.parts.sentence(),
            cost: group.cost.as_ref().map(ToString::to_string),
            store_category: facts.and_then(|facts| facts.store_category.as_deref()).map(clean_text),
            best_offer: facts.and_then(|facts| facts.best_offer),
            lot: details.lot_name().as_deref().map(clean_text),
            ..Self::default()
        }
    }

    /// Creates the description of an item in a batch with these defaults.
    pub fn from_details(details: &ItemDetails, defaults: &CopyDescription) -> Self {
        let copy = details.stated_copy(defaults);
        let listed = details.input.seller.as_deref();
        let facts = listed.and_then(SellerData::facts);
        let text = |field: fn(&SellerData) -> Option<&str>| listed.and_then(field).map(clean_text);
        Self {
            condition: copy.effective_condition(),
            media_grade: copy.media_grade.map(MediaGrade::as_str),
            sleeve_grade: copy.sleeve_grade.map(MediaGrade::as_str),
            note: copy.clean_note(),
            location: text(SellerData::location),
            own_sku: text(|data| data.sku.as_deref()),
            listed_price: listed.and_then(|data| data.price.as_ref()).map(ToString::to_string),
            parts: copy.parts.sentence(),
            cost: facts.and_then(|facts| facts.cost.as_ref()).map(ToString::to_string),
            store_category: facts.and_then(|facts| facts.store_category.as_deref()).map(clean_text),
            best_offer: facts.and_then(|facts| facts.best_offer),
            lot: details.lot_name().as_deref().map(clean_text),
        }
    }
}
