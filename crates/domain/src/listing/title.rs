//! The title: what buyers search, in at most 80 characters.
//!
//! ```text
//! Nirvana - Nevermind Red Vinyl LP Limited Edition Reissue 2015 Germany DGC 424425-1
//! artist    title     format       edition                 year country label number
//! ```
//!
//! A table scores the details. The format always has its place; the others are added in the order of their scores as long
//! as they fit, and stand in the order of the table.

use super::super::release::Carrier;
use super::super::release_type::ReleaseType;
use super::super::text::display::{cut_at_word, plain_text, utf16_len};
use super::country_name;
use super::display_fields::DisplayFields;
use super::format;
use super::wording::contains_words;

/// eBay's limit, in UTF-16 units.
const MAX_TITLE_UNITS: usize = 80;

/// Minimum share of a very long artist; the rest is left to the title.
const MIN_ARTIST_UNITS: usize = 40;

/// Maximum number of edition words, so that a title stays readable.
const MAX_EDITION_WORDS: usize = 4;

/// Scores of the details that are no edition words.
const YEAR_SCORE: u8 = 60;
const JAPAN_SCORE: u8 = 75;
const COUNTRY_SCORE: u8 = 50;
const EUROPE_SCORE: u8 = 20;
const LABEL_SCORE: u8 = 40;
const CATALOG_NUMBER_SCORE: u8 = 38;

/// Edition words with their scores: what changes the price of a pressing, and what buyers type, comes first. A word that
/// is not in the table has [`OTHER_EDITION_SCORE`].
const EDITION_SCORES: &[(&str, u8)] = &[
    ("Test Pressing", 99),
    ("White Label", 98),
    ("Promo", 97),
    ("Signed", 96),
    ("Picture Disc", 94),
    ("Super Deluxe Edition", 92),
    ("Deluxe Edition", 91),
    ("SHM-CD", 90),
    ("SHM-SACD", 90),
    ("Blu-spec CD", 90),
    ("Blu-spec CD2", 90),
    ("Gold CD", 90),
    ("XRCD", 90),
    ("Record Store Day", 89),
    ("Limited Edition", 88),
    ("Numbered", 86),
    ("Half-Speed Mastered", 85),
    ("Quadraphonic", 85),
    ("Mono", 84),
    ("Anniversary Edition", 83),
    ("Collector's Edition", 82),
    ("Special Edition", 82),
    ("Expanded Edition", 82),
    ("Club Edition", 81),
    ("First Pressing", 80),
    ("Remastered", 78),
    ("Reissue", 72),
    ("Repress", 70),
    ("Obi", 66),
    ("Clean", 64),
    ("Explicit", 45),
    ("Gatefold", 44),
    ("Digipak", 36),
    ("Enhanced", 30),
    ("Slipcase", 28),
];
const OTHER_EDITION_SCORE: u8 = 55;
const HEAVY_VINYL_SCORE: u8 = 65;

/// Kinds of release that a title names, with the words that say the same.
const TYPE_WORDS: &[(ReleaseType, &str, u8, &[&str])] = &[
    (ReleaseType::Soundtrack, "Soundtrack", 62, &["soundtrack", "motion picture", "ost", "score", "original cast"]),
    (ReleaseType::Live, "Live", 58, &["live", "concert", "unplugged"]),
    (ReleaseType::Compilation, "Compilation", 34, &["best of", "hits", "anthology", "collection", "compilation"]),
    (ReleaseType::Demo, "Demo", 50, &["demo", "demos"]),
];

/// One detail after artist and title.
struct Detail {
    text: String,
    score: u8,
}

/// Returns the title of a listing; `None` if artist or title are unknown or have no visible character.
pub(super) fn compose_title(words: &DisplayFields<'_>) -> Option<String> {
    let format = words.format.and_then(|format| format::format_label(format, words.format_details()));
    let format = format.map(|label| plain_text(&label)).filter(|label| !label.is_empty());
    let room = MAX_TITLE_UNITS - format.as_ref().map_or(0, |format| 1 + utf16_len(format));
    let head = if words.is_various { various_artists_head(words, room)? } else { artist_head(words, room)? };
    let details = list_details(words, &head, format.as_deref().unwrap_or_default());
    let start = format.map_or_else(|| head.clone(), |format| format!("{head} {format}"));
    Some(append_best_details(start, &details))
}

