//! Another program locks the file: the writer waits, and no command fails.

use std::path::Path;
use std::time::Duration;

use domain::event::{JobEvent, Seq};
use futures::future::join_all;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, raw_sql};
use store::journal::{Journal, JournalError, JournalOptions};
use tokio::time::{sleep, timeout};

use testing::events::{create_job, matched, projection_of};

const BUSY_TIMEOUT: Duration = Duration::from_millis(20);

async fn open(dir: &Path) -> Journal {
    Journal::open_with(dir, JournalOptions { busy_timeout: BUSY_TIMEOUT, ..JournalOptions::default() }).await.unwrap()
}

/// Locks the file like a backup tool.
async fn locked(dir: &Path) -> SqliteConnection {
    let mut other = SqliteConnectOptions::new().filename(dir.join("journal.db")).connect().await.unwrap();
    raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    other
}

#[tokio::test]
async fn a_lock_beyond_the_busy_timeout_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let job = create_job(&journal, 3).await;
    let before = *journal.subscribe_head().borrow();
    let mut other = locked(dir.path()).await;
    let unlock = async {
        sleep(BUSY_TIMEOUT * 10).await;
        raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let events = [1, 2, 3].map(|number| journal.append_event(&job, matched(number)));
    let (answers, ()) = tokio::join!(join_all(events), unlock);
    let seqs: Vec<Seq> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(seqs, [1, 2, 3].map(|further| Seq(before.0 + further)));
    assert_eq!(projection_of(&journal, &job).await.position, seqs[2]);
}

#[tokio::test]
async fn a_locked_journal_can_be_closed() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let job = create_job(&journal, 3).await;
    let before = projection_of(&journal, &job).await;
    let other = locked(dir.path()).await;
    let appends = join_all([1, 2, 3].map(|number| journal.append_event(&job, matched(number))));
    let close = async {
        sleep(BUSY_TIMEOUT * 3).await;
        timeout(Duration::from_secs(20), journal.close()).await.expect("the lock does not prevent closing");
    };
    let (answers, ()) = tokio::join!(appends, close);
    let is_refused = |answer: &Result<Seq, JournalError>| matches!(answer, Err(JournalError::Busy { .. }));
    assert!(answers.iter().all(is_refused), "{answers:?}");
    drop(other);
    let journal = open(dir.path()).await;
    assert_eq!(projection_of(&journal, &job).await, before);
    journal.append_event(&job, JobEvent::Resumed).await.unwrap();
}
