//! Finds statements about the edition in format descriptions, free texts and disambiguations: reissue, weight, speed.
//!
//! Discogs describes a format with words from a fixed list (`Reissue`, `Picture Disc`) and a free text (`Red, 180g`);
//! MusicBrainz has a disambiguation (`deluxe edition, clean version`). Only known words are extracted from free texts.
//! The texts themselves are compared and displayed unchanged.

use super::edition_words::{EDITION_WORDS, describes_promo_gift, exclusive_words, index_of_word, stated_words};
use super::free_text::{FreeText, Phrase};
use super::release_status::ReleaseStatus;

/// Words for unofficial releases in free texts.
const BOOTLEG_WORDS: &[&str] = &[
    "bootleg",
    "bootlegged",
    "counterfeit",
    "fake",
    "forged",
    "forgery",
    "gray area",
    "gray market",
    "grey area",
    "grey market",
    "knock off",
    "knockoff",
    "non official",
    "pirate",
    "pirated",
    "un official",
    "unauthorised",
    "unauthorized",
    "unlicensed",
    "unofficial",
];

/// Words next to a bootleg word that change its meaning: artists sell concert recordings as official bootlegs, and fake
/// stereo is an effect added to a mono recording.
const NOT_BOOTLEG_BEFORE: [&str; 1] = ["official"];
const NOT_BOOTLEG_BEHIND: [&str; 6] = ["series", "stereo", "leather", "wood", "fur", "book"];

/// Words for promotional copies in free texts, including German words for "sample" and "not for sale".
const PROMO_WORDS: &[&str] = &[
    "audition copy",
    "audition record",
    "broadcast only",
    "demonstration copy",
    "demonstration disc",
    "demonstration record",
    "dj copy",
    "dj only",
    "for promotion",
    "for radio play only",
    "muster",
    "musterexemplar",
    "musterplatte",
    "not for resale",
    "not for retail",
    "not for sale",
    "press copy",
    "promo",
    "promotion copy",
    "promotion only",
    "promotional",
    "radio station copy",
    "review copy",
    "unverkaeuflich",
    "unverkäuflich",
    "unverkäufliche",
    "unverkäufliches",
    "wlp",
];

/// Words that mean a promotional copy only if they are a whole part of a text: `Card Sleeve, DJ`.
const PROMO_PARTS: [&str; 7] =
    ["dj", "sample", "sample cd", "sample copy", "sample disc", "sample lp", "sample record"];

/// Japanese for "sample" and "not for sale". Japanese has no spaces between words.
const JAPANESE_PROMO_WORDS: [&str; 3] = ["見本品", "見本盤", "非売品"];

/// Part of the Japanese words for limited editions, such as `初回限定盤`.
const JAPANESE_LIMITED: &str = "限定";

/// Returns the status of a release according to a free text; `None` if the text does not state one.
pub fn status(text: &str) -> Option<ReleaseStatus> {
    let free_text = FreeText::new(text);
    if free_text.phrases().any(|phrase| is_bootleg(&phrase)) {
        Some(ReleaseStatus::Bootleg)
    } else if free_text.phrases().any(|phrase| is_promo(&phrase)) {
        Some(ReleaseStatus::Promotion)
    } else {
        None
    }
}

fn is_bootleg(phrase: &Phrase<'_>) -> bool {
    BOOTLEG_WORDS.iter().any(|word| is_phrase(phrase, word))
        && !phrase.is_denied()
        && !NOT_BOOTLEG_BEFORE.contains(&phrase.previous())
        && !NOT_BOOTLEG_BEHIND.contains(&phrase.next())
}

fn is_promo(phrase: &Phrase<'_>) -> bool {
    if JAPANESE_PROMO_WORDS.iter().any(|word| phrase.squeezed.contains(word)) {
        return true;
    }
    if PROMO_PARTS.iter().any(|word| is_phrase(phrase, word)) && phrase.is_whole_part() {
        return true;
    }
    let Some(word) = PROMO_WORDS.iter().find(|word| is_phrase(phrase, word)) else { return false };
    let is_promo = match *word {
        // The first copies of a pressing are regular copies.
        "press copy" => !matches!(phrase.previous(), "first" | "1st" | "second" | "2nd" | "original" | "early"),
        // These words mark regular export copies, and discs that come with a magazine or a book.
        "not for sale" | "not for resale" => !matches!(phrase.next(), "in" | "outside" | "separately"),
        _ => !describes_promo_gift(phrase),
    };
    is_promo && !phrase.is_denied()
}

fn is_phrase(phrase: &Phrase<'_>, word: &str) -> bool {
    word.chars().filter(|c| c.is_alphanumeric()).eq(phrase.squeezed.chars())
}

/// Returns true if a free text says that a disc is recordable and not pressed: `CDr, manufactured on demand`.
pub fn is_recordable(text: &str) -> bool {
    const WORDS: [&str; 3] = ["cdr", "dvdr", "bdr"];
    FreeText::new(text).phrases().any(|phrase| WORDS.contains(&phrase.squeezed.as_str()) && !phrase.is_denied())
}

