//! Composes the title of a listing: what buyers search for, in at most 80 characters.
//!
//! ```text
//! Nirvana - Nevermind Red Vinyl LP Limited Edition Reissue 2015 Germany DGC 424425-1
//! artist    title     format       edition                 year country label number
//! ```
//!
//! A table gives each detail a score. The format is always included. The other details are added by score, the highest
//! first, as long as they fit, and appear in the order of the table.

use super::super::record_color::base_color;
use super::super::release::{Carrier, Format};
use super::super::release_type::ReleaseType;
use super::super::text::display::{plain_text, utf16_len};
use super::country_name;
use super::display_fields::{DisplayFields, SAMPLER};
use super::format::FormatLabel;
use super::title_editions::{HEAVY_VINYL_SCORE, edition_score, short_edition, titled_edition, video_score};
use super::title_head::{cut_head, is_without_performers, whole_head};
use super::wording::contains_words;

/// eBay's limit for titles, in UTF-16 units.
pub(super) const MAX_TITLE_UNITS: usize = 80;

/// Maximum length of the format; a longer one is omitted.
const MAX_FORMAT_UNITS: usize = 60;

/// Maximum number of edition words, to keep a title readable.
const MAX_EDITION_WORDS: usize = 4;

/// Score of a color for which the format has no room, above that of limited editions.
const COLOR_SCORE: u8 = 89;

/// Scores of details other than edition words.
const YEAR_SCORE: u8 = 60;
const JAPAN_SCORE: u8 = 75;
const COUNTRY_SCORE: u8 = 50;
const EUROPE_SCORE: u8 = 20;
const LABEL_SCORE: u8 = 40;
const CATALOG_NUMBER_SCORE: u8 = 38;

/// Release types that a title names, with their score and the words that make them redundant.
const TYPE_WORDS: &[(ReleaseType, &str, u8, &[&str])] = &[
    (ReleaseType::Soundtrack, "Soundtrack", 62, &["soundtrack", "motion picture", "ost", "score", "original cast"]),
    // Buyers of `Music From the Motion Picture` search for a soundtrack.
    (ReleaseType::Soundtrack, "Soundtrack", 36, &["soundtrack", "ost", "original cast"]),
    (ReleaseType::Live, "Live", 58, &["live", "concert", "unplugged"]),
    (ReleaseType::Compilation, "Compilation", 34, &["best of", "hits", "anthology", "collection", "compilation"]),
    (ReleaseType::Demo, "Demo", 50, &["demo", "demos"]),
    (ReleaseType::Audiobook, AUDIOBOOK, 90, &["audiobook"]),
    (ReleaseType::Interview, "Interview", 62, &["interview", "interviews"]),
    (ReleaseType::SpokenWord, "Spoken Word", 57, &["spoken word"]),
    (ReleaseType::AudioDrama, "Audio Drama", 57, &["audio drama", "audio play", "radio play", "hörspiel"]),
    (ReleaseType::DjMix, "DJ Mix", 58, &["mix", "mixed", "mixtape"]),
    (ReleaseType::Mixtape, "Mixtape", 59, &["mixtape"]),
    (ReleaseType::Remix, "Remixes", 33, &["remix", "remixes", "remixed"]),
];

/// Score of the word for a sampler.
const SAMPLER_SCORE: u8 = 48;

/// Word for an audiobook, which a buyer of music must not mistake.
const AUDIOBOOK: &str = "Audiobook";

/// Discogs' style of most spoken records, and the word that buyers search for.
const COMEDY: &str = "Comedy";

/// A detail after artist and title.
#[derive(Clone, Debug)]
struct Detail {
    text: String,
    /// A shorter form, such as `Reprise` for `Reprise Records`.
    short: Option<String>,
    score: u8,
    /// The form for a title without the next detail: `Limited Edition` for the `Limited` of `Limited Tour Edition`.
    alone: Option<String>,
}

impl Detail {
    fn new(text: &str, score: u8) -> Self {
        Self { text: plain_text(text), short: None, score, alone: None }
    }

    fn shortened(&self) -> Self {
        Self { text: self.short.clone().unwrap_or_else(|| self.text.clone()), ..self.clone() }
    }
}

