//! Random disk faults while jobs are submitted and run. Afterwards every job completes by itself: no fault of the store
//! costs a job more than time.

use std::path::Path;
use std::time::Duration;

use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use pipeline::queue::{JobQueue, QueueLimits, SameListPolicy};
use proptest::prelude::*;
use serde_json::Value;
use store::journal::{Journal, JournalOptions, WriteFaults};
use testing::events::job_spec;
use tokio::time::timeout;

use crate::setup::{TIMEOUT, context};

/// Returns a job for a list of three items that no provider has, so that it ends soon.
fn spec(dir: &Path, number: usize) -> JobSpec {
    let list = dir.join(format!("list-{number}.txt"));
    std::fs::write(&list, "720642442524\n075596108621\n5099749534728\n").unwrap();
    JobSpec {
        source: list.display().to_string(),
        source_type: domain::source_type::SourceType::File,
        generation: None,
        output: dir.join("output").display().to_string().into(),
        test_mode: true,
        ..job_spec()
    }
}

/// Returns the job states as an API request sees them. The database shows a state slightly earlier, when the job
/// cannot be resumed yet.
async fn states(journal: &Journal) -> Vec<(JobId, JobState)> {
    let mut states = Vec::new();
    for job in journal.job_ids().await.unwrap() {
        let state = journal.job_summary(&job).await.unwrap().state;
        states.push((job, state));
    }
    states
}

/// Runs `jobs` jobs while `permille` of the writes fail, then lets all writes succeed.
async fn run_with_faults(seed: u32, permille: u32, jobs: usize) {
    let dir = tempfile::tempdir().unwrap();
    let faults = WriteFaults::from_seed(seed);
    let options = JournalOptions { faults: Some(faults.clone()), ..JournalOptions::default() };
    let journal = Journal::open_with(dir.path(), options).await.unwrap();
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(2))
        .await
        .unwrap();
    faults.set_permille(permille);
    let mut submitted = Vec::new();
    for number in 0..jobs {
        // A job that cannot be recorded is rejected without a trace.
        submitted.extend(queue.submit(spec(dir.path(), number), SameListPolicy::Refuse, None).await.ok());
    }
    tokio::time::sleep(Duration::from_millis(u64::from(seed % 7) * 20)).await;
    faults.set_permille(0);
    assert_eq!(states(&journal).await.len(), submitted.len(), "exactly the accepted jobs exist");
    let completed = async {
        while states(&journal).await.iter().any(|(_, state)| *state != JobState::Completed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let is_in_time = timeout(TIMEOUT, completed).await.is_ok();
    assert!(is_in_time, "every job completes once the disk is in order: {:?}", states(&journal).await);
    queue.shut_down().await;
}

/// Runs jobs while their folder for result files comes and goes. After that it stays.
async fn run_with_output_faults(pauses: Vec<u64>, jobs: usize) {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(&dir.path().join("data")).await.unwrap();
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(2))
        .await
        .unwrap();
    let output = dir.path().join("output");
    let mut submitted = Vec::new();
    for number in 0..jobs {
        submitted.push(queue.submit(spec(dir.path(), number), SameListPolicy::Refuse, None).await.unwrap().job);
    }
    for pause in pauses {
        // A file in the way: the folder can be neither written nor created.
        std::fs::remove_dir_all(&output).ok();
        std::fs::write(&output, "").ok();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        std::fs::remove_file(&output).ok();
        std::fs::create_dir_all(&output).ok();
        tokio::time::sleep(Duration::from_millis(pause / 2)).await;
    }
    let written = async {
        while states(&journal).await.iter().any(|(_, state)| state.is_active()) || !queue.write_late_results().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TIMEOUT, written).await.expect("every job ends, and its files are written");
    for (job, state) in states(&journal).await {
        if state == JobState::Failed {
            // Its folder was away when it began.
            queue.resume(&job).await.unwrap();
        }
    }
    let completed = async {
        while states(&journal).await.iter().any(|(_, state)| *state != JobState::Completed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(TIMEOUT, completed).await.is_ok(), "{:?}", states(&journal).await);
    queue.shut_down().await;
    let hidden = std::fs::read_dir(&output)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "no temporary file is left");
    for job in submitted {
        // A file may have been removed with its folder.
        if let Ok(file) = std::fs::read(output.join(format!("batch_results_{}.json", job.file_stamp()))) {
            assert_eq!(serde_json::from_slice::<Value>(&file).unwrap()["total_upcs"], 3, "the file is whole");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn no_disk_fault_leaves_a_job_without_a_worker(seed: u32, permille in 100_u32..=1_000, jobs in 1_usize..4) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run_with_faults(seed, permille, jobs));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn no_fault_of_the_output_folder_leaves_a_job_unfinished(
        pauses in proptest::collection::vec(0_u64..60, 1..6),
        jobs in 1_usize..4,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run_with_output_faults(pauses, jobs));
    }
}

/// If the data directory is removed, no job is accepted, because it would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_data_directory_is_detected() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let journal = Journal::open(&data).await.unwrap();
    journal.check_writable().await.unwrap();
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    std::fs::remove_dir_all(&data).unwrap();
    let error = journal.check_writable().await.unwrap_err().to_string();
    assert!(error.contains("was removed while Draft Maker was running"), "{error}");
    assert!(!error.contains("os error"), "{error}");
    queue.submit(spec(dir.path(), 0), SameListPolicy::Refuse, None).await.unwrap_err();
}
