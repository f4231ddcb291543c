//! Finds contradictions between the entries of a pressing in properties that the seller can see: media, size, color,
//! tracks, the print on the spine, and the version. Links between providers are sometimes wrong, and a draft of merged
//! entries would then describe a pressing that does not exist.
//!
//! An entry that does not state a value contradicts nothing.

use super::super::provider_release::{Completeness, ProviderRelease};
use super::super::record_color::{are_different_colors, stated_color};
use super::super::release::{Carrier, Format};
use super::super::release_type::ReleaseType;
use super::album_names;
use super::merge_edition;
use super::prints;

/// Returns a sentence for each property in which the entries differ:
/// `MusicBrainz says 1 CD, Discogs 3 CDs: count the discs`.
pub(super) fn find_contradictions(entries: &[ProviderRelease]) -> Vec<String> {
    let compare: [fn(&ProviderRelease, &ProviderRelease) -> Option<Contradiction>; 8] = [
        compare_media,
        compare_sizes,
        compare_colors,
        compare_album_versions,
        compare_lengths,
        compare_track_counts,
        compare_prints,
        compare_versions,
    ];
    let pairs = || entries.iter().enumerate().flat_map(|(at, a)| entries[at + 1..].iter().map(move |b| (a, b)));
    let sentence = |compare: fn(&ProviderRelease, &ProviderRelease) -> Option<Contradiction>| {
        pairs().find_map(|(a, b)| Some(compare(a, b)?.describe(a, b)))
    };
    compare.into_iter().filter_map(sentence).collect()
}

