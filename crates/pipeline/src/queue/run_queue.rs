//! Which jobs wait, run or are being cancelled in this process.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::batch::StopSignal;
use domain::job_spec::JobId;
use store::journal::JournalError;

/// Clones share the state.
#[derive(Clone, Default)]
pub(super) struct RunQueue(Arc<Mutex<RunQueueState>>);

#[derive(Default)]
struct RunQueueState {
    waiting: VecDeque<JobId>,
    /// Scan sessions that are not running yet. The operator stands there with a box, so they start at once, beside the
    /// jobs that take turns.
    waiting_scans: VecDeque<JobId>,
    running: HashMap<JobId, RunHandle>,
    cancelling: HashMap<JobId, RunHandle>,
    is_closed: bool,
}

/// A run, or a cancellation, in progress.
#[derive(Clone, Default)]
pub(super) struct RunHandle {
    pub(super) stop: StopSignal,
    /// Cancelled after the event that ends the work was recorded and the job has left the queue.
    pub(super) ended: CancellationToken,
    /// The error that keeps the journal from being written, while the job waits for it.
    pub(super) blocked_by: Arc<Mutex<Option<JournalError>>>,
    is_scan_job: bool,
}

/// Place of a job that was taken out of the queue.
#[derive(Clone, Copy)]
pub(super) struct WaitingPlace {
    index: usize,
    is_scan_job: bool,
}

/// Where a job was found.
pub(super) enum DequeueResult {
    /// It waited and has been taken out.
    Removed(WaitingPlace),
    /// It runs or is being cancelled.
    Busy(RunHandle),
    NotFound,
}

impl RunQueue {
    /// Appends a job to those that take turns, or to the scan sessions.
    pub(super) fn enqueue(&self, job: JobId, is_scan_job: bool) {
        self.0.lock().line(is_scan_job).push_back(job);
    }

    /// Puts a job back where [`Self::dequeue`] found it, or last if the queue has become shorter.
    pub(super) fn put_back(&self, job: JobId, place: WaitingPlace) {
        let mut state = self.0.lock();
        let line = state.line(place.is_scan_job);
        line.insert(place.index.min(line.len()), job);
    }

    /// Takes a waiting job out of the queue.
    pub(super) fn dequeue(&self, job: &JobId) -> DequeueResult {
        let mut state = self.0.lock();
        if let Some(handle) = state.busy(job) {
            return DequeueResult::Busy(handle);
        }
        for is_scan_job in [false, true] {
            let line = state.line(is_scan_job);
            if let Some(index) = line.iter().position(|waiting| waiting == job) {
                line.remove(index);
                return DequeueResult::Removed(WaitingPlace { index, is_scan_job });
            }
        }
        DequeueResult::NotFound
    }

    /// Returns the handle of a job that runs or is being cancelled.
    pub(super) fn find_busy(&self, job: &JobId) -> Option<RunHandle> {
        self.0.lock().busy(job)
    }

    /// Returns true for a job that waits, runs or is being cancelled in this process.
    pub(super) fn is_known(&self, job: &JobId) -> bool {
        let mut state = self.0.lock();
        state.busy(job).is_some() || [false, true].into_iter().any(|is_scan_job| state.line(is_scan_job).contains(job))
    }

    pub(super) fn is_running(&self, job: &JobId) -> bool {
        self.0.lock().running.contains_key(job)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.lock().is_closed
    }

    /// Returns the running jobs and the waiting ones, the next one first.
    pub(super) fn running_and_waiting(&self) -> (Vec<JobId>, Vec<JobId>) {
        let state = self.0.lock();
        (state.running.keys().cloned().collect(), state.waiting.iter().cloned().collect())
    }

    /// Returns the number of jobs that wait for their turn.
    pub(super) fn waiting_count(&self) -> usize {
        self.0.lock().waiting.len()
    }

    /// Starts no more jobs and returns the running ones.
    pub(super) fn close(&self) -> Vec<RunHandle> {
        let mut state = self.0.lock();
        state.is_closed = true;
        state.running.values().cloned().collect()
    }

    /// Moves the next job to the running ones, if there is one and fewer than `max_running` take turns.
    pub(super) fn start_next(&self, max_running: usize) -> Option<(JobId, RunHandle)> {
        let mut state = self.0.lock();
        if state.is_closed {
            return None;
        }
        let (job, is_scan_job) = match state.waiting_scans.pop_front() {
            Some(job) => (job, true),
            None if state.running_turns() < max_running => (state.waiting.pop_front()?, false),
            None => return None,
        };
        let handle = RunHandle { is_scan_job, ..RunHandle::default() };
        state.running.insert(job.clone(), handle.clone());
        Some((job, handle))
    }

