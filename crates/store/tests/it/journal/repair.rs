//! Damaged journals are detected, checked, and repaired with a copy of the original.

use std::fs;
use std::path::{Path, PathBuf};

use domain::event::{JobEvent, Seq};
use domain::outcome::Status;
use domain::sku::Sku;
use store::journal::{
    Claim, ClaimResult, Journal, JournalError, JournalProblem, JournalRepair, RepairReport, SellerAccount,
    check_journal, repair_journal,
};

use super::execute_sql;
use testing::events::{
    create_job, done, items_added, matched, open_journal, price_event, projection_of, timestamp, upc,
};

const PAGE: usize = 4096;

fn file(dir: &Path) -> PathBuf {
    dir.join("journal.db")
}

fn claim(job: &domain::job_spec::JobId, number: u32) -> Claim {
    Claim {
        seller: SellerAccount::anonymous("production"),
        sink: "csv".into(),
        sku: Sku::for_upc(upc(number)),
        job: job.clone(),
        upc: upc(number),
        payload: serde_json::json!({ "title": "x".repeat(300) }),
        at: timestamp("2024-03-18T14:31:00Z"),
    }
}

/// Writes and closes a journal with two jobs of 60 items, all matched and half of them done, and 60 ledger entries.
async fn filled(dir: &Path) -> Vec<domain::job_spec::JobId> {
    let journal = open_journal(dir).await;
    let jobs = vec![create_job(&journal, 60).await, create_job(&journal, 60).await];
    for number in 1..=60 {
        for job in &jobs {
            journal.append_events(job, vec![matched(number), price_event(number)]).await.unwrap();
            if number <= 30 {
                journal.append_event(job, done(number, Status::Exported)).await.unwrap();
            }
        }
        journal.claim_ledger_entry(&claim(&jobs[0], number)).await.unwrap();
    }
    journal.close().await;
    drop(journal);
    assert!(!dir.join("journal.db-wal").exists() || fs::metadata(dir.join("journal.db-wal")).unwrap().len() == 0);
    jobs
}

async fn repaired(dir: &Path) -> RepairReport {
    match repair_journal(dir, timestamp("2026-11-29T06:00:00Z")).await.unwrap() {
        JournalRepair::Repaired(report) => report,
        other => panic!("{other:?}"),
    }
}

fn damage(dir: &Path, from: usize, to: usize) {
    let mut bytes = fs::read(file(dir)).unwrap();
    let to = to.min(bytes.len());
    bytes[from..to].fill(0xa5);
    fs::write(file(dir), bytes).unwrap();
}

#[tokio::test]
async fn an_intact_journal_is_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!check_journal(dir.path()).await.unwrap().exists);
    filled(dir.path()).await;
    let before = fs::read(file(dir.path())).unwrap();
    let check = check_journal(dir.path()).await.unwrap();
    assert!(check.is_sound(), "{:?}", check.problems);
    assert_eq!((check.jobs, check.ledger_entries), (2, 60));
    let repair = repair_journal(dir.path(), timestamp("2026-11-29T06:00:00Z")).await.unwrap();
    assert!(matches!(repair, JournalRepair::NotNeeded(_)), "{repair:?}");
    assert_eq!(fs::read(file(dir.path())).unwrap(), before);
}

#[tokio::test]
async fn an_owned_directory_is_checked_but_not_repaired() {
    let dir = tempfile::tempdir().unwrap();
    let owner = open_journal(dir.path()).await;
    create_job(&owner, 3).await;
    assert!(check_journal(dir.path()).await.unwrap().is_sound());
    let refused = repair_journal(dir.path(), timestamp("2026-11-29T06:00:00Z")).await;
    assert!(matches!(refused, Err(JournalError::Locked { .. })), "{refused:?}");
    assert_eq!(owner.job_ids().await.unwrap().len(), 1);
}

/// A journal that is truncated at any length is reported as damaged or opens without loss.
#[tokio::test]
async fn a_truncated_journal_is_reported_as_damaged() {
    let whole = tempfile::tempdir().unwrap();
    filled(whole.path()).await;
    let bytes = fs::read(file(whole.path())).unwrap();
    fs::write(whole.path().join("answers.db"), "it was used before").unwrap();
    let lengths = [0, 1, 99, 100, 4095, 5000, bytes.len() / 2, bytes.len() - PAGE, bytes.len() - 1];
    for length in lengths {
        fs::write(file(whole.path()), &bytes[..length]).unwrap();
        for opened in [Journal::open(whole.path()).await.err(), Journal::open_read_only(whole.path()).await.err()] {
            let error = opened.unwrap_or_else(|| panic!("{length} bytes of {} open", bytes.len()));
            assert!(matches!(error, JournalError::Damaged { .. }), "{length}: {error:?}");
            assert!(error.to_string().contains("draft-maker store repair"), "{length}: {error}");
        }
        assert!(!check_journal(whole.path()).await.unwrap().is_sound(), "{length}");
    }
}

