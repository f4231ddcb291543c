//! The number of items finished per minute.

use domain::eta_tracker::Throughput;
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::outcome::Status;
use jiff::{SignedDuration, Timestamp};

use testing::events::{done, items_added, job_spec, timestamp};

fn after(seconds: i64) -> Timestamp {
    timestamp("2026-01-02T03:04:05Z") + SignedDuration::from_secs(seconds)
}

fn apply_event(projection: &mut JobProjection, event: JobEvent) {
    projection
        .apply_event(&EventEnvelope { seq: Seq(1), at: after(0), job: projection.job.clone(), payload: event })
        .unwrap();
}

#[test]
fn throughput_covers_the_last_minute() {
    let mut projection = JobProjection::new(JobId::new(after(0), 0));
    apply_event(&mut projection, JobEvent::Submitted { spec: job_spec() });
    apply_event(&mut projection, items_added(0..500));
    let mut throughput = Throughput::default();
    assert_eq!(throughput.items_per_minute(&projection, after(0)), None, "nothing was observed yet");
    let mut text = Vec::new();
    for second in 1..=180 {
        // Two items per second for a minute, then one, then none.
        let ended = [2, 1, 0][(second - 1) / 60];
        (0..ended).for_each(|_| {
            let next = u32::try_from(projection.counts.done).unwrap();
            apply_event(&mut projection, done(next, Status::Exported));
        });
        text.push(throughput.items_per_minute(&projection, after(i64::try_from(second).unwrap())));
    }
    assert_eq!(text[3], None, "four seconds are not enough");
    let of = |second: usize| text[second - 1].as_deref();
    assert_eq!(
        [of(5), of(60), of(90), of(120), of(180)].map(Option::unwrap),
        ["120 items/min", "120 items/min", "90 items/min", "60 items/min", "0 items/min"]
    );
    assert_eq!(throughput.items_per_minute(&projection, after(900)), None, "the last observation is too old");
    assert_eq!(throughput.items_per_minute(&projection, after(20)), None, "the clock was set back");
    assert_eq!(throughput.items_per_minute(&projection, after(30)).as_deref(), Some("0 items/min"));
    apply_event(&mut projection, JobEvent::Paused { why: "asked to".into() });
    assert_eq!(throughput.items_per_minute(&projection, after(181)), None, "nothing is being finished");
    apply_event(&mut projection, JobEvent::Resumed);
    assert_eq!(
        throughput.items_per_minute(&projection, after(600)),
        None,
        "measuring restarts, and the pause does not count"
    );
    apply_event(&mut projection, done(499, Status::Failed));
    assert_eq!(throughput.items_per_minute(&projection, after(610)).as_deref(), Some("6 items/min"));
}