    /// Removes a running job and reports its end to those that wait for it.
    pub(super) fn remove_finished(&self, job: &JobId) {
        let handle = self.0.lock().running.remove(job);
        handle.inspect(|handle| handle.ended.cancel());
    }

    /// Ends the turn of a running job whose start could not be recorded: it is the next of its line. In one step, because a
    /// job that runs and waits could be started twice.
    pub(super) fn return_first(&self, job: &JobId) {
        let handle = {
            let mut state = self.0.lock();
            let handle = state.running.remove(job);
            let is_scan_job = handle.as_ref().is_some_and(|handle| handle.is_scan_job);
            state.line(is_scan_job).push_front(job.clone());
            handle
        };
        handle.inspect(|handle| handle.ended.cancel());
    }

    /// Marks a job that neither waits nor runs as being cancelled, until the guard is dropped.
    pub(super) fn start_cancellation(&self, job: &JobId) -> CancellationGuard {
        self.0.lock().cancelling.insert(job.clone(), RunHandle::default());
        CancellationGuard { queue: self.clone(), job: job.clone() }
    }
}

impl RunQueueState {
    fn line(&mut self, is_scan_job: bool) -> &mut VecDeque<JobId> {
        if is_scan_job { &mut self.waiting_scans } else { &mut self.waiting }
    }

    fn busy(&self, job: &JobId) -> Option<RunHandle> {
        self.running.get(job).or_else(|| self.cancelling.get(job)).cloned()
    }

    fn running_turns(&self) -> usize {
        self.running.values().filter(|running| !running.is_scan_job).count()
    }
}

/// Keeps other transitions of a job away while it is being cancelled.
pub(super) struct CancellationGuard {
    queue: RunQueue,
    job: JobId,
}

impl Drop for CancellationGuard {
    fn drop(&mut self) {
        let handle = self.queue.0.lock().cancelling.remove(&self.job);
        handle.inspect(|handle| handle.ended.cancel());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: u32) -> JobId {
        JobId::new("2024-03-18T14:30:22Z".parse().expect("a time"), number)
    }

    fn queue_of(jobs: u32) -> RunQueue {
        let queue = RunQueue::default();
        (0..jobs).for_each(|number| queue.enqueue(job(number), false));
        queue
    }

    #[test]
    fn a_job_that_is_returned_neither_runs_nor_loses_its_turn() {
        let queue = queue_of(2);
        let (started, handle) = queue.start_next(1).expect("a job waits");
        queue.return_first(&started);
        assert!(handle.ended.is_cancelled());
        assert_eq!(queue.running_and_waiting(), (vec![], vec![job(0), job(1)]));
    }

    #[test]
    fn a_job_that_is_put_back_keeps_its_place() {
        let queue = queue_of(3);
        let DequeueResult::Removed(place) = queue.dequeue(&job(1)) else { panic!("the job waits") };
        assert_eq!(queue.running_and_waiting().1, [job(0), job(2)]);
        queue.put_back(job(1), place);
        assert_eq!(queue.running_and_waiting().1, [job(0), job(1), job(2)]);
    }

    #[test]
    fn a_job_is_put_back_last_if_those_before_it_have_started() {
        let queue = queue_of(2);
        let DequeueResult::Removed(place) = queue.dequeue(&job(1)) else { panic!("the job waits") };
        assert!(queue.start_next(1).is_some());
        queue.put_back(job(1), place);
        assert_eq!(queue.running_and_waiting(), (vec![job(0)], vec![job(1)]));
    }

    #[test]
    fn a_cancellation_keeps_the_job_busy_and_takes_no_turn() {
        let queue = queue_of(1);
        let guard = queue.start_cancellation(&job(7));
        let busy = queue.find_busy(&job(7)).expect("it is being cancelled");
        assert!(matches!(queue.dequeue(&job(7)), DequeueResult::Busy(_)));
        assert!(queue.start_next(1).is_some());
        assert!(!busy.ended.is_cancelled());
        drop(guard);
        assert!(busy.ended.is_cancelled());
        assert!(queue.find_busy(&job(7)).is_none());
    }
}
