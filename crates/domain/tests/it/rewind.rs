//! Taking events back.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::rewind::RewindMismatch;
use testing::events::{done, items_added, job_spec, matched, price_event, timestamp, upc};

fn events() -> Vec<EventEnvelope> {
    let job = domain::job_spec::JobId::new(timestamp("2026-01-02T03:04:05Z"), 0);
    let payloads = [
        JobEvent::Submitted { spec: job_spec() },
        items_added(1..=4),
        matched(1),
        matched(2),
        price_event(1),
        done(1, Status::Exported),
        JobEvent::manual_stop("asked to".into()),
    ];
    let event = |(payload, number)| EventEnvelope {
        seq: Seq(number),
        at: timestamp("2026-01-02T03:04:05Z"),
        job: job.clone(),
        payload,
    };
    payloads.into_iter().zip(1..).map(event).collect()
}

fn replay(events: &[EventEnvelope]) -> JobProjection {
    let mut projection = JobProjection::new(events[0].job.clone());
    for event in events {
        projection.apply_event(event).unwrap();
    }
    projection
}

/// Returns the events of the item 1.
fn item_events(events: &[EventEnvelope]) -> Vec<EventEnvelope> {
    let is_of_item = |event: &&EventEnvelope| matches!(event.payload, JobEvent::Item { upc: of, .. } if of == upc(1));
    events.iter().filter(is_of_item).cloned().collect()
}

#[test]
fn events_of_items_and_of_the_job_are_taken_back() {
    let events = events();
    let mut projection = replay(&events);
    projection.rewind_items(&[upc(1)], &item_events(&events), Seq(4)).unwrap();
    projection.rewind_job(&events[..1]).unwrap();
    (projection.position, projection.last_event_at) = (Seq(4), Some(events[3].at));
    // The event that added the items remains, and is not among those of the job.
    assert_eq!(projection, replay(&events[..4]));
}

/// Events of which one is missing do not lead to the state of their item.
#[test]
fn events_that_lead_to_another_state_are_not_taken_back() {
    let events = events();
    let mut projection = replay(&events);
    let missing_last = &item_events(&events)[..2];
    assert_eq!(projection.rewind_items(&[upc(1)], missing_last, Seq(4)), Err(RewindMismatch));
    assert_eq!(projection.rewind_items(&[upc(9)], &[], Seq(4)), Err(RewindMismatch), "it is not in the list");
    assert_eq!(projection, replay(&events), "it is unchanged");
}
