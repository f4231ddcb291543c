//! Scores how well a pressing fits a UPC, like beets' distance: each aspect has a weight and a distance, and the score
//! is 1 minus the weighted mean of the distances.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::provider::Provider;
use super::super::provider_release::ProviderRelease;
use super::super::upc::Upc;
use super::compare;
use super::pressing::Pressing;
use super::verdict::{MatchAspect, MatchReason};

/// Weights of the aspects. Artist, title and barcode identify the album; the others identify the pressing.
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
    /// Low, because an incomplete database says nothing about the disc.
    pub(super) const SUPPORT: f32 = 0.5;
}

/// Returns the score and its reasons, the most important first.
pub(super) fn score_pressing(upc: Upc, pressing: &Pressing) -> (f32, Vec<MatchReason>) {
    let mut reasons = vec![score_support(pressing)];
    // No provider lists the substitute code of an item without a barcode.
    reasons.extend((!upc.is_substitute()).then(|| score_barcode(upc, pressing)));
    reasons.extend(score_contradiction(pressing));
    reasons.extend(score_agreement(pressing));
    let sum: f32 = reasons.iter().map(|reason| reason.weight * reason.distance).sum();
    let weights: f32 = reasons.iter().map(|reason| reason.weight).sum();
    let order = |reason: &MatchReason| reason.weight * (0.1 + reason.distance);
    reasons.sort_by(|a, b| order(b).total_cmp(&order(a)).then_with(|| a.aspect.cmp(&b.aspect)));
    ((1.0 - sum / weights).clamp(0.0, 1.0), reasons)
}

fn new_reason(aspect: MatchAspect, weight: f32, distance: f32, message: String) -> MatchReason {
    MatchReason { aspect, weight, distance, description: message }
}

fn score_barcode(upc: Upc, pressing: &Pressing) -> MatchReason {
    let (holding, others): (Vec<_>, Vec<_>) =
        pressing.entries.iter().partition(|release| release.barcodes.contains(&upc));
    let (distance, message) = match (holding.len(), others.len()) {
        (0, _) => (0.5, format!("{} is linked; no entry lists the barcode", provider_names(others))),
        (_, 0) => (0.0, format!("barcode {upc} at {}", provider_names(holding))),
        _ => (0.1, format!("barcode {upc} at {}; {} is linked", provider_names(holding), provider_names(others))),
    };
    new_reason(MatchAspect::Barcode, weight::BARCODE, distance, message)
}

/// Scores the number of providers that list the pressing.
fn score_support(pressing: &Pressing) -> MatchReason {
    let all = pressing.entries.iter().chain(&pressing.supporting_entries).collect::<Vec<_>>();
    match distinct_providers(&all).len() {
        1 => new_reason(MatchAspect::Support, weight::SUPPORT, 0.5, format!("only {} has it", provider_names(all))),
        _ => new_reason(
            MatchAspect::Support,
            weight::SUPPORT,
            0.0,
            format!("{} agree on the album", provider_names(all)),
        ),
    }
}

/// Scores contradicting providers, which list the barcode for another album.
fn score_contradiction(pressing: &Pressing) -> Option<MatchReason> {
    let against = pressing.contradicting_entries.iter().collect::<Vec<_>>();
    let first = against.first()?;
    let for_it = pressing.entries.iter().chain(&pressing.supporting_entries).collect::<Vec<_>>();
    let (ours, theirs) = (distinct_providers(&for_it), distinct_providers(&against));
    let outvoted = ours.len() >= 2 && ours.len() > theirs.len() && theirs.is_disjoint(&ours);
    let other = first.title.as_deref().unwrap_or("another album");
    let message = format!("{} has {other:?} under the barcode", provider_names(against.clone()));
    Some(new_reason(MatchAspect::Contradiction, weight::CONTRADICTION, if outvoted { 0.25 } else { 1.0 }, message))
}

/// Distance between two entries in one aspect; `None` if either does not state it.
type EntryDistance = fn(&ProviderRelease, &ProviderRelease) -> Option<f32>;

/// Aspects that are compared between providers.
const COMPARED_ASPECTS: &[(MatchAspect, f32, EntryDistance)] = &[
    (MatchAspect::Artist, weight::ARTIST, compare::entry_artist_distance),
    (MatchAspect::Title, weight::TITLE, compare::entry_title_distance),
    (MatchAspect::Format, weight::FORMAT, |a, b| {
        Some(compare::format_distance(a.format.as_ref()?, b.format.as_ref()?))
    }),
    (MatchAspect::CatalogNumber, weight::CATALOG_NUMBER, |a, b| compare::catalog_number_distance(&a.labels, &b.labels)),
    (MatchAspect::Country, weight::COUNTRY, |a, b| {
        Some(compare::country_distance(a.country.as_ref()?, b.country.as_ref()?))
    }),
    (MatchAspect::Date, weight::DATE, |a, b| Some(compare::date_distance(a.date?, b.date?))),
    (MatchAspect::Label, weight::LABEL, |a, b| compare::label_distance(&a.labels, &b.labels)),
    (MatchAspect::TrackCount, weight::TRACKS, |a, b| Some(if a.track_count? == b.track_count? { 0.0 } else { 1.0 })),
];

/// Aspects that an entry without a physical format can support.
const ALBUM_ASPECTS: [MatchAspect; 2] = [MatchAspect::Artist, MatchAspect::Title];

fn score_agreement(pressing: &Pressing) -> Vec<MatchReason> {
    let Some((first, others)) = pressing.entries.split_first() else { return Vec::new() };
    let mut reasons = Vec::new();
    for (aspect, weight, distance) in COMPARED_ASPECTS {
        let witnesses = pressing.supporting_entries.iter().filter(|_| ALBUM_ASPECTS.contains(aspect));
        let compared = (others.iter().chain(witnesses))
            .filter_map(|other| distance(first, other).map(|distance| (other, distance)))
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        match compared {
            Some((other, distance)) => {
                let how = if distance <= f32::EPSILON { "agree on" } else { "differ in" };
                let message = format!("{} and {} {how} the {aspect}", provider_name(first), provider_name(other));
                reasons.push(new_reason(aspect.clone(), *weight, distance, message));
            }
            // Artist and title always count, so that an additional provider does not lower the score of a pressing.
            None if ALBUM_ASPECTS.contains(aspect) => {
                let known = if *aspect == MatchAspect::Artist { first.artist.is_some() } else { first.title.is_some() };
                let (distance, message) = if known {
                    (0.0, format!("{aspect} by {} alone", provider_name(first)))
                } else {
                    (1.0, format!("{} has no {aspect}", provider_name(first)))
                };
                reasons.push(new_reason(aspect.clone(), *weight, distance, message));
            }
            None => {}
        }
    }
    reasons
}

fn distinct_providers<'a>(releases: &[&'a ProviderRelease]) -> BTreeSet<&'a Provider> {
    releases.iter().map(|release| &release.id.provider).collect()
}

fn provider_name(release: &ProviderRelease) -> Cow<'_, str> {
    release.id.provider.display_name()
}

fn provider_names(releases: Vec<&ProviderRelease>) -> String {
    let mut names = Vec::new();
    for release in releases {
        let name = provider_name(release);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" and ")
}