/// Returns the distinct edition words in these texts, in order of importance.
pub fn edition_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = texts.into_iter().map(FreeText::new).collect::<Vec<_>>();
    let mut found = Vec::new();
    for text in &texts {
        if text.phrases().any(|phrase| phrase.squeezed.contains(JAPANESE_LIMITED)) {
            found.push("Limited Edition".to_owned());
        }
        let stated = text.phrases().flat_map(|phrase| stated_words(&phrase).collect::<Vec<_>>());
        let spelled = stated.map(|index| EDITION_WORDS[index].1);
        // If only some copies are signed (`First 500 copies signed`), this one may not be.
        found.extend(spelled.filter(|word| *word != "Signed" || !text.has_word("copies")).map(str::to_owned));
        found.extend(exclusive_words(text));
    }
    if let Some(ordinal) = texts.iter().find_map(anniversary_ordinal) {
        found.push(format!("{ordinal} {ANNIVERSARY_EDITION}"));
    }
    if texts.iter().any(|text| text.has_word("stereo")) {
        // A release with both mixes is not a mono pressing.
        found.retain(|word| word != "Mono");
    }
    order_words(found)
}

/// Spelling of an anniversary edition, after its number.
pub(super) const ANNIVERSARY_EDITION: &str = "Anniversary Edition";

/// Pairs of edition words in which the first makes the second redundant.
const STRONGER_WORDS: [(&str, &str); 3] =
    [("Super Deluxe Edition", "Deluxe Edition"), ("Blu-spec CD2", "Blu-spec CD"), ("UHQCD", "HQCD")];

/// Returns the distinct edition words in order of importance. Words that are not in the table come last.
pub(super) fn order_words(mut words: Vec<String>) -> Vec<String> {
    let rank = |word: &String| {
        let known = if word.ends_with(ANNIVERSARY_EDITION) { ANNIVERSARY_EDITION } else { word };
        let known = if word.ends_with(EXCLUSIVE) { "Club Edition" } else { known };
        index_of_word(known).unwrap_or(usize::MAX)
    };
    words.sort_by_cached_key(|word| (rank(word), std::cmp::Reverse(word.len())));
    let mut ordered: Vec<String> = Vec::new();
    for word in words {
        let is_plain_anniversary =
            word == ANNIVERSARY_EDITION && ordered.iter().any(|known| known.ends_with(ANNIVERSARY_EDITION));
        if !ordered.contains(&word) && !is_plain_anniversary {
            ordered.push(word);
        }
    }
    for (stronger, weaker) in STRONGER_WORDS {
        if ordered.iter().any(|word| word == stronger) {
            ordered.retain(|word| word != weaker);
        }
    }
    ordered
}

/// Returns `50th` from `50th anniversary edition`.
fn anniversary_ordinal(text: &FreeText) -> Option<&str> {
    let word = text.word_before("anniversary")?;
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let suffix = &word[digits.len()..];
    let is_number = (1..=3).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    (is_number && matches!(suffix, "st" | "nd" | "rd" | "th")).then_some(word)
}

/// Suffix of a retailer's edition.
const EXCLUSIVE: &str = " Exclusive";

/// Returns the weight of a record in grams from `180g`, `180 Gram` or `200 gr`.
pub fn grams(text: &str) -> Option<u16> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let is_unit = |word: &str| matches!(word, "g" | "gr" | "gram" | "grams" | "gm" | "gms" | "gramm");
    let in_range = |number: &str| number.parse().ok().filter(|grams| (80..=300).contains(grams));
    words.iter().enumerate().find_map(|(index, word)| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let unit = &word[digits.len()..];
        match unit {
            "" => in_range(digits).filter(|_| words.get(index + 1).is_some_and(|next| is_unit(next))),
            unit => in_range(digits).filter(|_| is_unit(unit)),
        }
    })
}

/// Returns a record's speed in eBay's spelling, from a Discogs description such as `33 ⅓ RPM`.
pub fn speed(description: &str) -> Option<&'static str> {
    let rpm = description.to_lowercase();
    let number = rpm.strip_suffix("rpm")?.trim();
    [("16", "16 RPM"), ("33", "33 RPM"), ("45", "45 RPM"), ("78", "78 RPM"), ("80", "80 RPM")]
        .into_iter()
        .find(|(start, _)| number.starts_with(start))
        .map(|(_, speed)| speed)
}

/// Returns the speed if a part of a free text states nothing else: `45RPM`, but not `45 / 33 RPM`.
pub(super) fn only_speed(part: &str) -> Option<&'static str> {
    let bare = part.to_lowercase().replace("1/3", "").replace("rpm", "");
    let is_number = bare.chars().all(|c| c.is_numeric() || c.is_whitespace());
    speed(part).filter(|_| is_number)
}
