//! Parses quantities as people and spreadsheets write them.

use domain::barcode::normalize_text;

use super::header_words::QUANTITY_WORDS;
use super::text::{NO_STORED_VALUE, STORE_VALUES_ADVICE, excerpt};

/// Maximum number of digits of a number next to a code that could be its quantity.
pub(super) const MAX_BARE_NUMBER_DIGITS: usize = 3;

/// Maximum quantity in one row. A larger number is a price, a year or another code.
const MAX_COPIES: u32 = 10_000;

/// Words and symbols that count copies next to a number: `3 pcs`, `2 Stk.`, `x2`.
const UNIT_WORDS: &[&str] = &[
    "x",
    "×",
    "*",
    "pc",
    "pcs",
    "piece",
    "pieces",
    "unit",
    "units",
    "copy",
    "copies",
    "ea",
    "each",
    "st",
    "stk",
    "stück",
    "stueck",
    "ex",
    "exemplaire",
    "exemplaires",
    "exemplar",
    "exemplare",
    "pce",
    "pièces",
    "ud",
    "uds",
    "unidad",
    "unidades",
    "pz",
    "pezzi",
    "pezzo",
    "stuks",
    "stuk",
    "szt",
    "sztuk",
    "sztuka",
    "sztuki",
    "枚",
    "個",
    "点",
    "本",
    "qty",
    "quantity",
    "menge",
    "anzahl",
];

/// Parses a field that holds only a quantity. An empty field means one copy.
///
/// # Errors
/// Returns the reason why the text is not a quantity.
pub(super) fn parse_quantity(text: &str) -> Result<u32, String> {
    if text.len() == 1 && matches!(text.as_bytes()[0], b'1'..=b'9') {
        return Ok(u32::from(text.as_bytes()[0] - b'0'));
    }
    let normal = normalize_text(text);
    let number = normal.trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    if number.is_empty() {
        return Ok(1);
    }
    if number == NO_STORED_VALUE {
        return Err(format!("the quantity is a {NO_STORED_VALUE}: {STORE_VALUES_ADVICE}"));
    }
    match strip_decimals(strip_units(number)).map(str::parse) {
        Some(Ok(copies @ 1..=MAX_COPIES)) => Ok(copies),
        Some(Ok(0)) => Err("the quantity is 0".to_owned()),
        _ => Err(format!("the quantity {:?} is not a whole number from 1 to 10,000", excerpt(text))),
    }
}

/// Returns whether a field is a number of copies, including zero and negative numbers.
pub(super) fn is_count(text: &str) -> bool {
    let normal = normalize_text(text);
    let number = strip_decimals(strip_units(normal.as_ref()));
    number.is_some_and(|number| number.parse::<i32>().is_ok())
}

/// Symbols and words that turn a following number in a text line into a quantity. Other words, such as a grade or a
/// title, may precede any number.
const SIGNS: &[&str] = &["x", "×", "*", "pcs", "stk", "copies"];

/// Returns the quantity stated next to a code: `2x`, `(2)`, `qty: 3`, `2 copies`. A bare number states none. `units`
/// are the words that may follow the number.
pub(super) fn parse_stated_quantity(text: &str, units: &[&[&str]]) -> Option<u32> {
    let text = text.trim();
    let in_brackets = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let inner = in_brackets('(', ')').or_else(|| in_brackets('[', ']'));
    let is_label = |word: &str| SIGNS.contains(&word) || QUANTITY_WORDS.contains(&word);
    let is_unit = |word: &str| is_label(word) || units.iter().any(|units| units.contains(&word));
    let strip = |text| strip_words(text, &is_label, &is_unit);
    let number = match inner.map(str::trim) {
        // More digits are a year: `(1991)`.
        Some(inner) if inner.len() > MAX_BARE_NUMBER_DIGITS && inner.bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        Some(inner) => strip(inner),
        None => Some(strip(text)).filter(|_| text.contains(|c: char| c.is_alphabetic() || matches!(c, '×' | '*')))?,
    };
    number.parse().ok().filter(|copies| (1..=MAX_COPIES).contains(copies))
}

/// Returns the number in a quantity field, without the word or symbol that counts it.
fn strip_units(text: &str) -> &str {
    let is_unit = |word: &str| UNIT_WORDS.contains(&word);
    strip_words(text, &is_unit, &is_unit)
}

/// Returns the number without known words before and after it, or the unchanged text if it contains another word.
fn strip_words<'a>(text: &'a str, is_label: &dyn Fn(&str) -> bool, is_unit: &dyn Fn(&str) -> bool) -> &'a str {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-');
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let start = start - usize::from(text[..start].ends_with('-'));
    let number = &text[start..];
    let end = number.find(|c: char| !is_number(c)).unwrap_or(number.len());
    let (number, after) = number.split_at(end);
    let is_known = |word: &str, is_word: &dyn Fn(&str) -> bool| {
        let word = word.trim().trim_matches(['.', ':', '=', ' ']).to_lowercase();
        word.is_empty() || is_word(&word)
    };
    let number = number.trim_end_matches('.');
    if is_known(&text[..start], is_label) && is_known(after, is_unit) { number } else { text }
}

/// Returns the whole part if all decimals are zero: `2.0`, `1,00`. A separator before exactly three zeros may group
/// thousands, so such a number is not accepted.
fn strip_decimals(number: &str) -> Option<&str> {
    let zeros = |part: &str| part.bytes().all(|byte| byte == b'0');
    match (number.split_once('.'), number.split_once(',')) {
        (Some((whole, part)), None) | (None, Some((whole, part))) if zeros(part) && part.len() != 3 => Some(whole),
        (None, None) => Some(number),
        _ => None,
    }
}

/// Returns a number whose point is certainly a decimal point: three decimals become four, because a point before
/// exactly three digits may group thousands.
pub(super) fn with_certain_decimals(number: String) -> String {
    match number.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => number + "0",
        _ => number,
    }
}
