//! The query of a search by hand, in the syntax of Lucene.

/// Maximum words of a query; more tell releases apart no better.
const MAX_WORDS: usize = 12;

/// Builds a query for a catalog number, or the words of artist and title in any order; `None` for a text without words. The
/// fields: musicbrainz.org/doc/MusicBrainz_API/Search#Release.
pub(super) fn build_query(text: &str) -> Option<String> {
    // Words of letters and digits in lower case need no escape and are no operators.
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MAX_WORDS);
    let words = words.map(|word| format!("(release:{word} OR artist:{word} OR creditname:{word})")).collect::<Vec<_>>();
    let phrase = text.trim().replace(['\\', '"'], " ");
    (!words.is_empty()).then(|| format!("catno:\"{phrase}\" OR ({})", words.join(" AND ")))
}
