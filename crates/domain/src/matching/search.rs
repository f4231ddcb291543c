//! Adds the results of the operator's own search to the candidates of an item.

use super::super::provider_release::ProviderRelease;
use super::super::upc::Upc;
use super::preferences::MatchPreferences;
use super::select::{describe_candidates, propose_candidates};
use super::verdict::{Match, MatchAspect, MatchReason, Verdict};

/// Maximum number of candidates, which are chosen with one digit.
const MAX_CANDIDATES: usize = 9;

/// Adds the results of a search for `text` to the candidates of an item. Existing candidates keep their numbers, so
/// that a decision that is being entered remains valid; results of an earlier search are replaced. Returns `None` if
/// nothing is new.
pub fn add_found_candidates(
    upc: Upc,
    reviewed: Option<&Verdict>,
    found: &[ProviderRelease],
    text: &str,
    preferences: &MatchPreferences,
) -> Option<Verdict> {
    let earlier = reviewed.map(Verdict::candidates).unwrap_or_default().into_iter();
    let mut candidates = earlier.filter(|candidate| !is_from_search(candidate)).cloned().collect::<Vec<_>>();
    let is_known = |entry: &ProviderRelease| candidates.iter().any(|known| known.release.ids.contains(&entry.id));
    let new = found.iter().filter(|entry| !is_known(entry)).cloned().collect::<Vec<_>>();
    let proposed = propose_candidates(upc, &new, &[], preferences);
    let room = MAX_CANDIDATES.saturating_sub(candidates.len());
    let added = proposed.candidates().into_iter().take(room).cloned().map(|candidate| mark_found(candidate, text));
    let earlier_count = candidates.len();
    candidates.extend(added);
    if candidates.len() == earlier_count {
        return None;
    }
    let differences = describe_candidates(&candidates, preferences);
    Some(Verdict::Ambiguous { candidates, differences })
}

fn is_from_search(candidate: &Match) -> bool {
    candidate.reasons.iter().any(|reason| reason.aspect == MatchAspect::Search)
}

fn mark_found(mut candidate: Match, text: &str) -> Match {
    let description = format!("found by your search for \"{text}\"");
    candidate.reasons.insert(0, MatchReason { aspect: MatchAspect::Search, weight: 0.0, distance: 0.0, description });
    candidate
}
