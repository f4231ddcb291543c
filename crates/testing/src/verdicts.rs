//! Parses releases from one line of text, and formats verdicts as one line, for tables of test cases.

use domain::matching::{Match, Verdict};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{ArtistCredit, Carrier, Country, CreditedArtist, Format, LabelCredit, Medium, ReleaseId, Track};

/// The barcode of every release without the note `no barcode`.
pub use crate::barcodes::nevermind_upc as upc;

/// Parses a release: `musicbrainz:a | artist | title | format | country | date | label / number | tracks | notes`. A
/// `-` means unknown, and columns at the end may be left out. Notes: `no barcode`, `to discogs:5`.
pub fn parse_release(line: &str) -> ProviderRelease {
    let columns = line.split('|').map(str::trim).collect::<Vec<_>>();
    let known = |index: usize| columns.get(index).copied().filter(|text| !matches!(*text, "" | "-"));
    let mut release = ProviderRelease::new(id(columns[0]), Completeness::Full);
    release.artist = known(1).map(credit);
    release.title = known(2).map(str::to_owned);
    release.format = known(3).map(format);
    release.country = known(4).map(|country| Country(country.to_owned()));
    release.date = known(5).map(|date| date.parse().unwrap());
    release.labels = known(6).map(label).into_iter().collect();
    release.track_count = known(7).map(|count| count.parse().unwrap());
    release.barcodes = vec![upc()];
    for note in known(8).unwrap_or_default().split(',').map(str::trim).filter(|note| !note.is_empty()) {
        match note.split_once(' ').unwrap() {
            ("no", "barcode") => release.barcodes.clear(),
            ("to", other) => release.links.push(id(other)),
            _ => panic!("unknown note: {note:?}"),
        }
    }
    release
}

pub fn parse_releases(lines: &[&str]) -> Vec<ProviderRelease> {
    lines.iter().map(|line| parse_release(line)).collect()
}

/// Returns tracks with these titles.
pub fn tracks(titles: &[&str]) -> Vec<Track> {
    let numbered = titles.iter().enumerate();
    let track = |(at, title): (usize, &&str)| Track {
        position: (at + 1).to_string(),
        title: (*title).to_owned(),
        artist: None,
        length_ms: None,
    };
    numbered.map(track).collect()
}

pub fn id(text: &str) -> ReleaseId {
    let (provider, id) = text.split_once(':').unwrap();
    ReleaseId::new(serde_json::from_value(provider.into()).unwrap(), id)
}

/// Parses an artist credit: `Simon + Garfunkel` are two artists.
fn credit(text: &str) -> ArtistCredit {
    let mut names = text.split(" + ").map(str::to_owned).collect::<Vec<_>>();
    let last = names.pop().unwrap();
    let attached = names.into_iter().map(|name| CreditedArtist { name, join: " & ".to_owned() });
    ArtistCredit(attached.chain([CreditedArtist { name: last, join: String::new() }]).collect())
}

/// Parses a format: `CD`, `2xLP`, `box 4xCD+DVD`.
pub fn format(text: &str) -> Format {
    let (box_set, media) = text.strip_prefix("box ").map_or((false, text), |rest| (true, rest));
    let medium = |text: &str| {
        let (count, name) = text.split_once('x').unwrap_or(("1", text));
        let carrier = match name {
            "CD" => Carrier::Cd,
            "SACD" => Carrier::Sacd,
            "LP" => Carrier::Vinyl,
            "MC" => Carrier::Cassette,
            "DVD" => Carrier::Dvd,
            "Blu-ray" => Carrier::BluRay,
            "file" => Carrier::Digital,
            _ => panic!("unknown format: {name:?}"),
        };
        Medium { carrier, count: count.parse().unwrap(), wording: name.to_owned(), inches: None, color: None }
    };
    Format { media: media.split('+').map(medium).collect(), box_set }
}

/// Parses a label and its catalog number: `DGC / DGCD-24425`, `DGC`, `/ DGCD-24425`.
fn label(text: &str) -> LabelCredit {
    let (name, number) = text.split_once('/').unwrap_or((text, ""));
    let known = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    LabelCredit { name: known(name), catalog_number: known(number) }
}

/// Formats a verdict: `take a+b`, `ask a+b or c; country: …`, `nobody of musicbrainz, discogs`.
pub fn describe_verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Matched { best_match: found, .. } => format!("take {}", ids(found)),
        Verdict::Ambiguous { candidates, differences } => {
            let candidates = candidates.iter().map(ids).collect::<Vec<_>>().join(" or ");
            format!("ask {candidates}; {}", differences.join("; "))
        }
        Verdict::Unknown { providers: asked } => {
            let asked = asked.iter().map(Provider::as_str).collect::<Vec<_>>();
            format!("nobody of {}", asked.join(", "))
        }
    }
}

fn ids(found: &Match) -> String {
    found.entries.iter().map(|release| release.id.to_string()).collect::<Vec<_>>().join("+")
}