/// Adds the details that fit, those with the highest score first, and keeps their order.
fn append_best_details(start: String, details: &[Detail]) -> String {
    let mut by_score = (0..details.len()).collect::<Vec<_>>();
    by_score.sort_by_key(|at| std::cmp::Reverse(details[*at].score));
    let mut used = utf16_len(&start);
    let mut taken = vec![false; details.len()];
    for at in by_score {
        let units = 1 + utf16_len(&details[at].text);
        if used + units <= MAX_TITLE_UNITS {
            (used, taken[at]) = (used + units, true);
        }
    }
    let chosen = details.iter().zip(taken).filter(|(_, is_taken)| *is_taken);
    chosen.fold(start, |title, (detail, _)| format!("{title} {}", detail.text))
}

/// Returns the details in the order in which a title has them, without what the title says already.
fn list_details(words: &DisplayFields<'_>, head: &str, format: &str) -> Vec<Detail> {
    let stated = format!("{head} {format}");
    let kinds = type_details(words, &stated);
    let others = [
        words.year.clone().map(|year| (year, YEAR_SCORE)),
        words
            .country
            .as_deref()
            .and_then(country_name::title_country)
            .map(|name| (name.to_owned(), country_score(name))),
        words.label.clone().map(|label| (label, LABEL_SCORE)),
        words.catalog_number.clone().map(|number| (number, CATALOG_NUMBER_SCORE)),
    ];
    let others = others.into_iter().flatten().map(|(text, score)| Detail { text: plain_text(&text), score });
    let others = others.filter(|detail| !detail.text.is_empty());
    edition_details(words, &stated).into_iter().chain(kinds).chain(others).collect()
}

fn country_score(name: &str) -> u8 {
    match name {
        "Japan" => JAPAN_SCORE,
        "Europe" => EUROPE_SCORE,
        _ => COUNTRY_SCORE,
    }
}

fn edition_details(words: &DisplayFields<'_>, stated: &str) -> Vec<Detail> {
    let score = |word: &str| {
        EDITION_SCORES.iter().find(|(known, _)| *known == word).map_or(OTHER_EDITION_SCORE, |(_, score)| *score)
    };
    let heavy = words.grams.filter(|grams| *grams >= 180 && has_record(words)).map(|grams| format!("{grams}g"));
    let new = words.edition.iter().filter(|word| !is_named(stated, word));
    let mut details = new.map(|word| Detail { text: plain_text(word), score: score(word) }).collect::<Vec<_>>();
    details.retain(|detail| !detail.text.is_empty());
    details.extend(heavy.map(|text| Detail { text, score: HEAVY_VINYL_SCORE }));
    while details.len() > MAX_EDITION_WORDS {
        let lowest = (0..details.len()).min_by_key(|at| details[*at].score).unwrap_or_default();
        details.remove(lowest);
    }
    details
}

/// Returns true if the title says an edition word already: `Abbey Road (Remastered)`, `(Deluxe)`.
fn is_named(stated: &str, word: &str) -> bool {
    let stem = word.strip_suffix(" Edition").unwrap_or(word);
    contains_words(stated, stem) || (word == "Remastered" && contains_words(stated, "remaster"))
}

fn has_record(words: &DisplayFields<'_>) -> bool {
    words.format.is_some_and(|format| format.media.iter().any(|medium| medium.carrier == Carrier::Vinyl))
}

fn type_details(words: &DisplayFields<'_>, stated: &str) -> Vec<Detail> {
    let known = TYPE_WORDS.iter().filter(|(kind, ..)| words.types.contains(kind));
    let new = known.filter(|(.., synonyms)| !synonyms.iter().any(|word| contains_words(stated, word)));
    new.map(|(_, word, score, _)| Detail { text: (*word).to_owned(), score: *score }).collect()
}

/// Buyers do not search for "Various Artists", so it is left out first.
fn various_artists_head(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let title = full_title(words, room);
    let title = title.or_else(|| words.title.as_deref().map(plain_text))?;
    let heads = [format!("Various Artists - {title}"), format!("Various - {title}")];
    let fits = heads.into_iter().find(|head| utf16_len(head) + DETAILS_ROOM <= room);
    Some(fits.unwrap_or_else(|| cut_title(&title, room).to_owned())).filter(|head| !head.is_empty())
}

