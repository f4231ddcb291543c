//! Old batches and result files are removed after the configured number of days; unfinished batches are kept.

use std::path::Path;

use domain::event::JobEvent;
use domain::job_spec::{JobId, JobSpec};
use domain::result_file::is_drafts_file;
use jiff::{SignedDuration, Timestamp};
use pipeline::batch::prepare_output_folder;
use pipeline::result_storage::ResultStorage;
use pipeline::retention::{RetentionReport, RetentionSettings, remove_expired};
use store::journal::Journal;
use store::location::StoreLocation;
use testing::events::{items_added, job_spec, open_journal};
use testing::runtime::{assert_leaves_task_thread, run_with_one_blocking_thread};

/// Creates a job that ends now with the event `end`.
async fn job_that_ends_with(journal: &Journal, output: &Path, end: JobEvent) -> JobId {
    let spec = JobSpec { output: output.display().to_string().into(), ..job_spec() };
    let job = journal.create_job(spec, Timestamp::now()).await.unwrap();
    journal.append_events(&job, vec![items_added(1..=2), JobEvent::InputClosed, end]).await.unwrap();
    job
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24 * days)
}

async fn remaining_jobs(journal: &Journal) -> Vec<JobId> {
    let mut jobs = journal.job_ids().await.unwrap();
    jobs.sort();
    jobs
}

#[tokio::test]
async fn only_ended_jobs_are_removed_after_the_retention_period() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let cancelled = job_that_ends_with(&journal, dir.path(), JobEvent::Cancelled { why: "by you".to_owned() }).await;
    let also_cancelled =
        job_that_ends_with(&journal, dir.path(), JobEvent::Cancelled { why: "by you".to_owned() }).await;
    let stopped = job_that_ends_with(&journal, dir.path(), JobEvent::manual_stop("by you".to_owned())).await;
    let paused = job_that_ends_with(&journal, dir.path(), JobEvent::Paused { why: "by you".to_owned() }).await;
    let all = remaining_jobs(&journal).await;
    assert_eq!(all.len(), 4);
    let settings = RetentionSettings { jobs_days: 30, result_files_days: 0 };
    let nothing = RetentionReport::default();
    assert_eq!(remove_expired(&journal, dir.path(), settings, in_days(29)).await.unwrap(), nothing);
    // 0 preserves everything, regardless of age.
    assert_eq!(
        remove_expired(&journal, dir.path(), RetentionSettings::default(), in_days(10_000)).await.unwrap(),
        nothing
    );
    assert_eq!(remaining_jobs(&journal).await, all);
    let removed = remove_expired(&journal, dir.path(), settings, in_days(31)).await.unwrap();
    assert_eq!(removed, RetentionReport { jobs: 2, files: 0 });
    let mut remaining = vec![stopped, paused];
    remaining.sort();
    assert_eq!(remaining_jobs(&journal).await, remaining);
    for job in [cancelled, also_cancelled] {
        assert!(journal.job_summary(&job).await.is_err(), "{job} is removed");
    }
    // A second pass finds nothing, even after the journal was reopened.
    drop(journal);
    let journal = open_journal(dir.path()).await;
    assert_eq!(remove_expired(&journal, dir.path(), settings, in_days(31)).await.unwrap(), nothing);
    assert_eq!(remaining_jobs(&journal).await, remaining);
}

#[tokio::test]
async fn only_result_files_are_removed_after_the_retention_period() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let output = dir.path().join("output");
    std::fs::create_dir_all(output.join("batch_results_folder")).unwrap();
    let written = [
        "batch_results_20240318_143022_0.json",
        "batch_summary_20240318_143022_0_1.csv",
        "ebay_drafts_20240318_143022_0_part2_2.csv",
        "DEMO_batch_results_20240318_143022_1.json",
    ];
    let others = [
        "batch.csv",
        "batch_results_backup.json",
        "ebay_drafts_20240318_143022_0_corrected.csv",
        "ebay_drafts_20240318_143022_0.xlsx",
        "ebay_drafts_corrected.csv",
        "notes.txt",
    ];
    for name in written.iter().chain(&others) {
        std::fs::write(output.join(name), "x").unwrap();
    }
    let job = job_that_ends_with(&journal, &output, JobEvent::Cancelled { why: "by you".to_owned() }).await;
    let settings = RetentionSettings { jobs_days: 0, result_files_days: 7 };
    assert_eq!(remove_expired(&journal, &output, settings, in_days(6)).await.unwrap(), RetentionReport::default());
    let removed = remove_expired(&journal, &output, settings, in_days(8)).await.unwrap();
    assert_eq!(removed, RetentionReport { jobs: 0, files: written.len() as u64 });
    let mut left: Vec<String> = std::fs::read_dir(&output)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    let mut expected = [&others[..], &["batch_results_folder"]].concat();
    expected.sort_unstable();
    assert_eq!(left, expected, "the seller's own files stay");
    assert!(is_drafts_file("output/DEMO_ebay_drafts_20240318_143022_0.csv".as_ref()));
    assert_eq!(remaining_jobs(&journal).await, [job], "the batch itself stays");
    // A folder that does not exist has nothing to remove.
    let missing = dir.path().join("missing");
    assert_eq!(remove_expired(&journal, &missing, settings, in_days(8)).await.unwrap(), RetentionReport::default());
}

#[test]
fn the_output_folder_is_prepared_and_cleaned_without_blocking_the_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("output");
    let storage = ResultStorage::new(output.clone(), <_>::default(), StoreLocation::in_folder(dir.path()));
    let spec = JobSpec { output: output.display().to_string().into(), ..job_spec() };
    let settings = RetentionSettings { jobs_days: 0, result_files_days: 7 };
    run_with_one_blocking_thread(async {
        assert_leaves_task_thread(prepare_output_folder(&storage, &spec)).await.unwrap();
        assert!(output.is_dir());
        let journal = open_journal(dir.path()).await;
        assert_leaves_task_thread(remove_expired(&journal, &output, settings, in_days(8))).await.unwrap();
    });
}
