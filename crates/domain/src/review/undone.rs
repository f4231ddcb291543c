//! Finds the decisions that remain in effect. An undo cancels the latest remaining decision about the item in its job.

use super::super::job_spec::JobId;
use super::super::upc::Upc;
use super::case::PreviousDecision;

/// Returns the positions of the decisions that were not undone. `decisions` are about one item in one job, oldest
/// first.
pub fn surviving_positions(decisions: &[&PreviousDecision]) -> Vec<usize> {
    let mut surviving = Vec::new();
    for (position, previous) in decisions.iter().enumerate() {
        if previous.decision.is_undo() {
            surviving.pop();
        } else {
            surviving.push(position);
        }
    }
    surviving
}

/// Returns the decisions about any items in any jobs that were not undone. A decision that repeats an undone one does
/// not remain either, and an edit does not remain if its repetition was undone. `decisions` are in order, oldest first.
pub fn without_undone(decisions: impl IntoIterator<Item = (Upc, PreviousDecision)>) -> Vec<(Upc, PreviousDecision)> {
    let (mut surviving, mut undone) = (Vec::<(Upc, PreviousDecision)>::new(), Vec::new());
    for (upc, previous) in decisions {
        if !previous.decision.is_undo() {
            surviving.push((upc, previous));
        } else if let Some(latest) = surviving.iter().rposition(|(of, one)| *of == upc && one.job == previous.job) {
            undone.push(surviving.remove(latest));
        }
    }
    let is_undone = |(upc, one): &(Upc, PreviousDecision)| {
        undone.iter().any(|(of, undone)| {
            let is_same = of == upc && one.origin() == undone.origin();
            is_same && (undone.decision.repeats.is_none() || one.decision.is_edit)
        })
    };
    surviving.retain(|decided| !is_undone(decided));
    surviving
}

/// Returns the jobs that repeated the latest remaining edit in `job` after it, and in which that repetition is the
/// latest remaining decision. `decisions` are about one item in any jobs, oldest first.
pub fn later_repeats_of_edit(decisions: &[PreviousDecision], job: &JobId) -> Vec<JobId> {
    let latest_of = |job: &JobId| {
        let own = decisions.iter().filter(|decided| decided.job == *job).collect::<Vec<_>>();
        surviving_positions(&own).last().map(|position| own[*position])
    };
    let Some(edit) = latest_of(job).filter(|latest| latest.decision.is_edit) else { return Vec::new() };
    let mut jobs = Vec::new();
    for later in decisions.iter().filter(|decided| decided.at > edit.at && decided.job != *job) {
        let repeats = |latest: &PreviousDecision| latest.decision.repeats.as_ref() == Some(&edit.origin());
        if !jobs.contains(&later.job) && latest_of(&later.job).is_some_and(repeats) {
            jobs.push(later.job.clone());
        }
    }
    jobs
}
