//! The form of a text in which spellings are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns the text in lower case, without accents, punctuation and a leading `the`, and with `&` as `and`.
pub(super) fn fold_text(text: &str) -> String {
    let plain = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase()
    };
    let plain = plain.replace('&', " and ");
    let message = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    match message.as_slice() {
        ["the", rest @ ..] if !rest.is_empty() => rest.join(" "),
        all => all.join(" "),
    }
}