/// Composes the title of a listing; `None` if artist or title are unknown or have no visible characters.
pub(super) fn compose_title(words: &DisplayFields<'_>) -> Option<String> {
    let label = words.format.and_then(|format| FormatLabel::new(format, words.format_details()));
    let formats = label.map(|label| label.forms(words.title.as_deref().unwrap_or_default())).unwrap_or_default();
    let fits = |form: &String| (1..=MAX_FORMAT_UNITS).contains(&utf16_len(form));
    let formats = formats.iter().map(|form| plain_text(form)).filter(fits).collect::<Vec<_>>();
    let available = MAX_TITLE_UNITS - required_word(words).map_or(0, |word| spaced(words.translator().word(word)));
    let room = |format: &str| available.saturating_sub(spaced(format));
    let wholes = formats.iter().filter_map(|format| Some((format.as_str(), whole_head(words, room(format))?)));
    let wholes = wholes.collect::<Vec<_>>();
    // A shorter form of the format may leave room for a performer of classical music.
    let has_performers = |(_, head): &&(&str, String)| !is_without_performers(words, head);
    let whole = wholes.iter().find(has_performers).or(wholes.first()).cloned();
    if let Some((format, head)) = whole {
        return Some(append_to_best_form(words, &head, format, &formats));
    }
    let longest = formats.first().map(String::as_str).unwrap_or_default();
    let cut = || {
        let shortest = formats.last().map(String::as_str).unwrap_or_default();
        let head = [shortest, longest].into_iter().find_map(|format| cut_head(words, room(format)))?;
        // A cut between words leaves room, sometimes for the color.
        let fitting = formats.iter().find(|format| utf16_len(&head) + spaced(format) <= available);
        Some((fitting.map_or(shortest, String::as_str), head))
    };
    let (format, head) = whole_head(words, room(longest)).map(|head| (longest, head)).or_else(cut)?;
    Some(append_to_form(words, &head, format, longest).1)
}

fn spaced(word: &str) -> usize {
    if word.is_empty() { 0 } else { 1 + utf16_len(word) }
}

/// Minimum score of the details for which a shorter form of the format is used: `2LP RSD` instead of `2 LP Vinyl`.
const MIN_SHORTENING_GAIN: u32 = 80;

/// Appends the format and the details in the form of the format that keeps the words with the highest scores, starting
/// with `format`, the longest one that fits.
fn append_to_best_form(words: &DisplayFields<'_>, head: &str, format: &str, formats: &[String]) -> String {
    let longest = formats.first().map(String::as_str).unwrap_or_default();
    let (mut best_score, mut best) = append_to_form(words, head, format, longest);
    // No word is worth the loss of the color.
    let has_color = |form: &&String| words.color.as_deref().is_none_or(|color| contains_words(form, color));
    for shorter in formats.iter().skip_while(|form| *form != format).skip(1).filter(has_color) {
        let (score, title) = append_to_form(words, head, shorter, longest);
        if score >= best_score + MIN_SHORTENING_GAIN {
            (best_score, best) = (score, title);
        }
    }
    best
}

/// Appends a form of the format, and the best details, to the head. Returns the sum of their scores and the title.
/// `longest` is the complete form of the format.
fn append_to_form(words: &DisplayFields<'_>, head: &str, format: &str, longest: &str) -> (u32, String) {
    let start = join_format(head, format);
    let color = words.color.as_deref().filter(|color| contains_words(longest, color));
    let is_color_lost = color.is_some_and(|color| !contains_words(format, color));
    let color_detail = color
        .filter(|_| is_color_lost)
        .map(|color| Detail { short: base_color(color), ..Detail::new(color, COLOR_SCORE) });
    let details = color_detail.into_iter().chain(list_details(words, head, format)).collect::<Vec<_>>();
    append_best_details(start, &details)
}

/// Names of media that also end the titles of releases.
const TITLED_MEDIA: [&str; 3] = ["CD", "Cassette", "DVD"];

