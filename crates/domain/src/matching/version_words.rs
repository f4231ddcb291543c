//! Edition words that depend on the carrier: the disc of a single in two parts, the version of an album.

use super::super::free_text::FreeText;
use super::super::provider_release::ProviderRelease;
use super::super::record_color::is_color;
use super::super::release::Carrier;
use super::super::release_type::ReleaseType;
use super::super::text::display::capitalized;

/// Returns edition words that are whole parts of an entry's free texts: `CD1`, `B Version`, `Type B`, and `Gold`
/// for a CD.
pub(super) fn version_words(entry: &ProviderRelease) -> Vec<String> {
    let notes = || entry.format_notes.iter().chain(&entry.disambiguation);
    let texts = notes().map(|note| FreeText::new(note)).collect::<Vec<_>>();
    let words = texts.iter().flat_map(FreeText::parts).filter_map(|part| {
        let part = part.iter().map(String::as_str).collect::<Vec<_>>();
        match part[..] {
            ["gold" | "24k" | "24kt"] => Some("Gold CD".to_owned()),
            ["cd1"] | ["cd", "1"] if is_single_cd(entry) => Some("CD1".to_owned()),
            ["cd2"] | ["cd", "2"] if is_single_cd(entry) => Some("CD2".to_owned()),
            [name, "version" | "ver"] | ["version" | "ver", name] => version_name(name, is_pop_of_asia(entry)),
            [.., "type", name] if is_pop_of_asia(entry) || is_without_style_from(entry, "JP") => type_name(name),
            _ => None,
        }
    });
    let named = notes().flat_map(|note| note.split([',', ';', '+', '(', ')']));
    let named = named.filter_map(|part| named_version(part, is_pop_of_asia(entry)).or_else(|| named_pressing(part)));
    words.chain(named).filter(|word| fits_carriers(word, entry)).collect()
}

/// Words that say what kind of recording or market a version is, not which package of an album it is.
const NO_VERSION_NAMES: &[&str] = &[
    "acoustic",
    "album",
    "alternate",
    "alternative",
    "cd",
    "censored",
    "clean",
    "dvd",
    "edited",
    "eu",
    "european",
    "explicit",
    "export",
    "extended",
    "first",
    "full",
    "german",
    "instrumental",
    "japan",
    "japanese",
    "korean",
    "live",
    "long",
    "mono",
    "new",
    "old",
    "original",
    "promo",
    "radio",
    "remix",
    "second",
    "short",
    "single",
    "stereo",
    "uk",
    "uncensored",
    "us",
    "usa",
    "vinyl",
    "vocal",
];

/// Maximum number of words in the name of a version.
const MAX_VERSION_WORDS: usize = 3;

/// Maximum number of words in the name of a plant: `Terre Haute`.
const MAX_PLANT_WORDS: usize = 2;

/// Words that say which pressing in time, for which market or for whom, or of which material, but not at which plant.
const NO_PLANT_NAMES: [&str; 16] = [
    "1st", "2nd", "3rd", "american", "black", "club", "colored", "first", "original", "promo", "record", "retail",
    "second", "test", "third", "vinyl",
];

/// Returns `Carrollton Pressing`, which names the plant. Copies of one plant can be worth more than those of another.
fn named_pressing(part: &str) -> Option<String> {
    let words = part.split_whitespace().collect::<Vec<_>>();
    let (last, names) = words.split_last()?;
    let is_plant = |name: &&str| {
        let lower = name.to_lowercase();
        let is_kind = NO_PLANT_NAMES.contains(&lower.as_str()) || NO_VERSION_NAMES.contains(&lower.as_str());
        name.starts_with(char::is_alphabetic) && !is_kind && !is_color(&lower)
    };
    let is_named = (1..=MAX_PLANT_WORDS).contains(&names.len()) && names.iter().all(is_plant);
    let name = || names.iter().map(|name| capitalized(name)).collect::<Vec<_>>().join(" ");
    (last.eq_ignore_ascii_case("pressing") && is_named).then(|| format!("{} Pressing", name()))
}

