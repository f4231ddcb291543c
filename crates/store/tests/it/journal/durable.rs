//! Durability: orderly shutdown, kills, a full disk, damage, and two owners.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use domain::event::{JobEvent, Seq};
use domain::outcome::Status;
use futures::future::join_all;
use store::journal::{Journal, JournalError, JournalOptions};

use testing::each_store;
use testing::events::{
    cover_chosen, create_job, done, items_added, job_spec, matched, open_journal, price_event, projection_of, timestamp,
};
use testing::postgres::TestStore;

async fn a_reopened_journal_continues(store: TestStore) {
    let first = open_journal(store.location()).await;
    let job = create_job(&first, 2).await;
    let seq = first.append_event(&job, matched(1)).await.unwrap();
    let before = projection_of(&first, &job).await;
    // Not closed explicitly: the last clone is dropped, and the lock is released shortly afterwards.
    drop(first);
    let second = open_journal(store.location()).await;
    assert_eq!(*second.subscribe_head().borrow(), seq);
    assert_eq!(projection_of(&second, &job).await, before);
    assert_eq!(second.append_event(&job, price_event(1)).await.unwrap(), Seq(seq.0 + 1));
}

#[tokio::test]
async fn a_second_owner_is_rejected_and_readers_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let owner = open_journal(dir.path()).await;
    let job = create_job(&owner, 2).await;
    let rejected = Journal::open(dir.path()).await.err().expect("rejected");
    assert!(matches!(&rejected, JournalError::Locked { pid: Some(pid), .. } if *pid == std::process::id()));
    let message = rejected.to_string();
    assert!(message.contains(&format!("process {}", std::process::id())) && message.contains("stop it"), "{message}");

    let reader = Journal::open_read_only(dir.path()).await.unwrap();
    assert_eq!(reader.job_ids().await.unwrap(), std::slice::from_ref(&job));
    owner.append_event(&job, done(1, Status::Failed)).await.unwrap();
    assert_eq!(projection_of(&reader, &job).await, projection_of(&owner, &job).await, "a reader sees later events");
    assert!(matches!(reader.append_event(&job, matched(2)).await, Err(JournalError::ReadOnly)));
    assert!(matches!(
        reader.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await,
        Err(JournalError::ReadOnly)
    ));

    owner.close().await;
    assert!(matches!(owner.append_event(&job, matched(2)).await, Err(JournalError::Closed)));
    open_journal(dir.path()).await;
}

async fn a_reader_of_a_closed_journal_needs_no_owner(store: TestStore) {
    let owner = open_journal(store.location()).await;
    let job = create_job(&owner, 1).await;
    owner.close().await;
    drop(owner);
    let reader = Journal::open_read_only(store.location()).await.unwrap();
    assert_eq!(reader.job_ids().await.unwrap(), [job]);
}

#[tokio::test]
async fn reading_a_missing_journal_creates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("data");
    let reader = Journal::open_read_only(&missing).await.unwrap();
    assert_eq!(reader.job_ids().await.unwrap(), []);
    assert!(reader.read_events(None, Seq(0), 10).await.unwrap().is_empty());
    assert!(!missing.exists());
}

/// The child process of [`nothing_acknowledged_is_lost_by_kill_9`]: appends events until it is killed, and prints each
/// acknowledgment. Does nothing in a normal test run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(dir) = std::env::var("DRAFT_MAKER_JOURNAL_CHILD") else { return };
    let journal = open_journal(Path::new(&dir)).await;
    let job = create_job(&journal, 100_000).await;
    let work = (0..8).map(|task| {
        let (journal, job) = (journal.clone(), job.clone());
        tokio::spawn(async move {
            for number in (1..100_000).filter(|number| number % 8 == task) {
                for event in
                    [matched(number), price_event(number), cover_chosen(number), done(number, Status::Exported)]
                {
                    let line = serde_json::to_string(&event).unwrap();
                    let seq = journal.append_event(&job, event).await.unwrap();
                    writeln!(std::io::stdout().lock(), "ack {} {line}", seq.0).unwrap();
                }
            }
        })
    });
    join_all(work).await;
}