/// "Various Artists" stays only if so many units are left for the details.
const DETAILS_ROOM: usize = 30;

fn artist_head(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let artist = full_artist(words, room)?;
    let title = full_title(words, room).or_else(|| words.title.as_deref().map(plain_text))?;
    let head = join_head(words, &artist, &title);
    if utf16_len(&head) <= room {
        return Some(append_performers(words, head, room));
    }
    let room = room.saturating_sub(" - ".len());
    let artist = shorten_artist(words, MIN_ARTIST_UNITS.max(room.saturating_sub(utf16_len(&title))));
    let title = cut_title(&title, room.saturating_sub(utf16_len(&artist)));
    (!artist.is_empty() && !title.is_empty()).then(|| join_head(words, &artist, title))
}

/// Words that a title does not end with where it is cut.
const LOOSE_WORDS: [&str; 14] =
    ["a", "an", "the", "of", "to", "in", "on", "and", "or", "for", "with", "at", "by", "from"];

/// Cuts a title at the end of a word that does not ask for another one.
fn cut_title(title: &str, max_units: usize) -> &str {
    let mut cut = cut_at_word(title, max_units);
    if cut.len() == title.len() {
        return cut;
    }
    while let Some((before, last)) = cut.rsplit_once(' ')
        && LOOSE_WORDS.contains(&last.to_lowercase().as_str())
    {
        cut = cut_at_word(before, max_units);
    }
    cut
}

/// Classical music: `Mahler: Symphony No. 9`; everything else: `Nirvana - Nevermind`.
fn join_head(words: &DisplayFields<'_>, artist: &str, title: &str) -> String {
    if has_composer_head(words) { format!("{artist}: {title}") } else { format!("{artist} - {title}") }
}

fn has_composer_head(words: &DisplayFields<'_>) -> bool {
    !words.composers.is_empty() && !words.performers.is_empty()
}

/// Adds as many performers as fit, the conductor first.
fn append_performers(words: &DisplayFields<'_>, head: String, room: usize) -> String {
    if !has_composer_head(words) {
        return head;
    }
    let mut title = head;
    let mut separator = " - ";
    for name in words.performers.iter().map(|name| plain_text(name)) {
        let longer = format!("{title}{separator}{name}");
        if !name.is_empty() && !contains_words(&title, &name) && utf16_len(&longer) <= room {
            (title, separator) = (longer, ", ");
        }
    }
    title
}

/// Returns the whole artist, with the name in Latin script first if the credit is in another one and both fit in half of
/// the room.
fn full_artist(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let artist = plain_text(words.artist.as_deref()?);
    Some(with_latin(words.latin_artist.as_deref(), artist, room / 2)).filter(|artist| !artist.is_empty())
}

fn full_title(words: &DisplayFields<'_>, room: usize) -> Option<String> {
    let title = plain_text(words.title.as_deref()?);
    Some(with_latin(words.latin_title.as_deref(), title, room / 2)).filter(|title| !title.is_empty())
}

fn with_latin(latin: Option<&str>, native: String, room: usize) -> String {
    let Some(latin) = latin.map(plain_text).filter(|latin| !latin.is_empty() && *latin != native) else {
        return native;
    };
    let both = format!("{latin} {native}");
    if utf16_len(&both) <= room { both } else { latin }
}

/// Returns as many names of the credit as fit, else the beginning of the first.
fn shorten_artist(words: &DisplayFields<'_>, room: usize) -> String {
    let latin = words.latin_artist.as_deref().map(plain_text).filter(|latin| !latin.is_empty());
    let prefixes = words.artist_prefixes.iter().map(|prefix| plain_text(prefix)).collect::<Vec<_>>();
    let names = latin.map_or(prefixes, |latin| vec![latin]);
    let fitting = names.iter().rev().find(|names| utf16_len(names) <= room).cloned();
    fitting.unwrap_or_else(|| names.first().map_or(String::new(), |first| cut_at_word(first, room).to_owned()))
}
