//! Recognizes what a column holds by its name.

use domain::seller_data::ItemField;

use super::header_words::{
    CODE_NAMES, CODE_WORDS, FILLER_WORDS, ITEM_FIELD_NAMES, NOT_CODE_WORDS, PART_WORDS, QUANTITY_NAMES,
};

/// What the name of a column says about its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnRole {
    /// Barcodes, and nothing else in the name.
    Code,
    /// Barcodes, with other words in the name.
    CodeAmongWords,
    Quantity,
    Item(ItemField),
    /// Nothing that is known.
    Unknown,
}

/// Maximum length of a name. A longer text is a sentence.
const MAX_NAME_CHARS: usize = 60;

impl ColumnRole {
    /// Returns the role of a column with this name.
    pub(super) fn from_name(name: &str) -> Self {
        let words = split_words(name);
        if words.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Self::Unknown;
        }
        let whole = words.join(" ");
        if is_quantity_name(name, &whole) {
            return Self::Quantity;
        }
        match code_role(&words, &whole) {
            Self::Unknown => {}
            role => return role,
        }
        let field = ITEM_FIELD_NAMES.iter().find(|(_, names)| names.contains(&whole.as_str()));
        field.map_or(Self::Unknown, |(field, _)| Self::Item(*field))
    }

    pub(super) fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::CodeAmongWords)
    }
}

/// Returns whether two names are the same but for case, punctuation and blanks.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    split_words(one) == split_words(other)
}

fn code_role(words: &[String], whole: &str) -> ColumnRole {
    let is_named = |word: &String| CODE_WORDS.contains(&word.as_str());
    let is_other = |word: &String| NOT_CODE_WORDS.contains(&word.as_str());
    let names_code = CODE_NAMES.iter().any(|name| contains_words(whole, name));
    match () {
        () if words.iter().any(is_other) => ColumnRole::Unknown,
        () if CODE_NAMES.contains(&whole) => ColumnRole::Code,
        () if words.iter().any(is_named) && words.iter().all(|w| is_named(w) || FILLER_WORDS.contains(&w.as_str())) => {
            ColumnRole::Code
        }
        () if words.iter().any(is_named) || (names_code && !whole.contains("product id") && whole != "asin") => {
            ColumnRole::CodeAmongWords
        }
        () => ColumnRole::Unknown,
    }
}

/// Returns whether the name means a quantity as a whole. The name of a shop may follow `Current Quantity` or stand in
/// square brackets, and a unit in round ones (`Menge (Stück)`).
fn is_quantity_name(name: &str, whole: &str) -> bool {
    let counts_parts = split_words(name).iter().any(|word| PART_WORDS.contains(&word.as_str()));
    if counts_parts || name.trim_end().ends_with('?') {
        return false;
    }
    let known = |text: &str| QUANTITY_NAMES.contains(&text);
    if known(whole) || whole.starts_with("current quantity ") {
        return true;
    }
    let outside = |open: char, close: char| {
        let (before, rest) = name.split_once(open)?;
        let (inside, after) = rest.split_once(close)?;
        Some((split_words(&format!("{before} {after}")).join(" "), split_words(inside).join(" ")))
    };
    let in_square = outside('[', ']').is_some_and(|(name, _)| known(&name));
    let in_round = outside('(', ')').is_some_and(|(name, unit)| known(&name) && known(&unit));
    in_square || in_round
}

fn contains_words(whole: &str, name: &str) -> bool {
    format!(" {whole} ").contains(&format!(" {name} "))
}

/// Splits a name into lower-case words: `QtyInStock` has three, `EAN-13`, `ean_13` and `EAN13` are one word `ean`, and
/// `P:UPC` is `p` and `upc`.
fn split_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in split_camel_case(name).to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        match words.last_mut() {
            _ if bare.is_empty() => {}
            Some(last) if last == "bar" && bare.starts_with("code") => last.push_str(bare),
            _ => words.push(bare.to_owned()),
        }
    }
    words
}

fn split_camel_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for character in name.chars() {
        if previous.is_ascii_lowercase() && character.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(character);
        previous = character;
    }
    text
}
