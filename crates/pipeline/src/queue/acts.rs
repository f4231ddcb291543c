//! What the operator does to some items of a job, with an answer for each.

use std::collections::HashSet;
use std::sync::PoisonError;

use super::Queue;
use super::error::QueueError;
use crate::held;
use domain::act::{Act, Acted, NotDone};
use domain::batch::JobId;
use domain::event::{Fact, Step};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::outcome::{Outcome, Status};
use domain::upc::Upc;
use store::journal::{JournalError, Request};

/// Items of one write.
const CHUNK: usize = 1_000;

const CANCELLED: &str = "cancelled by the operator";

/// Those that are tried again.
const AGAIN: [Status; 2] = [Status::Failed, Status::NeedsReview];

impl Queue {
    /// Does this to these items, as far as it can be done to each. What is written down survives a crash.
    ///
    /// # Errors
    /// [`QueueError`] where nothing could be done to any of them.
    pub async fn act(
        &self,
        job: &JobId,
        act: Act,
        upcs: &[Upc],
        request: Option<Request>,
    ) -> Result<Acted, QueueError> {
        match act {
            Act::Retry => self.retry_these(job, upcs, request).await,
            _ => self.write_acts(job, act, upcs).await,
        }
    }

    async fn write_acts(&self, job: &JobId, act: Act, upcs: &[Upc]) -> Result<Acted, QueueError> {
        let mut acted = Acted { job: job.clone(), done: Vec::new(), refused: Vec::new() };
        let (can, cannot) = self.sorted(job, upcs, |item| may(act, item)).await?;
        acted.refused = cannot;
        for chunk in can.chunks(CHUNK) {
            self.write_chunk(job, act, chunk, &mut acted).await?;
        }
        if act == Act::Resume && !acted.done.is_empty() {
            self.take_up_released(job).await?;
        }
        Ok(acted)
    }

    /// Together where all can still follow; else each by itself, so that one which went on meanwhile stops no other.
    async fn write_chunk(&self, job: &JobId, act: Act, upcs: &[Upc], acted: &mut Acted) -> Result<(), QueueError> {
        let facts = self.facts(job, act, upcs).await?;
        match self.works().journal.append_all(job, facts).await {
            Ok(_) => acted.done.extend(upcs),
            Err(JournalError::Illegal(_)) => {
                for upc in upcs {
                    let facts = self.facts(job, act, &[*upc]).await?;
                    match self.works().journal.append_all(job, facts).await {
                        Ok(_) => acted.done.push(*upc),
                        Err(JournalError::Illegal(_)) => {
                            let (_, cannot) = self.sorted(job, &[*upc], |item| may(act, item)).await?;
                            let moved = || NotDone { upc: *upc, why: "it went on in this moment".to_owned() };
                            acted.refused.push(cannot.into_iter().next().unwrap_or_else(moved));
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
    async fn facts(&self, job: &JobId, act: Act, upcs: &[Upc]) -> Result<Vec<Fact>, QueueError> {
        let board = self.works().journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let fact = |upc: Upc, step| Fact::Item { upc, step };
        let facts = upcs.iter().flat_map(|upc| match act {
            Act::Cancel => {
                let is_held = board.item(*upc).is_some_and(|item| item.held);
                let hold = (!is_held).then(|| fact(*upc, Step::Held));
                let end = Step::Done { outcome: Outcome::skipped(CANCELLED.to_owned()) };
                hold.into_iter().chain([fact(*upc, end)]).collect::<Vec<_>>()
            }
            Act::Resume => vec![fact(*upc, Step::Released)],
            Act::Pause | Act::Retry => vec![fact(*upc, Step::Held)],
        });
        Ok(facts.collect())
    }

    async fn retry_these(&self, job: &JobId, upcs: &[Upc], request: Option<Request>) -> Result<Acted, QueueError> {
        let (can, refused) = self.sorted(job, upcs, |item| may(Act::Retry, item)).await?;
        let new = self.retry_of(job, &can, request).await?;
        Ok(Acted { job: new.job, done: can, refused })
    }

    /// Those to which it can be done, each once, and why not to the others.
    async fn sorted(
        &self,
        job: &JobId,
        upcs: &[Upc],
        may: impl Fn(&Item) -> Result<(), String>,
    ) -> Result<(Vec<Upc>, Vec<NotDone>), QueueError> {
        let board = self.works().journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let (mut can, mut cannot, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for upc in upcs.iter().filter(|upc| seen.insert(**upc)) {
            let answer = board.item(*upc).ok_or_else(|| "it is not in the list".to_owned()).and_then(&may);
            match answer {
                Ok(()) => can.push(*upc),
                Err(why) => cannot.push(NotDone { upc: *upc, why }),
            }
        }
        Ok((can, cannot))
    }

    /// A job that stopped because all that was left was held goes on where something is let go.
    pub(super) async fn take_up_released(&self, job: &JobId) -> Result<(), QueueError> {
        let waits = {
            let board = self.works().journal.board(job).await?;
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            board.state == JobState::Stopped
                && board.why.as_deref().is_some_and(held::is_why)
                && board.items().iter().any(|item| item.stage != Stage::Done && !item.held)
        };
        match if waits { self.resume(job).await.map(drop) } else { Ok(()) } {
            // Somebody else was quicker.
            Err(QueueError::Unfit { .. }) => Ok(()),
            done => done,
        }
    }
}

/// Whether it can be done to an item as it stands, or why not.
fn may(act: Act, item: &Item) -> Result<(), String> {
    let ended = item.status.map(|status| format!("it has ended: {status}"));
    match (act, ended) {
        (Act::Retry, None) => Err("it has not ended yet".to_owned()),
        (Act::Retry, Some(_)) if item.status.is_some_and(|status| AGAIN.contains(&status)) => Ok(()),
        (Act::Retry, Some(ended)) => Err(format!("{ended}; only what failed or needs a review is tried again")),
        (_, Some(ended)) => Err(ended),
        (Act::Resume, None) if !item.held => Err("it is not paused".to_owned()),
        (Act::Pause, None) if item.held => Err("it is paused already".to_owned()),
        (Act::Pause | Act::Cancel, None) if item.stage == Stage::Drafting => {
            Err("its draft is on its way to the market; it is left to end".to_owned())
        }
        _ => Ok(()),
    }
}