/// Appends the format to the head, whose last word it does not repeat: `Preview CD` is followed by `Promo`.
fn join_format(head: &str, format: &str) -> String {
    let last = head.rsplit(' ').next().unwrap_or_default();
    let (first, others) = format.split_once(' ').unwrap_or((format, ""));
    let is_repeated = TITLED_MEDIA.contains(&first) && first.eq_ignore_ascii_case(last);
    let others = if is_repeated { others } else { format };
    if others.is_empty() { head.to_owned() } else { format!("{head} {others}") }
}

/// Returns the word that is always included: the one that eBay requires for a promotional copy, or that for an audiobook.
fn required_word<'a>(words: &'a DisplayFields<'_>) -> Option<&'a str> {
    const WORDS: [&str; 4] = ["Test Pressing", "White Label", "Promo", "Advance"];
    let promotional = words.edition.iter().map(String::as_str).find(|word| WORDS.contains(word));
    let audiobook = words.types.contains(&ReleaseType::Audiobook).then_some(AUDIOBOOK);
    let word = promotional.or(audiobook)?;
    let is_named_already = words.title.as_deref().is_some_and(|title| is_named(title, word));
    (!is_named_already).then_some(word)
}

/// Appends the details that fit, selected by score, in their original order. Uses the short forms if the total score is
/// higher with them. Returns the total score and the title.
fn append_best_details(start: String, details: &[Detail]) -> (u32, String) {
    let room = MAX_TITLE_UNITS.saturating_sub(utf16_len(&start));
    let shortened = details.iter().map(Detail::shortened).collect::<Vec<_>>();
    let score_sum = |taken: &[bool]| {
        details.iter().zip(taken).filter(|(_, taken)| **taken).map(|(detail, _)| u32::from(detail.score)).sum::<u32>()
    };
    let (taken, taken_short) = (select_details(details, room), select_details(&shortened, room));
    let (score, score_short) = (score_sum(&taken), score_sum(&taken_short));
    let (forms, taken) = if score_short > score { (shortened.as_slice(), taken_short) } else { (details, taken) };
    let is_alone = |at: usize| !taken.get(at + 1).copied().unwrap_or_default();
    let used = (0..forms.len()).filter(|at| taken[*at]).map(|at| 1 + utf16_len(&forms[at].text)).sum::<usize>();
    let mut free = room - used;
    let mut title = start;
    for (at, detail) in forms.iter().enumerate().filter(|(at, _)| taken[*at]) {
        let whole = detail.alone.as_ref().filter(|_| is_alone(at));
        let whole = whole.filter(|whole| utf16_len(whole) - utf16_len(&detail.text) <= free);
        free -= whole.map_or(0, |whole| utf16_len(whole) - utf16_len(&detail.text));
        title = format!("{title} {}", whole.unwrap_or(&detail.text));
    }
    (score.max(score_short), title)
}

/// Selects the details that fit, the highest scores first. Returns one flag per detail.
fn select_details(details: &[Detail], room: usize) -> Vec<bool> {
    let mut by_score = (0..details.len()).collect::<Vec<_>>();
    by_score.sort_by_key(|at| std::cmp::Reverse(details[*at].score));
    let mut used = 0;
    let mut taken = vec![false; details.len()];
    for at in by_score {
        let units = 1 + utf16_len(&details[at].text);
        if used + units <= room {
            (used, taken[at]) = (used + units, true);
        }
    }
    taken
}

/// Returns the details in title order, without those that the title already contains.
fn list_details(words: &DisplayFields<'_>, head: &str, format: &str) -> Vec<Detail> {
    let stated = format!("{head} {format}");
    let kinds = type_details(words, &stated);
    let country = words.country.as_deref().and_then(|code| country_name::title_country(code, words.site));
    let others = [
        is_early_stereo(words).then(|| Detail::new("Stereo", EARLY_STEREO_SCORE)),
        words.year.as_deref().filter(|year| !contains_words(head, year)).map(|year| Detail::new(year, YEAR_SCORE)),
        country.and_then(|name| country_detail(words, name)),
        words.label.as_deref().and_then(|label| label_detail(label, head)).filter(|label| !is_in_number(words, label)),
        words
            .catalog_number
            .as_deref()
            .filter(|number| is_searched(number))
            .map(|number| Detail::new(number, CATALOG_NUMBER_SCORE)),
    ];
    let others = others.into_iter().flatten().filter(|detail| !detail.text.is_empty());
    edition_details(words, &stated).into_iter().chain(kinds).chain(others).collect()
}

