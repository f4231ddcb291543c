//! Finds statements about the edition in the notes of a Discogs release.
//!
//! Notes are prose: they quote stickers, compare pressings, and tell how some copies differ. A sentence counts only if it
//! says one of few things (promo, club or tour edition, explicit, color, weight, number of copies) about the whole release.

use super::edition;
use super::free_text::{FreeText, Phrase};
use super::record_color::{is_color_word, stated_color};
use super::release_status::ReleaseStatus;
use super::text::display::clean_text;
use super::video_region::states_regions;

/// Maximum number of words in a sentence. Longer ones compare pressings or tell the history of the recording.
const MAX_WORDS: usize = 16;

/// Words in sentences about other releases, or about only some of the copies.
const HEDGES: &[&str] = &[
    "a few",
    "alternate",
    "also",
    "another",
    "are",
    "available",
    "can",
    "come",
    "compare",
    "contrary",
    "could",
    "crossed",
    "differ",
    "different",
    "differs",
    "early",
    "either",
    "elsewhere",
    "exist",
    "exists",
    "first",
    "had",
    "has",
    "if",
    "initial",
    "later",
    "likely",
    "likewise",
    "may",
    "maybe",
    "might",
    "most",
    "newer",
    "older",
    "or",
    "other",
    "others",
    "probably",
    "random",
    "reported",
    "same",
    "second",
    "see",
    "separately",
    "similar",
    "similarly",
    "some",
    "sometimes",
    "submission",
    "there",
    "unlike",
    "unlikely",
    "variant",
    "variants",
    "various",
    "was",
    "were",
    "while",
    "whilst",
    "would",
];

/// Words for a sticker or an insert. A sentence about one of them does not describe the disc.
const OTHER_THINGS: &[&str] = &[
    "bag", "booklet", "bundle", "card", "flexi", "hype", "insert", "obi", "photo", "postcard", "poster", "slipmat",
    "sticker", "stickers", "t", "ticket",
];

/// Phrases that state a promotional copy.
const PROMO_PHRASES: &[&str] = &[
    "advance copy",
    "for promotion only",
    "for promotional use only",
    "not for resale",
    "not for sale",
    "promo copy",
    "promo only",
    "promotion copy",
    "promotion only",
    "promotional copy",
    "promotional use only",
];

/// Phrases that state the edition of a record club.
const CLUB_PHRASES: &[&str] = &[
    "bmg club",
    "bmg direct",
    "bmg music service",
    "club edition",
    "club issue",
    "club pressing",
    "club release",
    "club version",
    "columbia house",
    "record club",
];

/// Phrases of a fan club, which is no record club.
const FAN_CLUB_PHRASES: &[&str] = &["fan club", "fanclub"];

/// Phrases that state the edition of a tour.
const TOUR_PHRASES: &[&str] = &["tour edition", "tour souvenir edition"];

/// Phrases that state the explicit version.
const EXPLICIT_PHRASES: &[&str] = &["explicit lyrics", "explicit version", "parental advisory"];

/// Beginnings of sentences about the number of copies.
const LIMITED_STARTS: [&str; 5] =
    ["limited to", "limited edition of", "limited pressing of", "limited run of", "edition of"];

/// Sentences that state that the copies are numbered, in lower case.
const NUMBERED_SENTENCES: [&str; 4] = ["hand numbered", "hand-numbered", "individually numbered", "numbered"];

/// Words that state a copy without a license, after `This is a`.
const BOOTLEG_WORDS: [&str; 7] = ["bootleg", "counterfeit", "fake", "pirate", "pirated", "unauthorized", "unofficial"];

/// Words that follow one of [`BOOTLEG_WORDS`] in a sentence without a verb: `Counterfeit copy`.
const COPY_WORDS: [&str; 5] = ["copy", "edition", "pressing", "release", "version"];

/// Parts of words, at least one of which is in every sentence that counts. Most notes have none of them.
const MARKERS: [&str; 20] = [
    "advance",
    "advisory",
    "bmg",
    "bootleg",
    "club",
    "columbia",
    "counterfeit",
    "edition",
    "explicit",
    "fake",
    "limited",
    "not for",
    "numbered",
    "pirate",
    "promo",
    "region",
    " rpm",
    "unauthorized",
    "unofficial",
    "vinyl",
];

/// Returns the sentences of the notes that describe the edition of the whole release.
pub fn edition_sentences(notes: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if !has_marker(notes) {
        return found;
    }
    for sentence in split_sentences(notes).filter(|sentence| says_edition(sentence)) {
        let sentence = clean_text(sentence);
        if !found.contains(&sentence) {
            found.push(sentence);
        }
    }
    found
}

fn has_marker(text: &str) -> bool {
    let lower = text.to_lowercase();
    MARKERS.iter().any(|marker| lower.contains(marker))
}

/// What the notes of a release say about its edition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NotedEdition {
    /// Edition words in the spelling of a listing.
    pub(crate) words: Vec<&'static str>,
    pub(crate) grams: Option<u16>,
    /// Color of the records, if the notes name only one.
    pub(crate) color: Option<String>,
}

