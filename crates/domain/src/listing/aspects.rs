//! Item specifics (aspects), filled from the release according to the table of categories.

use serde::Serialize;

use super::super::copy_description::CopyDescription;
use super::super::release::{Carrier, Format, Medium};
use super::super::text::display::{cut_at_phrase, plain_text, utf16_len};
use super::super::video_region;
use super::categories::{AspectMapping, Categories, Category, ReleaseField};
use super::country_name;
use super::display_fields::DisplayFields;
use super::format;
use super::title_head::cut_before_end;
use super::work_title::{shorter_titles, without_composer};

/// An item specific.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aspect {
    pub name: String,
    pub values: Vec<String>,
}

/// Returns the item specifics of a copy of a release, in table order. Omits aspects without a value.
pub(super) fn fill_aspects(
    words: &DisplayFields<'_>,
    copy: &CopyDescription,
    (medium, category): (&Medium, &Category),
    categories: &Categories,
) -> Vec<Aspect> {
    let longest = categories.max_value_units;
    // A disc that is filed by its name, such as a VCD, has the item specifics of that category.
    let is_filed_by_name = medium.carrier != Carrier::Other && !category.carriers.contains(&medium.carrier);
    let carrier = category.carriers.first().copied().filter(|_| is_filed_by_name).unwrap_or(medium.carrier);
    // An album on an audio disc has a release title like one on a CD.
    let is_album = |rule: &AspectMapping| {
        rule.source == ReleaseField::Title && format::is_audio_disc(medium, words.format_details())
    };
    let applies = |rule: &AspectMapping, only: &[Carrier]| {
        only.contains(&carrier) || (is_album(rule) && only.contains(&Carrier::Cd))
    };
    let rules = categories.aspects.iter().filter(|rule| rule.carriers.as_ref().is_none_or(|only| applies(rule, only)));
    let filled = rules.map(|rule| Aspect {
        name: rule.name.clone(),
        values: match rule.source {
            ReleaseField::MediaGrade => copy.media_grade.iter().map(ToString::to_string).collect(),
            ReleaseField::SleeveGrade => copy.sleeve_grade.iter().map(ToString::to_string).collect(),
            field => fit_values(rule, &field_values(field, words, (medium, category), categories), longest),
        },
    });
    filled.filter(|aspect| !aspect.values.is_empty()).collect()
}

fn field_values(
    field: ReleaseField,
    words: &DisplayFields<'_>,
    (medium, category): (&Medium, &Category),
    categories: &Categories,
) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match field {
        ReleaseField::Artist => one(&words.latin_artist).into_iter().chain(words.artists.iter().cloned()).collect(),
        ReleaseField::Title => title_values(words, categories.max_value_units),
        ReleaseField::Format => vec![category.format_of(medium).to_owned()],
        ReleaseField::ReleaseType => format::release_types(words.format, words.types, words.is_sampler()),
        ReleaseField::Genres => categories.map_genres(&words.genres, &words.styles),
        ReleaseField::Styles => words.styles.clone(),
        ReleaseField::Label => one(&words.label),
        ReleaseField::Year => one(&words.year),
        ReleaseField::CatalogNumber => one(&words.catalog_number),
        ReleaseField::RecordSize => words.format.and_then(format::record_size).into_iter().collect(),
        ReleaseField::Edition => edition_values(words),
        ReleaseField::Features => feature_values(words),
        ReleaseField::Material => {
            words.format.and_then(format::record_material).map(str::to_owned).into_iter().collect()
        }
        ReleaseField::MediaGrade | ReleaseField::SleeveGrade => Vec::new(),
        ReleaseField::Color => one(&words.color),
        ReleaseField::Speed => speed_values(words),
        ReleaseField::Country => {
            let name = words.country.as_deref().and_then(country_name::ebay_country_name);
            name.map(str::to_owned).into_iter().collect()
        }
        ReleaseField::Language => {
            let name = words.language.as_deref().and_then(country_name::language_name);
            name.map(str::to_owned).into_iter().collect()
        }
        ReleaseField::DiscCount => words.format.map(|format| format.media_count().to_string()).into_iter().collect(),
        ReleaseField::Composers => words.composers.clone(),
        ReleaseField::Conductors => words.conductors.clone(),
        ReleaseField::RunTime => run_time(words).into_iter().collect(),
        ReleaseField::CaseType => one(&words.packaging),
        ReleaseField::Series => words.series.clone(),
        ReleaseField::RegionCode => region_codes(words),
        ReleaseField::SignalStandard => signal_standards(words),
    }
}

/// Returns the title with its Latin form. If that is too long, returns only the Latin form.
fn title_values(words: &DisplayFields<'_>, longest: usize) -> Vec<String> {
    let both = words.title_in_both_scripts().filter(|title| utf16_len(&plain_text(title)) <= longest);
    let title = both.or_else(|| words.latin_title.clone()).or_else(|| words.title.clone());
    let is_short = |title: &String| utf16_len(&plain_text(title)) <= longest;
    let long = title.as_ref().filter(|title| !words.head_composers.is_empty() && !is_short(title));
    let shorter = long.map(|title| shorter_titles(without_composer(title, &words.head_composers)));
    let fitting = shorter.and_then(|titles| titles.into_iter().find(is_short));
    let with_volume = title.as_ref().filter(|title| !is_short(title));
    let with_volume = with_volume.and_then(|title| cut_before_end(&plain_text(title), longest));
    let fitting = fitting.or(with_volume);
    fitting.or(title).into_iter().collect()
}