/// Minimum number of digits of a catalog number without letters that buyers search for: not `1` or `001`.
const MIN_NUMBER_DIGITS: usize = 3;

fn is_searched(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let is_first = number.starts_with('0') && digits == MIN_NUMBER_DIGITS;
    utf16_len(number) > 1 && (number.chars().any(char::is_alphabetic) || (digits >= MIN_NUMBER_DIGITS && !is_first))
}

/// Last year in which many records were pressed in mono and in stereo.
const LAST_MONO_YEAR: u16 = 1969;

/// Score of the word that tells a stereo pressing from the mono pressing of the time.
const EARLY_STEREO_SCORE: u8 = 42;

/// Parts of words for stereo that was made from a mono recording.
const FAKE_STEREO_WORDS: [&str; 5] = ["channeled", "channelled", "duophonic", "electronic", "reprocess"];

fn is_early_stereo(words: &DisplayFields<'_>) -> bool {
    let is_fake = |note: &String| FAKE_STEREO_WORDS.iter().any(|word| note.to_lowercase().contains(word));
    if words.format_notes.iter().any(is_fake) {
        return false;
    }
    let states = |word: &str| words.descriptions.iter().any(|description| description == word);
    let year = words.year.as_deref().and_then(|year| year.parse::<u16>().ok());
    has_record(words) && year.is_some_and(|year| year <= LAST_MONO_YEAR) && states("Stereo") && !states("Mono")
}

fn country_detail(words: &DisplayFields<'_>, name: &str) -> Option<Detail> {
    let short = (name == "Europe").then(|| "EU".to_owned());
    Some(Detail { short, ..Detail::new(words.translator().country(name)?, country_score(name)) })
}

/// Returns true if the catalog number starts with the label's name, as in `CBAK 4001`.
fn is_in_number(words: &DisplayFields<'_>, label: &Detail) -> bool {
    let (number, label) = (words.catalog_number.as_deref().unwrap_or_default(), &label.text);
    let rest = number.to_lowercase().strip_prefix(&label.to_lowercase()).map(str::to_owned);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
}

/// Score of a label whose audiophile reissues buyers look for by its name.
const AUDIOPHILE_LABEL_SCORE: u8 = 87;

/// Labels that buyers know by a shorter name, with their score.
const SHORT_LABELS: &[(&str, &str, u8)] = &[
    ("Analogue Productions", "AP", AUDIOPHILE_LABEL_SCORE),
    ("Deutsche Grammophon", "DG", LABEL_SCORE),
    ("Electric Recording Company", "ERC", AUDIOPHILE_LABEL_SCORE),
    ("Mobile Fidelity Sound Lab", "MFSL", AUDIOPHILE_LABEL_SCORE),
];

/// Words at the end of a label's name that buyers do not type.
const LABEL_SUFFIXES: [&str; 3] = [" Records", " Recordings", " Record Company"];

/// Returns the label, with a short form without `Records`; `None` if the artist already has this name.
fn label_detail(label: &str, head: &str) -> Option<Detail> {
    let detail = Detail::new(label, LABEL_SCORE);
    let short = LABEL_SUFFIXES.iter().find_map(|suffix| detail.text.strip_suffix(suffix)).filter(|s| utf16_len(s) > 1);
    let known = SHORT_LABELS.iter().find(|(long, ..)| *long == detail.text);
    let short = known.map(|(_, short, _)| *short).or(short).map(str::to_owned);
    let score = known.map_or(LABEL_SCORE, |(.., score)| *score);
    let is_named = contains_words(head, short.as_deref().unwrap_or(&detail.text));
    (!is_named).then_some(Detail { short, score, ..detail })
}

fn country_score(name: &str) -> u8 {
    match name {
        "Japan" => JAPAN_SCORE,
        "Europe" => EUROPE_SCORE,
        _ => COUNTRY_SCORE,
    }
}

