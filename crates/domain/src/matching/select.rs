//! Selects the pressing of a UPC. A clear winner is a match; several equal pressings or a weak one need review.

use super::super::provider::Provider;
use super::super::provider_release::{Completeness, ProviderRelease};
use super::super::release::ReleaseId;
use super::super::release_status::ReleaseConcern;
use super::super::upc::Upc;
use super::compare;
use super::concerns;
use super::differences::{ComparedPressing, describe_differences};
use super::lookalike::{Lookalike, find_lookalikes};
use super::merge::merge_pressing;
use super::preferences::MatchPreferences;
use super::pressing::{self, Pressing};
use super::score::score_pressing;
use super::verdict::{Match, MatchAspect, MatchReason, Verdict};

/// A pressing with its score.
pub(super) struct RankedPressing {
    pub(super) pressing: Pressing,
    pub(super) score: f32,
    pub(super) reasons: Vec<MatchReason>,
}

impl RankedPressing {
    fn is_other_than_regular(&self) -> bool {
        self.pressing.entries.iter().any(concerns::is_other_than_regular)
    }

    /// Returns true if a provider links the two pressings as the same item.
    fn is_linked_to(&self, other: &Self) -> bool {
        let mut entries = self.pressing.entries.iter();
        entries.any(|a| other.pressing.entries.iter().any(|b| compare::are_linked(a, b)))
    }
}

/// Identifies the release of `upc`. `releases` are in order of trust. `asked` lists all providers that answered, for
/// [`Verdict::Unknown`].
pub fn identify_release(
    upc: Upc,
    releases: &[ProviderRelease],
    asked: &[Provider],
    preferences: &MatchPreferences,
) -> Verdict {
    let mut ranked = rank_pressings(upc, releases);
    let Some(best) = ranked.first() else { return Verdict::Unknown { providers: asked.to_vec() } };
    let weak = best.score < preferences.min_score;
    if let Some(index) = find_leader(upc, &mut ranked, preferences) {
        let mut leader = into_match(upc, ranked.remove(index));
        let others = ranked.into_iter().map(|other| into_match(upc, other)).collect::<Vec<_>>();
        let lookalikes = find_lookalikes(&leader, &others);
        leader.release.checks.extend(lookalikes.iter().map(Lookalike::describe));
        if !preferences.needs_review(&leader.release) && lookalikes.iter().all(|other| !other.differences.is_empty()) {
            let runner_up = others.into_iter().next().map(Box::new);
            return Verdict::Matched { best_match: Box::new(leader), runner_up };
        }
        let candidates = std::iter::once(leader).chain(others).collect::<Vec<_>>();
        let differences = describe_candidates(&candidates, preferences);
        return Verdict::Ambiguous { candidates, differences };
    }
    let candidates = ranked.into_iter().map(|ranked| into_match(upc, ranked)).collect::<Vec<_>>();
    let mut differences = describe_candidates(&candidates, preferences);
    if differences.is_empty() && candidates.iter().any(|candidate| has_summary(&candidate.entries)) {
        differences.push("item itself: the entries look alike, but some could not be read completely".to_owned());
    }
    if weak {
        differences.insert(0, describe_doubt(&candidates[0], preferences.min_score));
    }
    Verdict::Ambiguous { candidates, differences }
}

/// Proposes releases for an item without a barcode. The operator always decides, because search words match many
/// pressings. `entries` are in order of relevance.
pub fn propose_candidates(
    upc: Upc,
    entries: &[ProviderRelease],
    asked: &[Provider],
    preferences: &MatchPreferences,
) -> Verdict {
    let sort_key = |ranked: &RankedPressing| {
        ranked.pressing.entries.iter().filter_map(|entry| entries.iter().position(|known| known.id == entry.id)).min()
    };
    let mut ranked = rank_pressings(upc, entries);
    ranked.sort_by_key(sort_key);
    ranked.truncate(MAX_PROPOSED);
    let candidates = ranked.into_iter().map(|ranked| into_match(upc, ranked)).collect::<Vec<_>>();
    if candidates.is_empty() {
        return Verdict::Unknown { providers: asked.to_vec() };
    }
    let differences = describe_candidates(&candidates, preferences);
    Verdict::Ambiguous { candidates, differences }
}

/// Maximum number of proposed releases; more do not fit on a screen.
const MAX_PROPOSED: usize = 9;

