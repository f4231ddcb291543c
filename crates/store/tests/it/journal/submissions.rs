//! Jobs are submitted together with their first events, and once per idempotency key.

use domain::event::JobEvent;
use domain::job::JobState;
use futures::future::join_all;
use store::journal::{EarlierSubmission, IdempotentRequest, JobSubmission, Journal};

use testing::each_store;
use testing::events::{items_added, job_spec, open_journal, projection_of, timestamp, upc};
use testing::postgres::TestStore;

fn request(key: &str, fingerprint: &str) -> IdempotentRequest {
    IdempotentRequest { key: key.to_owned(), fingerprint: fingerprint.to_owned() }
}

async fn submit(journal: &Journal, request: impl Into<Option<IdempotentRequest>>) -> JobSubmission {
    journal
        .submit_job(job_spec(), vec![JobEvent::Queued], request.into(), timestamp("2024-03-18T14:30:22Z"))
        .await
        .unwrap()
}

async fn a_job_and_its_items_are_written_together(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let initial_events = vec![items_added(1..=3), items_added([3, 4]), JobEvent::InputClosed, JobEvent::Queued];
    let submission =
        journal.submit_job(job_spec(), initial_events, None, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let JobSubmission::Created(job) = submission else { panic!("{submission:?}") };
    let projection = projection_of(&journal, &job).await;
    assert_eq!((projection.state, projection.counts.total, projection.input_closed), (JobState::Pending, 4, true));
    let upcs: Vec<_> = (1..=9).map(upc).collect();
    assert_eq!(journal.input_items(&job, &upcs).await.unwrap().len(), 4, "a duplicate item counts once");
}

async fn a_key_is_used_once(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let answers = join_all((0..10).map(|_| submit(&journal, request("monday", "a list")))).await;
    let new: Vec<_> = answers.iter().filter(|answer| matches!(answer, JobSubmission::Created(_))).collect();
    assert_eq!((new.len(), journal.job_ids().await.unwrap().len()), (1, 1), "{answers:?}");
    let job = journal.job_ids().await.unwrap().remove(0);
    assert_eq!(
        submit(&journal, request("monday", "another list")).await,
        JobSubmission::Existing(EarlierSubmission::Different(job.clone()))
    );
    journal.close().await;

    let journal = open_journal(store.location()).await;
    assert_eq!(
        submit(&journal, request("monday", "a list")).await,
        JobSubmission::Existing(EarlierSubmission::Same(job.clone()))
    );
    let known = journal.find_submission(&request("monday", "a list")).await.unwrap();
    assert_eq!(known, Some(EarlierSubmission::Same(job)));
    assert_eq!(journal.find_submission(&request("tuesday", "a list")).await.unwrap(), None);
    assert!(matches!(submit(&journal, request("tuesday", "a list")).await, JobSubmission::Created(_)));
    assert!(matches!(submit(&journal, None).await, JobSubmission::Created(_)), "without a key, each creates a job");
    assert_eq!(journal.job_ids().await.unwrap().len(), 3);
}

/// The file of an earlier version has neither the table of idempotency keys nor its index.
#[tokio::test]
async fn an_older_journal_is_brought_up_to_date() {
    use sqlx::{ConnectOptions, Connection};
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let JobSubmission::Created(job) = submit(&journal, None).await else { panic!("a new job") };
    journal.close().await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("journal.db"));
    let mut older = file.connect().await.unwrap();
    let downgrade = "DROP TABLE sellers; DROP TABLE decisions; DROP TABLE requests; DROP TABLE removals;
        DROP INDEX events_of_job_alone;
        PRAGMA user_version = 3";
    sqlx::raw_sql(downgrade).execute(&mut older).await.unwrap();
    older.close().await.unwrap();

    let reader = Journal::open_read_only(dir.path()).await.unwrap();
    assert_eq!(reader.job_summary(&job).await.unwrap().state, JobState::Pending, "a reader changes nothing");
    let journal = open_journal(dir.path()).await;
    assert_eq!(journal.job_statuses().await.unwrap()[0].job, job);
    assert!(matches!(submit(&journal, request("monday", "a list")).await, JobSubmission::Created(_)));
    journal.check_writable().await.unwrap();
}

each_store!(a_job_and_its_items_are_written_together, a_key_is_used_once);
