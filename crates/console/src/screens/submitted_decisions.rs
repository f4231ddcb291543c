//! The submitted decisions of a review: those without a reply, and the items of the confirmed ones.

use std::collections::BTreeSet;

use domain::review::{ReviewCase, ReviewInput};
use domain::upc::Upc;

/// The submitted decisions.
#[derive(Default)]
pub(super) struct SubmittedDecisions {
    /// Decisions without a reply, newest last.
    awaiting: Vec<(ReviewCase, ReviewInput)>,
    /// The newest decision, even after its reply.
    last: Option<(ReviewCase, ReviewInput)>,
    /// Items with a confirmed decision that is not undone.
    confirmed: BTreeSet<Upc>,
}

impl SubmittedDecisions {
    pub(super) fn push(&mut self, case: ReviewCase, input: ReviewInput) {
        self.last = Some((case.clone(), input.clone()));
        self.awaiting.push((case, input));
    }

    /// Returns the newest decision.
    pub(super) fn last(&self) -> Option<&(ReviewCase, ReviewInput)> {
        self.last.as_ref()
    }

    pub(super) fn contains(&self, upc: Upc) -> bool {
        self.awaiting.iter().any(|(case, _)| case.upc() == upc)
    }

    /// Records that a decision was confirmed.
    pub(super) fn confirm(&mut self, upc: Upc) {
        self.awaiting.retain(|(case, _)| case.upc() != upc);
        self.confirmed.insert(upc);
    }

    /// Removes a decision that was rejected or undone.
    pub(super) fn take(&mut self, upc: Upc) -> Option<(ReviewCase, ReviewInput)> {
        self.last = self.last.take().filter(|(case, _)| case.upc() != upc);
        self.confirmed.remove(&upc);
        let index = self.awaiting.iter().position(|(case, _)| case.upc() == upc)?;
        Some(self.awaiting.remove(index))
    }

    /// Returns the number of decisions, including those without a reply.
    pub(super) fn decided_count(&self) -> usize {
        let repeated = self.awaiting.iter().filter(|(case, _)| self.confirmed.contains(&case.upc())).count();
        self.confirmed.len() + self.awaiting.len() - repeated
    }
}
