//! Parses Discogs' track lists with their headings and classical works.

use super::super::lenient_json::{LenientJson, MAX_LIST_LEN};
use super::names::parse_artist;
use domain::release::Track;

/// Parses the tracks. The title of a work precedes those of its movements: `Sonata In E Minor: Allegro`. A heading
/// counts as the title of a work if the tracks below it are movements (`1. Allegro`, `II`); other headings, such as
/// `Side A`, are omitted.
pub(super) fn parse_tracks(list: LenientJson<'_>) -> Vec<Track> {
    let mut tracks = Vec::new();
    let mut heading: Option<String> = None;
    for json in list.elements() {
        match json.field("type_").text().as_deref() {
            Some("heading") => heading = json.field("title").text(),
            Some("index") if json.field("sub_tracks").elements().count() > 0 => {
                let work = json.field("title").text();
                let position = json.field("position").text().unwrap_or_default();
                let parts = json.field("sub_tracks").elements().filter_map(parse_track);
                tracks.extend(parts.map(|part| Track {
                    title: join_work(work.as_deref(), &part.title),
                    position: if part.position.is_empty() { position.clone() } else { part.position },
                    ..part
                }));
            }
            _ => tracks.extend(parse_track(json).map(|track| match &heading {
                Some(work) if is_movement(&track.title) => {
                    Track { title: join_work(Some(work), &track.title), ..track }
                }
                _ => track,
            })),
        }
    }
    tracks.truncate(MAX_LIST_LEN);
    tracks
}

/// Returns `work: part`, or only the part if there is no work or the part begins with it.
fn join_work(work: Option<&str>, part: &str) -> String {
    match work.map(|work| work.trim_end_matches([':', ' '])) {
        Some(work) if !work.is_empty() && !part.to_lowercase().starts_with(&work.to_lowercase()) => {
            format!("{work}: {part}")
        }
        _ => part.to_owned(),
    }
}

/// Words that name a movement by tempo or form.
const MOVEMENT_WORDS: [&str; 34] = [
    "adagietto",
    "adagio",
    "allegretto",
    "allegro",
    "allemande",
    "andante",
    "andantino",
    "aria",
    "bourree",
    "chorale",
    "chorus",
    "courante",
    "finale",
    "fugue",
    "fuga",
    "gavotte",
    "gigue",
    "grave",
    "larghetto",
    "largo",
    "lento",
    "menuet",
    "menuetto",
    "minuet",
    "moderato",
    "overture",
    "praeludium",
    "prelude",
    "presto",
    "recitative",
    "rondo",
    "sarabande",
    "scherzo",
    "vivace",
];

/// Returns true for the title of a movement, such as `1. Allegro`, `II` or `Adagio Ma Non Troppo`.
fn is_movement(title: &str) -> bool {
    let lower = title.to_lowercase();
    let first = lower.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    let is_numeral = !first.is_empty() && first.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    let rest = lower.trim_start().strip_prefix(first).unwrap_or_default().trim_start();
    let is_numbered = is_numeral && (rest.is_empty() || rest.starts_with(['.', ':', ')', '-']));
    let has_number = first.chars().all(|c| c.is_ascii_digit()) && rest.starts_with(['.', ')']);
    is_numbered
        || has_number
        || lower.split(|c: char| !c.is_alphanumeric()).take(3).any(|word| MOVEMENT_WORDS.contains(&word))
}

fn parse_track(json: LenientJson<'_>) -> Option<Track> {
    let title = json.field("title").text()?;
    let position = json.field("position").text().unwrap_or_default();
    let artist = parse_artist(json.field("artists")).map(|credit| credit.to_string());
    let length_ms = json.field("duration").text().and_then(|time| parse_duration_ms(&time));
    Some(Track { position, title, artist, length_ms })
}

/// Parses a duration such as `4:05` or `1:02:33` into milliseconds.
fn parse_duration_ms(time: &str) -> Option<u32> {
    let parts = time.split(':').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>()?;
    let seconds = match parts[..] {
        [minutes, seconds] => minutes.checked_mul(60)?.checked_add(seconds)?,
        [hours, minutes, seconds] => {
            hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?
        }
        _ => return None,
    };
    seconds.checked_mul(1_000).filter(|ms| *ms > 0)
}
