//! Recognizes the content of a column by its name.
//!
//! `ColumnRole::from_name` maps a name to a role: barcode, quantity, a field of the item, or unknown. The tables of
//! known names are in `header_words`.

use domain::listed_price::parse_currency;
use domain::seller_data::ItemField;
use iso_currency::Currency;

use super::header_words::{
    AMBIGUOUS_QUANTITY_NAMES, CODE_NAMES, CODE_WORDS, CURRENCY_WORDS, FILLER_WORDS, INVENTORY_WORDS, ITEM_FIELD_NAMES,
    NOT_CODE_WORDS, OTHER_NUMBER_NAMES, OUTLET_STOCK_PREFIXES, PART_WORDS, QUANTITY_NAMES, QUANTITY_WORDS,
};

/// Content of a column, according to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnRole {
    /// Barcodes; the name says nothing else.
    Code,
    /// Barcodes; the name contains other words too.
    CodeAmongWords,
    Quantity,
    Item(ItemField),
    /// Unknown content.
    Unknown,
}

/// Maximum length of a column name in characters. A longer text is a sentence.
const MAX_NAME_CHARS: usize = 60;

impl ColumnRole {
    /// Returns the role of a column with this name.
    pub(super) fn from_name(name: &str) -> Self {
        match Self::from_exact_name(name) {
            Self::Unknown => role_of_misread_name(name),
            role => role,
        }
    }

    /// Returns the role of a column whose name is spelled correctly.
    fn from_exact_name(name: &str) -> Self {
        let words = split_words(name);
        if words.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Self::Unknown;
        }
        let whole = words.join(" ");
        if is_quantity_name(name, &whole) {
            return Self::Quantity;
        }
        match if holds_number(name) { Self::Unknown } else { code_role(&words, &whole) } {
            Self::Unknown => item_role(name).map_or(Self::Unknown, Self::Item),
            role => role,
        }
    }

    /// Returns the role of a column with this name, given that its fields are not quantities.
    pub(super) fn without_quantities(name: &str) -> Self {
        match Self::from_name(name) {
            Self::Quantity => item_role(name).map_or(Self::Unknown, Self::Item),
            role => role,
        }
    }

    pub(super) fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::CodeAmongWords)
    }
}

/// Returns whether this is exactly the name of a column with a known role.
pub(super) fn is_known_name(name: &str) -> bool {
    ColumnRole::from_exact_name(name) != ColumnRole::Unknown
}

/// Returns whether the name of a quantity column may mean something else, so that its fields decide.
pub(super) fn is_ambiguous_quantity_name(name: &str) -> bool {
    is_outlet_stock_name(name) || AMBIGUOUS_QUANTITY_NAMES.contains(&split_words(name).join(" ").as_str())
}

/// Returns whether a name means the stock of one of several shops: `inventory_Main_Outlet` (Lightspeed),
/// `Current Quantity Downtown` (Square), `Inventory Available: Downtown` (Shopify), `In stock [Downtown]` (Loyverse).
pub(super) fn is_outlet_stock_name(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    let outlet = OUTLET_STOCK_PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or_default();
    let first = outlet.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let in_brackets = || {
        let (before, shop) = name.split_once('[')?;
        Some(shop.contains(']') && QUANTITY_NAMES.contains(&split_words(before).join(" ").as_str()))
    };
    first.is_some_and(|word| !INVENTORY_WORDS.contains(&word)) || in_brackets() == Some(true)
}

/// Returns whether the name of an ISBN column also names another barcode; `None` for other columns.
pub(super) fn isbn_role(name: &str) -> Option<bool> {
    let words = split_words(name);
    let is_other = |word: &String| word != "isbn" && CODE_WORDS.contains(&word.as_str());
    words.iter().any(|word| word == "isbn").then(|| words.iter().any(is_other))
}

/// Returns whether a column with this name has numbers of another kind, such as those of orders.
pub(super) fn is_other_number_name(name: &str) -> bool {
    is_any_name(name, OTHER_NUMBER_NAMES)
}

/// Returns whether the words of a name are one of these names.
pub(super) fn is_any_name(name: &str, known: &[&str]) -> bool {
    known.contains(&split_words(name).join(" ").as_str())
}

/// Returns whether an operator's name for a column means this one: it differs at most in case, punctuation and blanks.
pub(super) fn is_meant_by(name: &str, chosen: &str) -> bool {
    let key = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    !key(chosen).is_empty() && key(name) == key(chosen)
}

/// Returns whether two names differ at most in case, punctuation, blanks and final digits.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    split_words(one) == split_words(other)
}

/// Returns the currency in the name of a price column: `Price (GBP)`, `price_eur`, `Preis in €`. A bare `$` states no
/// currency, because it means that of the eBay site.
pub(super) fn currency_of_name(name: &str) -> Option<Currency> {
    let words = split_words(name);
    let mut codes = words.iter().filter(|word| CURRENCY_WORDS.contains(&word.as_str()));
    let sign = || name.chars().find(|c| matches!(c, '€' | '£' | '¥' | '円')).map(String::from);
    parse_currency(&codes.next().cloned().or_else(sign)?)
}

