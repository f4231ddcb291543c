//! The submitted decisions of a review: those without a reply, and the number of confirmed ones.

use domain::review::{ReviewCase, ReviewInput};
use domain::upc::Upc;

/// The submitted decisions.
#[derive(Default)]
pub(super) struct SubmittedDecisions {
    /// Decisions without a reply, newest last.
    awaiting: Vec<(ReviewCase, ReviewInput)>,
    /// The newest decision, even after its reply.
    last: Option<(ReviewCase, ReviewInput)>,
    confirmed_count: usize,
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

    /// Counts a decision as confirmed.
    pub(super) fn confirm(&mut self, upc: Upc) {
        self.awaiting.retain(|(case, _)| case.upc() != upc);
        self.confirmed_count += 1;
    }

    /// Removes a decision that was rejected or undone.
    pub(super) fn take(&mut self, upc: Upc) -> Option<(ReviewCase, ReviewInput)> {
        self.last = self.last.take().filter(|(case, _)| case.upc() != upc);
        let index = self.awaiting.iter().position(|(case, _)| case.upc() == upc)?;
        Some(self.awaiting.remove(index))
    }

    /// Returns the number of decisions, including those without a reply.
    pub(super) fn decided_count(&self) -> usize {
        self.confirmed_count + self.awaiting.len()
    }
}
