//! Edition words that depend on the carrier: the disc of a single in two parts, the version of an album.

use super::super::free_text::FreeText;
use super::super::provider_release::ProviderRelease;
use super::super::record_color::is_color;
use super::super::release::Carrier;
use super::super::release_type::ReleaseType;

/// Returns edition words that are whole parts of an entry's free texts: `CD1`, `B Version`, and `Gold` for a CD.
pub(super) fn version_words(entry: &ProviderRelease) -> Vec<String> {
    let texts = entry.format_notes.iter().map(|note| FreeText::new(note)).collect::<Vec<_>>();
    let words = texts.iter().flat_map(FreeText::parts).filter_map(|part| {
        let part = part.iter().map(String::as_str).collect::<Vec<_>>();
        match part[..] {
            ["gold" | "24k" | "24kt"] => Some("Gold CD".to_owned()),
            ["cd1"] | ["cd", "1"] if is_single_cd(entry) => Some("CD1".to_owned()),
            ["cd2"] | ["cd", "2"] if is_single_cd(entry) => Some("CD2".to_owned()),
            [name, "version" | "ver"] | ["version" | "ver", name] => version_name(name),
            _ => None,
        }
    });
    words.filter(|word| fits_carriers(word, entry)).collect()
}

/// Returns `B Version` for `b`; `None` unless `name` is a letter or a color, because other words rarely name a version.
fn version_name(name: &str) -> Option<String> {
    let is_letter = name.chars().count() == 1 && name.chars().all(char::is_alphabetic);
    let mut letters = name.chars();
    let first = letters.next()?.to_uppercase();
    (is_letter || is_color(name)).then(|| format!("{}{} Version", first.collect::<String>(), letters.as_str()))
}

/// Returns true for a single on one CD. Singles were often sold as two CDs with different tracks and barcodes.
fn is_single_cd(entry: &ProviderRelease) -> bool {
    let is_single = entry.types.iter().any(|kind| matches!(kind, ReleaseType::Single | ReleaseType::MaxiSingle));
    let format = entry.format.as_ref();
    is_single && format.is_some_and(|format| format.media_count() == 1 && format.main_carrier() == Some(Carrier::Cd))
}

/// Returns true if an edition word can describe the carriers of an entry. Only a CD can be a gold CD; `Gold Disc` on a
/// record is its color.
pub(super) fn fits_carriers(word: &str, entry: &ProviderRelease) -> bool {
    let Some(format) = &entry.format else { return word != "Gold CD" };
    let is_on = |carrier: Carrier| format.media.iter().any(|medium| medium.carrier == carrier);
    let is_on_record = is_on(Carrier::Vinyl) || is_on(Carrier::Shellac);
    match word {
        "Gold CD" => is_on(Carrier::Cd) && !is_on(Carrier::Sacd) && !is_on_record && !is_on(Carrier::Cassette),
        "Acetate" | "Etched" | "Jukebox" | "Lathe Cut" | "Styrene" => is_on_record,
        "Blu-ray Audio" => is_on(Carrier::BluRay),
        _ => true,
    }
}
