//! Groups the providers' entries into pressings.
//!
//! A link from one provider to another decides; without links, similarity does. A pressing never has two entries of one
//! provider, because a provider with two entries considers them different. An entry without a physical format (Deezer,
//! iTunes) supports the album; it forms a pressing only if no provider has a physical one.

use std::cmp::Reverse;

use super::super::provider_release::ProviderRelease;
use super::super::release::Carrier;
use super::super::release_status::ReleaseStatus;
use super::album_names;
use super::compare;
use super::concerns;
use super::prints;

/// A pressing with the entries of the providers that list it.
#[derive(Clone, Debug)]
pub(super) struct Pressing {
    /// Entries, in the order in which their providers are trusted.
    pub entries: Vec<ProviderRelease>,
    /// Entries of the same album without a physical format.
    pub supporting_entries: Vec<ProviderRelease>,
    /// Entries with the same barcode for another album.
    pub contradicting_entries: Vec<ProviderRelease>,
    /// Pseudo-releases: translations of another entry.
    pub aliases: Vec<ProviderRelease>,
}

/// Maximum distance between two entries of a pressing.
const MAX_PRESSING_DISTANCE: f32 = 0.45;

/// Groups entries into pressings. A pseudo-release forms a pressing only if there are no other entries.
pub(super) fn cluster_entries(releases: &[ProviderRelease]) -> Vec<Pressing> {
    let (mut aliases, real): (Vec<_>, Vec<_>) =
        sort_entries(releases).into_iter().partition(|e| e.status == Some(ReleaseStatus::PseudoRelease));
    let real = if real.is_empty() { std::mem::take(&mut aliases) } else { real };
    let (held, mut witnesses): (Vec<_>, Vec<_>) = real.into_iter().partition(has_carrier);
    let mut groups: Vec<Vec<ProviderRelease>> = Vec::new();
    for release in if held.is_empty() { std::mem::take(&mut witnesses) } else { held } {
        match find_cluster(&groups, &release) {
            Some(index) => groups[index].push(release),
            None => groups.push(vec![release]),
        }
    }
    let all = groups.clone();
    groups.into_iter().map(|group| build_pressing(group, &all, &witnesses, &aliases)).collect()
}

/// Returns the distinct entries, each in its most complete version, in order of trust. Entries of one provider are
/// sorted by ID, because the provider's order varies and the verdict must not.
fn sort_entries(releases: &[ProviderRelease]) -> Vec<ProviderRelease> {
    let trust = |release: &ProviderRelease| releases.iter().position(|first| first.id.provider == release.id.provider);
    let mut sorted = releases.to_vec();
    sorted.sort_by_cached_key(|release| (trust(release), release.id.clone(), Reverse(release.completeness)));
    sorted.dedup_by(|next, stored| next.id == stored.id);
    sorted
}

fn build_pressing(
    group: Vec<ProviderRelease>,
    all: &[Vec<ProviderRelease>],
    witnesses: &[ProviderRelease],
    aliases: &[ProviderRelease],
) -> Pressing {
    let same = |release: &ProviderRelease| group.iter().any(|member| compare::is_same_album(member, release));
    let (witnesses, mut contradicting): (Vec<_>, Vec<_>) = witnesses.iter().cloned().partition(same);
    // Bootleg labels reuse barcodes, so an irregular entry does not count against a regular pressing.
    let is_regular = !group.iter().any(concerns::is_other_than_regular);
    let counts = |release: &&ProviderRelease| !is_regular || !concerns::is_other_than_regular(release);
    // One name of a pressing is enough: the others may be translations.
    let other_albums = all.iter().filter(|pressing| !pressing.iter().any(same)).flatten();
    contradicting.extend(other_albums.filter(counts).cloned());
    let is_alias = |alias: &&ProviderRelease| {
        group.iter().all(|member| member.track_count.zip(alias.track_count).is_none_or(|(a, b)| a == b))
    };
    let aliases = aliases.iter().filter(is_alias).cloned().collect();
    Pressing { entries: group, supporting_entries: witnesses, contradicting_entries: contradicting, aliases }
}

/// Returns true for an entry with a physical medium, even if other media are digital.
fn has_carrier(release: &ProviderRelease) -> bool {
    let format = release.format.as_ref();
    format.is_some_and(|format| format.media.iter().any(|medium| medium.carrier != Carrier::Digital))
}

/// Returns the index of the group to which the entry belongs.
fn find_cluster(groups: &[Vec<ProviderRelease>], release: &ProviderRelease) -> Option<usize> {
    let open = |group: &&(usize, &Vec<ProviderRelease>)| {
        group.1.iter().all(|member| {
            member.id.provider != release.id.provider
                && concerns::is_other_than_regular(member) == concerns::is_other_than_regular(release)
        })
    };
    let free = |group: &&(usize, &Vec<ProviderRelease>)| {
        !group.1.iter().any(|member| {
            is_linked_elsewhere(member, release)
                || concerns::is_promotional(member) != concerns::is_promotional(release)
                || prints::are_other_prints(member, release)
                || album_names::differing_versions(member, release).is_some()
        })
    };
    let numbered = groups.iter().enumerate().collect::<Vec<_>>();
    let linked =
        numbered.iter().filter(open).find(|(_, group)| group.iter().any(|member| compare::are_linked(member, release)));
    if let Some((index, _)) = linked {
        return Some(*index);
    }
    let nearest = (numbered.iter().filter(open).filter(free))
        .filter_map(|(index, group)| pressing_distance(group.first()?, release).map(|distance| (*index, distance)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.filter(|(_, distance)| *distance <= MAX_PRESSING_DISTANCE).map(|(index, _)| index)
}

/// Returns true if either entry links to a different entry of the other's provider. Such a link outweighs any
/// similarity.
fn is_linked_elsewhere(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    let elsewhere =
        |from: &ProviderRelease, to: &ProviderRelease| from.links.iter().any(|link| link.provider == to.id.provider);
    !compare::are_linked(a, b) && (elsewhere(a, b) || elsewhere(b, a))
}

/// Part of the titles' distance in the distance of two entries. The nearest title decides between equal pressings.
const TITLE_PENALTY: f32 = 0.5;

/// Returns the distance between two entries; `None` if they cannot be one pressing.
fn pressing_distance(a: &ProviderRelease, b: &ProviderRelease) -> Option<f32> {
    let format = a.format.as_ref().zip(b.format.as_ref()).map(|(a, b)| compare::format_distance(a, b));
    if !compare::is_same_album(a, b) || format == Some(1.0) {
        return None;
    }
    let distances = [
        (2.0, compare::catalog_number_distance(&a.labels, &b.labels)),
        (1.0, format),
        (1.0, a.country.as_ref().zip(b.country.as_ref()).map(|(a, b)| compare::country_distance(a, b))),
        (1.0, a.date.zip(b.date).map(|(a, b)| compare::date_distance(a, b))),
        (0.5, compare::label_distance(&a.labels, &b.labels)),
    ];
    let known = distances.iter().filter_map(|(weight, distance)| distance.map(|distance| (weight, distance)));
    let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (w, d)| (sum + w * d, weights + w));
    let title = compare::entry_title_distance(a, b).unwrap_or_default();
    Some(title * TITLE_PENALTY + if weights > 0.0 { sum / weights } else { 0.0 })
}
