//! Finds the quantity that a text line states next to a code: `2x CODE`, `CODE Nevermind (2 copies)`, `CODE qty: 2`.
//!
//! A bare number is not sufficient: if it could be a quantity, the line is rejected with that reason.

use super::header::ColumnRole;
use super::header_words::{PART_WORDS, QUANTITY_WORDS};
use super::quantity::{MAX_BARE_NUMBER_DIGITS, parse_stated_quantity};

/// Characters between a code, a quantity and a title.
const SEPARATORS: [char; 18] =
    [',', ';', '|', ':', '-', '=', '>', '<', '^', '~', '/', '"', '\'', ' ', '&', '\\', '{', '}'];

/// Words after a number that count copies, even next to a title. Words for pieces of music are not included.
#[rustfmt::skip]
const COUNT_WORDS: &[&str] = &[
    "copies", "copy", "pcs", "pc", "units", "unit", "stück", "stueck", "stk", "exemplare", "exemplar", "exemplaires", "exemplaire",
    "unidades", "uds", "ejemplares", "ejemplar", "copie", "stuks", "stuk", "sztuk", "sztuki", "sztuka", "szt", "個", "点",
    "available", "verfügbar", "vorrätig", "disponibles", "disponibili", "beschikbaar",
];

/// Words that count copies only if nothing but a number precedes them. Next to a title they may be part of it.
#[rustfmt::skip]
const MORE_COUNT_WORDS: &[&str] = &["piece", "pieces", "pièces", "pce", "ea", "each", "pz", "pezzi", "pezzo", "unidad", "ud", "枚", "本"];

/// Words after a number that may count copies, or be a grade or an abbreviation.
const UNCLEAR_COUNT_WORDS: &[&str] = &["ex", "st"];

/// Written numbers that count copies if they stand alone.
#[rustfmt::skip]
const NUMBER_WORDS: &[&str] = &[
    "two", "three", "four", "five", "six", "ten", "twice", "double", "zwei", "drei", "vier", "zweimal", "deux", "trois", "dos", "tres",
    "due", "tre", "twee", "drie", "dwa", "trzy",
];

/// Further written numbers. Alone, they are more likely to be a title.
#[rustfmt::skip]
const MORE_NUMBER_WORDS: &[&str] = &[
    "seven", "eight", "nine", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "quatre", "cinq", "cuatro", "cinco", "quattro", "cinque",
    "vijf", "dwie", "cztery", "pięć",
];

/// Grades that may follow the number of copies with this grade: `2 NM + 1 VG`.
const GRADE_WORDS: &[&str] = &[
    "m", "nm", "m-", "ex", "ex+", "ex-", "vg++", "vg+", "vg", "vg-", "g+", "g", "g-", "f", "p", "ss", "sealed", "mint",
];

/// Words next to which a number counts the copies of a whole edition: `limited to 500 copies`.
#[rustfmt::skip]
const EDITION_WORDS: &[&str] = &[
    "limited", "ltd", "edition", "pressed", "pressing", "numbered", "worldwide", "limitiert", "limitierte", "auflage", "nummeriert",
    "limité", "limitée", "limités", "tirage", "numérotés", "limitada", "limitado", "edición", "tirada", "numerados", "limitata", "limitato",
    "edizione", "tiratura", "gelimiteerd", "oplage", "limitowana", "nakład", "upplaga", "oplag", "opplag", "limitovaná", "náklad", "限定",
];

/// Words for several pieces, before `of` and a number.
const GROUP_WORDS: &[&str] = &["lot", "set", "box", "pack", "bundle", "bag", "batch", "stack", "case"];

/// Words between a number of pieces and their price.
const FOR_WORDS: &[&str] = &["for", "für", "fuer", "pour", "por", "per", "voor", "za", "för"];

/// Words next to which a number may count other copies than those for sale.
#[rustfmt::skip]
const OTHER_COUNT_WORDS: &[&str] = &[
    "sold", "ordered", "need", "needed", "want", "wanted", "max", "min", "only", "pack", "set", "boxset", "verkauft", "bestellt", "vendu",
    "vendus", "vendidos", "venduti", "verkocht",
];