/// Edition words for eBay's aspect "Edition". All other edition words are features.
const EDITIONS: [&str; 13] = [
    "Limited Edition",
    "Super Deluxe Edition",
    "Deluxe Edition",
    "Special Edition",
    "Collector's Edition",
    "Anniversary Edition",
    "Expanded Edition",
    "Legacy Edition",
    "Tour Edition",
    "Club Edition",
    "Fan Club Edition",
    "First Pressing",
    "Reissue",
];

/// Returns true for these words and for a numbered anniversary: `50th Anniversary Edition`.
fn is_edition(word: &str) -> bool {
    EDITIONS.contains(&word) || word.ends_with(" Anniversary Edition")
}

fn edition_values(words: &DisplayFields<'_>) -> Vec<String> {
    words.edition.iter().filter(|word| is_edition(word)).cloned().collect()
}

/// Television standards, which have their own aspect on videos.
const SIGNAL_STANDARDS: [&str; 3] = ["NTSC", "PAL", "SECAM"];

/// Returns true if eBay's category of the main medium has aspects for the region and the television standard.
fn is_video(words: &DisplayFields<'_>) -> bool {
    let carrier = words.format.and_then(Format::main_carrier);
    carrier.is_some_and(|carrier| matches!(carrier, Carrier::Dvd | Carrier::BluRay | Carrier::LaserDisc | Carrier::Vhs))
}

fn signal_standards(words: &DisplayFields<'_>) -> Vec<String> {
    words.edition.iter().filter(|word| SIGNAL_STANDARDS.contains(&word.as_str())).cloned().collect()
}

/// Returns the region codes as eBay writes them, without its list of countries in brackets: `DVD: 2`, `Blu-ray: A`.
fn region_codes(words: &DisplayFields<'_>) -> Vec<String> {
    let codes = words.edition.iter().flat_map(|word| video_region::codes_of_word(word));
    let value = |code: char| match code {
        '0' if words.format.and_then(Format::main_carrier) == Some(Carrier::BluRay) => "Region Free".to_owned(),
        '0' => "DVD: 0/All".to_owned(),
        'A'..='C' => format!("Blu-ray: {code}"),
        code => format!("DVD: {code}"),
    };
    codes.map(value).collect()
}

fn feature_values(words: &DisplayFields<'_>) -> Vec<String> {
    let has_own_aspect = |word: &str| {
        is_video(words) && (SIGNAL_STANDARDS.contains(&word) || !video_region::codes_of_word(word).is_empty())
    };
    let others = words.edition.iter().filter(|word| !is_edition(word) && !has_own_aspect(word)).cloned();
    let is_record = words.format.is_some_and(|format| format.media.iter().any(|m| m.carrier == Carrier::Vinyl));
    let kinds = words.format.map(|format| format::kinds_of_cds(format, words.format_details())).unwrap_or_default();
    let grams = words.grams.filter(|_| is_record).map(|grams| format!("{grams} Gram"));
    others.chain(kinds).chain(grams).collect()
}

/// Returns the speeds of a record. If the provider states none, an LP has 33 RPM and a shellac record 78 RPM.
fn speed_values(words: &DisplayFields<'_>) -> Vec<String> {
    let Some(format) = words.format else { return words.speeds.clone() };
    let sizes = format.media.iter().filter_map(|medium| medium.inches).collect::<Vec<_>>();
    // With an LP and a single in one release, one stated speed cannot apply to both.
    let is_of_one = words.speeds.len() == 1 && sizes.iter().any(|size| *size != sizes[0]);
    if !words.speeds.is_empty() {
        return if is_of_one { Vec::new() } else { words.speeds.clone() };
    }
    if format.media.iter().any(|medium| medium.carrier == Carrier::Shellac) {
        return vec!["78 RPM".to_owned()];
    }
    let is_lp = words.descriptions.iter().any(|text| text == "LP");
    if is_lp { vec!["33 RPM".to_owned()] } else { Vec::new() }
}

/// Returns the playing time of all tracks, such as `42 min`, if every track has a length.
fn run_time(words: &DisplayFields<'_>) -> Option<String> {
    let lengths = words.tracks.iter().map(|track| track.length_ms.filter(|ms| *ms > 0));
    let total = lengths.map(|length| length.map(u64::from)).sum::<Option<u64>>()?;
    (total >= 60_000).then(|| format!("{} min", total / 60_000))
}

fn fit_values(rule: &AspectMapping, values: &[String], longest: usize) -> Vec<String> {
    let mut stored = Vec::new();
    for value in values.iter().map(|value| plain_text(value)) {
        let value = if rule.truncate { cut_at_phrase(&value, longest).to_owned() } else { value };
        if !value.is_empty() && utf16_len(&value) <= longest && !stored.contains(&value) {
            stored.push(value);
        }
    }
    stored.truncate(rule.max_values);
    stored
}
