//! The history of a job: the state after any event equals the replay of the events up to it.

use domain::decision::{Corrections, Decision, ListingEdits, ReviewChoice};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::lot::LotEdit;
use domain::outcome::Status;
use domain::seller_data::MediaGrade;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::journal::JobHistory;
use testing::events::{
    create_job, done, draft_started, item_event, items_added, matched, open_journal, price_event, projection_of,
    unknown,
};
use testing::postgres::TestStore;

use super::projections::any_event;

/// A move to another event.
#[derive(Clone, Copy, Debug)]
enum Seek {
    Newest,
    Event(u64),
    Steps(i64),
    Seconds(i64),
}

fn any_seek() -> impl Strategy<Value = Seek> {
    prop_oneof![
        1 => Just(Seek::Newest),
        2 => (0..400_u64).prop_map(Seek::Event),
        6 => (-30..20_i64).prop_map(Seek::Steps),
        1 => (-90..90_i64).prop_map(Seek::Seconds),
    ]
}

fn decision(choice: ReviewChoice, is_edit: bool, lot: bool) -> Decision {
    let lot = lot.then(|| LotEdit::Alone);
    let media_grade = is_edit.then_some(MediaGrade::Good);
    let listing = ListingEdits { lot, ..ListingEdits::default() };
    let corrections = Corrections { media_grade, listing, ..Corrections::default() };
    Decision { choice, corrections, is_edit, ..Decision::accept() }
}

/// Generates events of items that were decided about, paused, or processed again, besides those of every batch.
fn any_later_event() -> impl Strategy<Value = JobEvent> {
    let undo = ReviewChoice::Undo { has_price: false, has_cover: true, earlier_price: None };
    let choice = prop_oneof![Just(ReviewChoice::Accept), Just(undo)];
    let step = prop_oneof![
        2 => Just(ItemEvent::Paused),
        2 => Just(ItemEvent::Resumed),
        2 => Just(ItemEvent::Requeued),
        3 => (choice, any::<bool>(), any::<bool>())
            .prop_map(|(choice, is_edit, lot)| ItemEvent::ReviewDecided { decision: decision(choice, is_edit, lot) }),
    ];
    prop_oneof![
        2 => any_event(),
        1 => (1_u32..8, step).prop_map(|(number, step)| item_event(number, step)),
        1 => (1_u32..8).prop_map(|number| done(number, Status::NeedsReview)),
    ]
}

fn replay(job: &JobProjection, events: &[EventEnvelope]) -> JobProjection {
    let mut projection = JobProjection::new(job.job.clone());
    for event in events {
        projection.apply_event(event).unwrap();
    }
    projection
}

/// Returns the number of the event to which a move leads.
fn target(events: &[EventEnvelope], from: u64, seek: Seek) -> u64 {
    let count = events.len() as u64;
    match seek {
        Seek::Newest => count,
        Seek::Event(number) => number.clamp(1, count),
        Seek::Steps(steps) => from.saturating_add_signed(steps).clamp(1, count),
        Seek::Seconds(seconds) => {
            let time = events[usize::try_from(from).unwrap() - 1].at + SignedDuration::from_secs(seconds);
            (events.partition_point(|event| event.at <= time) as u64).max(1)
        }
    }
}

