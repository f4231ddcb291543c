//! Why a job stopped: as a field, and in events of earlier versions.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use serde_json::json;
use testing::events::timestamp;

fn projection_after(event: JobEvent) -> JobProjection {
    let job = domain::job_spec::JobId::new(timestamp("2026-01-02T03:04:05Z"), 0);
    let mut projection = JobProjection::new(job.clone());
    let event = EventEnvelope { seq: Seq(1), at: timestamp("2026-01-02T03:04:05Z"), job, payload: event };
    projection.apply_event(&event).unwrap();
    projection
}

#[test]
fn a_stop_for_paused_items_is_recognized_by_its_field() {
    let event = JobEvent::paused_items_stop("any words".to_owned());
    let stored = serde_json::to_value(&event).unwrap();
    assert_eq!(stored, json!({"event": "stopped", "why": "any words", "only_paused_items_left": true}));
    let read = serde_json::from_value(stored).unwrap();
    let mut projection = projection_after(read);
    assert!(projection.waits_for_paused_items());
    let resumed = EventEnvelope {
        seq: Seq(2),
        at: timestamp("2026-01-02T03:04:06Z"),
        job: projection.job.clone(),
        payload: JobEvent::Resumed,
    };
    projection.apply_event(&resumed).unwrap();
    assert!(!projection.waits_for_paused_items());
}

#[test]
fn events_of_earlier_versions_are_recognized_by_their_reason() {
    let stored = |why: &str| serde_json::from_value(json!({"event": "stopped", "why": why})).unwrap();
    let old = stored("paused items are all that is left (2): let them go, or cancel them");
    assert!(projection_after(old).waits_for_paused_items());
    assert!(!projection_after(stored("stopped by you")).waits_for_paused_items());
}

#[test]
fn other_stops_are_stored_unchanged() {
    let stored = |event: JobEvent| serde_json::to_value(event).unwrap();
    assert_eq!(stored(JobEvent::manual_stop("Ctrl-C".to_owned())), json!({"event": "stopped", "why": "Ctrl-C"}));
    let interrupted = json!({"event": "stopped", "why": "the service ended", "goes_on": true});
    assert_eq!(stored(JobEvent::interruption("the service ended".to_owned())), interrupted);
}

/// A batch that waits for a day for the operator's decisions has not run for a day.
#[test]
fn the_time_between_runs_does_not_count() {
    let job = domain::job_spec::JobId::new(timestamp("2026-01-02T03:04:05Z"), 0);
    let mut projection = JobProjection::new(job.clone());
    let mut apply = |seq, at: &str, payload| {
        let event = EventEnvelope { seq: Seq(seq), at: timestamp(at), job: job.clone(), payload };
        projection.apply_event(&event).unwrap();
        projection.run_time(projection.ended_at).map(|time| time.as_secs())
    };
    apply(1, "2026-01-02T03:00:00Z", JobEvent::Submitted { spec: testing::events::job_spec() });
    assert_eq!(apply(2, "2026-01-02T03:00:10Z", JobEvent::Completed), Some(10));
    assert_eq!(apply(3, "2026-01-03T03:00:00Z", JobEvent::manual_stop("1 item decided".to_owned())), Some(10));
    apply(4, "2026-01-03T04:00:00Z", JobEvent::Resumed);
    // The process was killed after this event.
    apply(5, "2026-01-03T04:00:03Z", JobEvent::InputClosed);
    apply(6, "2026-01-03T05:00:00Z", JobEvent::killed(Some(timestamp("2026-01-03T04:00:03Z"))));
    apply(7, "2026-01-03T05:00:00Z", JobEvent::Resumed);
    assert_eq!(apply(8, "2026-01-03T05:00:02Z", JobEvent::Completed), Some(15));
    let stored = serde_json::to_value(&projection).unwrap();
    let mut earlier = stored.clone();
    earlier.as_object_mut().unwrap().remove("run_time");
    let [read, earlier] = [stored, earlier].map(|stored| serde_json::from_value::<JobProjection>(stored).unwrap());
    let seconds = |read: JobProjection| read.run_time(read.ended_at).unwrap().as_secs();
    assert_eq!(seconds(read), 15);
    assert_eq!(seconds(earlier), 26 * 3_600 + 2, "a snapshot of an earlier version");
}
