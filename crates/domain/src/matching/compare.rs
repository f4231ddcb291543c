//! Distances between field values, from 0 (equal) to 1 (nothing in common), independent of the providers' spellings.

use super::super::listing::country_name;
use super::super::provider_release::ProviderRelease;
use super::super::release::{ArtistCredit, Country, Format, LabelCredit, PartialDate};
use super::super::site::Site;
use super::super::text::is_latin;
use super::album_names::{EpisodeTitle, bracketed_volumes, have_other_numbers, have_other_words};
use super::fold_text::fold_text;

/// Returns the text before the first bracket: `Ummagumma (2011 Remaster)` becomes `Ummagumma`.
fn strip_brackets(text: &str) -> &str {
    text.split(['(', '[']).next().map(str::trim).filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// Distance of titles that differ only in brackets: the album is the same, but the edition may differ.
const BRACKET_PENALTY: f32 = 0.1;

/// Returns the distance of titles. Titles with the numbers of other volumes or episodes have nothing in common.
pub(super) fn title_distance(a: &str, b: &str) -> f32 {
    let (first, second) = (EpisodeTitle::new(a), EpisodeTitle::new(b));
    match (first.number, second.number) {
        (Some(a), Some(b)) if a != b => 1.0,
        (Some(_), Some(_)) => name_distance(first.name, second.name),
        (None, None) => name_distance(a, b),
        _ if first.is_leading || second.is_leading => {
            (name_distance(first.name, second.name) + BRACKET_PENALTY).min(1.0)
        }
        _ => name_distance(a, b),
    }
}

/// Returns the distance of titles without the numbers of episodes.
fn name_distance(a: &str, b: &str) -> f32 {
    let (folded_a, folded_b) = (fold_text(a), fold_text(b));
    let whole = text_distance(&folded_a, &folded_b);
    if whole == 0.0 {
        return whole;
    }
    let (bare_a, bare_b) = (fold_text(strip_brackets(a)), fold_text(strip_brackets(b)));
    if have_other_numbers(&bare_a, &bare_b)
        || have_other_numbers(&bracketed_volumes(&folded_a), &bracketed_volumes(&folded_b))
    {
        return 1.0;
    }
    whole.min(text_distance(&bare_a, &bare_b) + BRACKET_PENALTY).min(1.0)
}

/// Returns the distance of artist credits. Ignores the order of the artists; "Various" equals "Various Artists".
pub(super) fn artist_distance(a: &ArtistCredit, b: &ArtistCredit) -> f32 {
    if a.is_various() && b.is_various() {
        return 0.0;
    }
    let sorted = |credit: &ArtistCredit| {
        let mut names = credit.0.iter().map(|artist| fold_text(&artist.name)).collect::<Vec<_>>();
        names.sort();
        names.join(" ")
    };
    text_distance(&fold_text(&a.to_string()), &fold_text(&b.to_string())).min(text_distance(&sorted(a), &sorted(b)))
}

#[expect(clippy::cast_possible_truncation, reason = "a similarity needs no more than the digits of an f32")]
fn text_distance(a: &str, b: &str) -> f32 {
    match (a.is_empty(), b.is_empty()) {
        // Nearly all entries for a barcode agree, and counting edits is expensive.
        _ if a == b => 0.0,
        (true, false) | (false, true) => 1.0,
        _ => 1.0 - strsim::normalized_damerau_levenshtein(a, b) as f32,
    }
}

/// Returns the distance of formats: 0 for the same media in the same numbers, 0.5 if only the numbers differ, 1 for
/// different media or record sizes.
pub(super) fn format_distance(a: &Format, b: &Format) -> f32 {
    let sizes = |format: &Format| format.media.iter().filter_map(|medium| medium.inches).collect::<Vec<_>>();
    let (sizes_a, sizes_b) = (sizes(a), sizes(b));
    if !sizes_a.is_empty() && !sizes_b.is_empty() && !sizes_a.iter().any(|size| sizes_b.contains(size)) {
        return 1.0;
    }
    let (a, b) = (sorted_carriers(a), sorted_carriers(b));
    if a == b {
        return 0.0;
    }
    if a.iter().map(|m| m.0).eq(b.iter().map(|m| m.0)) { 0.5 } else { 1.0 }
}

fn sorted_carriers(format: &Format) -> Vec<(super::super::release::Carrier, u16)> {
    let mut carriers = format.carrier_counts();
    carriers.sort();
    carriers
}

/// Returns the name of a country in a title, if it has a code: `UK` for `GB`, `Japan` for `JP`.
pub(super) fn display_country(country: &Country) -> String {
    let code = country.to_code();
    let name = country_name::title_country(&code.0, Site::default()).filter(|_| code.0.len() == 2);
    name.unwrap_or_else(|| country.display_name()).to_owned()
}

/// Returns the distance of countries. "Europe" and "worldwide" may include any country.
pub(super) fn country_distance(a: &Country, b: &Country) -> f32 {
    let (a, b) = (a.to_code(), b.to_code());
    match (a.0.as_str(), b.0.as_str()) {
        (a, b) if a.eq_ignore_ascii_case(b) => 0.0,
        ("XW", _) | (_, "XW") => 0.3,
        (a, b) if a == "XE" || b == "XE" || a.contains("Europe") || b.contains("Europe") => 0.5,
        _ => 1.0,
    }
}

pub(super) fn date_distance(a: PartialDate, b: PartialDate) -> f32 {
    match a.year().abs_diff(b.year()) {
        _ if a.agrees_with(b) => 0.0,
        0 => 0.2,
        1 => 0.5,
        _ => 1.0,
    }
}

/// Returns a catalog number without case, spaces and punctuation, so that `GED-24425` equals `ged 24425`. Cyrillic
/// letters become those that Latin entries have in their place: `С60 26039` with a Cyrillic letter.
pub(super) fn normalize_catalog_number(number: &str) -> String {
    let lower = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    lower
        .map(|letter| LATIN_TWINS.iter().find(|(native, _)| *native == letter).map_or(letter, |(_, twin)| *twin))
        .collect()
}

/// Returns the forms of a catalog number in Latin letters. Entries in Latin script write Cyrillic letters by their look or
/// by their sound: `С60` as `C60` or `S60`.
pub(super) fn catalog_number_forms(number: &str) -> Vec<String> {
    let by_look = normalize_catalog_number(number);
    let sounded = number
        .to_lowercase()
        .chars()
        .map(|c| LATIN_SOUNDS.iter().find(|(native, _)| *native == c).map_or(c, |(_, sound)| *sound))
        .collect::<String>();
    let by_sound = normalize_catalog_number(&sounded);
    if by_sound == by_look { vec![by_look] } else { vec![by_look, by_sound] }
}

/// Cyrillic letters whose sound is that of another Latin letter than the one they look like.
const LATIN_SOUNDS: [(char, char); 4] = [('в', 'v'), ('н', 'n'), ('р', 'r'), ('с', 's')];

/// Cyrillic letters in Soviet catalog numbers, and the Latin letters that are written for them.
const LATIN_TWINS: [(char, char); 12] = [
    ('а', 'a'),
    ('в', 'b'),
    ('г', 'g'),
    ('д', 'd'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
];

/// Returns the distance of catalog numbers: 0 if the credits share one. `None` if either has none.
pub(super) fn catalog_number_distance(a: &[LabelCredit], b: &[LabelCredit]) -> Option<f32> {
    let numbers = |labels: &[LabelCredit]| {
        labels.iter().filter_map(|l| l.catalog_number.as_deref()).flat_map(catalog_number_forms).collect::<Vec<_>>()
    };
    let (a, b) = (numbers(a), numbers(b));
    let known = !a.is_empty() && !b.is_empty();
    known.then(|| if a.iter().any(|number| b.contains(number)) { 0.0 } else { 1.0 })
}

/// Returns the distance of the most similar pair of labels; `None` if either has none.
pub(super) fn label_distance(a: &[LabelCredit], b: &[LabelCredit]) -> Option<f32> {
    let names = |labels: &[LabelCredit]| labels.iter().filter_map(|l| l.name.clone()).collect::<Vec<_>>();
    let (a, b) = (names(a), names(b));
    a.iter().flat_map(|a| b.iter().map(|b| label_name_distance(a, b))).min_by(f32::total_cmp)
}

/// Returns the distance of label names. `Geffen Records` and `Geffen` are equal.
fn label_name_distance(a: &str, b: &str) -> f32 {
    let bare = |name: &str| fold_text(name).trim_end_matches(" records").trim_end_matches(" recordings").to_owned();
    text_distance(&bare(a), &bare(b))
}

/// Returns the distance of the artists of two entries, in the most similar scripts; `None` if either has none.
pub(super) fn entry_artist_distance(a: &ProviderRelease, b: &ProviderRelease) -> Option<f32> {
    let credits = |entry: &ProviderRelease| {
        let latin = entry.latin_artist.clone().map(ArtistCredit::from_name);
        entry.artist.clone().into_iter().chain(latin).collect::<Vec<_>>()
    };
    let (names_a, names_b) = (credits(a), credits(b));
    let distance = smallest_distance(&names_a, &names_b, artist_distance)?;
    let texts = |names: &[ArtistCredit]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let is_translation = || may_be_translations(a, b) && are_in_other_scripts(&texts(&names_a), &texts(&names_b));
    Some(if distance > TRANSLATION_DISTANCE && is_translation() { TRANSLATION_DISTANCE } else { distance })
}

/// Distance of names in different scripts, of which one may be the translation of the other.
const TRANSLATION_DISTANCE: f32 = 0.1;

/// Returns true if the entries are one pressing whatever their names are: linked by a provider, or with a catalog number
/// and the same number of tracks.
fn may_be_translations(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    let has_same_tracks = a.track_count.zip(b.track_count).is_none_or(|(a, b)| a == b);
    are_linked(a, b) || (has_same_tracks && catalog_number_distance(&a.labels, &b.labels) == Some(0.0))
}

/// Returns true if all names of one entry are in Latin script and all of the other are not.
fn are_in_other_scripts(a: &[String], b: &[String]) -> bool {
    let are_latin = |names: &[String]| names.iter().all(|name| is_latin(name));
    let are_native = |names: &[String]| names.iter().all(|name| is_in_other_script(name));
    (are_latin(a) && are_native(b)) || (are_native(a) && are_latin(b))
}

/// Returns true if the name has letters of another script than Latin.
pub(super) fn is_in_other_script(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !is_latin(name)
}

pub(super) fn are_linked(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    a.links.contains(&b.id) || b.links.contains(&a.id)
}

/// Returns the distance of the titles of two entries, in the most similar scripts; `None` if either has none. Ignores
/// an artist's name before the title: `Cheap Trick At Budokan`.
pub(super) fn entry_title_distance(a: &ProviderRelease, b: &ProviderRelease) -> Option<f32> {
    let titles = |entry: &ProviderRelease| {
        let forms = entry.title.iter().chain(&entry.latin_title);
        let forms = forms.flat_map(|title| std::iter::once(title.as_str()).chain(title.split(" = ")));
        let forms = forms.map(str::to_owned).collect::<Vec<_>>();
        let artist = entry.artist.iter().map(|artist| fold_text(&artist.to_string())).next().unwrap_or_default();
        let without_artist = forms.iter().filter_map(|title| {
            let title = fold_text(title);
            let rest = title.strip_prefix(&artist).and_then(|rest| rest.strip_prefix(' '));
            rest.filter(|_| !artist.is_empty()).map(str::to_owned)
        });
        let without_artist = without_artist.collect::<Vec<_>>();
        forms.into_iter().chain(without_artist).collect::<Vec<_>>()
    };
    let (names_a, names_b) = (titles(a), titles(b));
    let distance = smallest_distance(&names_a, &names_b, |a, b| title_distance(a, b))?;
    let is_translation = || may_be_translations(a, b) && are_in_other_scripts(&names_a, &names_b);
    Some(if distance > TRANSLATION_DISTANCE && is_translation() { TRANSLATION_DISTANCE } else { distance })
}

fn smallest_distance<T>(a: &[T], b: &[T], distance: impl Fn(&T, &T) -> f32) -> Option<f32> {
    let mut smallest: Option<f32> = None;
    for distance in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))).map(|(a, b)| distance(a, b)) {
        smallest = Some(smallest.map_or(distance, |known| known.min(distance)));
        if distance == 0.0 {
            break;
        }
    }
    smallest
}

