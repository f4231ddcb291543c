//! Parses a format that the operator entered: `CD`, `2xLP`, `3×CD + DVD`, `Box set: 4xCD`.

use std::str::FromStr;

use super::super::release::{Carrier, Format, Medium};

/// A text that is not a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format; {FORMAT_HINT}")]
pub struct ParseFormatError(pub String);

/// Names the formats that may be written.
pub(super) const FORMAT_HINT: &str = "use CD, SACD, Vinyl, LP, 12\", 10\", 7\", Shellac, Cassette, 8-Track, Reel, MiniDisc, DVD, \
                                      Blu-ray, LaserDisc, VHS, DCC or DAT; several as 2xCD, CD + DVD";

/// Accepted names in lower case, with the diameter of a record in inches.
const FORMAT_NAMES: [(&str, Carrier, Option<u8>); 25] = [
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
    ("shellac", Carrier::Shellac, None),
    ("78 rpm", Carrier::Shellac, None),
    ("8-track", Carrier::EightTrack, None),
    ("8 track", Carrier::EightTrack, None),
    ("reel", Carrier::ReelToReel, None),
    ("reel-to-reel", Carrier::ReelToReel, None),
    ("laserdisc", Carrier::LaserDisc, None),
    ("ld", Carrier::LaserDisc, None),
    ("vhs", Carrier::Vhs, None),
    ("dcc", Carrier::Other, None),
    ("dat", Carrier::Other, None),
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
    // The number at the start of `8-track` or `12"` is part of the name, not a count.
    let (count, name) = if find_name(part).is_some() { (1, part) } else { split_count(part)? };
    let (_, carrier, inches) = find_name(name)?;
    let wording = match carrier {
        Carrier::Other => name.to_uppercase(),
        _ if name == "lp" => format!("{carrier}, LP"),
        _ => carrier.to_string(),
    };
    (1..=99).contains(&count).then_some(Medium { carrier, count, wording, inches, color: None })
}

fn find_name(name: &str) -> Option<(&'static str, Carrier, Option<u8>)> {
    FORMAT_NAMES.into_iter().find(|(known, ..)| *known == name)
}

/// Splits `2xlp` or `3 × cd` into count and name.
fn split_count(part: &str) -> Option<(u16, &str)> {
    let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, name) = part.split_at(digits);
    Some((count.parse().ok()?, name.trim().trim_start_matches(['x', '×']).trim()))
}
