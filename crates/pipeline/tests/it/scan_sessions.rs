//! Which open scan session new scans join.

use domain::condition::Condition;
use domain::job_spec::JobSpec;
use domain::sink::SinkKind;
use pipeline::scan_sessions::find_latest_open;
use testing::events::{job_spec, open_journal, timestamp};

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