/// Runs the child on `dir`, kills it after `enough` acknowledgments, and returns all acknowledged events.
fn run_and_kill(dir: &Path, enough: usize) -> Vec<(Seq, JobEvent)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["journal::durable::child", "--exact", "--nocapture"])
        .env("DRAFT_MAKER_JOURNAL_CHILD", dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ack = |line: String| -> Option<(Seq, JobEvent)> {
        let (seq, event) = line.strip_prefix("ack ")?.split_once(' ')?;
        // The last line may be incomplete.
        Some((Seq(seq.parse().ok()?), serde_json::from_str(event).ok()?))
    };
    let mut acks: Vec<(Seq, JobEvent)> = lines.by_ref().filter_map(ack).take(enough).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    acks.extend(lines.filter_map(ack));
    acks
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    for (round, enough) in [1, 40, 333].into_iter().enumerate() {
        let acks = run_and_kill(dir.path(), enough);
        assert!(acks.len() >= enough, "the child was killed while it was writing");
        // The write-ahead log still exists, and the jobs can be listed.
        let jobs = Journal::open_read_only(dir.path()).await.unwrap().job_ids().await.unwrap();
        assert_eq!(jobs.len(), round + 1);
        let journal = open_journal(dir.path()).await;
        let (first, last) = (acks.iter().map(|(seq, _)| *seq).min().unwrap(), acks.len());
        let written = journal.read_events(Some(&jobs[0]), Seq(first.0 - 1), usize::MAX).await.unwrap();
        assert!(written.len() >= last);
        for (seq, payload) in &acks {
            let event = written.iter().find(|event| event.seq == *seq);
            assert_eq!(event.map(|event| &event.payload), Some(payload), "{seq:?} was acknowledged");
        }
        // The job can also be continued.
        let projection = projection_of(&journal, &jobs[0]).await;
        assert_eq!((projection.counts.total, projection.input_closed), (100_000, true));
        journal.append_event(&jobs[0], JobEvent::Resumed).await.unwrap();
        journal.close().await;
    }
}

#[tokio::test]
async fn a_full_disk_is_reported_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open_with(dir.path(), JournalOptions { max_pages: Some(60), ..JournalOptions::default() })
        .await
        .unwrap();
    let job = create_job(&journal, 10).await;
    let mut wrote = 0;
    let full = loop {
        let numbers = wrote * 100 + 11..wrote * 100 + 111;
        match journal.append_event(&job, items_added(numbers)).await {
            Ok(_) => wrote += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, JournalError::DiskFull { .. }), "{full:?}");
    let message = full.to_string();
    assert!(message.starts_with("the disk is full, so ") && message.contains("journal.db"), "{message}");
    assert!(message.ends_with("free some space, then resume the batch"), "no text of the database: {message}");
    // All commands of the group get the error; later commands succeed or fail independently.
    let again =
        join_all([1, 2].map(|part| journal.append_event(&job, items_added(part * 10_000..part * 10_000 + 500)))).await;
    assert!(again.iter().all(|answer| matches!(answer, Err(JournalError::DiskFull { .. }))), "{again:?}");
    let live = projection_of(&journal, &job).await;
    assert_eq!(live.counts.total, u64::from(10 + wrote * 100));
    journal.close().await;

    // The disk has free space again.
    let journal = open_journal(dir.path()).await;
    assert_eq!(projection_of(&journal, &job).await, live);
    journal.append_event(&job, items_added(20_000..20_500)).await.unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_reported_with_a_fix() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("journal.db"), "not a database, but long enough for a header".repeat(200)).unwrap();
    for opened in [Journal::open(dir.path()).await.err(), Journal::open_read_only(dir.path()).await.err()] {
        let error = opened.expect("rejected");
        assert!(matches!(error, JournalError::Damaged { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains("journal.db is damaged") && message.contains("draft-maker store repair"), "{message}");
    }
}

#[tokio::test]
async fn a_journal_of_a_later_version_is_not_opened() {
    use sqlx::{ConnectOptions, Connection};
    let dir = tempfile::tempdir().unwrap();
    open_journal(dir.path()).await.close().await;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("journal.db"));
    let mut later = file.connect().await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&mut later).await.unwrap();
    later.close().await.unwrap();
    for opened in [Journal::open(dir.path()).await.err(), Journal::open_read_only(dir.path()).await.err()] {
        assert!(matches!(opened, Some(JournalError::SchemaTooNew { found: 99, .. })), "{opened:?}");
    }
}

each_store!(a_reopened_journal_continues, a_reader_of_a_closed_journal_needs_no_owner);
