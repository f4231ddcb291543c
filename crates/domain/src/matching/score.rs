//! How well a pressing fits a UPC, with reasons, in the manner of beets' distance: each aspect that can be compared
//! has a weight and a distance, and the score is what the weighted mean leaves of 1.

use std::collections::BTreeSet;

use super::super::entry::Entry;
use super::super::provider::Provider;
use super::super::upc::Upc;
use super::compare;
use super::pressing::Pressing;
use super::verdict::Reason;

/// What each aspect counts. Artist, title and barcode say which album it is, the others which pressing.
mod weight {
    pub(super) const BARCODE: f32 = 3.0;
    pub(super) const ARTIST: f32 = 3.0;
    pub(super) const TITLE: f32 = 3.0;
    pub(super) const CONTRADICTION: f32 = 4.0;
    pub(super) const FORMAT: f32 = 1.0;
    pub(super) const CATALOG_NUMBER: f32 = 0.5;
    pub(super) const COUNTRY: f32 = 0.5;
    pub(super) const DATE: f32 = 0.5;
    pub(super) const LABEL: f32 = 0.25;
    pub(super) const TRACKS: f32 = 0.5;
    /// Little: that a database is incomplete says nothing of the disc in the box.
    pub(super) const SUPPORT: f32 = 0.5;
}

/// The score and its reasons, the weightiest first.
pub(super) fn score(upc: Upc, pressing: &Pressing) -> (f32, Vec<Reason>) {
    let mut reasons = vec![barcode(upc, pressing), support(pressing)];
    reasons.extend(contradiction(pressing));
    reasons.extend(agreement(pressing));
    let sum: f32 = reasons.iter().map(|reason| reason.weight * reason.distance).sum();
    let weights: f32 = reasons.iter().map(|reason| reason.weight).sum();
    let order = |reason: &Reason| reason.weight * (0.1 + reason.distance);
    reasons.sort_by(|a, b| order(b).total_cmp(&order(a)).then_with(|| a.aspect.cmp(&b.aspect)));
    ((1.0 - sum / weights).clamp(0.0, 1.0), reasons)
}

fn reason(aspect: &str, weight: f32, distance: f32, words: String) -> Reason {
    Reason { aspect: aspect.to_owned(), weight, distance, words }
}

fn barcode(upc: Upc, pressing: &Pressing) -> Reason {
    let (holding, others): (Vec<_>, Vec<_>) = pressing.entries.iter().partition(|entry| entry.barcodes.contains(&upc));
    let (distance, words) = match (holding.len(), others.len()) {
        (0, _) => (0.5, format!("{} came by a link; no entry lists the barcode", names(others))),
        (_, 0) => (0.0, format!("barcode {upc} at {}", names(holding))),
        _ => (0.1, format!("barcode {upc} at {}; {} came by a link", names(holding), names(others))),
    };
    reason("barcode", weight::BARCODE, distance, words)
}

/// How many providers stand behind it.
fn support(pressing: &Pressing) -> Reason {
    let all = pressing.entries.iter().chain(&pressing.witnesses).collect::<Vec<_>>();
    match providers(&all).len() {
        1 => reason("support", weight::SUPPORT, 0.5, format!("only {} has it", names(all))),
        _ => reason("support", weight::SUPPORT, 0.0, format!("{} mean the same album", names(all))),
    }
}

/// Somebody holds the barcode on another album.
fn contradiction(pressing: &Pressing) -> Option<Reason> {
    let against = pressing.contradicting.iter().collect::<Vec<_>>();
    let first = against.first()?;
    let for_it = pressing.entries.iter().chain(&pressing.witnesses).collect::<Vec<_>>();
    let (ours, theirs) = (providers(&for_it), providers(&against));
    let outvoted = ours.len() >= 2 && ours.len() > theirs.len() && theirs.is_disjoint(&ours);
    let other = first.title.as_deref().unwrap_or("another album");
    let words = format!("{} has {other:?} under the barcode", names(against.clone()));
    Some(reason("contradiction", weight::CONTRADICTION, if outvoted { 0.25 } else { 1.0 }, words))
}

/// One way to compare two entries, `None` where either is silent.
type Comparison = fn(&Entry, &Entry) -> Option<f32>;

/// What can be compared between providers, in a visible order.
const ASPECTS: &[(&str, f32, Comparison)] = &[
    ("artist", weight::ARTIST, |a, b| Some(compare::artists(a.artist.as_ref()?, b.artist.as_ref()?))),
    ("title", weight::TITLE, |a, b| Some(compare::titles(a.title.as_ref()?, b.title.as_ref()?))),
    ("format", weight::FORMAT, |a, b| Some(compare::formats(a.format.as_ref()?, b.format.as_ref()?))),
    ("catalog number", weight::CATALOG_NUMBER, |a, b| compare::catalog_numbers(&a.labels, &b.labels)),
    ("country", weight::COUNTRY, |a, b| Some(compare::countries(a.country.as_ref()?, b.country.as_ref()?))),
    ("date", weight::DATE, |a, b| Some(compare::dates(a.date?, b.date?))),
    ("label", weight::LABEL, |a, b| compare::labels(&a.labels, &b.labels)),
    ("track count", weight::TRACKS, |a, b| Some(if a.track_count? == b.track_count? { 0.0 } else { 1.0 })),
];

/// Aspects in which a witness, who knows no carrier, can speak.
const OF_ALBUMS: [&str; 2] = ["artist", "title"];

fn agreement(pressing: &Pressing) -> Vec<Reason> {
    let Some((first, others)) = pressing.entries.split_first() else { return Vec::new() };
    let mut reasons = Vec::new();
    for (aspect, weight, distance) in ASPECTS {
        let witnesses = pressing.witnesses.iter().filter(|_| OF_ALBUMS.contains(aspect));
        let compared = (others.iter().chain(witnesses))
            .filter_map(|other| distance(first, other).map(|distance| (other, distance)))
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        match compared {
            Some((other, distance)) => {
                let how = if distance <= f32::EPSILON { "agree on" } else { "differ in" };
                let words = format!("{} and {} {how} the {aspect}", first.id.provider, other.id.provider);
                reasons.push(reason(aspect, *weight, distance, words));
            }
            // Artist and title are always weighed, so that one more provider does not make a pressing look worse.
            None if OF_ALBUMS.contains(aspect) => {
                let known = if *aspect == "artist" { first.artist.is_some() } else { first.title.is_some() };
                let (distance, words) = if known {
                    (0.0, format!("{aspect} by {} alone", first.id.provider))
                } else {
                    (1.0, format!("{} names no {aspect}", first.id.provider))
                };
                reasons.push(reason(aspect, *weight, distance, words));
            }
            None => {}
        }
    }
    reasons
}

fn providers<'a>(entries: &[&'a Entry]) -> BTreeSet<&'a Provider> {
    entries.iter().map(|entry| &entry.id.provider).collect()
}

fn names(entries: Vec<&Entry>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for entry in entries {
        if !names.contains(&entry.id.provider.as_str()) {
            names.push(entry.id.provider.as_str());
        }
    }
    names.join(" and ")
}
