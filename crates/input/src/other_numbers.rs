//! Tells barcodes in a text from numbers of another kind that have a valid check digit by chance: those of orders,
//! telephones and web pages.

use domain::barcode::{BarcodeError, FoundBarcode, find_barcodes};
use domain::upc::ParsedUpc;

use super::header::{ColumnRole, is_other_number_name};

/// Words in a web address after which a number is a barcode.
const SEARCH_WORDS: &[&str] =
    &["q", "query", "search", "k", "keyword", "keywords", "term", "terms", "nkw", "find", "lookup"];

/// Maximum number of words in the name of a number.
const MAX_NAME_WORDS: usize = 4;

/// Finds the barcodes in a line of text. A number with a valid check digit whose text says that it is another number
/// is an error.
pub(super) fn find_line_barcodes(text: &str) -> Vec<FoundBarcode> {
    let mut found = find_barcodes(text);
    for FoundBarcode { range, result } in &mut found {
        let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
        if let Ok(ParsedUpc { upc, .. }) = *result {
            if let Some(name) = other_number_name(before) {
                *result = Err(BarcodeError::OtherNumber { upc, name: name.to_owned() });
            } else if is_unannounced_in_address(before, after) {
                *result = Err(BarcodeError::WebAddress(upc));
            }
        }
    }
    found
}

/// Returns the name of another number that stands before a number: `Order no.`, `Phone:`. A single word is only a name
/// with a colon, because it may end a title.
fn other_number_name(before: &str) -> Option<&str> {
    let name = before.trim_end_matches([' ', ':', '#', '=', '.', '"', '\'']);
    let is_announced = before[name.len()..].contains([':', '#', '=']);
    let starts = name.char_indices().rev().filter(|(at, _)| is_word_start(name, *at)).take(MAX_NAME_WORDS);
    let names = starts.map(|(at, _)| &name[at..]).filter(|name| is_announced || name.contains([' ', '_', '-']));
    names.filter(|name| is_other_number_name(name)).last()
}

fn is_word_start(text: &str, at: usize) -> bool {
    text[at..].starts_with(char::is_alphanumeric) && !text[..at].ends_with(char::is_alphanumeric)
}

/// Returns whether a number is in a web address that does not say that it is a barcode. `/01/` announces one in a
/// [GS1 Digital Link](https://ref.gs1.org/standards/digital-link/uri-syntax/).
fn is_unannounced_in_address(before: &str, after: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '|' | '(' | '<' | '>');
    let address = before.rsplit(is_end).next().unwrap_or_default().to_lowercase();
    let is_address =
        address.contains("://") || address.contains("www.") || (address.contains('/') && after.starts_with('?'));
    let announces = |word: &str| {
        SEARCH_WORDS.contains(&word)
            || ["barcode", "upc"].iter().any(|name| word.contains(name))
            || ColumnRole::from_name(word).is_code()
    };
    is_address && !address.ends_with("/01/") && !address.split(|c: char| !c.is_alphanumeric()).any(announces)
}