/// Returns what these sentences of [`edition_sentences`] say.
pub(crate) fn noted_edition(sentences: &[String]) -> NotedEdition {
    let mut noted = NotedEdition::default();
    let mut colors: Vec<String> = Vec::new();
    for sentence in sentences {
        let text = FreeText::new(sentence);
        let has = |phrases: &[&str]| has_phrase(&text, phrases);
        let is_limited = starts_limited(sentence);
        let found = [
            (has(PROMO_PHRASES), "Promo"),
            (has(CLUB_PHRASES) && !has(FAN_CLUB_PHRASES), "Club Edition"),
            (has(CLUB_PHRASES) && has(FAN_CLUB_PHRASES), "Fan Club Edition"),
            (has(TOUR_PHRASES), "Tour Edition"),
            (has(EXPLICIT_PHRASES), "Explicit"),
            (is_limited, "Limited Edition"),
            (is_limited && has(&["numbered", "handnumbered"]) || says_numbered(sentence), "Numbered"),
        ];
        let found = found.into_iter().filter(|(is_stated, _)| *is_stated).map(|(_, word)| word);
        for word in found {
            if !noted.words.contains(&word) {
                noted.words.push(word);
            }
        }
        noted.grams = noted.grams.or_else(|| vinyl_grams(sentence));
        colors.extend(vinyl_color(sentence).filter(|color| !colors.contains(color)));
    }
    noted.color = colors.pop().filter(|color| colors.is_empty() && !color.eq_ignore_ascii_case("black"));
    noted
}

/// Returns the status that these sentences state.
pub fn noted_status(sentences: &[String]) -> Option<ReleaseStatus> {
    if sentences.iter().any(|sentence| says_bootleg(sentence)) {
        return Some(ReleaseStatus::Bootleg);
    }
    let is_promo = noted_edition(sentences).words.contains(&"Promo");
    is_promo.then_some(ReleaseStatus::Promotion)
}

/// Splits notes at line ends and at periods before a space.
fn split_sentences(notes: &str) -> impl Iterator<Item = &str> {
    let lines = notes.lines().flat_map(|line| line.split(". "));
    lines.map(|sentence| sentence.trim().trim_end_matches('.')).filter(|sentence| !sentence.is_empty())
}

fn says_edition(sentence: &str) -> bool {
    if !has_marker(sentence) {
        return false;
    }
    if says_bootleg(sentence) {
        return true;
    }
    // Links such as `[r=123]` lead to other releases, and quotes are often lists of credits.
    if sentence.contains(['[', '\u{b0}', '?']) || sentence.split_whitespace().count() > MAX_WORDS {
        return false;
    }
    let text = FreeText::new(sentence);
    let has = |phrases: &[&str]| has_phrase(&text, phrases);
    if has(HEDGES) {
        return false;
    }
    let is_marked = has(PROMO_PHRASES) || has(EXPLICIT_PHRASES);
    // A promo or an advisory may be known only by its sticker.
    is_marked
        || !has(OTHER_THINGS)
            && (has(CLUB_PHRASES)
                || has(TOUR_PHRASES)
                || starts_limited(sentence)
                || says_numbered(sentence)
                || vinyl_grams(sentence).is_some()
                || noted_speed(sentence).is_some()
                || states_regions(sentence)
                || vinyl_color(sentence).is_some())
}

fn has_phrase(text: &FreeText, phrases: &[&str]) -> bool {
    let is_phrase =
        |phrase: &Phrase<'_>, words: &str| words.chars().filter(|c| c.is_alphanumeric()).eq(phrase.squeezed.chars());
    text.phrases().any(|phrase| !phrase.is_denied() && phrases.iter().any(|words| is_phrase(&phrase, words)))
}

/// Returns true for a sentence such as `Limited to 500 copies` that states one number of copies.
fn starts_limited(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let numbers =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    LIMITED_STARTS.iter().any(|start| lower.starts_with(start)) && numbers.count() > 0
}

/// Returns true for a sentence that calls this release a copy without a license: `This is a counterfeit of [r=123]`, but
/// not `Counterfeits exist`.
fn says_bootleg(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let is_sentence = ["this", "is"].iter().all(|word| words.next_if_eq(word).is_some());
    let _ = words.next_if(|word| matches!(*word, "a" | "an"));
    let is_named = words.next().is_some_and(|word| BOOTLEG_WORDS.contains(&word));
    let rest = words.collect::<Vec<_>>();
    is_named && (is_sentence || rest.iter().all(|word| COPY_WORDS.contains(word)))
}

fn says_numbered(sentence: &str) -> bool {
    NUMBERED_SENTENCES.contains(&sentence.to_lowercase().as_str())
}

/// Returns the weight in a sentence about the record: `Pressed on 180 gram vinyl`.
fn vinyl_grams(sentence: &str) -> Option<u16> {
    let lower = sentence.to_lowercase();
    edition::grams(sentence).filter(|_| lower.contains("vinyl") || lower.contains("record"))
}

