//! Who runs and who is next.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::Queue;
use crate::batch::{self, Stop};
use domain::batch::JobId;
use domain::event::Fact;

#[derive(Default)]
pub(super) struct Line(Mutex<Places>);

#[derive(Default)]
struct Places {
    waiting: VecDeque<JobId>,
    /// Those that take scans: somebody stands there with a box, so they run beside the others and wait for nobody.
    apart: VecDeque<JobId>,
    running: HashMap<JobId, Running>,
    closed: bool,
}

/// A run under way.
#[derive(Clone, Default)]
pub(super) struct Running {
    pub(super) stop: Stop,
    /// Cancelled when the run has ended, after the fact that ends the work.
    pub(super) over: CancellationToken,
    is_apart: bool,
}

/// Where a job is.
pub(super) enum Place {
    /// It was waiting, and waits no more.
    Left,
    Running(Running),
    Nowhere,
}

impl Line {
    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn join(&self, job: JobId) {
        self.places().waiting.push_back(job);
    }

    /// Joins the line, or those that run beside it.
    pub(super) fn join_its(&self, job: JobId, takes_scans: bool) {
        if takes_scans { self.places().apart.push_back(job) } else { self.join(job) }
    }

    /// Takes a job out of the line where it waits in it.
    pub(super) fn leave(&self, job: &JobId) -> Place {
        let mut places = self.places();
        if let Some(running) = places.running.get(job) {
            return Place::Running(running.clone());
        }
        let before = places.waiting.len() + places.apart.len();
        places.waiting.retain(|waiting| waiting != job);
        places.apart.retain(|waiting| waiting != job);
        if places.waiting.len() + places.apart.len() < before { Place::Left } else { Place::Nowhere }
    }

    pub(super) fn running(&self, job: &JobId) -> Option<Running> {
        self.places().running.get(job).cloned()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.places().closed
    }

    /// Who runs and who waits, the next first.
    pub(super) fn standing(&self) -> (Vec<JobId>, Vec<JobId>) {
        let places = self.places();
        (places.running.keys().cloned().collect(), places.waiting.iter().cloned().collect())
    }

    /// Nobody's turn comes any more; those that run are handed over.
    pub(super) fn close(&self) -> Vec<Running> {
        let mut places = self.places();
        places.closed = true;
        places.running.values().cloned().collect()
    }

    /// The next whose turn it is.
    fn next(&self, at_once: usize) -> Option<(JobId, Running)> {
        let mut places = self.places();
        if places.closed {
            return None;
        }
        let apart = places.apart.pop_front();
        let is_apart = apart.is_some();
        let in_line = places.running.values().filter(|running| !running.is_apart).count();
        let job = match apart {
            Some(job) => job,
            None if in_line < at_once => places.waiting.pop_front()?,
            None => return None,
        };
        let running = Running { is_apart, ..Running::default() };
        places.running.insert(job.clone(), running.clone());
        Some((job, running))
    }

    fn end(&self, job: &JobId) {
        self.places().running.remove(job);
    }
}

impl Queue {
    /// Lets everybody run whose turn it is.
    pub(super) fn call_the_next(&self) {
        while let Some((job, running)) = self.inner.line.next(self.inner.at_once) {
            let span = tracing::error_span!("job", %job);
            self.inner.runs.spawn(self.clone().run(job, running).instrument(span));
        }
    }

    async fn run(self, job: JobId, running: Running) {
        let work = batch::run(&self.inner.works, &job, &running.stop);
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(files)) => tracing::info!(files = files.written.len(), "the run ended"),
            Ok(Err(error)) => tracing::warn!(%error, "the run broke off"),
            Err(_) => self.note_fault(&job).await,
        }
        self.inner.line.end(&job);
        running.over.cancel();
        if let Err(error) = Box::pin(self.take_up_released(&job)).await {
            tracing::warn!(%error, %job, "what was let go while the run ended waits for `resume`");
        }
        self.take_up_decided(&job).await;
        self.call_the_next();
    }

    /// This program itself failed; the other jobs go on.
    async fn note_fault(&self, job: &JobId) {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        if let Err(error) = self.inner.works.journal.append(job, Fact::Broke { why }).await {
            tracing::error!(%error, "the journal cannot say why the run broke off");
        }
    }
}
