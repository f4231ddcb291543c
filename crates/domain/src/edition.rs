//! Edition facts in the words of format descriptions, free texts and disambiguations: reissue, color, weight, speed.
//!
//! Discogs describes a format with words of a fixed list (`Reissue`, `Picture Disc`) and a free text (`Red, 180g`);
//! MusicBrainz has a disambiguation (`deluxe edition, clean version`). Only words that are known are taken from free
//! texts; the texts themselves are compared and shown in full.

use super::release_status::ReleaseStatus;

/// Words of editions with their spelling in a listing, in the order of their weight for buyers. A word is found in any
/// text where its own words stand in a row.
const EDITION_WORDS: &[(&str, &str)] = &[
    ("test pressing", "Test Pressing"),
    ("white label", "White Label"),
    ("promo", "Promo"),
    ("promotional", "Promo"),
    ("advance", "Advance"),
    ("mispress", "Mispress"),
    ("misprint", "Misprint"),
    ("limited edition", "Limited Edition"),
    ("limited", "Limited Edition"),
    ("ltd", "Limited Edition"),
    ("numbered", "Numbered"),
    ("signed", "Signed"),
    ("autographed", "Signed"),
    ("super deluxe", "Super Deluxe Edition"),
    ("deluxe", "Deluxe Edition"),
    ("special edition", "Special Edition"),
    ("collector's edition", "Collector's Edition"),
    ("collectors edition", "Collector's Edition"),
    ("anniversary", "Anniversary Edition"),
    ("expanded", "Expanded Edition"),
    ("legacy edition", "Legacy Edition"),
    ("tour edition", "Tour Edition"),
    ("club edition", "Club Edition"),
    ("record club", "Club Edition"),
    ("music club", "Club Edition"),
    ("club issue", "Club Edition"),
    ("club pressing", "Club Edition"),
    ("bmg club", "Club Edition"),
    ("bmg direct", "Club Edition"),
    ("columbia house", "Club Edition"),
    ("record store day", "Record Store Day"),
    ("rsd", "Record Store Day"),
    ("picture disc", "Picture Disc"),
    ("shape", "Shaped Disc"),
    ("shaped", "Shaped Disc"),
    ("etched", "Etched"),
    ("flexi disc", "Flexi-disc"),
    ("lathe cut", "Lathe Cut"),
    ("acetate", "Acetate"),
    ("radio transcription", "Transcription"),
    ("transcription", "Transcription"),
    ("single sided", "Single Sided"),
    ("half speed", "Half-Speed Mastered"),
    ("remastered", "Remastered"),
    ("remaster", "Remastered"),
    ("reissue", "Reissue"),
    ("repress", "Repress"),
    ("first pressing", "First Pressing"),
    ("mono", "Mono"),
    ("quadraphonic", "Quadraphonic"),
    ("shm cd", "SHM-CD"),
    ("shm sacd", "SHM-SACD"),
    ("blu spec cd", "Blu-spec CD"),
    ("blu spec cd2", "Blu-spec CD2"),
    ("uhqcd", "UHQCD"),
    ("hqcd", "HQCD"),
    ("hdcd", "HDCD"),
    ("xrcd", "XRCD"),
    ("k2hd", "K2HD"),
    ("mqa cd", "MQA-CD"),
    ("gold cd", "Gold CD"),
    ("24 karat gold", "Gold CD"),
    ("24 kt gold", "Gold CD"),
    ("24k gold", "Gold CD"),
    ("24kt gold", "Gold CD"),
    ("gold disc", "Gold CD"),
    ("ultradisc", "Gold CD"),
    ("blu ray audio", "Blu-ray Audio"),
    ("dolby atmos", "Dolby Atmos"),
    ("multichannel", "Multichannel"),
    ("ntsc", "NTSC"),
    ("pal", "PAL"),
    ("secam", "SECAM"),
    ("enhanced", "Enhanced"),
    ("enhanced cd", "Enhanced"),
    ("copy protected", "Copy Protected"),
    ("copy control", "Copy Protected"),
    ("explicit", "Explicit"),
    ("parental advisory", "Explicit"),
    ("clean", "Clean"),
    ("censored", "Clean"),
    ("edited version", "Clean"),
    ("clean version", "Clean"),
    ("longbox", "Longbox"),
    ("long box", "Longbox"),
    ("bonus track", "Bonus Tracks"),
    ("bonus tracks", "Bonus Tracks"),
    ("gatefold", "Gatefold"),
    ("digipak", "Digipak"),
    ("digipack", "Digipak"),
    ("digibook", "Digibook"),
    ("digisleeve", "Digisleeve"),
    ("slipcase", "Slipcase"),
    ("mini lp", "Mini LP Sleeve"),
    ("paper sleeve", "Paper Sleeve"),
    ("cardboard sleeve", "Cardboard Sleeve"),
    ("obi", "Obi"),
    ("jukebox", "Jukebox"),
    ("styrene", "Styrene"),
];

/// Words before an edition word that deny it: `non-explicit`, `w/o obi`.
const NEGATIONS: &[&str] = &["no", "non", "not", "un", "without", "o", "missing", "lacks"];

