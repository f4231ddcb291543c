//! Projections of the same events are equal: live, replayed, as an outline, and for single items.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::item::Item;
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::upc::Upc;
use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::journal::JournalError;

use testing::each_store;
use testing::events::{
    ambiguous, cover_chosen, create_job, described_item, done, draft_started, items_added, line_rejected, matched,
    open_journal, price_event, projection_of, unknown, upc,
};
use testing::postgres::TestStore;

/// Generates valid and invalid events in any order, on few items so that the events interact.
pub(super) fn any_event() -> impl Strategy<Value = JobEvent> {
    let number = 1_u32..8;
    prop_oneof![
        4 => number.clone().prop_map(matched),
        1 => number.clone().prop_map(ambiguous),
        1 => number.clone().prop_map(unknown),
        4 => number.clone().prop_map(price_event),
        4 => number.clone().prop_map(cover_chosen),
        3 => number.clone().prop_map(draft_started),
        3 => (number.clone(), 0..7_usize).prop_map(|(number, status)| done(number, Status::ALL[status])),
        2 => proptest::collection::vec(1_u32..12, 0..4).prop_map(items_added),
        2 => number.clone().prop_map(|number| {
            JobEvent::ItemsAdded { items: vec![described_item(number, "Box 1", "VG+/G")] }
        }),
        1 => number.prop_map(line_rejected),
        1 => prop_oneof![
            Just(JobEvent::Resumed),
            Just(JobEvent::Queued),
            Just(JobEvent::Started),
            Just(JobEvent::Completed),
            Just(JobEvent::manual_stop("asked to".into())),
            Just(JobEvent::interruption("the service ended".into())),
            Just(JobEvent::Paused { why: "asked to".into() }),
            Just(JobEvent::Cancelled { why: "asked to".into() }),
        ],
    ]
}

/// Applies groups of events one after another. Returns the projection and whether each group was accepted.
fn apply_groups(
    mut projection: JobProjection,
    groups: &[Vec<JobEvent>],
    at: jiff::Timestamp,
) -> (JobProjection, Vec<bool>) {
    let mut accepted = Vec::new();
    for events in groups {
        let mut trial = projection.clone();
        let event = |payload: &JobEvent| EventEnvelope {
            seq: Seq::default(),
            at,
            job: projection.job.clone(),
            payload: payload.clone(),
        };
        let is_valid = events.iter().all(|payload| trial.apply_event(&event(payload)).is_ok());
        accepted.push(is_valid);
        if is_valid {
            projection = trial;
        }
    }
    (projection, accepted)
}

fn without_times(projection: &JobProjection) -> JobProjection {
    let items = projection.items().iter().cloned().map(|item| Item { started_at: None, ended_at: None, ..item });
    projection.clone().with_items(items.collect())
}

/// Checks that events of one transaction are validated as if they had been appended individually, and that the replay
/// equals the live projection.
async fn replay_is_live_projection(store: &TestStore, groups: Vec<Vec<JobEvent>>) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 5).await;
    let before = projection_of(&journal, &job).await;
    let answers = join_all(groups.iter().map(|events| journal.append_events(&job, events.clone()))).await;
    let live = projection_of(&journal, &job).await;
    journal.close().await;

    let (mut expected, accepted) = apply_groups(before, &groups, "2024-03-18T14:30:22Z".parse().unwrap());
    (expected.started_at, expected.ended_at) = (live.started_at, live.ended_at);
    expected.run_time = live.run_time;
    (expected.position, expected.last_event_at) = (live.position, live.last_event_at);
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), accepted);
    // Times of an item come from the clock.
    assert_eq!(without_times(&live), without_times(&expected));

    let again = open_journal(store.location()).await;
    let replayed = projection_of(&again, &job).await;
    assert_eq!(replayed, live);
    let outline = again.outline_projection(&job).await.unwrap();
    assert_eq!(Job::from(&outline), Job::from(&live));
    assert_eq!(again.job_summary(&job).await.unwrap(), Job::from(&live));
    let statuses = again.job_statuses().await.unwrap();
    assert_eq!((statuses[0].state, statuses[0].auto_resume), (live.state, live.auto_resume));
    let upcs: Vec<Upc> = (1..12).map(upc).collect();
    let listed = again.input_items(&job, &upcs).await.unwrap();
    let listed: Vec<Upc> = listed.into_iter().map(|item| item.upc).collect();
    assert_eq!(listed, live.items().iter().map(|item| item.upc).collect::<Vec<_>>());
}

