//! Which open scan session new scans join, and when a scan can be undone.

use domain::condition::Condition;
use domain::event::ItemEvent;
use domain::job_spec::JobSpec;
use domain::outcome::{ItemOutcome, Status};
use domain::scan::{MAX_SCAN_CHARS, ScanInput};
use domain::sink::SinkKind;
use pipeline::scan_sessions::{ScanError, ScanSessions, find_latest_open};
use testing::events::{draft_started, item_event, job_spec, matched, open_journal, timestamp, upc};

/// A dry run must not continue a session that creates drafts, and vice versa.
#[tokio::test]
async fn scans_join_only_a_session_that_does_what_they_ask_for() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let good = JobSpec { condition: Some(Condition::Good), ..job_spec().into_scan_session() };
    let job = journal.create_job(good.clone(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let open_condition = JobSpec { condition: None, ..good.clone() };
    for joins in [good.clone(), open_condition] {
        assert_eq!(find_latest_open(&journal, &joins).await.unwrap(), Some(job.clone()), "{joins:?}");
    }
    for differs in [
        JobSpec { test_mode: true, ..good.clone() },
        JobSpec { create_drafts: false, ..good.clone() },
        JobSpec { sink: SinkKind::Inventory, ..good.clone() },
        JobSpec { condition: Some(Condition::New), ..good.clone() },
        JobSpec { note: Some("from box 14".into()), ..good.clone() },
    ] {
        assert_eq!(find_latest_open(&journal, &differs).await.unwrap(), None, "{differs:?}");
    }
}

/// Whether a scan can be undone is only known when its draft has been created, or not.
#[tokio::test]
async fn an_undo_waits_for_the_draft_that_is_being_created() {
    for (status, is_undone) in [(Status::DryRun, true), (Status::Failed, true), (Status::Drafted, false)] {
        let dir = tempfile::tempdir().unwrap();
        let journal = open_journal(dir.path()).await;
        let spec = JobSpec { test_mode: status == Status::DryRun, ..job_spec().into_scan_session() };
        let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
        let sessions = ScanSessions::new(journal.clone());
        let scan = ScanInput { key: "1".to_owned(), code: upc(1).to_string(), line: None };
        sessions.record_scans(&job, &[scan]).await.unwrap();
        journal.append_events(&job, vec![matched(1), draft_started(1)]).await.unwrap();
        let finished = ItemEvent::Finished { outcome: ItemOutcome::succeeded(status, None) };
        let finish = async {
            tokio::task::yield_now().await;
            journal.append_event(&job, item_event(1, finished)).await.unwrap();
        };
        let (undone, ()) = tokio::join!(sessions.retract_scan(&job, Some("1")), finish);
        match undone {
            Ok(remaining) => assert!(is_undone && remaining == (upc(1), 0), "{status}"),
            Err(error) => assert!(!is_undone && matches!(error, ScanError::AlreadyDrafted { .. }), "{status}: {error}"),
        }
    }
}

/// A terminal or a client may have cut it, so that its location or its terms are not those that the seller stated.
#[tokio::test]
async fn a_scan_that_may_have_been_cut_is_rejected() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let spec = job_spec().into_scan_session();
    let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let code = |chars: usize| format!("{:0<chars$}", format!("{} loc Box ", upc(1)));
    let scan = |key: &str, code| ScanInput { key: key.to_owned(), code, line: None };
    let scans = [scan("a", code(MAX_SCAN_CHARS - 1)), scan("b", code(MAX_SCAN_CHARS))];
    let results = ScanSessions::new(journal).record_scans(&job, &scans).await.unwrap();
    assert_eq!(results[0].barcode, Ok(upc(1)));
    assert_eq!(results[1].barcode, Err("longer than 255 characters".to_owned()));
}
