//! Parses a format that the operator typed: `CD`, `2xLP`, `3×CD + DVD`, `Box set: 4xCD`.

use std::str::FromStr;

use super::super::release::{Carrier, Format, Medium};

/// A text that is not a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a format; use CD, SACD, Vinyl, LP, Cassette, DVD, Blu-ray or MiniDisc; several as 2xCD, CD + DVD"
)]
pub struct ParseFormatError(pub String);

/// Accepted names in lower case, with a record's diameter in inches.
const FORMAT_NAMES: [(&str, Carrier, Option<u8>); 14] = [
    ("cd", Carrier::Cd, None),
    ("sacd", Carrier::Sacd, None),
    ("vinyl", Carrier::Vinyl, None),
    ("lp", Carrier::Vinyl, Some(12)),
    ("12\"", Carrier::Vinyl, Some(12)),
    ("10\"", Carrier::Vinyl, Some(10)),
    ("7\"", Carrier::Vinyl, Some(7)),
    ("cassette", Carrier::Cassette, None),
    ("tape", Carrier::Cassette, None),
    ("mc", Carrier::Cassette, None),
    ("dvd", Carrier::Dvd, None),
    ("blu-ray", Carrier::BluRay, None),
    ("bluray", Carrier::BluRay, None),
    ("minidisc", Carrier::MiniDisc, None),
];

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, ParseFormatError> {
        let bad = || ParseFormatError(text.to_owned());
        let lower = text.trim().to_lowercase();
        let (box_set, parts) = match lower.strip_prefix("box set:") {
            Some(rest) => (true, rest),
            None => (false, lower.as_str()),
        };
        let media =
            parts.split('+').map(|part| parse_medium(part.trim())).collect::<Option<Vec<_>>>().ok_or_else(bad)?;
        Ok(Self { media, box_set })
    }
}

fn parse_medium(part: &str) -> Option<Medium> {
    let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, name) = match part.split_at(digits) {
        // `12"` is a diameter and not a number of records.
        (count, rest) if !count.is_empty() && !rest.starts_with('"') => {
            (count.parse().ok()?, rest.trim().trim_start_matches(['x', '×']).trim())
        }
        _ => (1, part),
    };
    let (_, carrier, inches) = FORMAT_NAMES.into_iter().find(|(known, ..)| *known == name)?;
    (1..=99).contains(&count).then(|| Medium { carrier, count, wording: carrier.to_string(), inches })
}