/// Returns the item field of a column with this name.
fn item_role(name: &str) -> Option<ItemField> {
    let words = split_words(name);
    let role = |whole: &str| ITEM_FIELD_NAMES.iter().find(|(_, names)| names.contains(&whole)).map(|(field, _)| *field);
    let without_currency = || {
        let bare = words.iter().filter(|word| !CURRENCY_WORDS.contains(&word.as_str()) && *word != "in");
        role(&bare.cloned().collect::<Vec<_>>().join(" ")).filter(|field| *field == ItemField::Price)
    };
    // `Item #` numbers the rows, but `Shelf #` and `Catalog#` are numbers of their own.
    if ends_with_number_sign(name) {
        let whole = words.join(" ");
        let is_word = |field: &ItemField| matches!(field, ItemField::Title | ItemField::Artist);
        return role(&whole).filter(|field| !is_word(field)).or_else(|| role(&format!("{whole} number")));
    }
    role(&words.join(" ")).or_else(without_currency)
}

/// Returns whether a name ends with a sign for "number", which means that its fields are serial numbers: `Stock #`,
/// `Inventory (#)`.
fn ends_with_number_sign(name: &str) -> bool {
    name.trim_end_matches([' ', '\t', '.', ':', '*', ')', ']']).ends_with(['#', '＃', '№', '°', 'º'])
}

/// Returns the role of a name whose non-ASCII letters were decoded incorrectly: `IloÅ›Ä‡`, `QuantitÃ©`,
/// `Quantit?`.
fn role_of_misread_name(name: &str) -> ColumnRole {
    if name.chars().count() > MAX_NAME_CHARS {
        return ColumnRole::Unknown;
    }
    let Some(pattern) = mask_foreign_letters(name) else { return ColumnRole::Unknown };
    let is_match = |known: &str| mask_foreign_letters(known).is_some_and(|known| known == pattern);
    if QUANTITY_NAMES.iter().any(|known| is_match(known)) {
        ColumnRole::Quantity
    } else if CODE_NAMES.iter().any(|known| is_match(known)) {
        ColumnRole::Code
    } else {
        ColumnRole::Unknown
    }
}

/// Returns the name in lower case with `?` for each run of non-ASCII characters. Returns `None` if there is no such
/// run, or if fewer than three ASCII letters remain.
fn mask_foreign_letters(name: &str) -> Option<String> {
    let mut masked = String::with_capacity(name.len());
    for character in name.trim().chars().flat_map(char::to_lowercase) {
        let shown = if character.is_ascii() { character } else { '?' };
        if shown != '?' || !masked.ends_with('?') {
            masked.push(shown);
        }
    }
    let letters = masked.bytes().filter(u8::is_ascii_alphabetic).count();
    (letters >= 3 && masked.contains('?')).then_some(masked)
}

/// Returns whether a text contains a number that may be a code, even a short or misread one: `UPC: 720642442525`,
/// `Barcode 12345`. The lengths in `EAN-13` and `UPC/EAN (12/13)` do not count.
fn holds_number(text: &str) -> bool {
    let longest = text.split(|c: char| !c.is_numeric()).map(|run| run.chars().count()).max().unwrap_or(0);
    longest >= 5 || text.chars().filter(|c| c.is_numeric()).count() >= 8
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

/// Returns whether the whole name means a quantity, or the quantity in one shop. A unit may follow in parentheses
/// (`Menge (Stück)`).
fn is_quantity_name(name: &str, whole: &str) -> bool {
    let words = split_words(name);
    let counts_parts = words.iter().any(|word| PART_WORDS.contains(&word.as_str()));
    // `Stock #` means serial numbers, but `Qty #` is a quantity.
    let is_number = ends_with_number_sign(name) && !words.iter().any(|word| QUANTITY_WORDS.contains(&word.as_str()));
    if counts_parts || is_number || name.trim_end().ends_with('?') {
        return false;
    }
    let known = |text: &str| QUANTITY_NAMES.contains(&text);
    let is_remark = |text: &str| matches!(text, "required" | "optional" | "mandatory" | "not editable" | "current");
    let is_any_known = || name.contains('/') && name.split('/').all(|part| known(&split_words(part).join(" ")));
    if known(whole) || is_outlet_stock_name(name) || is_any_known() {
        return true;
    }
    let outside = |open: char, close: char| {
        let (before, rest) = name.split_once(open)?;
        let (inside, after) = rest.split_once(close)?;
        Some((split_words(&format!("{before} {after}")).join(" "), split_words(inside).join(" ")))
    };
    outside('(', ')').is_some_and(|(name, unit)| known(&name) && (known(&unit) || is_remark(&unit)))
}

fn contains_words(whole: &str, name: &str) -> bool {
    format!(" {whole} ").contains(&format!(" {name} "))
}

/// Splits a name into lower-case words: `QtyInStock` has three. `EAN-13`, `ean_13` and `EAN13` are the single word
/// `ean`; `P:UPC` is `p` and `upc`.
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
