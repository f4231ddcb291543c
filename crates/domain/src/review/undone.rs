//! Finds the decisions that remain in effect. An undo cancels the latest remaining decision about the item in its job.

use super::super::decision::DecisionOrigin;
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
/// not remain either. `decisions` are in order, oldest first.
pub fn without_undone(decisions: impl IntoIterator<Item = (Upc, PreviousDecision)>) -> Vec<(Upc, PreviousDecision)> {
    let mut surviving = Vec::<(Upc, PreviousDecision)>::new();
    for (upc, previous) in decisions {
        if !previous.decision.is_undo() {
            surviving.push((upc, previous));
        } else if let Some(undone) = surviving.iter().rposition(|(of, one)| *of == upc && one.job == previous.job) {
            let (_, undone) = surviving.remove(undone);
            let origin = DecisionOrigin { job: undone.job, at: undone.at };
            surviving.retain(|(of, one)| *of != upc || one.decision.repeats.as_ref() != Some(&origin));
        }
    }
    surviving
}