/// Words of unofficial releases in free texts.
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

/// Phrases that hold a word of unofficial releases and mean something else: artists sell recordings of concerts as official
/// bootlegs, and a recording in one channel can have an artificial stereo effect.
const NOT_BOOTLEG_PHRASES: &[&str] =
    &["official bootleg", "bootleg series", "fake stereo", "fake leather", "fake wood", "fake fur", "fake book"];

/// Words of promotional copies in free texts: also German for sample and not for sale, and Japanese for the same.
const PROMO_WORDS: &[&str] = &[
    "broadcast only",
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
    "見本盤",
    "非売品",
];

/// Returns what a free text says about the status of a release; `None` if it says nothing.
pub fn status(text: &str) -> Option<ReleaseStatus> {
    let text = padded_words(text);
    let others =
        NOT_BOOTLEG_PHRASES.iter().fold(text.clone(), |text, phrase| text.replace(&format!(" {phrase} "), "  "));
    let says = |text: &str, words: &[&str]| words.iter().any(|word| states(text, word));
    if says(&others, BOOTLEG_WORDS) {
        Some(ReleaseStatus::Bootleg)
    } else if says(&text, PROMO_WORDS) {
        Some(ReleaseStatus::Promotion)
    } else {
        None
    }
}

/// Returns true if a free text says that a disc was recorded and not pressed: `CDr, manufactured on demand`.
pub fn is_recordable(text: &str) -> bool {
    let text = padded_words(text);
    ["cdr", "cd r", "dvdr", "dvd r", "bd r"].iter().any(|word| states(&text, word))
}

/// Returns the edition words in these texts, each once, in the order of their weight.
pub fn edition_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = texts.into_iter().map(padded_words).collect::<Vec<_>>();
    let mut found: Vec<String> = Vec::new();
    for (word, spelling) in EDITION_WORDS {
        let is_stated = |text: &String| states(text, word) && !(*spelling == "Signed" && states(text, "copies"));
        if texts.iter().any(is_stated) && !found.iter().any(|known| known == spelling) {
            found.push((*spelling).to_owned());
        }
    }
    drop_weaker(&mut found, "Super Deluxe Edition", "Deluxe Edition");
    if texts.iter().any(|text| states(text, "stereo")) {
        // A release with both mixes is no mono pressing.
        found.retain(|word| word != "Mono");
    }
    if let Some(ordinal) = texts.iter().find_map(|text| anniversary_ordinal(text)) {
        let plain = found.iter_mut().find(|word| *word == "Anniversary Edition");
        if let Some(word) = plain {
            *word = format!("{ordinal} {word}");
        }
    }
    found
}

/// Returns whether the padded text has this word, or these words in a row, without a word before it that denies it.
fn states(text: &str, word: &str) -> bool {
    let is_denied = |before: &str| {
        let mut words = before.rsplit(' ').skip_while(|word| matches!(*word, "a" | "an" | "the"));
        words.next().is_some_and(|last| NEGATIONS.contains(&last))
    };
    let is_word_at = |at: usize| text[at + 1..].strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    text.match_indices(' ').any(|(at, _)| is_word_at(at) && !is_denied(&text[..at]))
}

/// Returns `50th` from `50th anniversary edition`.
fn anniversary_ordinal(padded: &str) -> Option<&str> {
    let before = &padded[..padded.find(" anniversary ")?];
    let word = before.rsplit(' ').next()?;
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let suffix = &word[digits.len()..];
    let is_number = (1..=3).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    (is_number && matches!(suffix, "st" | "nd" | "rd" | "th")).then_some(word)
}

fn drop_weaker(words: &mut Vec<String>, stronger: &str, weaker: &str) {
    if words.iter().any(|word| word == stronger) {
        words.retain(|word| word != weaker);
    }
}

/// Returns the weight of a record in grams: `180g`, `180 Gram`, `200 gr`.
pub fn grams(text: &str) -> Option<u16> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let is_unit = |word: &str| matches!(word, "g" | "gr" | "gram" | "grams" | "gm" | "gms" | "gramm");
    let in_range = |number: &str| number.parse().ok().filter(|grams| (80..=300).contains(grams));
    words.iter().enumerate().find_map(|(place, word)| {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let unit = &word[digits.len()..];
        match unit {
            "" => in_range(digits).filter(|_| words.get(place + 1).is_some_and(|next| is_unit(next))),
            unit => in_range(digits).filter(|_| is_unit(unit)),
        }
    })
}

/// Returns a record's speed as eBay writes it, from a Discogs description such as `33 ⅓ RPM`.
pub fn speed(description: &str) -> Option<&'static str> {
    let rpm = description.to_lowercase();
    let number = rpm.strip_suffix("rpm")?.trim();
    [("16", "16 RPM"), ("33", "33 RPM"), ("45", "45 RPM"), ("78", "78 RPM")]
        .into_iter()
        .find(|(start, _)| number.starts_with(start))
        .map(|(_, speed)| speed)
}

/// Returns the text as words in lower case, with one space around each.
fn padded_words(text: &str) -> String {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}
