//! Events are written in groups, and each event is validated individually.

use std::collections::BTreeSet;

use domain::event::{JobEvent, Seq};
use domain::outcome::Status;
use futures::future::join_all;
use store::journal::{JournalError, JournalRow};
use tokio::task::JoinSet;

use super::execute_sql;
use testing::each_store;
use testing::events::{
    create_job, done, draft_started, input_item, items_added, job_spec, matched, open_journal, price_event,
    projection_of, timestamp, upc,
};
use testing::postgres::TestStore;

async fn a_thousand_events_of_fifty_tasks_are_all_written(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 1000).await;
    let mut tasks = JoinSet::new();
    for task in 0..50 {
        let (journal, job) = (journal.clone(), job.clone());
        tasks.spawn(async move {
            let mut seqs = Vec::new();
            for number in (1..=1000).filter(|number| number % 50 == task) {
                seqs.push(journal.append_event(&job, matched(number)).await.unwrap());
            }
            seqs
        });
    }
    let each_tasks = tasks.join_all().await;
    assert!(
        each_tasks.iter().all(|seqs| seqs.is_sorted_by(|a, b| a < b)),
        "a later event of a task has a greater number"
    );
    let all: BTreeSet<Seq> = each_tasks.into_iter().flatten().collect();
    assert_eq!(all.len(), 1000, "no number occurs twice");
    let events = journal.read_events(Some(&job), Seq(3), usize::MAX).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<BTreeSet<_>>(), all);
    assert_eq!(*journal.subscribe_head().borrow(), *all.last().unwrap());
}

/// `join_all` polls in order, and the writer runs only when all of them wait, so the events are one group.
async fn an_invalid_event_does_not_fail_its_group(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 3).await;
    let events = [
        matched(1),
        price_event(2),            // not identified yet
        price_event(1),            // follows an event of the same transaction
        price_event(1),            // a second price
        draft_started(1),          //
        done(1, Status::Exported), //
        done(1, Status::Failed),   // a second end state
        matched(9),                // not of this job
        items_added([9]),          //
        matched(9),                // now it is part of the job
        done(3, Status::Skipped),  //
    ];
    let answers = join_all(events.map(|event| journal.append_event(&job, event))).await;
    let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, false, true, false, true, true, false, false, true, true, true]);
    let rejected = answers[6].as_ref().unwrap_err();
    assert!(matches!(rejected, JournalError::InvalidTransition(_)));
    assert_eq!(rejected.to_string(), "720640000016: a second end state cannot follow Done");
    let projection = projection_of(&journal, &job).await;
    assert_eq!(
        (projection.counts.total, projection.counts.done, projection.counts.for_status(Status::Exported)),
        (4, 2, 1)
    );
}

async fn several_events_are_written_together_or_not_at_all(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 2).await;
    let before = projection_of(&journal, &job).await;
    let seq = *journal.subscribe_head().borrow();
    let both = [
        journal.append_events(&job, vec![matched(1), items_added([7]), done(1, Status::Failed), price_event(1)]),
        // These are validated without any pending changes of the rejected events.
        journal.append_events(&job, vec![items_added([8]), matched(1)]),
    ];
    let answers = join_all(both).await;
    assert!(matches!(answers[0], Err(JournalError::InvalidTransition(_))));
    assert_eq!(answers[1].as_ref().unwrap(), &Seq(seq.0 + 2));
    let after = projection_of(&journal, &job).await;
    assert_eq!(after.items().len(), before.items().len() + 1);
    assert_eq!(journal.input_items(&job, &[upc(7), upc(8)]).await.unwrap(), [input_item(8)]);
    assert_eq!(journal.append_events(&job, vec![]).await.unwrap(), Seq(seq.0 + 2), "without events nothing is written");
}

async fn jobs_of_the_same_second_get_different_names(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let second = |fraction| timestamp(&format!("2024-03-18T14:30:22.{fraction}Z"));
    let created = join_all([100, 500, 900].map(|f| journal.create_job(job_spec(), second(f)))).await;
    let mut names: Vec<String> = created.into_iter().map(|job| job.unwrap().to_string()).collect();
    names.sort();
    assert_eq!(names, ["batch_20240318_143022_0", "batch_20240318_143022_1", "batch_20240318_143022_2"]);
    let listed: Vec<String> = journal.job_ids().await.unwrap().iter().map(ToString::to_string).collect();
    names.reverse();
    assert_eq!(listed, names, "newest first");
}

async fn an_unknown_job_is_named_in_the_error(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let unknown = "batch_20240318_143022_5".parse().unwrap();
    let error = journal.append_event(&unknown, JobEvent::InputClosed).await.unwrap_err();
    assert_eq!(error.to_string(), "unknown batch batch_20240318_143022_5; `draft-maker jobs` lists all batches");
}

fn scanned(number: u32, line: u32, copies: u32) -> JobEvent {
    let (key, upc) = (format!("line-{line}"), Some(upc(number)));
    JobEvent::Scanned { key, upc, copies, line, seller: None, corrects: false }
}

/// The scans of a request are written together or not at all, also if one of their items is damaged.
#[tokio::test]
async fn an_unreadable_item_fails_all_scans_of_its_request_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = create_job(&journal, 3).await;
    execute_sql(dir.path(), "UPDATE items SET listed = 'no JSON' WHERE place = 1").await;
    let before = *journal.subscribe_head().borrow();
    let answers = join_all([
        journal.append_events(&job, vec![items_added([7]), scanned(1, 1, 2), matched(1), scanned(2, 2, 2)]),
        // Is validated without any pending changes of the rejected request.
        journal.append_events(&job, vec![matched(1), scanned(3, 3, 2)]),
    ])
    .await;
    let error = answers[0].as_ref().unwrap_err();
    assert!(matches!(error, JournalError::DecodeFailed { row: JournalRow::InputItem, .. }), "{error:?}");
    assert_eq!(answers[1].as_ref().unwrap(), &Seq(before.0 + 2), "{answers:?}");
    let events = journal.read_events(Some(&job), before, usize::MAX).await.unwrap();
    assert_eq!(events.len(), 2, "{events:?}");
    let stored = journal.input_items(&job, &[upc(1), upc(3), upc(7)]).await.unwrap();
    let copies: Vec<_> = stored.iter().map(|item| (item.upc, item.copies)).collect();
    assert_eq!(copies, [(upc(1), 1), (upc(3), 2)]);
}

/// The scans of one request see each other's changes, also those of an item that the request adds.
async fn scans_of_one_request_add_up(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 1).await;
    let scans = vec![
        scanned(1, 4, 2),
        items_added([7]),
        scanned(7, 5, 2),
        scanned(1, 6, 3),
        JobEvent::ScanRetracted { key: "line-5".into(), upc: upc(7), copies: 1, line: Some(5) },
        scanned(7, 8, 2),
    ];
    journal.append_events(&job, scans).await.unwrap();
    let stored = journal.input_items(&job, &[upc(1), upc(7)]).await.unwrap();
    let lines: Vec<_> = stored.iter().map(|item| (item.copies, item.lines.to_vec())).collect();
    assert_eq!(lines, [(3, vec![1, 4, 6]), (2, vec![7, 8])]);
}

each_store!(
    scans_of_one_request_add_up,
    an_invalid_event_does_not_fail_its_group,
    several_events_are_written_together_or_not_at_all,
    jobs_of_the_same_second_get_different_names,
    an_unknown_job_is_named_in_the_error
);

each_store!(threads: a_thousand_events_of_fifty_tasks_are_all_written);
