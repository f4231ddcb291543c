//! The quantity that a line of text states beside a code: `2x CODE`, `CODE Nevermind (2 copies)`, `CODE qty: 2`.
//!
//! A bare number is not proof: if it could be a quantity, the line is rejected with that reason.

use super::header_words::PART_WORDS;
use super::quantity::parse_stated_quantity;

/// Longest number beside a code that could be its quantity.
const MAX_BARE_NUMBER_DIGITS: usize = 3;

/// Signs between a code, a quantity and a title.
const SEPARATORS: [char; 14] = [',', ';', '|', ':', '-', '=', '>', '<', '^', '~', '/', '"', '\'', ' '];

/// Words before a number that make a quantity of it, wherever they stand.
const QUANTITY_WORDS: &[&str] =
    &["qty", "quantity", "menge", "anzahl", "stückzahl", "quantité", "qté", "cantidad", "quantità", "aantal", "ilość"];

/// Words after a number that make a quantity of it at the beginning or the end of a text.
const COUNT_WORDS: &[&str] = &[
    "copies",
    "copy",
    "pcs",
    "pieces",
    "units",
    "stück",
    "stk",
    "exemplare",
    "exemplaires",
    "unidades",
    "ejemplares",
    "pezzi",
    "stuks",
    "sztuk",
    "sztuki",
    "szt",
];

/// Numbers in words.
const NUMBER_WORDS: &[&str] = &[
    "two", "three", "four", "five", "six", "ten", "twice", "double", "zwei", "drei", "vier", "zweimal", "deux",
    "trois", "dos", "tres", "due", "tre", "twee", "drie", "dwa", "trzy",
];

/// Returns the quantity before a code. `1.`, `1)`, `1:` and `#1` number the lines, and so does a bare number if `is_numbered`.
///
/// # Errors
/// Returns why a number may be a quantity or not.
pub(super) fn quantity_before(before: &str, is_numbered: bool) -> Result<Option<u32>, String> {
    if is_numbered && leading_number(before).is_some() {
        return Ok(None);
    }
    let text = before.trim().trim_end_matches(['"', '\'', '(', '[', '<', '>']).trim();
    let text =
        text.strip_suffix(" of").or_else(|| text.strip_suffix(" von")).map_or(text.to_owned(), |n| format!("{n}x"));
    if let Some(copies) = parse_stated_quantity(&text) {
        return Ok(Some(copies));
    }
    let number = text.trim_end_matches([',', ';', '|', ' ', '-', '=', '^', '~']);
    if is_bare_number(number) {
        return Err(format!("{number:?} before the code is a quantity or a line number: write {number}x or {number}."));
    }
    find_stated(text.trim_matches(SEPARATORS), "before")
}

/// Returns the quantity after a code. Two or five digits are an add-on.
///
/// # Errors
/// Returns why a number may be a quantity or not.
pub(super) fn quantity_after(after: &str) -> Result<Option<u32>, String> {
    let is_add_on = |text: &str| matches!(text.len(), 2 | 5) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_add_on(after.trim_matches([' ', '+', '-', '"', '\''])) && after.starts_with([' ', '+', '-']) {
        return Ok(None);
    }
    let text = after.trim_matches(SEPARATORS);
    if let Some(copies) = parse_stated_quantity(text) {
        return Ok(Some(copies));
    }
    let number = text.trim_start_matches('+');
    if is_bare_number(number) {
        return Err(format!(
            "{number:?} after the code may be a quantity: write x{number}, or name the columns in a first line"
        ));
    }
    find_stated(text, "after")
}

/// Returns the number before a code if nothing else is there: `1`, `(1)`, `001:`.
pub(super) fn leading_number(before: &str) -> Option<u32> {
    let text = before.trim_matches(|c: char| !c.is_alphanumeric());
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Returns whether a text is a number of up to three digits.
pub(super) fn is_bare_number(text: &str) -> bool {
    (1..=MAX_BARE_NUMBER_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Finds a quantity among other words.
fn find_stated(text: &str, side: &str) -> Result<Option<u32>, String> {
    if NUMBER_WORDS.contains(&text.to_lowercase().as_str()) {
        return Err(format!("{text:?} {side} the code may be a quantity: write x2, x3 and so on"));
    }
    let parts = text.split(" - ").flat_map(|part| part.split([',', ';', '|', '(', ')', '[', ']']));
    let stated = parts.map(str::trim).find_map(parse_stated_quantity);
    Ok(stated.or_else(|| find_multiplied(text)).or_else(|| find_counted(text)))
}

/// Returns the number of `2x` or `x2` at the beginning or the end of a text. `2x LP` counts records of one item.
fn find_multiplied(text: &str) -> Option<u32> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', ':', '(', ')', '[', ']'])).collect();
    let multiplied = |word: &&str| {
        let number = word.strip_suffix(['x', 'X', '×']).or_else(|| word.strip_prefix(['x', 'X', '×']))?;
        is_bare_number(number).then(|| number.parse().ok())?
    };
    let counts_parts = words.get(1).is_some_and(|word| PART_WORDS.contains(&word.to_lowercase().as_str()));
    let first = words.first().filter(|_| !counts_parts).and_then(multiplied);
    first.or_else(|| words.last().and_then(multiplied)).filter(|copies| *copies > 0)
}

/// Returns the number beside a word that counts copies: `qty: 2` anywhere, `2 copies` at the beginning or the end.
fn find_counted(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let pairs = words.windows(2).enumerate();
    let last = words.len().saturating_sub(2);
    let number = pairs.into_iter().find_map(|(at, pair)| match pair {
        [label, number] if QUANTITY_WORDS.contains(label) => Some(*number),
        [number, unit] if (at == 0 || at == last) && COUNT_WORDS.contains(unit) => Some(*number),
        _ => None,
    })?;
    is_bare_number(number).then(|| number.parse().ok())?.filter(|copies| *copies > 0)
}
