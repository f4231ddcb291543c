//! Finds the operator's decisions from an earlier run of the same list, so that the operator is not asked again.

use super::item_pipeline::ItemPipeline;
use domain::decision::{Decision, ReviewChoice};
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job_spec::{InputItem, JobId};
use domain::outcome::ItemOutcome;
use domain::review::{PreviousDecision, repeat_decision, surviving_positions};
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

impl ItemPipeline {
    /// Returns the decision to repeat for an item that needs review for the reason `why`; `None` if the operator has
    /// to decide. A decision is repeated if the same row of the same list made it, or if the item has a draft. Another
    /// list may describe another copy, so its decisions are only proposed.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read.
    pub(super) async fn find_repeatable_decision(&self, upc: Upc, why: &str) -> Result<Option<Decision>, JournalError> {
        let decisions = self.journal.all_decisions(upc).await?;
        let Some((earlier, position)) = next_earlier_decision(&decisions, &self.job) else { return Ok(None) };
        let Some(mut now) = self.journal.item_details(&self.job, &[upc]).await?.into_iter().next() else {
            return Ok(None);
        };
        let Some(input) = self.journal.input_items(&earlier.job, &[upc]).await?.into_iter().next() else {
            return Ok(None);
        };
        if !self.is_same_copy(earlier, &now.input, &input).await? {
            return Ok(None);
        }
        now.outcome = Some(ItemOutcome::needs_review(why.to_owned()));
        let before = details_before_decision(&self.journal, &earlier.job, input, position).await?;
        Ok(before.and_then(|before| repeat_decision(&now, &before, earlier)))
    }

    /// Repeats the edit of an earlier run that follows the decisions of this run, so that running a list again does
    /// not undo it. Returns true if an edit was recorded. The edit of a row that has changed since is not repeated.
    /// The item must have a draft, its own or that of its lot in the earlier run; `has_draft` tells whether the ledger
    /// has its own.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal cannot be read or written.
    pub(super) async fn repeat_edit(&self, item: &ItemDetails, has_draft: bool) -> Result<bool, JournalError> {
        let upc = item.input.upc;
        let decisions = self.journal.all_decisions(upc).await?;
        let Some((earlier, _)) = next_earlier_decision(&decisions, &self.job) else { return Ok(false) };
        if !has_draft && !self.has_draft_of(earlier, upc).await? {
            return Ok(false);
        }
        let Some(input) = self.journal.input_items(&earlier.job, &[upc]).await?.into_iter().next() else {
            return Ok(false);
        };
        let states = |input: &InputItem| {
            input.copy_groups().into_iter().map(|group| (group.copies, group.seller)).collect::<Vec<_>>()
        };
        let is_repeatable = earlier.decision.is_edit
            || (earlier.decision.changes_lot() && earlier.decision.choice == ReviewChoice::Accept);
        if !is_repeatable || states(&input) != states(&item.input) {
            return Ok(false);
        }
        let repeats = Some(earlier.origin());
        let decision = Decision { repeats, is_edit: true, ..earlier.decision.clone() };
        self.record_event(upc, ItemEvent::ReviewDecided { decision }).await?;
        self.lots.apply_edits(&self.journal, &self.job).await?;
        Ok(true)
    }

    async fn is_same_copy(
        &self,
        earlier: &PreviousDecision,
        now: &InputItem,
        before: &InputItem,
    ) -> Result<bool, JournalError> {
        if self.has_draft(now.upc).await? || self.has_draft_of(earlier, now.upc).await? {
            return Ok(true);
        }
        if self.spec.review || self.spec.is_scan_session() {
            return Ok(false);
        }
        let summary = self.journal.job_summary(&earlier.job).await?;
        let is_same_list = summary.spec.is_some_and(|spec| spec.source == self.spec.source);
        Ok(is_same_list && now.lines == before.lines && now.copies == before.copies)
    }

    /// Returns true if the item's draft from the batch of an earlier decision, alone or in a lot, still exists.
    async fn has_draft_of(&self, earlier: &PreviousDecision, upc: Upc) -> Result<bool, JournalError> {
        let Some(seller) = self.sink.owner_of_known_drafts() else { return Ok(false) };
        let item = self.journal.item_details(&earlier.job, &[upc]).await?.into_iter().next();
        let draft = item.and_then(|item| item.outcome).and_then(|outcome| outcome.draft);
        let Some(draft) = draft else { return Ok(false) };
        Ok(self.journal.find_ledger_sink(seller, &draft.sku).await?.is_some())
    }

    /// Returns true if any destination has a draft of the item or of its lot.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub(super) async fn has_draft(&self, upc: Upc) -> Result<bool, JournalError> {
        let Some(seller) = self.sink.owner_of_known_drafts() else { return Ok(false) };
        let lots = self.lots.lots_of(upc);
        let lots = lots.iter().flat_map(|lot| lot.possible_codes());
        let codes = std::iter::once(upc).chain(lots).collect::<Vec<_>>();
        Ok(!self.journal.existing_drafts(seller, &codes).await?.is_empty())
    }
}

/// Returns the next decision to repeat, and its position among the decisions of its job: the newest other job in which
/// the operator decided. A job that only repeated decisions does not count, because it may lack some: a dry run repeats
/// no edits. Undone decisions are not repeated. Nothing is repeated once the operator has decided in this job.
fn next_earlier_decision<'a>(decisions: &'a [PreviousDecision], job: &JobId) -> Option<(&'a PreviousDecision, usize)> {
    let (own, others): (Vec<_>, Vec<_>) = decisions.iter().partition(|decided| decided.job == *job);
    if own.iter().any(|decided| decided.decision.repeats.is_none()) {
        return None;
    }
    let is_own = |decided: &&&PreviousDecision| decided.decision.repeats.is_none();
    // The retention may have removed the job that decided.
    let newest = &others.iter().rfind(is_own).or(others.last())?.job;
    let of_newest = others.iter().copied().filter(|decided| decided.job == *newest).collect::<Vec<_>>();
    let position = surviving_positions(&of_newest).into_iter().nth(own.len())?;
    Some((of_newest[position], position))
}

/// Returns an earlier job's item as it was before its decision at `position`.
async fn details_before_decision(
    journal: &Journal,
    job: &JobId,
    input: InputItem,
    position: usize,
) -> Result<Option<ItemDetails>, JournalError> {
    let (upc, mut decisions_left) = (input.upc, position);
    let mut details = ItemDetails::new(input);
    for event in journal.item_events(job, upc).await? {
        let JobEvent::Item { item_event, .. } = event.payload else { continue };
        if matches!(item_event, ItemEvent::ReviewDecided { .. }) {
            if decisions_left == 0 {
                return Ok(Some(details));
            }
            decisions_left -= 1;
        }
        details.apply_event(event.at, item_event);
    }
    Ok(None)
}
