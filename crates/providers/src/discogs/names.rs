//! Names without what Discogs adds to them.

/// Removes Discogs' additions to a name: numbers for artists of one name, `Nirvana (2)`, and `*` for a name variation.
pub(super) fn bare_name(name: &str) -> String {
    let name = name.trim().trim_end_matches('*').trim_end();
    let numbered = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match numbered {
        Some((bare, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => bare.to_owned(),
        _ => name.to_owned(),
    }
}

/// Removes these additions from a text with several artists: `Jorge Cafrune Y Marito (2)`, `Simon (3), Garfunkel* & Others`.
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
