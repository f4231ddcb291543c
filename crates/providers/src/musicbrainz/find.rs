//! Builds the Lucene query for a manual search.

/// Maximum words in a query; more words do not improve the search.
const MAX_WORDS: usize = 12;

/// Builds a query for a catalog number, or for the words of artist and title in any order; `None` for a text without
/// words. Fields: musicbrainz.org/doc/MusicBrainz_API/Search#Release.
pub(super) fn build_query(text: &str) -> Option<String> {
    // Lowercase words of letters and digits need no escaping and are never operators.
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MAX_WORDS);
    let words = words.map(|word| format!("(release:{word} OR artist:{word} OR creditname:{word})")).collect::<Vec<_>>();
    let phrase = text.trim().replace(['\\', '"'], " ");
    (!words.is_empty()).then(|| format!("catno:\"{phrase}\" OR ({})", words.join(" AND ")))
}
