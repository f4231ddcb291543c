//! What the operator does to some items of a job, with an answer for each.

use std::collections::HashSet;

use super::JobQueue;
use super::error::QueueError;
use crate::hold;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::event::{ItemEvent, JobEvent};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::{ItemOutcome, Status};
use domain::upc::Upc;
use store::journal::{IdempotentRequest, JournalError};

/// Items of one write.
const ITEMS_PER_WRITE: usize = 1_000;

const CANCELLED_REASON: &str = "cancelled by the operator";

/// Those that are tried again.
const RETRYABLE_STATUSES: [Status; 2] = [Status::Failed, Status::NeedsReview];

impl JobQueue {
    /// Does this to these items, as far as it can be done to each. What is written down survives a crash.
    ///
    /// # Errors
    /// [`QueueError`] where nothing could be done to any of them.
    pub async fn apply_action(
        &self,
        job: &JobId,
        act: ItemAction,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<BulkActionResult, QueueError> {
        match act {
            ItemAction::Retry => self.retry_items(job, upcs, request).await,
            _ => self.write_actions(job, act, upcs).await,
        }
    }

    async fn write_actions(&self, job: &JobId, act: ItemAction, upcs: &[Upc]) -> Result<BulkActionResult, QueueError> {
        let mut acted = BulkActionResult { job: job.clone(), succeeded: Vec::new(), rejected: Vec::new() };
        let (can, cannot) = self.split_applicable(job, upcs, |item| check_action(act, item)).await?;
        acted.rejected = cannot;
        for chunk in can.chunks(ITEMS_PER_WRITE) {
            self.write_chunk(job, act, chunk, &mut acted).await?;
        }
        if act == ItemAction::Resume && !acted.succeeded.is_empty() {
            self.resume_if_released(job).await?;
        }
        Ok(acted)
    }

    /// Together where all can still follow; else each by itself, so that one which went on meanwhile stops no other.
    async fn write_chunk(
        &self,
        job: &JobId,
        act: ItemAction,
        upcs: &[Upc],
        acted: &mut BulkActionResult,
    ) -> Result<(), QueueError> {
        let events = self.action_events(job, act, upcs).await?;
        match self.context().journal.append_events(job, events).await {
            Ok(_) => acted.succeeded.extend(upcs),
            Err(JournalError::InvalidTransition(_)) => {
                for upc in upcs {
                    let events = self.action_events(job, act, &[*upc]).await?;
                    match self.context().journal.append_events(job, events).await {
                        Ok(_) => acted.succeeded.push(*upc),
                        Err(JournalError::InvalidTransition(_)) => {
                            let (_, cannot) =
                                self.split_applicable(job, &[*upc], |item| check_action(act, item)).await?;
                            let moved = || RejectedAction { upc: *upc, why: "it went on in this moment".to_owned() };
                            acted.rejected.push(cannot.into_iter().next().unwrap_or_else(moved));
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// What is written of each. An end follows a hold, which nothing on its way to the market takes: so no draft is made
    /// of an item that is told to be cancelled.
    async fn action_events(&self, job: &JobId, act: ItemAction, upcs: &[Upc]) -> Result<Vec<JobEvent>, QueueError> {
        let projection = self.context().journal.projection(job).await?;
        let projection = projection.read();
        let event = |upc: Upc, step| JobEvent::Item { upc, item_event: step };
        let events = upcs.iter().flat_map(|upc| match act {
            ItemAction::Cancel => {
                let is_held = projection.item(*upc).is_some_and(|item| item.paused);
                let hold = (!is_held).then(|| event(*upc, ItemEvent::Paused));
                let end = ItemEvent::Finished { outcome: ItemOutcome::skipped(CANCELLED_REASON.to_owned()) };
                hold.into_iter().chain([event(*upc, end)]).collect::<Vec<_>>()
            }
            ItemAction::Resume => vec![event(*upc, ItemEvent::Resumed)],
            ItemAction::Pause | ItemAction::Retry => vec![event(*upc, ItemEvent::Paused)],
        });
        Ok(events.collect())
    }

    async fn retry_items(
        &self,
        job: &JobId,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<BulkActionResult, QueueError> {
        let (can, refused) = self.split_applicable(job, upcs, |item| check_action(ItemAction::Retry, item)).await?;
        let new = self.retry_selected(job, &can, request).await?;
        Ok(BulkActionResult { job: new.job, succeeded: can, rejected: refused })
    }

    /// Those to which it can be done, each once, and why not to the others.
    async fn split_applicable(
        &self,
        job: &JobId,
        upcs: &[Upc],
        may: impl Fn(&Item) -> Result<(), String>,
    ) -> Result<(Vec<Upc>, Vec<RejectedAction>), QueueError> {
        let projection = self.context().journal.projection(job).await?;
        let projection = projection.read();
        let (mut can, mut cannot, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for upc in upcs.iter().filter(|upc| seen.insert(**upc)) {
            let answer = projection.item(*upc).ok_or_else(|| "it is not in the list".to_owned()).and_then(&may);
            match answer {
                Ok(()) => can.push(*upc),
                Err(why) => cannot.push(RejectedAction { upc: *upc, why }),
            }
        }
        Ok((can, cannot))
    }

    /// A job that stopped because all that was left was held goes on where something is let go.
    pub(super) async fn resume_if_released(&self, job: &JobId) -> Result<(), QueueError> {
        let waits = {
            let projection = self.context().journal.projection(job).await?;
            let projection = projection.read();
            projection.state == JobState::Stopped
                && projection.why.as_deref().is_some_and(hold::is_stop_reason)
                && projection.items().iter().any(|item| item.stage != Stage::Done && !item.paused)
        };
        match if waits { self.resume(job).await.map(drop) } else { Ok(()) } {
            // Somebody else was quicker.
            Err(QueueError::InvalidState { .. }) => Ok(()),
            done => done,
        }
    }
}

/// Whether it can be done to an item as it stands, or why not.
fn check_action(act: ItemAction, item: &Item) -> Result<(), String> {
    let ended = item.status.map(|status| format!("it has ended: {status}"));
    match (act, ended) {
        (ItemAction::Retry, None) => Err("it has not ended yet".to_owned()),
        (ItemAction::Retry, Some(_)) if item.status.is_some_and(|status| RETRYABLE_STATUSES.contains(&status)) => {
            Ok(())
        }
        (ItemAction::Retry, Some(ended)) => Err(format!("{ended}; only what failed or needs a review is tried again")),
        (_, Some(ended)) => Err(ended),
        (ItemAction::Resume, None) if !item.paused => Err("it is not paused".to_owned()),
        (ItemAction::Pause, None) if item.paused => Err("it is paused already".to_owned()),
        (ItemAction::Pause | ItemAction::Cancel, None) if item.stage == Stage::Drafting => {
            Err("its draft is on its way to the market; it is left to end".to_owned())
        }
        _ => Ok(()),
    }
}
