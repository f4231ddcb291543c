//! Transitions of one job in the queue do not wait for those of another job.

use std::path::Path;

use domain::event::{ItemEvent, JobEvent};
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use pipeline::queue::{JobQueue, QueueError, QueueLimits};
use store::journal::Journal;
use testing::events::{items_added, job_spec, open_journal, timestamp};
use tokio::time::timeout;

use crate::setup::{TIMEOUT, context, wait_for_event};

/// Creates a stopped job with `items` items whose result files go to `output`.
async fn stopped_job(journal: &Journal, items: u32, output: &Path) -> JobId {
    let spec = JobSpec { output: output.display().to_string().into(), ..job_spec() };
    let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let stop = JobEvent::manual_stop("stopped by you".to_owned());
    journal.append_events(&job, vec![items_added(1..=items), JobEvent::InputClosed, stop]).await.unwrap();
    job
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_cancellation_blocks_no_other_job() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let long = stopped_job(&journal, 5_000, dir.path()).await;
    let other = stopped_job(&journal, 2, dir.path()).await;
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    let cancellation = tokio::spawn({
        let (queue, long) = (queue.clone(), long.clone());
        async move { queue.cancel(&long).await }
    });
    let is_skip = |event: &JobEvent| matches!(event, JobEvent::Item { item_event: ItemEvent::Finished { .. }, .. });
    wait_for_event(&journal, &long, is_skip).await;
    let paused = timeout(TIMEOUT, queue.pause(&other)).await.expect("the queue responds");
    assert!(matches!(paused, Err(QueueError::InvalidState { state: JobState::Stopped, action: "paused", .. })));
    assert_eq!(journal.job_summary(&long).await.unwrap().state, JobState::Stopped, "it is still being cancelled");
    let cancelled = timeout(TIMEOUT, cancellation).await.unwrap().unwrap();
    assert_eq!(cancelled.unwrap().state, JobState::Cancelled);
}