/// Returns true if both state their media and share none.
pub(super) fn have_other_carriers(a: &Format, b: &Format) -> bool {
    let (a, b) = (known_carriers(a), known_carriers(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|(carrier, _)| b.iter().any(|(other, _)| carrier == other))
}

/// Different values of two entries for a property.
struct Contradiction {
    values: [String; 2],
    /// How the seller can decide.
    check: &'static str,
}

impl Contradiction {
    fn describe(&self, a: &ProviderRelease, b: &ProviderRelease) -> String {
        let [first, second] = &self.values;
        let (a, b) = (a.id.provider.display_name(), b.id.provider.display_name());
        format!("{a} says {first}, {b} {second}: {}", self.check)
    }
}

/// Returns the physical media; empty if one of them is of an unknown kind.
fn known_carriers(format: &Format) -> Vec<(Carrier, u16)> {
    let mut counts = format.carrier_counts();
    counts.retain(|(carrier, _)| *carrier != Carrier::Digital);
    if counts.iter().any(|(carrier, _)| *carrier == Carrier::Other) {
        return Vec::new();
    }
    counts.sort();
    counts
}

/// Removes CD layers that are listed as separate discs next to the hybrid disc that contains them.
fn without_layers(mut counts: Vec<(Carrier, u16)>, is_hybrid: bool) -> Vec<(Carrier, u16)> {
    let hybrids = counts.iter().find(|(carrier, _)| *carrier == Carrier::Sacd).map(|(_, count)| *count);
    counts.retain(|(carrier, count)| !(is_hybrid && *carrier == Carrier::Cd && Some(*count) == hybrids));
    counts
}

fn compare_media(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let (first, second) = (a.format.as_ref()?, b.format.as_ref()?);
    let is_hybrid = [first, second].iter().any(|format| format.media.iter().any(|m| m.wording.contains("Hybrid")));
    let counts = [first, second].map(|format| without_layers(known_carriers(format), is_hybrid));
    if counts.iter().any(Vec::is_empty) || counts[0] == counts[1] {
        return None;
    }
    let values = [describe_counts(&counts[0]), describe_counts(&counts[1])];
    if have_other_carriers(first, second) {
        return Some(Contradiction { values, check: "check which of them you have" });
    }
    // A search result may omit the number of discs.
    let is_complete = [a, b].iter().all(|entry| entry.completeness == Completeness::Full);
    is_complete.then_some(Contradiction { values, check: "count the discs" })
}

/// Formats numbers of media: `1 CD`, `2 records + 1 DVD`.
fn describe_counts(counts: &[(Carrier, u16)]) -> String {
    let parts = counts.iter().map(|(carrier, count)| {
        let name = counted_medium_name(*carrier);
        if *count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
    });
    parts.collect::<Vec<_>>().join(" + ")
}

fn counted_medium_name(carrier: Carrier) -> String {
    match carrier {
        Carrier::Vinyl => "vinyl record".to_owned(),
        Carrier::Shellac => "shellac record".to_owned(),
        Carrier::Cassette => "cassette".to_owned(),
        Carrier::EightTrack => "8-track tape".to_owned(),
        Carrier::ReelToReel => "tape reel".to_owned(),
        Carrier::Vhs => "VHS tape".to_owned(),
        disc => disc.to_string(),
    }
}

fn compare_sizes(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let (first, second) = (record_sizes(a)?, record_sizes(b)?);
    let shown = |sizes: &[u8]| sizes.iter().map(|inches| format!("{inches}\"")).collect::<Vec<_>>().join(" + ");
    let values = [shown(&first), shown(&second)];
    (first != second).then_some(Contradiction { values, check: "measure the record" })
}

/// Returns the distinct diameters of the records in inches; `None` if one is unknown.
fn record_sizes(entry: &ProviderRelease) -> Option<Vec<u8>> {
    let media = entry.format.iter().flat_map(|format| &format.media);
    let records = media.filter(|medium| matches!(medium.carrier, Carrier::Vinyl | Carrier::Shellac));
    let mut sizes = records.map(|medium| medium.inches).collect::<Option<Vec<_>>>()?;
    sizes.sort_unstable();
    sizes.dedup();
    (!sizes.is_empty()).then_some(sizes)
}

fn compare_colors(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let color = |entry: &ProviderRelease| {
        let texts = super::merge_edition::color_texts(entry);
        stated_color(texts.iter().map(String::as_str))
    };
    let (first, second) = (color(a)?, color(b)?);
    let is_different = are_different_colors(&first, &second);
    is_different.then_some(Contradiction { values: [first, second], check: "check the color of the record or tape" })
}

/// Maximum difference in the number of tracks of two entries for a pressing. One may count a hidden track, a pregap, a
/// video or the parts of a suite.
const MAX_TRACK_DIFFERENCE: u16 = 2;

/// Maximum difference as a share of the longer list: one in this number of tracks.
const MAX_TRACK_DIFFERENCE_SHARE: u32 = 6;

fn compare_track_counts(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let (first, second) = (a.track_count?, b.track_count?);
    let difference = first.abs_diff(second);
    // One entry may list the movements of a work, and the other only the work.
    let is_classical = [a, b].into_iter().any(merge_edition::is_classical);
    let is_small_share = u32::from(difference) * MAX_TRACK_DIFFERENCE_SHARE <= u32::from(first.max(second));
    let is_near = difference <= MAX_TRACK_DIFFERENCE || is_small_share;
    let values = [first, second].map(|count| crate::text::count::format_count(count, "track", "tracks"));
    (!is_near && !is_classical).then_some(Contradiction { values, check: "count the tracks" })
}

fn compare_prints(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let values = prints::differing_prints(a, b)?;
    Some(Contradiction { values, check: "compare the print on the item" })
}

fn compare_album_versions(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let values = album_names::differing_versions(a, b)?;
    Some(Contradiction { values, check: "check which of them you have" })
}

/// Compares the lengths. Providers draw the line between single, EP and album differently, but a single is no album.
fn compare_lengths(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let values = [length_name(a)?, length_name(b)?];
    (values[0] != values[1]).then(|| Contradiction { values: values.map(str::to_owned), check: "count the tracks" })
}

/// Returns `a single` or `an album`; `None` for other lengths and for an entry that states several.
fn length_name(entry: &ProviderRelease) -> Option<&'static str> {
    let mut names = entry.types.iter().filter(|kind| kind.is_length()).map(|kind| match kind {
        ReleaseType::Single | ReleaseType::MaxiSingle => Some("a single"),
        ReleaseType::Album => Some("an album"),
        _ => None,
    });
    let first = names.next()??;
    names.all(|name| name == Some(first)).then_some(first)
}

/// Words of versions that exclude each other.
const OPPOSITES: [[&str; 2]; 3] = [["explicit", "clean"], ["mono", "stereo"], ["NTSC", "PAL"]];

fn compare_versions(a: &ProviderRelease, b: &ProviderRelease) -> Option<Contradiction> {
    let (first, second) = (format_words(a), format_words(b));
    let says = |words: &[String], word: &str, opposite: &str| {
        let has = |word: &str| words.iter().any(|one| one.eq_ignore_ascii_case(word));
        has(word) && !has(opposite)
    };
    let ordered = OPPOSITES.into_iter().flat_map(|[one, other]| [[one, other], [other, one]]);
    let mut contradicted = ordered.filter(|[one, other]| says(&first, one, other) && says(&second, other, one));
    let values = contradicted.next()?.map(str::to_owned);
    Some(Contradiction { values, check: "check which of them you have" })
}

/// Returns the words of all texts about the format.
fn format_words(entry: &ProviderRelease) -> Vec<String> {
    let texts = entry.descriptions.iter().chain(&entry.format_notes).chain(&entry.disambiguation);
    texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(str::to_owned).collect()
}
