//! The batches in which an item was sold in a lot are found.

use domain::event::{ItemEvent, JobEvent};
use domain::lot::LotOutcome;
use domain::outcome::ItemOutcome;
use store::journal::Journal;

use testing::each_store;
use testing::events::{create_job, item_event, open_journal, upc};
use testing::postgres::TestStore;

/// Returns the event with which an item ends, in a lot or alone.
fn ended(number: u32, lot: Option<&str>, note: &str) -> JobEvent {
    let lot = lot.map(|name| LotOutcome { name: name.to_owned(), is_waiting: true });
    let outcome = ItemOutcome { lot, ..ItemOutcome::skipped(note.to_owned()) };
    item_event(number, ItemEvent::Finished { outcome })
}

async fn the_jobs_of_an_items_lots_are_found(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two, alone) =
        (create_job(&journal, 2).await, create_job(&journal, 2).await, create_job(&journal, 2).await);
    journal.append_event(&two, ended(1, Some("Box \"A\""), "the lot waits")).await.unwrap();
    journal.append_event(&one, ended(1, Some("Box B"), "the lot waits")).await.unwrap();
    journal.append_event(&one, ended(2, Some("Box B"), "the lot waits")).await.unwrap();
    journal.append_event(&alone, ended(1, None, r#"{"lot":{"name":"Box A"}}"#)).await.unwrap();
    let jobs = async |number| journal.jobs_with_lot(upc(number)).await.unwrap();
    assert_eq!(jobs(1).await, [one.clone(), two], "newest first, and no text that only looks like a lot");
    assert_eq!(jobs(2).await, [one]);
    assert_eq!(jobs(3).await, []);
    journal.close().await;
}

each_store!(the_jobs_of_an_items_lots_are_found);

/// The file of an earlier version has no index of lots.
#[tokio::test]
async fn lots_of_an_older_journal_are_found() {
    use sqlx::{ConnectOptions, Connection};
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = create_job(&journal, 1).await;
    journal.append_event(&job, ended(1, Some("Box A"), "the lot waits")).await.unwrap();
    journal.close().await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("journal.db"));
    let mut older = file.connect().await.unwrap();
    sqlx::raw_sql("DROP INDEX events_of_lot; PRAGMA user_version = 7").execute(&mut older).await.unwrap();
    older.close().await.unwrap();
    let reader = Journal::open_read_only(dir.path()).await.unwrap();
    assert_eq!(reader.jobs_with_lot(upc(1)).await.unwrap(), std::slice::from_ref(&job), "without the index too");
    let journal = open_journal(dir.path()).await;
    assert_eq!(journal.jobs_with_lot(upc(1)).await.unwrap(), [job]);
}
