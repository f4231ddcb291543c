//! Numeric conditions and item numbers in Amazon's files.

/// Amazon's name of the condition column. Other shops omit the hyphen, and their numbers may be a scale of their own.
const CONDITION_COLUMN: &str = "item-condition";

/// Returns the words for a number in the column `item-condition` of Amazon's listing reports and inventory files
/// (Inventory Loader: 1 to 4 used, 5 to 8 collectible, 11 new). Returns any other text unchanged: 10 is refurbished,
/// which does not apply to media.
pub(super) fn spell_amazon_condition<'a>(column: Option<&String>, text: &'a str) -> &'a str {
    if !column.is_some_and(|name| name.trim().eq_ignore_ascii_case(CONDITION_COLUMN)) {
        return text;
    }
    match text.trim() {
        "1" => "used like new",
        "2" => "used very good",
        "3" => "used good",
        "4" => "used acceptable",
        "5" => "collectible like new",
        "6" => "collectible very good",
        "7" => "collectible good",
        "8" => "collectible acceptable",
        "11" => "new",
        _ => text,
    }
}

/// Returns whether a text is Amazon's number of an item that is not a book: `B000003TA4`. A row has it in addition to its
/// barcode.
pub(super) fn is_asin(text: &str) -> bool {
    let text = text.trim();
    text.len() == 10 && text.starts_with('B') && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