fn groups_of_events() -> impl Strategy<Value = Vec<Vec<JobEvent>>> {
    proptest::collection::vec(proptest::collection::vec(any_event(), 1..4), 1..60)
}

/// Checks [`replay_is_live_projection`] with several generated groups of events in one store.
fn check_replays(store: &TestStore, cases: u32) {
    let config = ProptestConfig { cases, source_file: Some(file!()), ..ProptestConfig::default() };
    let checked = TestRunner::new(config).run(&groups_of_events(), |groups| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(replay_is_live_projection(store, groups));
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn replay_equals_the_live_projection_in_files() {
    check_replays(&TestStore::in_files(), 24);
}

#[test]
fn replay_equals_the_live_projection_in_postgres() {
    if let Some(store) = TestStore::in_postgres() {
        check_replays(&store, 8);
    }
}

async fn item_details_are_in_the_order_of_the_upcs_with_every_event(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 300).await;
    let all =
        vec![matched(2), price_event(2), cover_chosen(2), draft_started(2), done(2, Status::Exported), unknown(299)];
    journal.append_events(&job, all).await.unwrap();

    // More than one chunk of UPCs, in reverse order, with one UPC repeated.
    let upcs: Vec<Upc> = (1..=300).rev().chain([2]).map(upc).collect();
    let all_details = journal.item_details(&job, &upcs).await.unwrap();
    assert_eq!(all_details.iter().map(|details| details.input.upc).collect::<Vec<_>>(), upcs);
    let two = &all_details[298];
    assert_eq!(two, &all_details[300]);
    assert!(
        two.verdict.is_some() && two.price_estimate.is_some() && two.artwork.is_some() && two.announced_sku.is_some()
    );
    assert_eq!(two.outcome.as_ref().unwrap().status, Status::Exported);
    assert_eq!(all_details[1].unavailable_providers, ["discogs: circuit open".into()]);
    assert!(all_details[0].verdict.is_none());

    let unknown = journal.item_details(&job, &[upc(1), upc(777)]).await.unwrap_err();
    assert!(matches!(unknown, JournalError::UnknownItem { upc: missing, .. } if missing == upc(777)));
}

async fn a_list_with_duplicates_has_no_gaps(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 10).await;
    journal.append_event(&job, items_added([3, 12, 11, 12])).await.unwrap();
    journal.append_event(&job, items_added([11, 13])).await.unwrap();
    let upcs: Vec<Upc> = (1..=20).rev().map(upc).collect();
    let listed = journal.input_items(&job, &upcs).await.unwrap();
    let listed: Vec<Upc> = listed.into_iter().map(|item| item.upc).collect();
    assert_eq!(listed, (1..=10).chain([12, 11, 13]).map(upc).collect::<Vec<_>>(), "in the order of the list");
}

/// Projections that no caller holds are evicted, and a replay restores them.
async fn projections_of_ended_jobs_are_evicted(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let first = create_job(&journal, 3).await;
    journal
        .append_events(&first, vec![done(1, Status::Failed), JobEvent::manual_stop("asked to".into())])
        .await
        .unwrap();
    let resident = journal.projection(&first).await.unwrap();
    let second = create_job(&journal, 2).await;
    journal.append_event(&first, done(2, Status::Skipped)).await.unwrap();
    assert_eq!(resident.read().counts.done, 2, "a projection with a holder is kept up to date");
    let before = resident.read().clone();
    let weak = std::sync::Arc::downgrade(&resident);
    drop(resident);
    let _third = create_job(&journal, 1).await;
    assert!(weak.upgrade().is_none(), "the projection of an ended job without a holder is evicted");
    assert_eq!(projection_of(&journal, &first).await, before);
    assert_eq!(projection_of(&journal, &second).await.state, JobState::Running);
}

each_store!(
    item_details_are_in_the_order_of_the_upcs_with_every_event,
    a_list_with_duplicates_has_no_gaps,
    projections_of_ended_jobs_are_evicted
);