/// Returns `Story Version` for `Story Ver.`, which names one of several packages of an album. The whole word "version"
/// has this meaning only with Korean and Japanese pop; elsewhere it is part of other statements.
fn named_version(part: &str, is_pop_of_asia: bool) -> Option<String> {
    let words = part.split_whitespace().collect::<Vec<_>>();
    let (last, names) = words.split_last()?;
    let last = last.trim_end_matches('.').to_lowercase();
    let is_version = last == "ver" || (last == "version" && is_pop_of_asia);
    let is_name = |name: &&str| name.starts_with(char::is_alphanumeric) && !name.contains(['"', '\u{201c}', '[']);
    let is_kind = |name: &&str| NO_VERSION_NAMES.contains(&name.to_lowercase().as_str());
    let is_named = (1..=MAX_VERSION_WORDS).contains(&names.len()) && names.iter().all(is_name);
    let name = || names.iter().map(|name| capitalized(name)).collect::<Vec<_>>().join(" ");
    (is_version && is_named && !names.iter().any(is_kind)).then(|| format!("{} Version", name()))
}

/// Returns true for Korean, Japanese and Chinese pop. MusicBrainz states no style, so there a Korean release counts.
fn is_pop_of_asia(entry: &ProviderRelease) -> bool {
    let is_style = |style: &String| matches!(style.as_str(), "K-pop" | "J-pop" | "Cantopop" | "Mandopop");
    entry.styles.iter().any(is_style) || is_without_style_from(entry, "KR")
}

fn is_without_style_from(entry: &ProviderRelease, country: &str) -> bool {
    entry.styles.is_empty() && entry.country.as_ref().is_some_and(|known| known.to_code().0 == country)
}

/// Returns `B Version` for `b`; `None` unless `name` is a letter, a color or, with Asian pop, a number (`Version 3`),
/// because other words rarely name a version.
fn version_name(name: &str, is_pop_of_asia: bool) -> Option<String> {
    match () {
        () if is_letter(name) || is_color(name) => Some(format!("{} Version", capitalized(name))),
        () if is_pop_of_asia && name.len() <= 2 && name.parse::<u8>().is_ok() => Some(format!("Version {name}")),
        () => None,
    }
}

/// Returns `Type B` for `b`: Japanese singles have several types with different tracks, covers and barcodes.
fn type_name(name: &str) -> Option<String> {
    is_letter(name).then(|| format!("Type {}", capitalized(name)))
}

fn is_letter(name: &str) -> bool {
    name.chars().count() == 1 && name.chars().all(char::is_alphabetic)
}

/// Returns true for a single on one CD. Singles were often sold as two CDs with different tracks and barcodes.
fn is_single_cd(entry: &ProviderRelease) -> bool {
    let is_single = entry.types.iter().any(|kind| matches!(kind, ReleaseType::Single | ReleaseType::MaxiSingle));
    let format = entry.format.as_ref();
    is_single && format.is_some_and(|format| format.media_count() == 1 && format.main_carrier() == Some(Carrier::Cd))
}

/// Edition words for the speed and the tracks of a tape reel, which must match the buyer's machine.
const REEL_WORDS: [&str; 6] = ["15 IPS", "7 1/2 IPS", "3 3/4 IPS", "2-Track Stereo", "4-Track Stereo", "2-Track Mono"];

/// Returns true if an edition word can describe the carriers of an entry. Only a CD can be a gold CD; `Gold Disc` on a
/// record is its color.
pub(super) fn fits_carriers(word: &str, entry: &ProviderRelease) -> bool {
    let Some(format) = &entry.format else { return word != "Gold CD" };
    let is_on = |carrier: Carrier| format.media.iter().any(|medium| medium.carrier == carrier);
    let is_on_record = is_on(Carrier::Vinyl) || is_on(Carrier::Shellac);
    match word {
        "Gold CD" => is_on(Carrier::Cd) && !is_on(Carrier::Sacd) && !is_on_record && !is_on(Carrier::Cassette),
        "Acetate" | "BioVinyl" | "Etched" | "Jukebox" | "Lathe Cut" | "One-Step" | "Recycled Vinyl" | "Styrene"
        | "Zoetrope" => is_on_record,
        "Blu-ray Audio" => is_on(Carrier::BluRay),
        "CAV" | "CLV" => is_on(Carrier::LaserDisc),
        tape if REEL_WORDS.contains(&tape) => is_on(Carrier::ReelToReel),
        _ => true,
    }
}
