//! Removes Discogs' additions from names, and separates names in two scripts.

use super::super::lenient_json::LenientJson;
use domain::release::{ArtistCredit, CreditedArtist};
use domain::text::is_latin;

/// Removes Discogs' additions from a name: numbers of artists with the same name, `Nirvana (2)`, and `*` for a name
/// variation.
pub(super) fn bare_name(name: &str) -> String {
    let name = name.trim().trim_end_matches('*').trim_end();
    let numbered = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match numbered {
        Some((bare, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => bare.to_owned(),
        _ => name.to_owned(),
    }
}

/// Removes these additions from a text with several artists, such as `Jorge Cafrune Y Marito (2)` or
/// `Simon (3), Garfunkel* & Others`.
pub(super) fn bare_names(text: &str) -> String {
    let mut names = String::new();
    for word in text.split(' ') {
        let (word, comma) = word.strip_suffix(',').map_or((word, ""), |word| (word, ","));
        let word = word.strip_suffix('*').filter(|rest| !rest.is_empty()).unwrap_or(word);
        let number = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let is_number = number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if names.is_empty() || !is_number {
            names.push_str(if names.is_empty() { "" } else { " " });
            names.push_str(word);
        }
        names.push_str(comma);
    }
    names
}

/// Splits `ソリッド = Solid` into the native form and the Latin form. Returns other texts unchanged, including
/// translations in one script.
pub(super) fn split_scripts(text: &str) -> (String, Option<String>) {
    let forms = text.split(" = ").map(str::trim).filter(|form| !form.is_empty()).collect::<Vec<_>>();
    let native = forms.iter().find(|form| !is_latin(form));
    match (native, forms.iter().find(|form| is_latin(form))) {
        (Some(native), Some(latin)) => ((*native).to_owned(), Some((*latin).to_owned())),
        _ => (text.to_owned(), None),
    }
}

/// Parses all artists with their join phrases, under the name printed on the release (`anv`) if it differs.
pub(super) fn parse_artist(artists: LenientJson<'_>) -> Option<ArtistCredit> {
    let mut credited = (artists.elements())
        .filter_map(|artist| {
            let name = artist.field("anv").text().or_else(|| artist.field("name").text())?;
            let join = artist.field("join").text().map_or(String::new(), |join| match join.as_str() {
                "," => ", ".to_owned(),
                join => format!(" {join} "),
            });
            Some(CreditedArtist { name: bare_name(&name), join })
        })
        .collect::<Vec<_>>();
    let last = credited.last_mut()?;
    last.join.clear();
    // If the join phrase is missing, two names would run together.
    let count = credited.len();
    credited[..count - 1].iter_mut().filter(|a| a.join.is_empty()).for_each(|a| a.join.push_str(", "));
    Some(ArtistCredit(credited))
}
