//! The format in a buyer's words, and what the provider's wording tells beyond it.

use super::super::release::{Carrier, Format, Medium};
use super::super::release_type::ReleaseType;
use super::super::text::display::plain_text;

/// What tells the kinds of one carrier apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FormatDetails<'a> {
    /// The provider's format descriptions: `LP`, `Album`.
    pub descriptions: &'a [String],
    pub types: &'a [ReleaseType],
    pub color: Option<&'a str>,
}

/// As a title says it: `CD`, `2 CD`, `Vinyl LP`, `7" Vinyl Single`, `CD + DVD`, `4 CD Box Set`. Numbers stand apart from
/// the words, since eBay's search finds whole words. `None` where there is nothing to name.
pub(super) fn format_label(format: &Format, details: FormatDetails<'_>) -> Option<String> {
    let mut kinds: Vec<(String, u16)> = Vec::new();
    for medium in &format.media {
        let Some(word) = medium_label(medium, details) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count = count.saturating_add(medium.count),
            None => kinds.push((word, medium.count)),
        }
    }
    let kinds = kinds.into_iter().map(|(word, count)| match count {
        0 | 1 => word,
        n if word.starts_with(|c: char| c.is_ascii_digit()) => format!("{n} x {word}"),
        n => format!("{n} {word}"),
    });
    let kinds = kinds.collect::<Vec<_>>().join(" + ");
    if kinds.is_empty() {
        return None;
    }
    let length = length_word(format, details);
    let box_set = format.box_set.then(|| "Box Set".to_owned());
    Some([Some(kinds), length.map(str::to_owned), box_set].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn medium_label(medium: &Medium, details: FormatDetails<'_>) -> Option<String> {
    let color = details.color.map(|color| format!("{} ", plain_text(color))).unwrap_or_default();
    Some(match (medium.carrier, medium.inches) {
        (Carrier::Digital | Carrier::Other, _) => return None,
        (Carrier::Vinyl, _) if is_lp(medium, details) => format!("{color}Vinyl LP"),
        (Carrier::Vinyl, Some(inches)) => format!("{inches}\" {color}Vinyl"),
        (Carrier::Shellac, Some(inches)) => format!("{inches}\" Shellac 78 RPM"),
        (Carrier::Shellac, None) => "Shellac 78 RPM".to_owned(),
        (Carrier::EightTrack, _) => "8-Track Tape".to_owned(),
        (Carrier::ReelToReel, _) => "Reel-to-Reel Tape".to_owned(),
        (carrier @ (Carrier::Vinyl | Carrier::Cassette), _) => format!("{color}{carrier}"),
        (carrier, _) => carrier.to_string(),
    })
}

/// Returns true for a long-playing record: one that is described as LP, or an album on records of 12 inches.
fn is_lp(medium: &Medium, details: FormatDetails<'_>) -> bool {
    let is_described = has_description(medium, &["LP"]) || details.descriptions.iter().any(|text| text == "LP");
    let is_album = details.types.contains(&ReleaseType::Album) && !is_short(details);
    let is_full_size = medium.inches.is_none_or(|inches| inches == 12);
    (is_described && medium.inches != Some(7)) || (is_album && is_full_size)
}

fn is_short(details: FormatDetails<'_>) -> bool {
    let short = [ReleaseType::Ep, ReleaseType::Single, ReleaseType::MaxiSingle];
    details.types.iter().any(|kind| short.contains(kind))
}

/// The word that keeps a buyer from expecting an album.
fn length_word(format: &Format, details: FormatDetails<'_>) -> Option<&'static str> {
    let of_release = details.types.iter().find_map(|kind| match kind {
        ReleaseType::Ep => Some("EP"),
        ReleaseType::Single => Some("Single"),
        ReleaseType::MaxiSingle => Some("Maxi-Single"),
        ReleaseType::Album | ReleaseType::MiniAlbum => Some(""),
        _ => None,
    });
    let word = of_release.or_else(|| match described_type(format)? {
        "Album" => None,
        word => Some(word),
    });
    word.filter(|word| !word.is_empty())
}

/// The kind of release, in eBay's words for the item specific "Type".
pub(super) fn release_types(format: Option<&Format>, types: &[ReleaseType]) -> Vec<String> {
    let word = |kind: &ReleaseType| match kind {
        ReleaseType::MaxiSingle => Some("Maxi-Single".to_owned()),
        ReleaseType::Broadcast | ReleaseType::Interview => None,
        kind => Some(kind.to_string()),
    };
    // A compilation or soundtrack is one first of all; "Album" says less.
    let is_special = |kind: &&ReleaseType| matches!(kind, ReleaseType::Compilation | ReleaseType::Soundtrack);
    let special = types.iter().filter(is_special);
    let words = special.chain(types.iter().filter(|kind| !is_special(kind))).filter_map(word).collect::<Vec<_>>();
    if words.is_empty() {
        return format.and_then(described_type).map(str::to_owned).into_iter().collect();
    }
    words
}

/// The kind of release, only where the provider's wording of a medium describes it as such.
fn described_type(format: &Format) -> Option<&'static str> {
    const TYPES: [(&str, &[&str]); 4] =
        [("Album", &["Album"]), ("EP", &["EP"]), ("Maxi-Single", &["Maxi-Single", "Maxi"]), ("Single", &["Single"])];
    let is_described = |words: &[&str]| format.media.iter().any(|medium| has_description(medium, words));
    TYPES.iter().find(|(_, words)| is_described(words)).map(|(name, _)| *name)
}

/// A record's diameter as eBay writes it: `12"`.
pub(super) fn record_size(format: &Format) -> Option<String> {
    let is_record = |medium: &&Medium| matches!(medium.carrier, Carrier::Vinyl | Carrier::Shellac);
    let inches = format.media.iter().find(is_record)?.inches?;
    Some(format!("{inches}\""))
}

/// Whole descriptions are compared: `Single Sided` is no single.
fn has_description(medium: &Medium, words: &[&str]) -> bool {
    let mut descriptions = medium.wording.split([',', ';']).map(str::trim);
    descriptions.any(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
