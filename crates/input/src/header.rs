//! Recognizes the code column and the quantity column by their names in a header.

/// How well a column name matches. `UPC Code` is exact; `Product UPC` is partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HeaderMatch {
    NoMatch,
    Partial,
    Exact,
}

const CODE_WORDS: &[&str] =
    &["upc", "upcs", "upca", "barcode", "barcodes", "ean", "eans", "gtin", "gtins", "strichcode"];
const QUANTITY_WORDS: &[&str] = &["qty", "quantity", "quantities", "copies", "anzahl", "menge"];
/// Words that do not change the meaning of the ones above.
const FILLER_WORDS: &[&str] =
    &["a", "e", "code", "codes", "number", "numbers", "no", "nr", "nummer", "or", "the", "of", "ucc"];
/// Words of columns about codes that hold no codes: `Barcode type`, `UPC image`, `EAN count`.
const NOT_CODE_WORDS: &[&str] =
    &["type", "format", "status", "image", "url", "count", "valid", "description", "source", "qty"];
/// Words that mean a quantity only if they stand alone: `Track count` counts something else.
const STANDALONE_QUANTITY_WORDS: &[&str] = &["count", "copy", "stück"];

/// Rates whether a column with this name holds codes.
pub(super) fn match_code_header(name: &str) -> HeaderMatch {
    let words = split_words(name);
    if words.iter().any(|w| NOT_CODE_WORDS.contains(&w.as_str())) {
        return HeaderMatch::NoMatch;
    }
    match_words(&words, CODE_WORDS)
}

/// Rates whether a column with this name holds quantities.
pub(super) fn match_quantity_header(name: &str) -> HeaderMatch {
    let words = split_words(name);
    match words.as_slice() {
        [word] if STANDALONE_QUANTITY_WORDS.contains(&word.as_str()) => HeaderMatch::Exact,
        _ => match_words(&words, QUANTITY_WORDS),
    }
}

fn match_words(words: &[String], wanted: &[&str]) -> HeaderMatch {
    let is_wanted = |word: &String| wanted.contains(&word.as_str());
    match () {
        () if !words.iter().any(is_wanted) => HeaderMatch::NoMatch,
        () if words.iter().all(|w| is_wanted(w) || FILLER_WORDS.contains(&w.as_str())) => HeaderMatch::Exact,
        () => HeaderMatch::Partial,
    }
}

/// Splits a name into lower-case words; `EAN-13`, `ean_13` and `EAN13` are one word, and `Bar Code` is `barcode`.
fn split_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in name.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        match words.last_mut() {
            _ if word.is_empty() => {}
            Some(last) if last == "bar" && word.starts_with("code") => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}
