//! The format in a buyer's words, and what the provider's wording tells beyond it.

use super::super::release::{Carrier, Format, Medium};

/// As a title says it: `CD`, `2 CD`, `Vinyl LP`, `7" Vinyl`, `CD + DVD`, `4 CD Box Set`. Numbers stand apart from
/// the words, since eBay's search finds whole words. `None` where there is nothing to name.
pub(super) fn format_label(format: &Format) -> Option<String> {
    let mut kinds: Vec<(String, u16)> = Vec::new();
    for medium in &format.media {
        let Some(word) = medium_label(medium) else { continue };
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
    match (kinds.is_empty(), format.box_set) {
        (true, _) => None,
        (false, true) => Some(format!("{kinds} Box Set")),
        (false, false) => Some(kinds),
    }
}

fn medium_label(medium: &Medium) -> Option<String> {
    match (medium.carrier, medium.inches) {
        (Carrier::Digital | Carrier::Other, _) => None,
        (Carrier::Vinyl, _) if has_description(medium, &["LP"]) => Some("Vinyl LP".to_owned()),
        (Carrier::Vinyl, Some(inches)) => Some(format!("{inches}\" Vinyl")),
        (carrier, _) => Some(carrier.to_string()),
    }
}

/// The kind of release, only where the provider describes it as such.
pub(super) fn release_type(format: &Format) -> Option<&'static str> {
    const TYPES: [(&str, &[&str]); 3] =
        [("Album", &["Album"]), ("EP", &["EP"]), ("Single", &["Single", "Maxi-Single", "Maxi"])];
    TYPES
        .iter()
        .find(|(_, message)| format.media.iter().any(|medium| has_description(medium, message)))
        .map(|(name, _)| *name)
}

/// A record's diameter as eBay writes it: `12"`.
pub(super) fn record_size(format: &Format) -> Option<String> {
    let vinyl = format.media.iter().find(|medium| medium.carrier == Carrier::Vinyl)?;
    vinyl.inches.map(|inches| format!("{inches}\""))
}

/// Whole descriptions are compared: `Single Sided` is no single.
fn has_description(medium: &Medium, message: &[&str]) -> bool {
    let mut descriptions = medium.wording.split([',', ';']).map(str::trim);
    descriptions.any(|text| message.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
