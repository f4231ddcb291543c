//! Entries of different providers that mean the same pressing.
//!
//! A link from one provider to another decides; then likeness does. No pressing holds two entries of one provider,
//! since a provider that lists two means two. What has no carrier (Deezer, iTunes) is a witness to the album and
//! never a pressing beside those that have one.

use std::cmp::Reverse;

use super::super::entry::Entry;
use super::super::release::Carrier;
use super::compare;

/// One pressing as several providers see it.
#[derive(Clone, Debug)]
pub(super) struct Pressing {
    /// In the order in which their providers are trusted.
    pub entries: Vec<Entry>,
    /// Carrier-less entries of the same album.
    pub witnesses: Vec<Entry>,
    /// Entries that hold the same barcode and mean another album.
    pub contradicting: Vec<Entry>,
}

/// How unlike two entries of one pressing may be.
const ALIKE: f32 = 0.45;

/// Sorts entries into pressings.
pub(super) fn gather(entries: &[Entry]) -> Vec<Pressing> {
    let (held, mut witnesses): (Vec<_>, Vec<_>) = in_order(entries).into_iter().partition(has_carrier);
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in if held.is_empty() { std::mem::take(&mut witnesses) } else { held } {
        match home(&groups, &entry) {
            Some(place) => groups[place].push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let all = groups.clone();
    groups.into_iter().map(|group| pressing(group, &all, &witnesses)).collect()
}

/// Each entry once, its fullest form. Providers stay in the order in which they are trusted; a provider's own order
/// depends on its mood, and the verdict must not.
fn in_order(entries: &[Entry]) -> Vec<Entry> {
    let trust = |entry: &Entry| entries.iter().position(|first| first.id.provider == entry.id.provider);
    let mut sorted = entries.to_vec();
    sorted.sort_by_cached_key(|entry| (trust(entry), entry.id.clone(), Reverse(entry.depth)));
    sorted.dedup_by(|next, kept| next.id == kept.id);
    sorted
}

fn pressing(group: Vec<Entry>, all: &[Vec<Entry>], witnesses: &[Entry]) -> Pressing {
    let same = |entry: &Entry| group.iter().any(|member| compare::same_album(member, entry));
    let (witnesses, mut contradicting): (Vec<_>, Vec<_>) = witnesses.iter().cloned().partition(same);
    contradicting.extend(all.iter().flatten().filter(|entry| !same(entry)).cloned());
    Pressing { entries: group, witnesses, contradicting }
}

/// Something that lies in a box. A release that is partly digital counts.
fn has_carrier(entry: &Entry) -> bool {
    let format = entry.format.as_ref();
    format.is_some_and(|format| format.media.iter().any(|medium| medium.carrier != Carrier::Digital))
}

/// The group that `entry` belongs to.
fn home(groups: &[Vec<Entry>], entry: &Entry) -> Option<usize> {
    let open = |group: &&(usize, &Vec<Entry>)| group.1.iter().all(|member| member.id.provider != entry.id.provider);
    let free = |group: &&(usize, &Vec<Entry>)| !group.1.iter().any(|member| is_linked_elsewhere(member, entry));
    let numbered = groups.iter().enumerate().collect::<Vec<_>>();
    let linked = numbered.iter().filter(open).find(|(_, group)| group.iter().any(|member| are_linked(member, entry)));
    if let Some((place, _)) = linked {
        return Some(*place);
    }
    let nearest = (numbered.iter().filter(open).filter(free))
        .filter_map(|(place, group)| unlikeness(group.first()?, entry).map(|distance| (*place, distance)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.filter(|(_, distance)| *distance <= ALIKE).map(|(place, _)| place)
}

fn are_linked(a: &Entry, b: &Entry) -> bool {
    a.links.contains(&b.id) || b.links.contains(&a.id)
}

/// True where either names another entry of the other's provider as the same pressing: no likeness outweighs that.
fn is_linked_elsewhere(a: &Entry, b: &Entry) -> bool {
    let elsewhere = |from: &Entry, to: &Entry| from.links.iter().any(|link| link.provider == to.id.provider);
    !are_linked(a, b) && (elsewhere(a, b) || elsewhere(b, a))
}

/// How unlike two entries are; `None` where they cannot be one pressing.
fn unlikeness(a: &Entry, b: &Entry) -> Option<f32> {
    let format = a.format.as_ref().zip(b.format.as_ref()).map(|(a, b)| compare::formats(a, b));
    if !compare::same_album(a, b) || format == Some(1.0) {
        return None;
    }
    let distances = [
        (2.0, compare::catalog_numbers(&a.labels, &b.labels)),
        (1.0, format),
        (1.0, a.country.as_ref().zip(b.country.as_ref()).map(|(a, b)| compare::countries(a, b))),
        (1.0, a.date.zip(b.date).map(|(a, b)| compare::dates(a, b))),
        (0.5, compare::labels(&a.labels, &b.labels)),
    ];
    let known = distances.iter().filter_map(|(weight, distance)| distance.map(|distance| (weight, distance)));
    let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (w, d)| (sum + w * d, weights + w));
    Some(if weights > 0.0 { sum / weights } else { 0.0 })
}
