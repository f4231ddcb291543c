//! EBay's conditions: the numbers that categories allow, and the words that inventory items take
//! (developer.ebay.com, "Item condition ID and name values").

use domain::condition::Condition;

/// "Used", where a category knows no finer condition: records, whose grade is an item specific.
const USED_CONDITION_ID: u16 = 3000;

/// The number for a stated condition among those that the category allows; `None` where none fits.
pub(super) fn choose_condition_id(stated: Condition, allowed: &[u16]) -> Option<u16> {
    let exact = Some(stated.ebay_id()).filter(|id| allowed.contains(id));
    let used = Some(USED_CONDITION_ID).filter(|id| stated != Condition::New && allowed.contains(id));
    exact.or(used)
}

/// As `condition` of an inventory item names it.
pub(super) const fn condition_name(id: u16) -> Option<&'static str> {
    Some(match id {
        1000 => "NEW",
        1500 => "NEW_OTHER",
        2750 => "LIKE_NEW",
        3000 => "USED_EXCELLENT",
        4000 => "USED_VERY_GOOD",
        5000 => "USED_GOOD",
        6000 => "USED_ACCEPTABLE",
        7000 => "FOR_PARTS_OR_NOT_WORKING",
        _ => return None,
    })
}
