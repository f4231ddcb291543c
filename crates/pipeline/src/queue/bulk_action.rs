//! Pauses, resumes, cancels or retries items of a job, with a result for each item.

use std::collections::HashSet;

use super::{JobQueue, QueueError};
use crate::batch::{self, CANCELLED_REASON};
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::event::{ItemEvent, JobEvent};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::{ItemOutcome, Status};
use domain::upc::Upc;
use store::journal::{IdempotentRequest, JournalError};

/// Items per write.
const ITEMS_PER_WRITE: usize = 1_000;

/// Statuses of items that can be retried.
const RETRYABLE_STATUSES: [Status; 2] = [Status::Failed, Status::NeedsReview];

/// An action that only writes events of the items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemChange {
    Pause,
    Resume,
    Cancel,
}

impl ItemChange {
    const fn action(self) -> ItemAction {
        match self {
            Self::Pause => ItemAction::Pause,
            Self::Resume => ItemAction::Resume,
            Self::Cancel => ItemAction::Cancel,
        }
    }
}

impl JobQueue {
    /// Applies an action to each of `upcs` whose state allows it. The action is recorded when this returns.
    ///
    /// # Errors
    /// Returns [`QueueError`] if the journal cannot be read or written, or if a retry cannot be submitted.
    pub async fn apply_action(
        &self,
        job: &JobId,
        action: ItemAction,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<BulkActionResult, QueueError> {
        match action {
            ItemAction::Retry => self.retry_items(job, upcs, request).await,
            ItemAction::Redraft => self.redraft_items(job, upcs).await,
            ItemAction::Pause => self.write_changes(job, ItemChange::Pause, upcs).await,
            ItemAction::Resume => self.write_changes(job, ItemChange::Resume, upcs).await,
            ItemAction::Cancel => self.write_changes(job, ItemChange::Cancel, upcs).await,
        }
    }

    async fn write_changes(
        &self,
        job: &JobId,
        change: ItemChange,
        upcs: &[Upc],
    ) -> Result<BulkActionResult, QueueError> {
        let check = |item: &Item| check_action(change.action(), item);
        let (applicable, rejected) = self.split_applicable(job, upcs, check).await?;
        let mut result = BulkActionResult { job: job.clone(), succeeded: Vec::new(), rejected };
        for chunk in applicable.chunks(ITEMS_PER_WRITE) {
            self.write_chunk(job, change, chunk, &mut result).await?;
        }
        if change == ItemChange::Resume && !result.succeeded.is_empty() {
            self.resume_if_released(job).await?;
        }
        Ok(result)
    }

    /// Writes all items together; if the journal rejects that, writes them one by one, so that an item whose state has
    /// changed in the meantime does not affect the others.
    async fn write_chunk(
        &self,
        job: &JobId,
        change: ItemChange,
        upcs: &[Upc],
        result: &mut BulkActionResult,
    ) -> Result<(), QueueError> {
        let events = self.change_events(job, change, upcs).await?;
        match self.context().journal.append_events(job, events).await {
            Ok(_) => result.succeeded.extend(upcs),
            Err(JournalError::InvalidTransition(_)) => {
                for upc in upcs {
                    let events = self.change_events(job, change, &[*upc]).await?;
                    match self.context().journal.append_events(job, events).await {
                        Ok(_) => result.succeeded.push(*upc),
                        Err(JournalError::InvalidTransition(_)) => {
                            let (_, rejected) =
                                self.split_applicable(job, &[*upc], |item| check_action(change.action(), item)).await?;
                            let changed = || RejectedAction { upc: *upc, why: "it has just changed".to_owned() };
                            result.rejected.push(rejected.into_iter().next().unwrap_or_else(changed));
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Returns the events of a change. A cancellation pauses the item first. The journal rejects a pause while the
    /// item's draft is being submitted, so no draft is created for an item that was reported as canceled.
    async fn change_events(&self, job: &JobId, change: ItemChange, upcs: &[Upc]) -> Result<Vec<JobEvent>, QueueError> {
        let projection = self.context().journal.projection(job).await?;
        let projection = projection.read();
        let event = |upc: Upc, step| JobEvent::Item { upc, item_event: step };
        let events = upcs.iter().flat_map(|upc| match change {
            ItemChange::Cancel => {
                let is_paused = projection.item(*upc).is_some_and(|item| item.paused);
                let pause = (!is_paused).then(|| event(*upc, ItemEvent::Paused));
                let finish = ItemEvent::Finished { outcome: ItemOutcome::skipped(CANCELLED_REASON.to_owned()) };
                pause.into_iter().chain([event(*upc, finish)]).collect::<Vec<_>>()
            }
            ItemChange::Resume => vec![event(*upc, ItemEvent::Resumed)],
            ItemChange::Pause => vec![event(*upc, ItemEvent::Paused)],
        });
        Ok(events.collect())
    }

    async fn retry_items(
        &self,
        job: &JobId,
        upcs: &[Upc],
        request: Option<IdempotentRequest>,
    ) -> Result<BulkActionResult, QueueError> {
        let (applicable, rejected) =
            self.split_applicable(job, upcs, |item| check_action(ItemAction::Retry, item)).await?;
        if applicable.is_empty() && !rejected.is_empty() {
            return Ok(BulkActionResult { job: job.clone(), succeeded: applicable, rejected });
        }
        let new = self.retry_selected(job, &applicable, request).await?;
        Ok(BulkActionResult { job: new.job, succeeded: applicable, rejected })
    }

    /// Queues the job again to update the drafts of these items, and records that they get the present photos.
    async fn redraft_items(&self, job: &JobId, upcs: &[Upc]) -> Result<BulkActionResult, QueueError> {
        let _transition = self.lock_idle(job, JobState::has_ended).await?;
        // Read before the drafts are queued: they may lack a photo that is stored later.
        let photos = self.context().photos.all_unattached_photos(upcs).await?;
        let recorded = batch::requeue_drafted(&self.context().journal, job, upcs, JobEvent::Queued).await;
        let (succeeded, rejected) = recorded?;
        if !succeeded.is_empty() {
            self.enqueue(job).await;
            self.start_ready_jobs();
        }
        self.context().photos.mark_all_attached(&succeeded, &photos).await;
        Ok(BulkActionResult { job: job.clone(), succeeded, rejected })
    }

    /// Separates the items that pass `check`, without repetitions, from the rejected ones and their reasons.
    async fn split_applicable(
        &self,
        job: &JobId,
        upcs: &[Upc],
        check: impl Fn(&Item) -> Result<(), String>,
    ) -> Result<(Vec<Upc>, Vec<RejectedAction>), QueueError> {
        let projection = self.context().journal.projection(job).await?;
        let projection = projection.read();
        let (mut applicable, mut rejected, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for upc in upcs.iter().filter(|upc| seen.insert(**upc)) {
            match projection.item(*upc).ok_or_else(|| "it is not in this batch".to_owned()).and_then(&check) {
                Ok(()) => applicable.push(*upc),
                Err(why) => rejected.push(RejectedAction { upc: *upc, why }),
            }
        }
        Ok((applicable, rejected))
    }

    /// Resumes a job that stopped with only paused items left, if one of them was resumed.
    pub(super) async fn resume_if_released(&self, job: &JobId) -> Result<(), QueueError> {
        let has_resumed_items = {
            let projection = self.context().journal.projection(job).await?;
            let projection = projection.read();
            projection.waits_for_paused_items()
                && projection.items().iter().any(|item| item.stage != Stage::Done && !item.paused)
        };
        if !has_resumed_items {
            return Ok(());
        }
        match self.resume(job).await {
            // Another request has resumed or canceled the job first.
            Ok(_) | Err(QueueError::InvalidState { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Checks whether the state of an item allows an action; the error is the reason.
fn check_action(action: ItemAction, item: &Item) -> Result<(), String> {
    let ended = item.status.map(|status| format!("it is finished: {status}"));
    match (action, ended) {
        (ItemAction::Retry, None) => Err("it is not finished yet".to_owned()),
        (ItemAction::Retry, Some(_)) if item.status.is_some_and(|status| RETRYABLE_STATUSES.contains(&status)) => {
            Ok(())
        }
        (ItemAction::Retry, Some(ended)) => {
            Err(format!("{ended}; only failed items and items that need review can be retried"))
        }
        (_, Some(ended)) => Err(ended),
        (ItemAction::Resume, None) if !item.paused => Err("it is not paused".to_owned()),
        (ItemAction::Pause, None) if item.paused => Err("it is already paused".to_owned()),
        (ItemAction::Pause | ItemAction::Cancel, None) if item.stage == Stage::Drafting => {
            Err("its draft is being created and will finish".to_owned())
        }
        _ => Ok(()),
    }
}
