//! Repeats a decision of an earlier batch if the same list runs again and the item asks the same question.

use super::super::decision::{CandidateRef, Decision, DecisionOrigin, ReviewChoice};
use super::super::item_details::ItemDetails;
use super::super::matching::{Match, Verdict};
use super::super::money::Money;
use super::super::release::Release;
use super::case::{PreviousDecision, ReviewCase};
use super::distinguishing_field::DistinguishingField;

/// Returns the earlier decision as a decision about `now`; `None` if the question differs. `now` is the item in review,
/// `before` the item in the earlier batch as the operator saw it.
///
/// A chosen candidate must be a candidate again. An accepted release must be found again, without concerns that the
/// operator has not seen. An accepted price is kept, even if the market price has changed.
pub fn repeat_decision(now: &ItemDetails, before: &ItemDetails, earlier: &PreviousDecision) -> Option<Decision> {
    let decision = earlier.decision.clone();
    let (choice, price) = match &decision.choice {
        ReviewChoice::Skip { .. } => (decision.choice.clone(), None),
        ReviewChoice::Candidate(chosen) => (repeat_candidate(now, before, chosen)?, decision.price),
        ReviewChoice::Accept if can_repeat_acceptance(now, before) => {
            (ReviewChoice::Accept, accepted_price(now, before, &decision))
        }
        ReviewChoice::Accept | ReviewChoice::Undo { .. } => return None,
    };
    let own = DecisionOrigin { job: earlier.job.clone(), at: earlier.at };
    let repeats = Some(decision.repeats.clone().unwrap_or(own));
    Some(Decision { choice, price, repeats, ..decision })
}

fn repeat_candidate(now: &ItemDetails, before: &ItemDetails, chosen: &CandidateRef) -> Option<ReviewChoice> {
    let candidates = now.candidates_to_review();
    let index = chosen.index_among(&candidates)?;
    let reviewed = before.candidates_to_review();
    let reviewed = chosen.index_among(&reviewed).map(|index| &reviewed[index].release);
    let number = u32::try_from(index + 1).ok()?;
    has_known_concerns(&candidates[index].release, reviewed)
        .then(|| ReviewChoice::Candidate(CandidateRef::from_match(number, candidates[index])))
}

/// Returns true if the item asks the same question about the same release.
fn can_repeat_acceptance(now: &ItemDetails, before: &ItemDetails) -> bool {
    let (Some(question), Some(earlier_question)) = (question_of(now), question_of(before)) else { return false };
    let (found, accepted) = (single_match(now), single_match(before));
    let is_same_release = match (found, accepted) {
        (Some(found), Some(accepted)) => accepted.release.ids.iter().any(|id| found.release.ids.contains(id)),
        (None, None) => question == DistinguishingField::Unknown,
        _ => false,
    };
    let has_same_copies = now.input.copy_groups() == before.input.copy_groups();
    let is_answered = question != DistinguishingField::Draft || has_same_copies;
    let is_known = found.is_none_or(|found| has_known_concerns(&found.release, accepted.map(|one| &one.release)));
    question == earlier_question && is_same_release && is_answered && is_known
}

/// Returns the price of a repeated acceptance: the decided price, or the doubtful price that was accepted.
fn accepted_price(now: &ItemDetails, before: &ItemDetails, decision: &Decision) -> Option<Money> {
    let is_price_accepted = question_of(now) == Some(DistinguishingField::Price) && !decision.new_price;
    let estimated = before.price_estimate.as_ref().filter(|_| is_price_accepted).and_then(|estimate| estimate.price);
    decision.price.or(estimated)
}

fn question_of(details: &ItemDetails) -> Option<DistinguishingField> {
    ReviewCase::from_details(details.clone(), None).map(|case| case.distinguishing_field)
}

/// Returns the release that an acceptance refers to.
fn single_match(details: &ItemDetails) -> Option<&Match> {
    match details.verdict.as_ref()? {
        Verdict::Matched { best_match, .. } => Some(best_match),
        Verdict::Ambiguous { candidates, .. } if candidates.len() == 1 => candidates.first(),
        Verdict::Ambiguous { .. } | Verdict::Unknown { .. } => None,
    }
}

/// Returns true if the operator has seen all concerns of the release.
fn has_known_concerns(release: &Release, reviewed: Option<&Release>) -> bool {
    let seen = reviewed.map(|one| one.concerns.as_slice()).unwrap_or_default();
    release.concerns.iter().all(|concern| seen.iter().any(|one| one.value == concern.value))
}
