//! Orders: written with what follows at once, and once for a key.

use domain::event::JobEvent;
use domain::job::JobState;
use futures::future::join_all;
use store::journal::{IdempotentRequest, JobSubmission, Journal};

use testing::events::{at, board, open, order, taken, upc};

fn request(key: &str, asked: &str) -> IdempotentRequest {
    IdempotentRequest { key: key.to_owned(), fingerprint: asked.to_owned() }
}

async fn asked(journal: &Journal, request: impl Into<Option<IdempotentRequest>>) -> JobSubmission {
    journal.submit_job(order(), vec![JobEvent::Queued], request.into(), at("2024-03-18T14:30:22Z")).await.unwrap()
}

#[tokio::test]
async fn an_order_and_its_items_are_there_together() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let then = vec![taken(1..=3), taken([3, 4]), JobEvent::InputClosed, JobEvent::Queued];
    let ordered = journal.submit_job(order(), then, None, at("2024-03-18T14:30:22Z")).await.unwrap();
    let JobSubmission::Created(job) = ordered else { panic!("{ordered:?}") };
    let projection = board(&journal, &job).await;
    assert_eq!((projection.state, projection.counts.total, projection.input_closed), (JobState::Pending, 4, true));
    let upcs: Vec<_> = (1..=9).map(upc).collect();
    assert_eq!(journal.input_items(&job, &upcs).await.unwrap().len(), 4, "an item that comes twice is one");
}

#[tokio::test]
async fn a_key_is_used_once() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let answers = join_all((0..10).map(|_| asked(&journal, request("monday", "a list")))).await;
    let new: Vec<_> = answers.iter().filter(|answer| matches!(answer, JobSubmission::Created(_))).collect();
    assert_eq!((new.len(), journal.job_ids().await.unwrap().len()), (1, 1), "{answers:?}");
    let job = journal.job_ids().await.unwrap().remove(0);
    assert_eq!(asked(&journal, request("monday", "another list")).await, JobSubmission::Conflict(job.clone()));
    journal.close().await;

    let journal = open(dir.path()).await;
    assert_eq!(asked(&journal, request("monday", "a list")).await, JobSubmission::Duplicate(job.clone()));
    let known = journal.find_submission(&request("monday", "a list")).await.unwrap();
    assert_eq!(known, Some(JobSubmission::Duplicate(job)));
    assert_eq!(journal.find_submission(&request("tuesday", "a list")).await.unwrap(), None);
    assert!(matches!(asked(&journal, request("tuesday", "a list")).await, JobSubmission::Created(_)));
    assert!(matches!(asked(&journal, None).await, JobSubmission::Created(_)), "without a key, each is an order");
    assert_eq!(journal.job_ids().await.unwrap().len(), 3);
}

/// A directory of the version before has neither the table nor the index.
#[tokio::test]
async fn an_older_journal_is_brought_up_to_date() {
    use sqlx::{ConnectOptions, Connection};
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let JobSubmission::Created(job) = asked(&journal, None).await else { panic!("a new job") };
    journal.close().await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("journal.db"));
    let mut older = file.connect().await.unwrap();
    let back = "DROP TABLE sellers; DROP TABLE decisions; DROP TABLE requests; DROP INDEX events_of_job_alone;
        PRAGMA user_version = 3";
    sqlx::raw_sql(back).execute(&mut older).await.unwrap();
    older.close().await.unwrap();

    let reader = Journal::open_read_only(dir.path()).await.unwrap();
    assert_eq!(reader.job_summary(&job).await.unwrap().state, JobState::Pending, "who only reads changes nothing");
    let journal = open(dir.path()).await;
    assert_eq!(journal.job_statuses().await.unwrap()[0].job, job);
    assert!(matches!(asked(&journal, request("monday", "a list")).await, JobSubmission::Created(_)));
    journal.check_writable().await.unwrap();
}
