//! Finds the region codes of DVDs and Blu-rays in free texts of databases: `Region 2, 4`, `Region-free`, `All regions`.
//!
//! A player of another region does not play the disc, so buyers must know the code.

use super::release::{Carrier, Format};

/// Start of an edition word that names regions.
pub(crate) const REGION: &str = "Region ";

/// Edition word for a disc that every player plays.
pub(crate) const REGION_FREE: &str = "Region Free";

/// Words before `region` that mean all regions.
const ALL_WORDS: [&str; 4] = ["all", "any", "every", "multi"];

/// Words between `region` and its codes.
const CODE_WORDS: [&str; 6] = ["code", "codes", "coded", "no", "number", "dvd"];

/// Returns the edition word for the region codes in these texts: `Region 2`, `Region 2/4`, `Region Free`. `None` if no
/// disc of the format can have a code, or if no text states one.
pub(crate) fn region_word<'a>(format: &Format, texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let has_regions = |carrier: Carrier| matches!(carrier, Carrier::Dvd | Carrier::BluRay);
    let is_coded = format.media.iter().any(|medium| has_regions(medium.carrier));
    let codes = texts.into_iter().filter(|_| is_coded).find_map(find_codes)?;
    let is_free = codes.contains(&'0') || ['1', '2', '3', '4', '5', '6'].iter().all(|code| codes.contains(code));
    let is_free = is_free || ['A', 'B', 'C'].iter().all(|code| codes.contains(code));
    let listed = codes.iter().map(char::to_string).collect::<Vec<_>>().join("/");
    Some(if is_free { REGION_FREE.to_owned() } else { format!("{REGION}{listed}") })
}

/// Returns true if a text states region codes.
pub(crate) fn states_regions(text: &str) -> bool {
    find_codes(text).is_some()
}

/// Returns the codes of an edition word for regions, such as `2` and `4`; `0` for all regions. Empty for other words.
pub(crate) fn codes_of_word(word: &str) -> Vec<char> {
    match word.strip_prefix(REGION) {
        Some(_) if word == REGION_FREE => vec!['0'],
        Some(codes) => codes.chars().filter(|c| *c != '/').collect(),
        None => Vec::new(),
    }
}

/// Returns the codes that a text states, in their order; `0` means all regions.
fn find_codes(text: &str) -> Option<Vec<char>> {
    let tokens = split_tokens(text);
    let at = tokens.iter().position(|token| matches!(token.as_str(), "region" | "regions" | "regional"))?;
    let is_mark = |token: &&String| token.starts_with(|c: char| !c.is_alphanumeric());
    let before = tokens[..at].iter().rev().find(|token| !is_mark(token)).map(String::as_str).unwrap_or_default();
    let behind = tokens[at + 1..].iter().skip_while(|token| is_mark(token) || CODE_WORDS.contains(&token.as_str()));
    let behind = behind.collect::<Vec<_>>();
    let next = behind.first().map_or("", |token| token.as_str());
    if ALL_WORDS.contains(&before) || matches!(next, "free" | "all") {
        return Some(vec!['0']);
    }
    let codes = read_codes(&behind);
    (!codes.is_empty()).then_some(codes)
}

/// Reads codes such as `2, 4`, `2-6` and `a/b`. A number after a comma counts only if no word follows it, because it may
/// count discs: `Region 1, 2 DVDs`.
fn read_codes(tokens: &[&String]) -> Vec<char> {
    let mut codes: Vec<char> = Vec::new();
    let (mut is_range, mut is_after_comma) = (false, false);
    for (at, token) in tokens.iter().enumerate() {
        let Some(code) = code_of(token) else {
            match token.as_str() {
                "-" | "to" | "\u{2013}" => is_range = true,
                "," | ";" => is_after_comma = true,
                "/" | "&" | "+" | "and" | "." => {}
                _ => break,
            }
            continue;
        };
        let is_count = tokens.get(at + 1).is_some_and(|next| {
            next.starts_with(char::is_alphabetic) && !matches!(next.as_str(), "and" | "to") && code_of(next).is_none()
        });
        if is_after_comma && is_count {
            break;
        }
        let first = codes.last().copied().filter(|first| is_range && *first < code).unwrap_or(code);
        for code in first..=code {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        (is_range, is_after_comma) = (false, false);
    }
    codes
}

/// Returns the region code that a token is: `0` to `8` for DVDs, `A` to `C` for Blu-rays.
fn code_of(token: &str) -> Option<char> {
    let mut letters = token.chars();
    let code = letters.next().filter(|_| letters.next().is_none())?.to_ascii_uppercase();
    matches!(code, '0'..='8' | 'A'..='C').then_some(code)
}

/// Splits a text into lower-case words and single punctuation marks.
fn split_tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut is_in_word = false;
    for c in text.to_lowercase().chars() {
        let is_letter = c.is_alphanumeric();
        match tokens.last_mut() {
            Some(word) if is_letter && is_in_word => word.push(c),
            _ if !c.is_whitespace() => tokens.push(c.to_string()),
            _ => {}
        }
        is_in_word = is_letter;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::release::Medium;
    use super::*;

    fn word(text: &str, carrier: Carrier) -> String {
        let medium = Medium { carrier, count: 1, wording: String::new(), inches: None, color: None };
        region_word(&Format { media: vec![medium], box_set: false }, [text]).unwrap_or_default()
    }

    #[test]
    fn region_codes_are_found_in_free_texts() {
        for (text, expected) in [
            ("Region 2", "Region 2"),
            ("NTSC, Region 2, 4", "Region 2/4"),
            ("Region 2, PAL", "Region 2"),
            ("Region 1, 2 DVDs", "Region 1"),
            ("Regions 2, 3, 4 & 5", "Region 2/3/4/5"),
            ("Regions 2-6", "Region 2/3/4/5/6"),
            ("Region 1 to 6", "Region Free"),
            ("Region 0", "Region Free"),
            ("Region: All", "Region Free"),
            ("Region-Free", "Region Free"),
            ("all regions", "Region Free"),
            ("Multi-Region", "Region Free"),
            ("Region Code: 1", "Region 1"),
            ("Region A", "Region A"),
            ("Region A/B/C", "Region Free"),
            ("Region A, B", "Region A/B"),
            ("Regional Mexican", ""),
            ("Region", ""),
            ("Region 12", ""),
            ("2 x DVD", ""),
        ] {
            assert_eq!(word(text, Carrier::Dvd), expected, "{text}");
        }
        assert_eq!(word("Region 2", Carrier::Cd), "", "only DVDs and Blu-rays have regions");
        assert_eq!(codes_of_word("Region 2/4"), ['2', '4']);
        assert_eq!((codes_of_word("Region Free"), codes_of_word("Remastered")), (vec!['0'], Vec::new()));
    }
}