/// Returns true if two entries can be the same album.
pub(super) fn is_same_album(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    let near = |distance: Option<f32>, most| distance.is_none_or(|distance| distance <= most);
    let is_same_artist = || near(entry_artist_distance(a, b), 0.5) && !have_other_artists(a, b);
    // Entries are often compared with themselves.
    a.id == b.id || (is_same_artist() && near(entry_title_distance(a, b), 0.45))
}

/// Returns true if both are by one artist, and the names have different words.
fn have_other_artists(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    let only = |entry: &ProviderRelease| match entry.artist.as_ref().map(|credit| credit.0.as_slice()) {
        Some([artist]) if entry.latin_artist.is_none() => Some(fold_text(&artist.name)),
        _ => None,
    };
    let is_in_one_script = |a: &str, b: &str| is_in_other_script(a) == is_in_other_script(b);
    only(a).zip(only(b)).is_some_and(|(a, b)| is_in_one_script(&a, &b) && have_other_words(&a, &b))
}

#[cfg(test)]
mod tests {
    use super::{catalog_number_forms, normalize_catalog_number, title_distance};

    #[test]
    fn cyrillic_catalog_numbers_equal_those_in_latin_letters() {
        for number in ["С60 26039 003", "C60 26039 003", "с60-26039-003"] {
            assert_eq!(normalize_catalog_number(number), "c6026039003", "{number}");
        }
        assert_eq!(catalog_number_forms("С60 26039 003"), ["c6026039003", "s6026039003"]);
        assert_eq!(catalog_number_forms("S60 26039 003"), ["s6026039003"]);
    }

    #[test]
    fn episodes_are_compared_by_number_and_name() {
        for (a, b, distance) in [
            ("Folge 3: Das leere Grab", "  3 - Das Leere Grab", 0.0),
            ("Schatten (Folge 128)", "128 - Schatten", 0.0),
            ("Das leere Grab", "Folge 3: Das Leere Grab", 0.1),
            ("Folge 3: Das leere Grab", "  4 - Das Leere Grab", 1.0),
            ("Rooms (Part 2)", "Rooms", 1.0),
        ] {
            assert!((title_distance(a, b) - distance).abs() < 0.001, "{a} and {b}: {}", title_distance(a, b));
            assert!((title_distance(b, a) - distance).abs() < 0.001, "{b} and {a}");
        }
    }
}
