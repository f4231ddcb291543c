//! Parses edition details of a MusicBrainz release: status, types, packaging, credits and Latin spellings.

use super::super::lenient_json::LenientJson;
use domain::credits::{Credit, CreditRole};
use domain::display_text::capitalized;
use domain::edition;
use domain::provider_release::ProviderRelease;
use domain::release_status::ReleaseStatus;
use domain::text::is_latin;

/// Sets the edition fields of `entry` from the JSON of a search or a lookup.
pub(super) fn fill_edition(entry: &mut ProviderRelease, release: LenientJson<'_>) {
    entry.status = release.field("status").text().and_then(|status| status.parse().ok());
    entry.disambiguation = release.field("disambiguation").text();
    // A note about a bootleg or a promotional copy is more precise than the status field.
    entry.status = entry.disambiguation.as_deref().and_then(edition::status).or(entry.status);
    entry.packaging =
        release.field("packaging").known_text().filter(|packaging| !packaging.eq_ignore_ascii_case("other"));
    let group = release.field("release-group");
    let types = group.field("primary-type").text().into_iter().chain(group.field("secondary-types").texts());
    entry.types = types.filter_map(|kind| kind.parse().ok()).collect();
    let language = release.field("text-representation").field("language").text();
    // `mul` means several languages, `zxx` means none.
    entry.language = language.filter(|code| !matches!(code.as_str(), "mul" | "zxx" | "und" | "qaa"));
    entry.credits = release.field("relations").elements().filter_map(parse_credit).collect();
    entry.latin_artist = parse_latin_artist(entry, release);
    let of_group = group.field("disambiguation").text();
    let mut names = [&of_group, &entry.disambiguation].into_iter().flatten();
    let short_name = || of_group.as_deref().and_then(short_album_name);
    if is_named_after_artist(entry)
        && let Some(name) = names.find_map(|text| album_name(text)).or_else(short_name)
    {
        entry.title = entry.title.take().map(|title| format!("{title} ({name})"));
    }
    let title = entry.title.clone().filter(|title| is_latin(title));
    entry.latin_title = title.filter(|_| entry.status == Some(ReleaseStatus::PseudoRelease));
}

/// Returns true if the title is the name of the artist.
fn is_named_after_artist(entry: &ProviderRelease) -> bool {
    let artist = entry.artist.as_ref().map(|artist| artist.to_string().to_lowercase());
    artist.is_some() && artist == entry.title.as_ref().map(|title| title.to_lowercase())
}

/// Words before "album" that do not name one: `debut album`, `live album`.
const UNNAMED_ALBUMS: [&str; 14] = [
    "christmas",
    "compilation",
    "concept",
    "covers",
    "debut",
    "demo",
    "eponymous",
    "first",
    "live",
    "remix",
    "solo",
    "studio",
    "tribute",
    "unreleased",
];

/// Returns the name by which buyers tell albums apart that are named after their artist: `Green Album` for `the green
/// album` and `“The Green Album”`.
fn album_name(disambiguation: &str) -> Option<String> {
    let lower = disambiguation.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let name = lower.strip_prefix("the ").unwrap_or(&lower).strip_suffix(" album")?;
    let is_word = name.chars().all(char::is_alphabetic) && !UNNAMED_ALBUMS.contains(&name);
    is_word.then(|| format!("{} Album", capitalized(name)))
}

/// Returns the name of an album in the disambiguation of its release group, if that is one capitalized word, such as
/// `Melt`. Other disambiguations are in lower case.
fn short_album_name(disambiguation: &str) -> Option<String> {
    let name = disambiguation.trim_matches(|c: char| !c.is_alphanumeric());
    let is_name = name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphabetic);
    (is_name && !UNNAMED_ALBUMS.contains(&name.to_lowercase().as_str())).then(|| name.to_owned())
}

/// Parses a relationship of the release to an artist (musicbrainz.org/relationships/artist-release).
fn parse_credit(relation: LenientJson<'_>) -> Option<Credit> {
    let role = match relation.field("type").text()?.as_str() {
        "composer" => CreditRole::Composer,
        "conductor" => CreditRole::Conductor,
        "performer" | "instrument" | "vocal" | "performing orchestra" | "orchestra" => CreditRole::Performer,
        _ => return None,
    };
    let credited = relation.field("target-credit").text();
    Some(Credit::new(role, credited.or_else(|| relation.field("artist").field("name").text())?))
}

/// Returns the artist in Latin script if the credit uses another script. A pseudo-release has it as its credit, other
/// entries as the sort name, such as `Sheena, Ringo`.
fn parse_latin_artist(entry: &ProviderRelease, release: LenientJson<'_>) -> Option<String> {
    let credit = entry.artist.as_ref()?.to_string();
    if is_latin(&credit) {
        return Some(credit).filter(|_| entry.status == Some(ReleaseStatus::PseudoRelease));
    }
    let mut latin = String::new();
    for artist in release.field("artist-credit").elements() {
        let name = artist.field("name").text().unwrap_or_default();
        let sort_name = artist.field("artist").field("sort-name").text()?;
        latin.push_str(&if is_latin(&name) { name } else { spoken_name(&sort_name) });
        latin.push_str(&artist.field("joinphrase").phrase().unwrap_or_default());
    }
    Some(latin).filter(|latin| is_latin(latin))
}

/// Returns a sort name in spoken order: `Ringo Sheena` for `Sheena, Ringo`.
fn spoken_name(sort_name: &str) -> String {
    match sort_name.split_once(", ") {
        Some((last, first)) if !first.contains(',') => format!("{first} {last}"),
        _ => sort_name.to_owned(),
    }
}
