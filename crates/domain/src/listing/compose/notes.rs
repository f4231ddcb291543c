//! Notes of a listing: what the seller must do before the draft can go live, and what differs from the list.

use super::super::super::copy_description::CopyDescription;
use super::super::categories::Category;
use super::super::description::is_copy_text_cut;
use super::super::display_fields::DisplayFields;
use super::super::inputs::{ListingInputs, SellerTerms};

/// Note of a listing whose condition description was cut to eBay's limit.
pub(super) const CUT_TEXT_NOTE: &str =
    "the condition description is cut to 1,000 characters, eBay's limit: shorten the note";

/// Returns the notes of the listing of one item, without that about a missing photo.
pub(super) fn listing_notes(
    inputs: &ListingInputs<'_>,
    terms: &SellerTerms,
    category: &Category,
    words: &DisplayFields<'_>,
) -> Vec<String> {
    let cut = is_copy_text_cut(&terms.copy, words.translator()).then(|| CUT_TEXT_NOTE.to_owned());
    let condition = condition_note(&terms.copy, category).into_iter();
    condition.chain(cut).chain(inputs.release.checks.iter().cloned()).collect()
}

fn condition_note(copy: &CopyDescription, category: &Category) -> Option<String> {
    match copy.effective_condition() {
        None => Some("no condition is set: choose one".to_owned()),
        Some(stated) if copy.media_grade.is_none() && category.condition_id(stated) != stated.ebay_id() => {
            Some(format!("{} are listed as used: add the grades; the condition is {stated}", category.name))
        }
        Some(_) => None,
    }
}

/// Returns a note that the draft needs the seller's own photo. `objection` is why the cover may not be shown.
pub(super) fn photo_note(objection: Option<&str>) -> String {
    format!("needs a photo: {}", objection.unwrap_or("no usable cover was found"))
}