/// Returns what the operator must check: concerns about the candidates, then the fields in which they differ.
pub(super) fn describe_candidates(candidates: &[Match], preferences: &MatchPreferences) -> Vec<String> {
    let first = candidates.first().map(|first| &first.release);
    let concerns = first.map(|first| preferences.review_concerns(first)).unwrap_or_default();
    let of_others = candidates.iter().enumerate().skip(1).flat_map(|(index, other)| {
        let new = preferences.review_concerns(&other.release).into_iter().filter(|one| !concerns.contains(one));
        new.map(move |concern| format!("candidate {}: {}", index + 1, concern.description())).collect::<Vec<_>>()
    });
    // A check already names the concern about the lookalike and how to distinguish the two.
    let of_others = of_others.filter(|_| first.is_some_and(|first| first.checks.is_empty())).collect::<Vec<_>>();
    // The checks already describe the contradictions.
    let concerns = concerns.into_iter().filter(|concern| *concern != ReleaseConcern::Contradiction);
    let concerns = concerns.map(|concern| format!("item itself: {}", concern.description()));
    let checks = first.into_iter().flat_map(|first| &first.checks).map(|check| format!("item itself: {check}"));
    concerns.chain(checks).chain(of_others).chain(describe_differences(candidates)).collect()
}

/// Returns the pressings, the best first. The order of equal ones does not depend on the order of `releases`.
pub(super) fn rank_pressings(upc: Upc, releases: &[ProviderRelease]) -> Vec<RankedPressing> {
    let mut ranked = (pressing::cluster_entries(releases).into_iter())
        .map(|pressing| {
            let (score, reasons) = score_pressing(upc, &pressing);
            RankedPressing { pressing, score, reasons }
        })
        .collect::<Vec<_>>();
    ranked.sort_by(|a, b| {
        let events = count_known_fields(&b.pressing).cmp(&count_known_fields(&a.pressing));
        let regular = a.is_other_than_regular().cmp(&b.is_other_than_regular());
        regular
            .then(b.score.total_cmp(&a.score))
            .then(events)
            .then_with(|| first_id(&a.pressing).cmp(&first_id(&b.pressing)))
    });
    ranked
}

fn first_id(pressing: &Pressing) -> Option<&ReleaseId> {
    pressing.entries.first().map(|release| &release.id)
}

/// Returns the number of known fields of a pressing, to choose between duplicates in a database.
fn count_known_fields(pressing: &Pressing) -> usize {
    let known = |release: &ProviderRelease| {
        usize::from(release.date.is_some())
            + usize::from(release.country.is_some())
            + usize::from(!release.tracks.is_empty())
            + release.labels.iter().filter(|label| label.catalog_number.is_some()).count()
    };
    pressing.entries.iter().map(known).sum::<usize>() + pressing.entries.len()
}

/// Returns the number of pressings that are too close to the best one to decide by score, including the best one.
/// Irregular entries are ranked last and do not count, unless a provider links one of them as the same item. Returns
/// `None` if the best score is below the minimum.
fn count_tied(ranked: &[RankedPressing], preferences: &MatchPreferences) -> Option<usize> {
    let best = ranked.first().filter(|best| best.score >= preferences.min_score)?;
    let counts = |other: &RankedPressing| {
        let is_near = other.score >= best.score - preferences.margin;
        let is_same_kind = other.is_other_than_regular() == best.is_other_than_regular();
        (is_near && is_same_kind) || other.is_linked_to(best)
    };
    // If a linked entry counts, all entries ranked before it count too.
    Some(1 + ranked[1..].iter().rposition(counts).map_or(0, |last| last + 1))
}

/// Returns the index of the winner, if no other pressing has a similar score.
pub(super) fn find_only_leader(ranked: &[RankedPressing], preferences: &MatchPreferences) -> Option<usize> {
    (count_tied(ranked, preferences)? == 1).then_some(0)
}