/// Returns the quantity before a code. `1.`, `1)`, `1:` and `#1` are line numbers, and so is a bare number if
/// `is_numbered`.
///
/// # Errors
/// Returns a message if a number may or may not be a quantity.
pub(super) fn quantity_before(before: &str, is_numbered: bool) -> Result<Option<u32>, String> {
    if is_numbered && leading_number(before).is_some() {
        return Ok(None);
    }
    let text = before.trim().trim_end_matches(['"', '\'', '(', '[', '<', '>']).trim();
    let text =
        text.strip_suffix(" of").or_else(|| text.strip_suffix(" von")).map_or(text.to_owned(), |n| format!("{n}x"));
    if let Some(copies) = parse_stated_quantity(&text, &[COUNT_WORDS, MORE_COUNT_WORDS]) {
        return Ok(Some(copies));
    }
    let number = text.trim_end_matches([',', ';', '|', ' ', '-', '=', '^', '~']);
    if is_bare_number(number) || is_large_count(number) {
        return Err(format!("{number:?} before the code is a quantity or a line number: write {number}x or {number}."));
    }
    find_stated(text.trim_matches(SEPARATORS), "before")
}

/// Returns the quantity after a code. Five digits, or two that begin with zero, are an add-on of the barcode. Other two
/// digits may also be a quantity.
///
/// # Errors
/// Returns a message if a number may or may not be a quantity.
pub(super) fn quantity_after(after: &str) -> Result<Option<u32>, String> {
    let is_add_on = |text: &str| {
        let fits = text.len() == 5 || text.len() == 2 && text.starts_with('0');
        fits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if is_add_on(after.trim_matches([' ', '+', '-', '"', '\''])) && after.starts_with([' ', '+', '-']) {
        return Ok(None);
    }
    let text = after.trim_matches(SEPARATORS);
    if let Some(copies) = parse_stated_quantity(text, &[COUNT_WORDS, MORE_COUNT_WORDS]) {
        return Ok(Some(copies));
    }
    let number = text.trim_start_matches('+');
    if is_bare_number(number) || is_large_count(number) {
        return Err(format!(
            "{number:?} after the code may be a quantity: write x{number}, or name the columns in a first line"
        ));
    }
    match text.split_once(['@', '/']).filter(|(number, _)| is_bare_number(number.trim())) {
        Some((number, price)) if text.contains('@') && price.contains(|c: char| c.is_ascii_digit()) => {
            Ok(number.trim().parse().ok().filter(|copies| *copies > 0))
        }
        Some(_) => Err(format!("{text:?} after the code may be a quantity: write x2, x3 and so on")),
        None => find_stated(text, "after"),
    }
}

/// Returns the quantity on a line that states nothing else: `Qty: 2`, `"qty": 2,`, `x3`, `2 Stück`. A number in brackets
/// is not sufficient.
pub(super) fn lone_quantity(text: &str) -> Option<u32> {
    let text = text.trim_matches(SEPARATORS);
    let text = text.replace(['"', '\''], "");
    if text.starts_with(['(', '[']) {
        return None;
    }
    let labelled = || text.split_once([':', '=']).filter(|(label, _)| names_quantity(label)).and(find_labelled(&text));
    parse_stated_quantity(&text, &[COUNT_WORDS, MORE_COUNT_WORDS]).or_else(labelled)
}

/// Returns the number before a code if there is nothing else: `1`, `(1)`, `001:`.
pub(super) fn leading_number(before: &str) -> Option<u32> {
    let text = before.trim_matches(|c: char| !c.is_alphanumeric());
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Returns whether a text is a number of up to three digits.
pub(super) fn is_bare_number(text: &str) -> bool {
    (1..=MAX_BARE_NUMBER_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a text is a number from 1,000 that may be a quantity. Four digits from 1900 to 2099 are a year.
fn is_large_count(text: &str) -> bool {
    let grouped =
        text.split_once([',', '.', '\'']).filter(|(thousands, rest)| is_bare_number(thousands) && rest.len() == 3);
    let digits = grouped.map_or_else(|| text.to_owned(), |(thousands, rest)| format!("{thousands}{rest}"));
    let is_number = matches!(digits.len(), 4..=6) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (grouped.is_some() || digits.len() == 4 && !matches!(&digits[..2], "19" | "20"))
}

/// Finds a quantity among other words. `side` is the position of the text relative to the code, for the error.
fn find_stated(text: &str, side: &str) -> Result<Option<u32>, String> {
    let unclear = || Err(format!("{text:?} {side} the code may be a quantity: write x2, x3 and so on"));
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if is_unclear(text) || names_group(&words) || names_price_of_several(&words) {
        return unclear();
    }
    if states_zero(&words) {
        return Err("the quantity is 0".to_owned());
    }
    let says = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let parts = text.split(" - ").flat_map(|part| part.split([',', ';', '|', '(', ')', '[', ']']));
    let stated = parts.map(str::trim).find_map(|part| parse_stated_quantity(part, &[COUNT_WORDS]));
    match (stated.or_else(|| find_multiplied(text)), find_counted(&words).or_else(|| find_labelled(text))) {
        (Some(_), _) if find_multiplied(text).is_none() && says(EDITION_WORDS) => unclear(),
        (None, Some(_)) if says(EDITION_WORDS) => Ok(None),
        (None, Some(_)) if says(OTHER_COUNT_WORDS) => unclear(),
        (stated, counted) => Ok(stated.or(counted)),
    }
}

/// Returns whether the words name several pieces, which may be copies or parts: `lot of 3`, `set of 2`, `dozen`.
fn names_group(words: &[&str]) -> bool {
    let is_counted =
        |of: &[&str]| matches!(of, [group, "of", number] if GROUP_WORDS.contains(group) && is_bare_number(number));
    matches!(words, ["dozen" | "pair"]) || words.windows(3).any(is_counted)
}

/// Returns whether the words state a price of several pieces: `3 for $10`, `2 für 5`.
fn names_price_of_several(words: &[&str]) -> bool {
    let starts_with_digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    words
        .windows(3)
        .any(|of| is_bare_number(of[0]) && of[0] != "1" && FOR_WORDS.contains(&of[1]) && starts_with_digit(of[2]))
}

/// Returns whether the words state that there is no copy: `qty: 0`, `0 copies`, `x0`.
fn states_zero(words: &[&str]) -> bool {
    let is_zero_of = |pair: &[&str]| match pair {
        ["0", unit] => COUNT_WORDS.contains(unit),
        [label, "0"] => QUANTITY_WORDS.contains(label),
        _ => false,
    };
    matches!(words, ["x0" | "0x"]) || words.windows(2).any(is_zero_of)
}

/// Returns whether a text may state a quantity in another form than a number with a symbol or a word: `two`,
/// `two copies`, `3 ex`, `2 NM + 1 VG`, `2 x 12"`.
fn is_unclear(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '/' | '(' | ')' | '.' | ':');
    let words: Vec<&str> = lower.split(is_separator).flat_map(split_at_plus).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &str| NUMBER_WORDS.contains(&word) || MORE_NUMBER_WORDS.contains(&word);
    let counts = |number: &str, unit: &str| is_number(number) && COUNT_WORDS.contains(&unit);
    match words.as_slice() {
        [] | ["1", _] => false,
        [only] => NUMBER_WORDS.contains(only),
        [first, second, ..] if counts(first, second) => true,
        [.., last_but_one, last] if counts(last_but_one, last) => true,
        [one, "x" | "×", other] => is_bare_number(one) && is_bare_number(other),
        [number, word] => {
            is_number(number) && MORE_COUNT_WORDS.contains(word) || is_bare_number(number) && is_graded(number, word)
        }
        all => all.chunks(2).all(|pair| matches!(pair, [number, word] if is_graded(number, word))),
    }
}

/// Splits `nm+1` at its plus sign, but not `vg+`.
fn split_at_plus(word: &str) -> [&str; 2] {
    let plus =
        word.rfind('+').filter(|at| at + 1 == word.len() || word[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    match plus {
        Some(at) if word.len() == 1 || at + 1 < word.len() => [&word[..at], &word[at + 1..]],
        _ => [word, ""],
    }
}

/// Returns whether a number counts copies with the grade after it: `2 NM`, `2x VG+`.
fn is_graded(number: &str, word: &str) -> bool {
    is_bare_number(number.trim_end_matches('x')) && (GRADE_WORDS.contains(&word) || UNCLEAR_COUNT_WORDS.contains(&word))
}

/// Returns the number in `2x`, `x2` or `x 2` at the beginning or end of a text. `2x LP` and `2 x 12"` count the records of a
/// single item.
fn find_multiplied(text: &str) -> Option<u32> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', ':', '(', ')', '[', ']'])).collect();
    let multiplied = |word: &&str| {
        let number = word.strip_suffix(['x', 'X', '×']).or_else(|| word.strip_prefix(['x', 'X', '×']))?;
        is_bare_number(number).then(|| number.parse().ok())?
    };
    let counts_parts = words.get(1).is_some_and(|word| PART_WORDS.contains(&word.to_lowercase().as_str()));
    let first = words.first().filter(|_| !counts_parts).and_then(multiplied);
    let spaced = |pair: Option<&[&str]>| match pair {
        Some(["x" | "×", number]) if is_bare_number(number) => number.parse().ok(),
        _ => None,
    };
    let counts_spaced_parts = words.get(2).is_some_and(|word| PART_WORDS.contains(&word.to_lowercase().as_str()));
    let is_product = words.len().checked_sub(3).is_some_and(|at| is_bare_number(words[at]));
    first
        .or_else(|| words.last().and_then(multiplied))
        .or_else(|| spaced(words.get(..2)).filter(|_| !counts_spaced_parts))
        .or_else(|| spaced(words.len().checked_sub(2).and_then(|at| words.get(at..))).filter(|_| !is_product))
        .filter(|copies| *copies > 0)
}

/// Returns the number after the name of a quantity and a sign: `count=2`, `Nevermind, in stock: 3`.
fn find_labelled(text: &str) -> Option<u32> {
    let parts = text.split([',', ';', '|', '(', ')', '[', ']']).filter_map(|part| part.split_once([':', '=']));
    let number = parts.filter(|(label, _)| names_quantity(label)).map(|(_, number)| number.trim_matches(SEPARATORS));
    number.filter(|number| is_bare_number(number)).find_map(|number| number.parse().ok()).filter(|copies| *copies > 0)
}

/// Returns whether a text or its last word is the name of a quantity column. `Disc count` counts the parts of an item.
fn names_quantity(label: &str) -> bool {
    let is_quantity = |name: &str| ColumnRole::from_name(name) == ColumnRole::Quantity;
    let lower = label.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let counts_copies = !words.iter().any(|word| PART_WORDS.contains(word) || OTHER_COUNT_WORDS.contains(word));
    counts_copies && (is_quantity(label) || words.last().is_some_and(|word| is_quantity(word)))
}

/// Returns the number next to a word that counts copies, in lower-case words: `qty: 2` anywhere, `2 copies` at the beginning or end.
fn find_counted(words: &[&str]) -> Option<u32> {
    let pairs = words.windows(2).enumerate();
    let last = words.len().saturating_sub(2);
    let number = pairs.into_iter().find_map(|(at, pair)| match pair {
        [label, number] if QUANTITY_WORDS.contains(label) => Some(*number),
        [number, unit] if (at == 0 || at == last) && COUNT_WORDS.contains(unit) => Some(*number),
        _ => None,
    })?;
    is_bare_number(number).then(|| number.parse().ok())?.filter(|copies| *copies > 0)
}