async fn history_equals_the_replay(store: &TestStore, groups: Vec<Vec<JobEvent>>, seeks: Vec<Seek>, per_move: u64) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 5).await;
    for events in groups {
        // Those that cannot follow are rejected.
        journal.append_events(&job, events).await.ok();
    }
    let events = journal.row_events(&job, Seq::default(), 100_000).await.unwrap();
    let newest = projection_of(&journal, &job).await;
    let history = JobHistory::from_projection(&journal, newest.clone()).await.unwrap();
    let mut history = history.with_events_per_move(per_move);
    for seek in seeks {
        let from = history.event_number();
        let number = target(&events, from, seek);
        let target = match seek {
            Seek::Newest => history.seek_to_newest().await.unwrap(),
            Seek::Event(number) => history.seek_to_event(number).await.unwrap(),
            Seek::Steps(_) => history.seek_to_event(number).await.unwrap(),
            Seek::Seconds(seconds) => history.seek_by_time(from, seconds).await.unwrap(),
        };
        assert_eq!(target, number, "{from} {seek:?}");
        let mut moves = 1;
        while history.event_number() != target {
            let on_the_way = &events[..usize::try_from(history.event_number()).unwrap()];
            assert_eq!(*history.projection(), replay(&newest, on_the_way), "{from} {seek:?}");
            assert_eq!(history.seek_to_event(target).await.unwrap(), target);
            moves += 1;
            assert!(moves <= events.len(), "{from} {seek:?}");
        }
        assert_eq!((history.event_number(), history.event_count()), (number, events.len() as u64), "{from} {seek:?}");
        let applied = &events[..usize::try_from(number).unwrap()];
        assert_eq!(*history.projection(), replay(&newest, applied), "{from} {seek:?}");
        assert_eq!(history.read_event().await.unwrap(), applied[applied.len() - 1]);
    }
    journal.close().await;
}

fn check_histories(store: &TestStore, cases: u32) {
    let config = ProptestConfig { cases, source_file: Some(file!()), ..ProptestConfig::default() };
    let groups = proptest::collection::vec(proptest::collection::vec(any_later_event(), 1..4), 1..150);
    let seeks = proptest::collection::vec(any_seek(), 1..30);
    let per_move = prop_oneof![Just(u64::MAX), 1..40_u64];
    let checked = TestRunner::new(config).run(&(groups, seeks, per_move), |(groups, seeks, per_move)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(history_equals_the_replay(store, groups, seeks, per_move));
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn the_history_equals_the_replay_in_files() {
    check_histories(&TestStore::in_files(), 24);
}

#[test]
fn the_history_equals_the_replay_in_postgres() {
    if let Some(store) = TestStore::in_postgres() {
        check_histories(&store, 6);
    }
}

/// A batch with a snapshot, whose list is in several chunks, stepped back from its end and forward again while it goes on.
#[tokio::test]
async fn a_large_batch_is_stepped_back_from_its_snapshot() {
    const ITEMS: u32 = 20_000;
    let store = TestStore::in_files();
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, ITEMS).await;
    let numbers = [1, 9_000, 9_001, 17_000, ITEMS];
    let mut steps: Vec<JobEvent> = (1..=300).map(unknown).collect();
    steps.extend(numbers.into_iter().skip(1).flat_map(|number| [matched(number), price_event(number)]));
    steps.extend([draft_started(ITEMS), done(ITEMS, Status::Exported), JobEvent::manual_stop("asked to".into())]);
    journal.append_events(&job, steps).await.unwrap();
    journal.close().await;

    let journal = open_journal(store.location()).await;
    let newest = projection_of(&journal, &job).await;
    let mut history = JobHistory::from_projection(&journal, newest.clone()).await.unwrap();
    journal.append_events(&job, vec![JobEvent::Resumed, matched(2_000)]).await.unwrap();
    let events = journal.row_events(&job, Seq::default(), 1_000).await.unwrap();
    let last = events.len() as u64;
    history.use_later_state(projection_of(&journal, &job).await).await.unwrap();
    for number in [last - 2, last, last - 3, last - 12, last - 11, 5, 1, 4, last] {
        history.seek_to_event(number).await.unwrap();
        let applied = &events[..usize::try_from(number).unwrap()];
        assert!(*history.projection() == replay(&newest, applied), "event {number}");
    }
    // Events that add items are not taken back: what was before them is read from the beginning.
    journal.append_event(&job, items_added([ITEMS + 1])).await.unwrap();
    history.seek_to_newest().await.unwrap();
    history.seek_to_event(last).await.unwrap();
    assert!(*history.projection() == replay(&newest, &events));
    journal.close().await;
}