/// SQLite opens an empty file as a new database. Next to files that are written only after a journal, an empty file is
/// a journal that lost its events.
#[tokio::test]
async fn an_empty_journal_is_new_only_in_a_folder_without_other_data() {
    let new = tempfile::tempdir().unwrap();
    fs::write(file(new.path()), "").unwrap();
    fs::create_dir(new.path().join("uploads")).unwrap();
    fs::write(new.path().join("ebay-production.json"), "{}").unwrap();
    assert!(check_journal(new.path()).await.unwrap().is_sound());
    open_journal(new.path()).await.close().await;

    for other in ["photos.db", "ebay.db", "result_uploads.db", "boards/one", "uploads/a/upcs.txt"] {
        let used = tempfile::tempdir().unwrap();
        fs::create_dir_all(used.path().join(other).parent().unwrap()).unwrap();
        fs::write(used.path().join(other), "it was used before").unwrap();
        fs::write(file(used.path()), "").unwrap();
        for opened in [Journal::open(used.path()).await.err(), Journal::open_read_only(used.path()).await.err()] {
            let error = opened.unwrap_or_else(|| panic!("opens beside {other}"));
            assert!(matches!(error, JournalError::Damaged { .. }), "{other}: {error:?}");
            assert!(error.to_string().contains("draft-maker store repair"), "{other}: {error}");
        }
        assert!(!check_journal(used.path()).await.unwrap().is_sound(), "{other}");
        assert!(repaired(used.path()).await.is_all_lost, "{other}");
        open_journal(used.path()).await.close().await;
    }
}

/// Whichever page is damaged, the check finds the damage. The repair keeps a copy and creates a journal that opens,
/// whose jobs can be read, and in which a second check finds no damage.
#[tokio::test]
async fn a_journal_with_any_page_damaged_is_repaired() {
    let whole = tempfile::tempdir().unwrap();
    let jobs = filled(whole.path()).await;
    let bytes = fs::read(file(whole.path())).unwrap();
    let total = check_journal(whole.path()).await.unwrap().events;
    let pages = bytes.len() / PAGE;
    for page in (0..pages).step_by(11).chain([1, 2, pages - 1]) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(file(dir.path()), &bytes).unwrap();
        damage(dir.path(), page * PAGE, (page + 1) * PAGE);
        let damaged = fs::read(file(dir.path())).unwrap();
        // An unused page can be damaged without loss.
        if check_journal(dir.path()).await.unwrap().is_sound() {
            continue;
        }
        let report = repaired(dir.path()).await;
        assert_eq!(fs::read(&report.copy).unwrap(), damaged, "page {page}: the copy is the damaged file");
        let check = check_journal(dir.path()).await.unwrap();
        assert!(check.is_sound(), "page {page}: {:?}", check.problems);
        assert_eq!((check.jobs, check.ledger_entries), (report.jobs, report.ledger_entries));
        assert!(check.events >= report.events, "page {page}: including lists rebuilt from the items");
        let known = report.events + report.lost_events + report.dropped_events;
        assert!(report.is_all_lost || report.is_end_lost || known == total, "page {page}: {report:?}");
        let journal = open_journal(dir.path()).await;
        for job in journal.job_ids().await.unwrap() {
            assert!(jobs.contains(&job));
            projection_of(&journal, &job).await;
            journal.append_event(&job, JobEvent::Resumed).await.unwrap();
        }
        journal.close().await;
    }
}

#[tokio::test]
async fn damaged_indexes_are_rebuilt_and_only_damaged_events_are_lost() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = filled(dir.path()).await;
    let all = check_journal(dir.path()).await.unwrap().events;
    execute_sql(dir.path(), "UPDATE events SET fact = substr(fact, 1, 40) WHERE seq = 40").await;
    let check = check_journal(dir.path()).await.unwrap();
    assert!(matches!(check.problems.as_slice(), [JournalProblem::UnreadableJob { .. }]), "{:?}", check.problems);
    let report = repaired(dir.path()).await;
    assert_eq!((report.lost_events, report.is_end_lost, report.lost_ledger_entries), (1, false, 0), "{report:?}");
    assert_eq!(report.events + report.dropped_events + 1, all);
    let journal = open_journal(dir.path()).await;
    assert_eq!(projection_of(&journal, &jobs[1]).await.counts.total, 60);
    let again = journal.claim_ledger_entry(&claim(&jobs[1], 7)).await.unwrap();
    assert!(matches!(again, ClaimResult::OwnedByOtherJob { .. }), "the ledger still knows the draft: {again:?}");
}

