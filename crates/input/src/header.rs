//! What the names in a header line say: which column holds codes, which one holds quantities.

/// How clearly a name says it. `UPC Code` says nothing else; `Product UPC` says it among other things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HeaderMatch {
    NoMatch,
    Partial,
    Exact,
}

const CODE_WORDS: &[&str] =
    &["upc", "upcs", "upca", "barcode", "barcodes", "ean", "eans", "gtin", "gtins", "strichcode"];
const QUANTITY_WORDS: &[&str] = &["qty", "quantity", "quantities", "copies", "anzahl", "menge"];
/// Words that add nothing to the ones above.
const FILLER_WORDS: &[&str] =
    &["a", "e", "code", "codes", "number", "numbers", "no", "nr", "nummer", "or", "the", "of", "ucc"];
/// `Barcode type`, `UPC image`, `EAN count`: about codes, but not codes.
const NOT_CODE_WORDS: &[&str] =
    &["type", "format", "status", "image", "url", "count", "valid", "description", "source", "qty"];
/// `Track count`, `Disc count`: these count something else, so `count` must stand alone.
const STANDALONE_QUANTITY_WORDS: &[&str] = &["count", "copy", "stück"];

/// Whether a column of this name holds codes.
pub(super) fn match_code_header(name: &str) -> HeaderMatch {
    let message = split_words(name);
    if message.iter().any(|w| NOT_CODE_WORDS.contains(&w.as_str())) {
        return HeaderMatch::NoMatch;
    }
    match_words(&message, CODE_WORDS)
}

/// Whether a column of this name holds quantities.
pub(super) fn match_quantity_header(name: &str) -> HeaderMatch {
    let message = split_words(name);
    match message.as_slice() {
        [word] if STANDALONE_QUANTITY_WORDS.contains(&word.as_str()) => HeaderMatch::Exact,
        _ => match_words(&message, QUANTITY_WORDS),
    }
}

fn match_words(message: &[String], wanted: &[&str]) -> HeaderMatch {
    let is_wanted = |word: &String| wanted.contains(&word.as_str());
    match () {
        () if !message.iter().any(is_wanted) => HeaderMatch::NoMatch,
        () if message.iter().all(|w| is_wanted(w) || FILLER_WORDS.contains(&w.as_str())) => HeaderMatch::Exact,
        () => HeaderMatch::Partial,
    }
}

/// Lower-case words; `EAN-13`, `ean_13` and `EAN13` are one word, and `Bar Code` is `barcode`.
fn split_words(name: &str) -> Vec<String> {
    let mut message: Vec<String> = Vec::new();
    for word in name.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        match message.last_mut() {
            _ if word.is_empty() => {}
            Some(last) if last == "bar" && word.starts_with("code") => last.push_str(word),
            _ => message.push(word.to_owned()),
        }
    }
    message
}
