//! Compares the artist and title in the list with the release of the barcode.

use std::collections::BTreeSet;

use super::super::provider_release::ProviderRelease;
use super::super::seller_data::SellerData;
use super::fold_text::fold_text;
use super::verdict::{Match, Verdict};

/// Words that do not help to identify an album.
const GENERIC_WORDS: [&str; 31] = [
    "album",
    "and",
    "artist",
    "artists",
    "audio",
    "box",
    "cassette",
    "compact",
    "condition",
    "disc",
    "discs",
    "edition",
    "feat",
    "good",
    "import",
    "limited",
    "mint",
    "music",
    "new",
    "original",
    "record",
    "records",
    "remastered",
    "sealed",
    "set",
    "the",
    "used",
    "various",
    "very",
    "vinyl",
    "with",
];

/// Minimum length of a compared word, in bytes. Shorter ones are articles, formats and numbers.
const MIN_WORD_BYTES: usize = 3;

/// Minimum similarity (Jaro-Winkler, 0 to 1) of two spellings of a word.
const MIN_WORD_SIMILARITY: f64 = 0.85;

/// Sends a match to review if its names share no word with those in the list: such a row probably has the barcode of
/// another item. Names in different scripts are not compared.
pub fn check_listed_names(verdict: Verdict, listed: &SellerData) -> Verdict {
    let Verdict::Matched { best_match, runner_up } = verdict else { return verdict };
    if !has_other_names(&best_match, listed) {
        return Verdict::Matched { best_match, runner_up };
    }
    let names = listed_names(listed);
    let differences = vec![format!("item itself: your list says \"{}\"", names.join(" - "))];
    let candidates = std::iter::once(*best_match).chain(runner_up.map(|other| *other)).collect();
    Verdict::Ambiguous { candidates, differences }
}

fn listed_names(listed: &SellerData) -> Vec<&str> {
    [&listed.artist, &listed.title].into_iter().flatten().map(|name| name.trim()).collect()
}

/// Returns true if the list states artist or title, and they share no word with the names of the release. Names in
/// different scripts are not compared.
pub fn has_other_names(found: &Match, listed: &SellerData) -> bool {
    let listed = listed_names(listed).into_iter().flat_map(telling_words).collect::<BTreeSet<_>>();
    let known = found.entries.iter().flat_map(names_of).flat_map(telling_words).collect::<BTreeSet<_>>();
    let is_latin = |word: &String| word.is_ascii();
    let share_script = listed.iter().any(|a| known.iter().any(|b| is_latin(a) == is_latin(b)));
    share_script && !listed.iter().any(|a| known.iter().any(|b| is_same_word(a, b)))
}

/// Returns all names in an entry. A list may name a single by its track, or a classical record by its performer.
fn names_of(entry: &ProviderRelease) -> impl Iterator<Item = &str> {
    let artists = entry.artist.iter().flat_map(|credit| credit.0.iter().map(|artist| artist.name.as_str()));
    artists.chain(entry.title.as_deref()).chain(entry.tracks.iter().map(|track| track.title.as_str()))
}

fn telling_words(name: &str) -> Vec<String> {
    let words = fold_text(name);
    let is_telling = |word: &&str| word.len() >= MIN_WORD_BYTES && !GENERIC_WORDS.contains(word);
    words.split(' ').filter(is_telling).map(str::to_owned).collect()
}

/// Compares two words. One may be part of the other, because some lists omit spaces and some scripts have none.
fn is_same_word(a: &str, b: &str) -> bool {
    a.contains(b) || b.contains(a) || strsim::jaro_winkler(a, b) >= MIN_WORD_SIMILARITY
}