/// Edition words that another one implies: a repress is a reissue, and Vinyl Me Please is a club.
const IMPLIED_EDITIONS: [(&str, &str); 2] = [("Repress", "Reissue"), ("Club Edition", "Vinyl Me Please Exclusive")];

/// Words for a shirt in the same package, and the score of its word.
const SHIRTS: [&str; 2] = ["t shirt", "tshirt"];
const SHIRT_SCORE: u8 = 83;

fn edition_details(words: &DisplayFields<'_>, stated: &str) -> Vec<Detail> {
    let heavy = words.grams.filter(|grams| *grams >= 180 && has_record(words)).map(|grams| format!("{grams}g"));
    let translator = words.translator();
    let has = |known: &str| words.edition.iter().any(|word| word == known);
    let is_implied = |word: &str| IMPLIED_EDITIONS.iter().any(|(implied, by)| *implied == word && has(by));
    let worded = words.edition.iter().filter(|word| !is_implied(word));
    let new = worded.filter(|word| !is_named(stated, word) && !is_named(stated, translator.word(word)));
    let short = |word: &str| short_edition(word).filter(|_| translator.word(word) == word).map(str::to_owned);
    let carrier = words.format.and_then(Format::main_carrier);
    let score = |word: &str| video_score(word, words.site, carrier).unwrap_or_else(|| edition_score(word));
    let detail = |word: &String| Detail {
        short: short(word),
        ..Detail::new(translator.word(titled_edition(word)), score(word))
    };
    let mut details = new.map(detail).collect::<Vec<_>>();
    details.retain(|detail| !detail.text.is_empty());
    join_editions(&mut details);
    details.extend(heavy.map(|text| Detail::new(&text, HEAVY_VINYL_SCORE)));
    // The notes of a used copy do not have loose parts.
    let has_shirt = words.format_notes.iter().any(|note| SHIRTS.iter().any(|shirt| contains_words(note, shirt)));
    details.extend(has_shirt.then(|| Detail::new("+ T-Shirt", SHIRT_SCORE)));
    while details.len() > MAX_EDITION_WORDS {
        let lowest = (0..details.len()).min_by_key(|at| details[*at].score).unwrap_or_default();
        details.remove(lowest);
    }
    details
}

/// Shortens `Deluxe Edition Anniversary Edition` to `Deluxe Anniversary Edition`.
fn join_editions(details: &mut [Detail]) {
    for at in 1..details.len() {
        if details[at].text.ends_with(" Edition")
            && let Some(stem) = details[at - 1].text.strip_suffix(" Edition").map(str::to_owned)
        {
            let whole = std::mem::replace(&mut details[at - 1].text, stem);
            (details[at - 1].short, details[at - 1].alone) = (None, Some(whole));
        }
    }
}

/// Returns true if the title already contains an edition word: `Abbey Road (Remastered)`, `(Deluxe)`.
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
    // Most soundtracks and mixes are compilations, and a mixtape is mixed.
    let has = |kinds: &[ReleaseType]| kinds.iter().any(|kind| words.types.contains(kind));
    let says_more = has(&[ReleaseType::Soundtrack, ReleaseType::DjMix, ReleaseType::Mixtape]);
    let new = new.filter(|(kind, ..)| *kind != ReleaseType::Compilation || !says_more);
    let new = new.filter(|(kind, ..)| *kind != ReleaseType::DjMix || !has(&[ReleaseType::Mixtape]));
    let is_comedy = words.styles.iter().any(|style| style == COMEDY);
    let new = new.map(|(kind, word, score, _)| match kind {
        ReleaseType::SpokenWord if is_comedy => (COMEDY, *score),
        ReleaseType::Compilation if words.is_sampler() => (SAMPLER, SAMPLER_SCORE),
        _ => (*word, *score),
    });
    let new = new.filter(|(word, _)| !contains_words(stated, word));
    let mut details = new.map(|(word, score)| Detail::new(words.translator().word(word), score)).collect::<Vec<_>>();
    details.dedup_by(|next, first| next.text == first.text);
    details
}
