//! Behavior specific to PostgreSQL: the server restarts, or another process takes over the database.

use domain::event::{JobEvent, Seq};
use futures::StreamExt as _;
use futures::future::join_all;
use sqlx::{Connection as _, PgConnection};
use store::journal::{Journal, JournalError, JournalOptions, WriteFaults};

use testing::events::{create_job, job_spec, matched, open_journal, projection_of, timestamp};
use testing::postgres::TestStore;

async fn execute(store: &mut TestStore, statements: &'static str) {
    let mut other = PgConnection::connect(&store.server().unwrap().url()).await.unwrap();
    sqlx::raw_sql(statements).execute(&mut other).await.unwrap();
}

#[tokio::test]
async fn a_second_owner_is_rejected_but_readers_are_not() {
    let Some(store) = TestStore::in_postgres() else { return };
    let owner = open_journal(store.location()).await;
    let job = create_job(&owner, 2).await;
    // A process on another machine has its own data directory.
    let elsewhere = tempfile::tempdir().unwrap();
    let database = store.location().database().unwrap().clone();
    let other = store::location::StoreLocation::in_database(database, elsewhere.path());
    let refused = Journal::open(&other).await.err().expect("rejected");
    let message = refused.to_string();
    assert!(matches!(refused, JournalError::DatabaseInUse { .. }), "{refused:?}");
    assert!(message.contains(&format!("process {}", std::process::id())) && message.contains("stop it"), "{message}");
    assert!(Journal::is_owned(&other).await.unwrap());

    let reader = Journal::open_read_only(&other).await.unwrap();
    assert_eq!(reader.job_ids().await.unwrap(), std::slice::from_ref(&job));
    owner.append_event(&job, matched(1)).await.unwrap();
    assert_eq!(projection_of(&reader, &job).await, projection_of(&owner, &job).await);
    assert!(matches!(reader.append_event(&job, matched(2)).await, Err(JournalError::ReadOnly)));
    owner.close().await;
    assert!(!Journal::is_owned(&other).await.unwrap());
    let next = Journal::open(&other).await.unwrap();
    assert_eq!(projection_of(&next, &job).await.position, Seq(4));
}

/// The server restarts as after a crash: nothing acknowledged is lost, and writes continue without errors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_continues_when_the_server_is_back() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 100).await;
    for round in 0..4 {
        let numbers: Vec<u32> = (1..=25).map(|number| round * 25 + number).collect();
        let appends = numbers.iter().map(|number| journal.append_event(&job, matched(*number)));
        if round % 2 == 0 {
            assert!(join_all(appends).await.iter().all(Result::is_ok));
            continue;
        }
        let server = store.server().unwrap();
        server.stop();
        let (answers, ()) = tokio::join!(join_all(appends), async { server.restart() });
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    let live = projection_of(&journal, &job).await;
    assert_eq!(live.position, Seq(3 + 100));
    journal.close().await;
    let events = open_journal(store.location()).await.read_events(None, Seq(0), usize::MAX).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), (1..=103).collect::<Vec<_>>(), "no gap");
}

/// The server closes the connections of a running program: uncommitted events fail, and committed events are not
/// repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_and_repeat_nothing() {
    const ITEMS: u32 = 400;
    let Some(mut store) = TestStore::in_postgres() else { return };
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, ITEMS).await;
    let follower = tokio::spawn({
        let (journal, job) = (journal.clone(), job.clone());
        async move {
            let mut seen = Vec::new();
            let mut events = journal.follow_events(Some(job), Seq(0));
            while let Some(batch) = events.next().await {
                seen.extend(batch.unwrap().into_iter().map(|event| event.seq));
            }
            seen
        }
    });
    let write = async {
        for number in 1..=ITEMS {
            while let Err(error) = journal.append_event(&job, matched(number)).await {
                assert!(matches!(error, JournalError::DatabaseUnreachable { .. }), "{error:?}");
            }
        }
    };
    let cut = async {
        for _ in 0..20 {
            let statement = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'";
            execute(&mut store, statement).await;
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    };
    tokio::join!(write, cut);
    let live = projection_of(&journal, &job).await;
    journal.close().await;
    let seen = follower.await.unwrap();
    assert_eq!(seen.len(), 3 + ITEMS as usize, "every event once");
    assert!(seen.is_sorted_by(|a, b| a < b));
    assert_eq!(projection_of(&open_journal(store.location()).await, &job).await, live);
}