/// Returns the speed if the sentence states nothing else: `45 RPM`, `Plays at 33 ⅓ RPM`.
pub(crate) fn noted_speed(sentence: &str) -> Option<&'static str> {
    let lower = sentence.to_lowercase();
    edition::only_speed(lower.strip_prefix("plays at ").unwrap_or(&lower))
}

/// Returns the color in `Pressed on transparent red vinyl` or `Red vinyl`: the colors directly before the word "vinyl".
/// A sentence with more text before the color counts only if it says on what the record is pressed.
fn vinyl_color(sentence: &str) -> Option<String> {
    let words = sentence.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("vinyl"))?;
    let before = words[..at].iter().rev().take_while(|word| word.split(['/', '-']).all(is_color_word)).count();
    let start = at - before;
    let is_pressed = words[..start].iter().rev().take(3).any(|word| word.eq_ignore_ascii_case("on"));
    let is_alone = start == 0 && words.len() == at + 1;
    let color = || stated_color([words[start..at].join(" ").as_str()]);
    (before > 0 && (is_pressed || is_alone)).then(color).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition_in(notes: &str) -> String {
        let found = noted_edition(&edition_sentences(notes));
        let grams = found.grams.map(|grams| format!("{grams}g"));
        let words = found.words.into_iter().map(str::to_owned).chain(found.color).chain(grams);
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn notes_that_describe_the_whole_release_count() {
        for (notes, expected) in [
            ("Promotional copy. Not for sale.", "Promo"),
            ("\"For Promotional Use Only - Not For Sale\" printed on the disc", "Promo"),
            ("Manufactured for BMG Direct Marketing, Inc. under license.", "Club Edition"),
            ("Columbia House Record Club edition. \"CRC\" on the spine.", "Club Edition"),
            ("Fan club edition for members.", "Fan Club Edition"),
            ("Parental Advisory logo on the front cover", "Explicit"),
            ("Australian Tour Edition with bonus disc.", "Tour Edition"),
            (
                "Pressed on transparent red vinyl.\nLimited to 500 copies.\nMade in EU.",
                "Limited Edition, Transparent Red",
            ),
            ("Limited edition of 300 hand-numbered copies", "Limited Edition, Numbered"),
            ("White cassette. Limited to 30 copies. Numbered.", "Limited Edition, Numbered"),
            ("Blue vinyl.", "Blue"),
            ("Pressed on 180 gram vinyl.", "180g"),
            ("Recorded in London.\r\nGreen vinyl.\r\n", "Green"),
        ] {
            assert_eq!(edition_in(notes), expected, "{notes}");
        }
    }

    #[test]
    fn notes_about_other_copies_or_objects_do_not_count() {
        for notes in [
            "A promo version exists, see [r=123].",
            "Some copies are stamped \"not for sale\".",
            "Promo copies were sent with a letter.",
            "This is not a promo copy",
            "Free with a magazine. Not for sale separately.",
            "The same tracks as the tour edition.",
            "First 1,000 copies on red vinyl.",
            "Limited edition white vinyl also exists.",
            "Red vinyl sticker.",
            "Hype sticker: 180 gram vinyl",
            "Also available on green vinyl.",
            "Red vinyl. Blue vinyl.",
            "The red vinyl years were recorded in Paris.",
            "Comes with a poster, limited to 100 copies on the first day.",
            "Black vinyl.",
            "Tracks are numbered.",
            "Copyright Red Vinyl Music",
            "There is a Columbia House edition with another number.",
            "Compare the club edition",
        ] {
            assert_eq!(edition_in(notes), "", "{notes}");
        }
    }

    #[test]
    fn notes_that_call_the_release_a_copy_without_a_license_state_its_status() {
        let status = |notes: &str| noted_status(&edition_sentences(notes));
        for notes in [
            "This is a counterfeit copy of [r123456].",
            "Recorded in 1980.\r\nThis is an unofficial release, made in Italy",
            "Bootleg.",
            "Counterfeit pressing",
        ] {
            assert_eq!(status(notes), Some(ReleaseStatus::Bootleg), "{notes}");
        }
        for notes in [
            "Counterfeits exist, see [r=123].",
            "This is not a bootleg.",
            "This is the official release. A bootleg copied it.",
            "Bootleg Records 1999",
            "Unofficial fan club of the band",
        ] {
            assert_eq!(status(notes), None, "{notes}");
        }
    }

    #[test]
    fn the_sentences_are_found_again_in_themselves() {
        let sentences = edition_sentences("Promotional copy. Made in Germany.\nGreen vinyl.");
        assert_eq!(sentences, ["Promotional copy", "Green vinyl"]);
        assert_eq!(edition_sentences(&sentences.join("\n")), sentences);
        assert_eq!(
            edition_sentences("Region 2, PAL. Also sold as Region 1. From the Basque region"),
            ["Region 2, PAL"]
        );
        let speeds = edition_sentences("Plays at 45 RPM.\n45 / 33 RPM");
        assert_eq!(speeds.iter().filter_map(|sentence| noted_speed(sentence)).collect::<Vec<_>>(), ["45 RPM"]);
    }
}
