//! Tracks which jobs are waiting, running or being canceled in this process.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::batch::StopSignal;
use domain::job_spec::JobId;
use store::journal::JournalError;

/// The in-memory queue of a process. Clones share the state.
#[derive(Clone, Default)]
pub(super) struct RunQueue(Arc<Mutex<RunQueueState>>);

#[derive(Default)]
struct RunQueueState {
    waiting: VecDeque<JobId>,
    /// Scan sessions that are not running yet. They do not wait for other jobs, because the operator is ready to scan.
    waiting_scans: VecDeque<JobId>,
    running: HashMap<JobId, RunHandle>,
    cancelling: HashMap<JobId, RunHandle>,
    is_closed: bool,
}

/// Handle to a run or a cancellation in progress.
#[derive(Clone, Default)]
pub(super) struct RunHandle {
    pub(super) stop: StopSignal,
    /// Canceled after the job's final event was recorded and the job has left the queue.
    pub(super) ended: CancellationToken,
    /// The error that prevents writing the journal, while the job waits for the journal.
    pub(super) blocked_by: Arc<Mutex<Option<JournalError>>>,
    is_scan_job: bool,
}

/// The position of a job that was taken out of the queue.
#[derive(Clone, Copy)]
pub(super) struct WaitingPosition {
    index: usize,
    is_scan_job: bool,
}

/// The result of taking a job out of the queue.
pub(super) enum DequeueResult {
    /// The job was waiting and has been removed.
    Removed(WaitingPosition),
    /// The job is running or being canceled.
    Busy(RunHandle),
    NotFound,
}

/// The running and waiting jobs of a queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OtherJobs {
    /// The running jobs that take a turn.
    pub(super) running: Vec<JobId>,
    /// The running scan sessions.
    pub(super) scans: Vec<JobId>,
    /// The next job is first.
    pub(super) waiting: Vec<JobId>,
}

impl RunQueue {
    /// Appends a job to the waiting jobs or to the waiting scan sessions.
    pub(super) fn enqueue(&self, job: JobId, is_scan_job: bool) {
        self.0.lock().queue_mut(is_scan_job).push_back(job);
    }

    /// Puts a job back where [`Self::dequeue`] found it, or at the end if the queue has become shorter.
    pub(super) fn put_back(&self, job: JobId, position: WaitingPosition) {
        let mut state = self.0.lock();
        let line = state.queue_mut(position.is_scan_job);
        line.insert(position.index.min(line.len()), job);
    }

    /// Removes a waiting job from the queue.
    pub(super) fn dequeue(&self, job: &JobId) -> DequeueResult {
        let mut state = self.0.lock();
        if let Some(handle) = state.busy_run(job) {
            return DequeueResult::Busy(handle);
        }
        for is_scan_job in [false, true] {
            let line = state.queue_mut(is_scan_job);
            if let Some(index) = line.iter().position(|waiting| waiting == job) {
                line.remove(index);
                return DequeueResult::Removed(WaitingPosition { index, is_scan_job });
            }
        }
        DequeueResult::NotFound
    }

    /// Returns the handle of a job that is running or being canceled.
    pub(super) fn find_busy(&self, job: &JobId) -> Option<RunHandle> {
        self.0.lock().busy_run(job)
    }

    /// Returns true for a job that is waiting, running or being canceled in this process.
    pub(super) fn is_known(&self, job: &JobId) -> bool {
        let mut state = self.0.lock();
        state.busy_run(job).is_some()
            || [false, true].into_iter().any(|is_scan_job| state.queue_mut(is_scan_job).contains(job))
    }

    pub(super) fn is_running(&self, job: &JobId) -> bool {
        self.0.lock().running.contains_key(job)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.lock().is_closed
    }

    /// Returns the jobs that a new job meets in the queue.
    pub(super) fn other_jobs(&self) -> OtherJobs {
        let state = self.0.lock();
        let (scans, running): (Vec<_>, Vec<_>) = state.running.iter().partition(|(_, running)| running.is_scan_job);
        let jobs = |running: Vec<(&JobId, _)>| running.into_iter().map(|(job, _)| job.clone()).collect();
        OtherJobs { running: jobs(running), scans: jobs(scans), waiting: state.waiting.iter().cloned().collect() }
    }

    /// Returns the number of waiting jobs.
    pub(super) fn waiting_count(&self) -> usize {
        self.0.lock().waiting.len()
    }

    /// Closes the queue, so that no more jobs start, and returns the running jobs.
    pub(super) fn close(&self) -> Vec<RunHandle> {
        let mut state = self.0.lock();
        state.is_closed = true;
        state.running.values().cloned().collect()
    }

    /// Marks the next job as running and returns it, if a job waits and fewer than `max_running` jobs are running.
    /// Scan sessions do not count.
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

    /// Removes a running job and notifies the tasks that wait for its end.
    pub(super) fn remove_finished(&self, job: &JobId) {
        let handle = self.0.lock().running.remove(job);
        handle.inspect(|handle| handle.ended.cancel());
    }

    /// Marks a job that is neither waiting nor running as being canceled, until the guard is dropped.
    pub(super) fn start_cancellation(&self, job: &JobId) -> CancellationGuard {
        self.0.lock().cancelling.insert(job.clone(), RunHandle::default());
        CancellationGuard { queue: self.clone(), job: job.clone() }
    }
}

impl RunQueueState {
    fn queue_mut(&mut self, is_scan_job: bool) -> &mut VecDeque<JobId> {
        if is_scan_job { &mut self.waiting_scans } else { &mut self.waiting }
    }

    fn busy_run(&self, job: &JobId) -> Option<RunHandle> {
        self.running.get(job).or_else(|| self.cancelling.get(job)).cloned()
    }

    fn running_turns(&self) -> usize {
        self.running.values().filter(|running| !running.is_scan_job).count()
    }
}

/// Blocks other transitions of a job while it is being canceled.
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

    /// Returns the running and the waiting jobs.
    fn jobs_of(queue: &RunQueue) -> (Vec<JobId>, Vec<JobId>) {
        let jobs = queue.other_jobs();
        (jobs.running, jobs.waiting)
    }

    #[test]
    fn a_running_scan_session_takes_no_turn() {
        let queue = queue_of(1);
        queue.enqueue(job(9), true);
        let scan = queue.start_next(1).expect("a session waits").0;
        assert_eq!(scan, job(9));
        assert_eq!(queue.other_jobs(), OtherJobs { running: vec![], scans: vec![job(9)], waiting: vec![job(0)] });
    }

    #[test]
    fn a_job_that_is_put_back_keeps_its_place() {
        let queue = queue_of(3);
        let DequeueResult::Removed(position) = queue.dequeue(&job(1)) else { panic!("the job waits") };
        assert_eq!(jobs_of(&queue).1, [job(0), job(2)]);
        queue.put_back(job(1), position);
        assert_eq!(jobs_of(&queue).1, [job(0), job(1), job(2)]);
    }

    #[test]
    fn a_job_is_put_back_last_if_those_before_it_have_started() {
        let queue = queue_of(2);
        let DequeueResult::Removed(position) = queue.dequeue(&job(1)) else { panic!("the job waits") };
        assert!(queue.start_next(1).is_some());
        queue.put_back(job(1), position);
        assert_eq!(jobs_of(&queue), (vec![job(0)], vec![job(1)]));
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
