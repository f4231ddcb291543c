//! Replay of the events of a job.

use parking_lot::RwLock;
use std::sync::Arc;

use console::{Effect, ItemEffect, JobEffect, JobScreen, Message, ReplayPosition, ReplaySnapshot};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::outcome::Status;

use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{done, items_added, job_spec, matched, timestamp, upc};

fn events() -> Vec<JobEvent> {
    vec![items_added(1..=3), JobEvent::InputClosed, matched(1), done(1, Status::Exported), matched(2)]
}

fn snapshot_at(number: u64, of: u64) -> ReplaySnapshot {
    let projection = projection_of(events().into_iter().take(usize::try_from(number).unwrap() - 1));
    let event =
        EventEnvelope { seq: Seq(number), at: timestamp("2024-03-18T14:03:11Z"), job: job(), payload: matched(1) };
    ReplaySnapshot {
        event_number: number,
        event_count: of,
        target: number,
        event,
        projection: Arc::new(RwLock::new(projection)),
    }
}

fn replay_effects(moment: ReplayPosition) -> Vec<Effect> {
    vec![Effect::Job(JobEffect::Replay { job: job(), position: moment })]
}

#[test]
fn the_screen_shows_which_event_is_replayed() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events())));
    assert_eq!(press(&mut console, &["t"]), replay_effects(ReplayPosition::Latest));
    insta::assert_snapshot!("past_asked_80x24", drawn(&mut console, 80, 24));
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot_at(6, 6)) });
    assert_eq!(press(&mut console, &["left"]), replay_effects(ReplayPosition::Event(5)));
    // Keys pressed while a state is loading result in a single request.
    assert_eq!(press(&mut console, &["left", "h"]), []);
    assert_eq!(
        console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot_at(5, 6)) }),
        replay_effects(ReplayPosition::Event(3))
    );
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot_at(4, 8_400)) });
    for (name, width, height) in [("80x24", 80, 24), ("120x40", 120, 40), ("40x12", 40, 12)] {
        insta::assert_snapshot!(format!("past_{name}"), drawn(&mut console, width, height));
    }
    assert_eq!(press(&mut console, &["]"]), replay_effects(ReplayPosition::Event(104)));
}

/// The pane beside the table shows an item as it is now, which is not its state in the history.
#[test]
fn the_history_has_no_pane_with_the_present_item() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events())));
    assert!(drawn(&mut console, 200, 50).contains('│'));
    press(&mut console, &["t"]);
    assert!(!drawn(&mut console, 200, 50).contains('│'));
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot_at(3, 6)) });
    assert!(!drawn(&mut console, 200, 50).contains('│'));
    press(&mut console, &["t"]);
    assert!(drawn(&mut console, 200, 50).contains('│'));
}

#[test]
fn the_first_event_is_the_submission() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events())));
    press(&mut console, &["t"]);
    let mut snapshot = snapshot_at(1, 6);
    snapshot.event.payload = JobEvent::Submitted { spec: job_spec() };
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot) });
    assert!(drawn(&mut console, 80, 24).contains("event 1 of 6, 14:03:11, submitted"));
}

#[test]
fn the_live_view_includes_what_happened_during_a_replay() {
    let mut console = console(JobScreen::new(job()));
    let live = Arc::new(RwLock::new(projection_of(events())));
    console.handle_message(&Message::JobAttached { job: job(), result: Ok(live.clone()) });
    press(&mut console, &["t"]);
    console.handle_message(&Message::ReplayLoaded { job: job(), result: Ok(snapshot_at(3, 6)) });
    let event = EventEnvelope {
        seq: Seq(7),
        at: timestamp("2024-03-18T14:31:00Z"),
        job: job(),
        payload: done(2, Status::Failed),
    };
    live.write().apply_event(&event).unwrap();
    console.handle_message(&Message::JobEvents { job: job(), events: vec![event] });
    assert!(drawn(&mut console, 80, 24).contains("0/3"), "the replayed state does not change");
    press(&mut console, &["t"]);
    let now = drawn(&mut console, 80, 24);
    assert!(now.contains("2/3") && !now.contains("HISTORY"), "{now}");
    assert_eq!(press(&mut console, &["p", "enter"]), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(1) })]);
}

/// A minute can hold most events of a batch: the way there is shown, and Esc or another key ends it.
#[test]
fn a_way_over_many_events_is_shown_and_can_be_stopped() {
    let on_the_way = |number, target| Message::ReplayLoaded {
        job: job(),
        result: Ok(ReplaySnapshot { target, ..snapshot_at(number, 480_000) }),
    };
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events())));
    press(&mut console, &["t"]);
    console.handle_message(&on_the_way(2, 2));
    let minute = ReplayPosition::Seconds { from_event: 2, offset: 60 };
    assert_eq!(press(&mut console, &["}"]), replay_effects(minute));
    assert_eq!(console.handle_message(&on_the_way(3, 400_000)), replay_effects(ReplayPosition::Event(400_000)));
    insta::assert_snapshot!("past_on_the_way_120x12", drawn(&mut console, 120, 12));
    assert_eq!(console.handle_message(&on_the_way(4, 400_000)), replay_effects(ReplayPosition::Event(400_000)));
    assert_eq!(press(&mut console, &["esc"]), []);
    let stopping = drawn(&mut console, 120, 12);
    assert!(stopping.contains("event 4 of 480,000") && stopping.contains("stopping"), "{stopping}");
    assert_eq!(console.handle_message(&on_the_way(5, 400_000)), [], "it stays there");
    let stopped = drawn(&mut console, 120, 12);
    assert!(stopped.contains("HISTORY") && !stopped.contains("stop"), "{stopped}");
    // Another move replaces the one that is under way.
    assert_eq!(press(&mut console, &["}"]).len(), 1);
    console.handle_message(&on_the_way(5, 400_000));
    assert_eq!(press(&mut console, &["g"]), []);
    assert_eq!(console.handle_message(&on_the_way(6, 400_000)), replay_effects(ReplayPosition::Event(1)));
    press(&mut console, &["t"]);
    assert_eq!(console.handle_message(&on_the_way(6, 400_000)), [], "the history is closed");
}