/// The first write of an owner fails with its connection. The transactions of the owner before it do not count as its own.
#[tokio::test]
async fn the_first_events_after_a_change_of_owner_are_written_after_a_cut() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 2).await;
    journal.close().await;
    let mut transactions = 0;
    for number in 1..=2 {
        let journal = open_journal(store.location()).await;
        execute(&mut store, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'").await;
        journal.append_event(&job, matched(number)).await.unwrap();
        transactions += 1;
        assert_eq!(projection_of(&journal, &job).await.position, Seq(3 + transactions));
        journal.close().await;
        let reader = Journal::open_read_only(store.location()).await.unwrap();
        assert_eq!(reader.read_events(None, Seq(0), 99).await.unwrap().len() as u64, 3 + transactions);
    }
}

/// The owner loses its connection, and another process takes over the database. When the connection is back, the old
/// owner cannot write.
#[tokio::test]
async fn an_owner_that_was_replaced_writes_nothing() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 3).await;
    execute(
        &mut store,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory';
         UPDATE owner SET epoch = epoch + 1, process = 'process 7 on shop-2'",
    )
    .await;
    let before = Journal::open_read_only(store.location()).await.unwrap().read_events(None, Seq(0), 99).await.unwrap();
    let error = journal.append_event(&job, matched(1)).await.unwrap_err();
    assert!(error.to_string().contains("process 7 on shop-2 has taken over"), "{error}");
    assert!(!error.may_pass());
    assert!(matches!(
        journal.append_event(&job, JobEvent::Completed).await,
        Err(JournalError::DatabaseTakenOver { .. })
    ));
    let after = Journal::open_read_only(store.location()).await.unwrap().read_events(None, Seq(0), 99).await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_database_of_a_later_version_is_not_opened() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    open_journal(store.location()).await.close().await;
    execute(
        &mut store,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99, 'later', true, '', 0)",
    )
    .await;
    for opened in [Journal::open(store.location()).await.err(), Journal::open_read_only(store.location()).await.err()] {
        let error = opened.expect("rejected");
        assert!(matches!(error, JournalError::DatabaseTooNew { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_unreachable_server_is_reported() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    store.server().unwrap().stop();
    let error = Journal::open(store.location()).await.err().expect("rejected");
    assert!(matches!(error, JournalError::DatabaseUnreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("postgres:///postgres?host=") && error.may_pass(), "{error}");
}

/// A full disk of the server can still have room for the small write of a health check.
#[tokio::test]
async fn a_change_that_was_not_written_is_reported_until_one_is() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 2).await;
    assert!(journal.recent_write_error().is_none());
    let fill_disk = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION fail()";
    execute(&mut store, fill_disk).await;
    journal.append_event(&job, matched(1)).await.unwrap_err();
    journal.check_writable().await.unwrap();
    let error = journal.recent_write_error().expect("the failed append").to_string();
    assert!(error.contains("No space left on device"), "{error}");
    execute(&mut store, "DROP TRIGGER full_disk ON events").await;
    journal.append_event(&job, matched(1)).await.unwrap();
    assert!(journal.recent_write_error().is_none());
}

#[tokio::test]
async fn a_failed_write_changes_nothing() {
    let Some(store) = TestStore::in_postgres() else { return };
    let faults = WriteFaults::from_seed(1);
    let options = JournalOptions { faults: Some(faults.clone()), ..JournalOptions::default() };
    let journal = Journal::open_with(store.location(), options).await.unwrap();
    let job = create_job(&journal, 2).await;
    let before = projection_of(&journal, &job).await;
    faults.set_permille(1_000);
    assert!(journal.append_event(&job, matched(1)).await.is_err());
    assert!(journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.is_err());
    faults.set_permille(0);
    assert_eq!(projection_of(&journal, &job).await, before);
    assert_eq!(journal.append_event(&job, matched(1)).await.unwrap(), Seq(before.position.0 + 1), "no gap");
}
