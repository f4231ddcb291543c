//! The index keys under which a release is found.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use domain::upc::Upc;

use super::format::CatalogRecord;

/// Bits of a key in the index. If two texts have the same key, the release is read to distinguish them.
pub(crate) const KEY_BITS: u32 = 48;

/// Maximum words per release in the index; a compilation can name a hundred artists.
const MAX_WORDS: usize = 24;

/// A hashed index key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexKey(pub(crate) u64);

impl IndexKey {
    pub(crate) fn for_barcode(upc: Upc) -> Self {
        Self::hash(b'b', &upc.number().to_le_bytes())
    }

    pub(crate) fn for_release(id_bytes: &[u8]) -> Self {
        Self::hash(b'i', id_bytes)
    }

    pub(crate) fn for_discogs_link(id: u64) -> Self {
        Self::hash(b'd', &id.to_le_bytes())
    }

    pub(crate) fn for_catalog_number(normalized: &str) -> Self {
        Self::hash(b'c', normalized.as_bytes())
    }

    pub(crate) fn for_word(word: &str) -> Self {
        Self::hash(b'w', word.as_bytes())
    }

    /// Computes FNV-1a (Fowler, Noll, Vo) with a final mix. Part of the file format; must not change.
    fn hash(kind: u8, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = std::iter::once(&kind).chain(bytes).fold(0xcbf2_9ce4_8422_2325, step);
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(mixed >> (64 - KEY_BITS))
    }
}

/// Returns a catalog number in lowercase without blanks and punctuation, so that `SHVL 804` and `shvl-804` are equal.
pub(crate) fn normalize_catalog_number(text: &str) -> String {
    fold_case(text).filter(|c| c.is_alphanumeric()).collect()
}

/// Returns the words of a text in lowercase and without accents.
pub(crate) fn split_words(text: &str) -> Vec<String> {
    // An apostrophe does not end a word: "don't" becomes "dont".
    let folded: String = fold_case(text).filter(|c| !matches!(c, '\'' | '\u{2019}')).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the words of a query. "and" is left out unless it is the only word, because a title may have "&" instead.
pub(crate) fn query_words(text: &str) -> Vec<String> {
    let mut words = split_words(text);
    if words.iter().any(|word| word != "and") {
        words.retain(|word| word != "and");
    }
    words
}

/// Returns the words of artists and title without repetitions.
pub(crate) fn record_words(record: &impl CatalogRecord) -> Vec<String> {
    let mut words = Vec::new();
    for word in record.names().flat_map(split_words) {
        if !words.contains(&word) && words.len() < MAX_WORDS {
            words.push(word);
        }
    }
    words
}

/// Returns the normalized catalog numbers of a release without repetitions.
pub(crate) fn record_catalog_numbers(record: &impl CatalogRecord) -> Vec<String> {
    let mut numbers = Vec::new();
    for number in record.catalog_numbers().map(normalize_catalog_number) {
        if !number.is_empty() && number != "none" && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

fn fold_case(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase)
}
