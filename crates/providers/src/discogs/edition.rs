//! Parses edition details of a Discogs release: status, types, descriptions, series, credits and notes on barcodes.

use super::super::lenient_json::LenientJson;
use domain::barcode::parse_database_barcode;
use domain::credits::{Credit, CreditRole};
use domain::edition;
use domain::provider_release::{BarcodeNote, ProviderRelease};
use domain::release_notes::{edition_sentences, noted_status};
use domain::release_status::ReleaseStatus;
use domain::release_type::ReleaseType;

/// Maximum number of credits to keep; some releases credit every player of an orchestra.
const MAX_CREDITS: usize = 30;

/// Sets the edition fields of `entry` from the JSON of a search result or a release.
pub(super) fn fill_edition(entry: &mut ProviderRelease, json: LenientJson<'_>) {
    for format in json.field("formats").elements() {
        push_each(&mut entry.descriptions, format.field("descriptions").texts());
        push_each(&mut entry.format_notes, format.field("text").text());
    }
    // Old search results have format names and descriptions in one list.
    if entry.descriptions.is_empty() {
        push_each(&mut entry.descriptions, json.field("format").texts());
    }
    entry.notes = json.field("notes").prose().map(edition_sentences).unwrap_or_default();
    entry.status = parse_status(entry);
    entry.blocked_from_sale = json.field("blocked_from_sale").boolean() == Some(true);
    entry.types = parse_types(entry);
    entry.series = json.field("series").elements().filter_map(parse_series).collect();
    entry.credits = parse_credits(json.field("extraartists"));
    entry.barcode_notes = parse_barcode_notes(json.field("identifiers"));
}

fn push_each<T: PartialEq>(list: &mut Vec<T>, values: impl IntoIterator<Item = T>) {
    for value in values {
        if !list.contains(&value) {
            list.push(value);
        }
    }
}

/// Discogs states only that a release is not official, in the descriptions of its format.
fn parse_status(entry: &ProviderRelease) -> Option<ReleaseStatus> {
    let has = |word: &str| entry.descriptions.iter().any(|text| text.eq_ignore_ascii_case(word));
    let noted = |status: ReleaseStatus| entry.format_notes.iter().any(|text| edition::status(text) == Some(status));
    match () {
        () if has("Unofficial Release") || has("Partially Unofficial") => Some(ReleaseStatus::Bootleg),
        () if noted(ReleaseStatus::Bootleg) => Some(ReleaseStatus::Bootleg),
        () if has("Promo") || noted(ReleaseStatus::Promotion) => Some(ReleaseStatus::Promotion),
        () => noted_status(&entry.notes),
    }
}

/// Parses the types in descriptions and styles, and types that stand alone as a part of a free text, such as `EP`.
fn parse_types(entry: &ProviderRelease) -> Vec<ReleaseType> {
    let mut types: Vec<ReleaseType> = Vec::new();
    // With other genres, such a style describes sung music, for example `Comedy`.
    let is_spoken = !entry.genres.is_empty() && entry.genres.iter().all(|genre| genre == "Non-Music");
    let of_styles = entry.styles.iter().filter_map(|style| match style.as_str() {
        // A score is the music of a film, a play or a game, like a soundtrack.
        "Soundtrack" | "Score" => Some(ReleaseType::Soundtrack),
        "Audiobook" => Some(ReleaseType::Audiobook),
        "Radioplay" => Some(ReleaseType::AudioDrama),
        "Interview" if is_spoken => Some(ReleaseType::Interview),
        "Comedy" | "Monolog" | "Poetry" | "Speech" | "Spoken Word" if is_spoken => Some(ReleaseType::SpokenWord),
        _ => None,
    });
    let described = entry.descriptions.iter().filter_map(|text| text.parse().ok());
    let parts = entry.format_notes.iter().flat_map(|note| note.split([',', ';']));
    let noted = parts.filter_map(|part| part.trim().parse::<ReleaseType>().ok()).filter(|kind| is_noted_type(*kind));
    push_each(&mut types, described.chain(of_styles));
    // A release has only one length type, and the descriptions take precedence.
    let has_length = types.iter().any(|kind| kind.is_length());
    push_each(&mut types, noted.filter(|kind| !(has_length && kind.is_length())));
    types
}

/// Returns true for types that are used in free texts; other words there are names or describe a song.
const fn is_noted_type(kind: ReleaseType) -> bool {
    matches!(kind, ReleaseType::Ep | ReleaseType::MiniAlbum | ReleaseType::MaxiSingle | ReleaseType::Live)
}

fn parse_series(json: LenientJson<'_>) -> Option<String> {
    let name = json.field("name").text()?;
    let number = json.field("catno").known_text();
    Some(number.map_or(name.clone(), |number| format!("{name} {number}")))
}

/// Parses the credits that matter to buyers of classical music.
fn parse_credits(list: LenientJson<'_>) -> Vec<Credit> {
    let mut credits: Vec<Credit> = Vec::new();
    for json in list.elements() {
        let name = json.field("anv").text().or_else(|| json.field("name").text());
        let Some(name) = name.map(|name| super::names::bare_name(&name)) else { continue };
        // A text such as `Conductor, Piano [Solo]`.
        let roles = json.field("role").text().unwrap_or_default();
        for role in roles.split(',').filter_map(parse_role) {
            let credit = Credit::new(role, name.clone());
            if !credits.contains(&credit) && credits.len() < MAX_CREDITS {
                credits.push(credit);
            }
        }
    }
    credits
}

fn parse_role(role: &str) -> Option<CreditRole> {
    let role = role.split('[').next().unwrap_or_default().trim().to_lowercase();
    match role.as_str() {
        "composed by" | "composer" | "music by" => Some(CreditRole::Composer),
        "conductor" | "directed by" => Some(CreditRole::Conductor),
        "orchestra" | "choir" | "chorus" | "ensemble" | "performer" | "soloist" | "organ" | "piano" | "violin"
        | "viola" | "cello" | "flute" | "oboe" | "clarinet" | "harpsichord" | "lute" | "guitar" | "harp"
        | "trumpet" | "horn" | "strings" | "fortepiano" | "recorder" | "viola da gamba" | "bassoon" => {
            Some(CreditRole::Performer)
        }
        "soprano" | "mezzo-soprano" | "alto" | "contralto" | "countertenor" | "tenor" | "baritone"
        | "bass-baritone" | "bass vocals" | "lead vocals" => Some(CreditRole::Performer),
        role if role.ends_with("vocals") => Some(CreditRole::Performer),
        _ => None,
    }
}

/// Parses the descriptions of the barcodes, such as `Box` or `CD1 Please Please Me`.
fn parse_barcode_notes(identifiers: LenientJson<'_>) -> Vec<BarcodeNote> {
    let barcodes = identifiers.elements().filter(|json| json.field("type").text().as_deref() == Some("Barcode"));
    let notes = barcodes.filter_map(|json| {
        let (value, text) = (json.field("value").known_text()?, json.field("description").text()?);
        let codes = parse_database_barcode(&value);
        Some(codes.into_iter().map(move |upc| BarcodeNote { upc, text: text.clone() }))
    });
    notes.flatten().collect()
}