#[tokio::test]
async fn a_missing_event_is_found() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    execute_sql(dir.path(), "DELETE FROM events WHERE seq IN (50, 51, 60)").await;
    let check = check_journal(dir.path()).await.unwrap();
    let missing = |first, last| JournalProblem::MissingEvents(Seq(first), Seq(last));
    assert!(check.problems.contains(&missing(50, 51)) && check.problems.contains(&missing(60, 60)), "{check:?}");
    assert!(repaired(dir.path()).await.lost_events == 3);
    assert!(check_journal(dir.path()).await.unwrap().is_sound());
}

/// Removing a job does not affect other jobs, the ledger or the check. The positions of its events are not reused.
#[tokio::test]
async fn a_removed_job_is_not_reported_as_damage() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = filled(dir.path()).await;
    let journal = open_journal(dir.path()).await;
    let before = *journal.subscribe_head().borrow();
    projection_of(&journal, &jobs[0]).await;
    assert!(journal.remove_job(&jobs[0]).await.unwrap());
    assert!(matches!(journal.job_summary(&jobs[0]).await, Err(JournalError::UnknownJob(_))));
    assert!(!journal.remove_job(&jobs[1]).await.unwrap(), "it has the newest event");
    assert!(!journal.remove_job(&jobs[0]).await.unwrap(), "it is already removed");
    assert_eq!(journal.job_ids().await.unwrap(), [jobs[1].clone()]);
    let again = journal.claim_ledger_entry(&claim(&jobs[1], 7)).await.unwrap();
    assert!(matches!(again, ClaimResult::OwnedByOtherJob { .. }), "one item, one draft: {again:?}");
    assert!(journal.append_event(&jobs[1], JobEvent::Resumed).await.unwrap() > before);
    journal.close().await;
    let check = check_journal(dir.path()).await.unwrap();
    assert!(check.is_sound() && check.jobs == 1, "{check:?}");
}

/// A later version wrote an unknown event. The file is intact, so nothing is discarded.
#[tokio::test]
async fn events_of_a_later_version_survive() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path()).await;
    execute_sql(dir.path(), "UPDATE events SET fact = '{\"event\":\"graded\",\"grade\":9}' WHERE seq = 200").await;
    let repair = repair_journal(dir.path(), timestamp("2026-11-29T06:00:00Z")).await.unwrap();
    assert!(matches!(repair, JournalRepair::LaterVersion(_)), "{repair:?}");
    assert!(
        fs::read_dir(dir.path()).unwrap().all(|entry| !entry.unwrap().path().to_string_lossy().contains("damaged"))
    );
}

/// A killed process leaves a write-ahead log, which is part of the journal and of the copy.
#[tokio::test]
async fn the_write_ahead_log_of_a_killed_process_is_read_and_copied() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = create_job(&journal, 5).await;
    journal.append_event(&job, items_added(6..=9)).await.unwrap();
    let killed = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(dir.path().join(name), killed.path().join(name)).unwrap();
    }
    journal.close().await;
    let before = check_journal(killed.path()).await.unwrap();
    assert!(before.is_sound() && before.events > 0, "{before:?}");
    execute_sql(killed.path(), "UPDATE events SET at = 'never' WHERE seq = 2").await;
    let report = repaired(killed.path()).await;
    assert_eq!(report.events + report.dropped_events + 1, before.events);
    assert!(report.copy.exists());
}

/// Returns the position of a table's first page in the file.
async fn root_page(dir: &Path, table: &str) -> usize {
    let other = sqlx::SqlitePool::connect(&format!("sqlite://{}", file(dir).display())).await.unwrap();
    let root = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = ?1").bind(table);
    let root: i64 = root.fetch_one(&other).await.unwrap();
    other.close().await;
    (usize::try_from(root).unwrap() - 1) * PAGE
}

/// Without the names of the sellers, a draft may be that of any seller: no seller drafts its item a second time.
#[tokio::test]
async fn lost_sellers_and_requests_are_reported_and_no_draft_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let jobs = filled(dir.path()).await;
    execute_sql(dir.path(), "UPDATE ledger SET account = 7").await;
    for table in ["sellers", "requests"] {
        let page = root_page(dir.path(), table).await;
        damage(dir.path(), page, page + PAGE);
    }
    let report = repaired(dir.path()).await;
    assert!(report.are_sellers_lost && report.are_requests_lost && !report.is_complete(), "{report:?}");
    assert_eq!(report.ledger_entries, 60);
    let journal = open_journal(dir.path()).await;
    let other = Claim {
        seller: SellerAccount { environment_id: "production".into(), account_id: Some(3) },
        ..claim(&jobs[1], 7)
    };
    let again = journal.claim_ledger_entry(&other).await.unwrap();
    assert!(matches!(again, ClaimResult::OwnedByOtherJob { .. }), "{again:?}");
}