/// Returns the index of the winner, if there is a clear one.
fn find_leader(upc: Upc, ranked: &mut [RankedPressing], preferences: &MatchPreferences) -> Option<usize> {
    let tied = count_tied(ranked, preferences)?;
    if tied == 1 {
        note_other_than_regular(ranked);
        return Some(0);
    }
    if ranked[..tied].iter().any(|other| other.is_other_than_regular() != ranked[0].is_other_than_regular()) {
        return None;
    }
    // Search results do not have all fields of the databases.
    if are_alike(upc, &ranked[..tied]) && !ranked[..tied].iter().any(|tied| has_summary(&tied.pressing.entries)) {
        let message = format!("{tied} entries are the same in all fields that are compared; the most complete is used");
        // Of equally complete pressings, takes the first, which has the best score.
        let fullest = (0..tied).rev().max_by_key(|index| count_known_fields(&ranked[*index].pressing))?;
        ranked[fullest].reasons.push(note(MatchAspect::Duplicates, message));
        return Some(fullest);
    }
    find_preferred(&mut ranked[..tied], preferences)
}

/// Returns true if the pressings are alike in all compared fields.
pub(super) fn are_alike(upc: Upc, ranked: &[RankedPressing]) -> bool {
    let releases = ranked.iter().map(|ranked| merge_pressing(upc, &ranked.pressing)).collect::<Vec<_>>();
    let compared = (ranked.iter().zip(&releases))
        .map(|(ranked, release)| ComparedPressing { release, entries: &ranked.pressing.entries })
        .collect::<Vec<_>>();
    super::differences::are_equivalent(&compared)
}

fn has_summary(entries: &[ProviderRelease]) -> bool {
    entries.iter().any(|entry| entry.completeness == Completeness::Summary)
}

/// Adds a reason to the best pressing if irregular entries have the same barcode.
fn note_other_than_regular(ranked: &mut [RankedPressing]) {
    let [best, others @ ..] = ranked else { return };
    let ids = others.iter().filter(|other| other.is_other_than_regular() && !best.is_other_than_regular());
    let ids = ids.filter_map(|other| first_id(&other.pressing)).map(ToString::to_string).collect::<Vec<_>>();
    if !ids.is_empty() {
        let message = format!("left out {} with the same barcode: unofficial or never sold regularly", ids.join(", "));
        best.reasons.push(note(MatchAspect::Duplicates, message));
    }
}

fn note(aspect: MatchAspect, description: String) -> MatchReason {
    MatchReason { aspect, weight: 0.0, distance: 0.0, description }
}

/// Chooses between equal pressings by the seller's preferences, if they select exactly one.
fn find_preferred(tied: &mut [RankedPressing], preferences: &MatchPreferences) -> Option<usize> {
    let carriers = |pressing: &Pressing| {
        let main = pressing.entries.iter().find_map(|release| release.format.as_ref()?.main_carrier());
        preferences.carriers.is_empty() || main.is_some_and(|carrier| preferences.carriers.contains(&carrier))
    };
    let country = |pressing: &Pressing| {
        let reported = pressing
            .entries
            .iter()
            .find_map(|release| release.country.as_ref())
            .map(super::super::release::Country::to_code);
        let request = |country: &super::super::release::Country| {
            preferences.countries.iter().position(|c| c.to_code() == *country)
        };
        reported.as_ref().and_then(request).unwrap_or(usize::MAX)
    };
    let fitting = (0..tied.len()).filter(|index| carriers(&tied[*index].pressing)).collect::<Vec<_>>();
    let nearest = fitting.iter().map(|index| country(&tied[*index].pressing)).min()?;
    let winners = fitting.into_iter().filter(|index| country(&tied[*index].pressing) == nearest).collect::<Vec<_>>();
    let [winner] = winners[..] else { return None };
    let message = "chosen among equals by your preferences".to_owned();
    tied[winner].reasons.insert(0, note(MatchAspect::Preference, message));
    Some(winner)
}

fn into_match(upc: Upc, ranked: RankedPressing) -> Match {
    let release = merge_pressing(upc, &ranked.pressing);
    let mut releases = ranked.pressing.entries;
    releases.extend(ranked.pressing.supporting_entries);
    Match { release, entries: releases, score: ranked.score, reasons: ranked.reasons }
}

/// Describes why the best score is too low: names the aspect that lowered it most.
fn describe_doubt(best: &Match, strong: f32) -> String {
    let costliest = best.reasons.iter().max_by(|a, b| (a.weight * a.distance).total_cmp(&(b.weight * b.distance)));
    let message = costliest.map(|reason| reason.description.as_str()).unwrap_or_default();
    format!("item itself: the score {:.2} is below your minimum {strong:.2} (matching.strong); {message}", best.score)
}
