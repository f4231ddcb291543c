//! Contradictions between the entries of one pressing, in what the seller sees on the item: media, size, color.
//!
//! An entry that does not state a value contradicts nothing.

use super::super::provider_release::{Completeness, ProviderRelease};
use super::super::record_color::{are_different_colors, stated_color};
use super::super::release::{Carrier, Format};

/// Returns what the entries say differently, one sentence for each aspect: `MusicBrainz says 1 CD, Discogs 3 CDs: count the
/// discs`.
pub(super) fn find_contradictions(entries: &[ProviderRelease]) -> Vec<String> {
    let compare: [fn(&ProviderRelease, &ProviderRelease) -> Option<Contradiction>; 3] =
        [compare_media, compare_sizes, compare_colors];
    let pairs = || entries.iter().enumerate().flat_map(|(at, a)| entries[at + 1..].iter().map(move |b| (a, b)));
    let sentence = |compare: fn(&ProviderRelease, &ProviderRelease) -> Option<Contradiction>| {
        pairs().find_map(|(a, b)| Some(compare(a, b)?.describe(a, b)))
    };
    compare.into_iter().filter_map(sentence).collect()
}

/// Returns true if both state their media and have none in common.
pub(super) fn have_other_carriers(a: &Format, b: &Format) -> bool {
    let (a, b) = (known_carriers(a), known_carriers(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|(carrier, _)| b.iter().any(|(other, _)| carrier == other))
}

/// What two entries say of one aspect.
struct Contradiction {
    values: [String; 2],
    /// What the seller does to decide.
    check: &'static str,
}

impl Contradiction {
    fn describe(&self, a: &ProviderRelease, b: &ProviderRelease) -> String {
        let [first, second] = &self.values;
        let (a, b) = (a.id.provider.display_name(), b.id.provider.display_name());
        format!("{a} says {first}, {b} {second}: {}", self.check)
    }
}

/// Returns the physical media; none if one of them is of an unknown kind.
fn known_carriers(format: &Format) -> Vec<(Carrier, u16)> {
    let mut counts = format.carrier_counts();
    counts.retain(|(carrier, _)| *carrier != Carrier::Digital);
    if counts.iter().any(|(carrier, _)| *carrier == Carrier::Other) {
        return Vec::new();
    }
    counts.sort();
    counts
}

/// Removes the layers that are listed as discs beside the hybrid disc that has them.
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
    // A search result may leave out how many discs there are.
    let is_complete = [a, b].iter().all(|entry| entry.completeness == Completeness::Full);
    is_complete.then_some(Contradiction { values, check: "count the discs" })
}

/// Describes numbers of media: `1 CD`, `2 records + 1 DVD`.
fn describe_counts(counts: &[(Carrier, u16)]) -> String {
    let parts = counts.iter().map(|(carrier, count)| {
        let name = medium_name(*carrier);
        if *count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
    });
    parts.collect::<Vec<_>>().join(" + ")
}

fn medium_name(carrier: Carrier) -> String {
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

/// Returns the diameters of the records, each once; `None` if one of them is not known.
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
