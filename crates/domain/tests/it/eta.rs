//! The estimated remaining time of a run, and its bottleneck.

use domain::catalog_coverage::CatalogCoverage;
use domain::eta::{EtaBaseline, ProgressSample};
use domain::eta_tracker::EtaTracker;
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::list_reading::ListReading;
use domain::upstream_status::{OtherItemRequests, UpstreamStatus};

use domain::outcome::Status;
use testing::events::{done, items_added, job_spec, timestamp};

fn upstream(name: &str, per_minute: f64, per_item: f64, requests: u64) -> UpstreamStatus {
    UpstreamStatus {
        name: name.into(),
        limit_per_minute: Some(per_minute),
        requests_per_item: per_item,
        requests,
        ..UpstreamStatus::default()
    }
}

fn sample(time: &str, done: u64, left: u64) -> ProgressSample {
    ProgressSample { at: timestamp(&format!("2024-03-18T{time}Z")), done, remaining: left, coverage: None }
}

#[test]
fn the_slowest_service_is_the_initial_bottleneck() {
    let all = [upstream("musicbrainz", 60.0, 1.04, 0), upstream("discogs", 60.0, 3.0, 0)];
    let now = sample("14:00:00", 0, 240);
    let estimate = EtaBaseline::new(now.clone(), &all).estimate_remaining(&now, &all).unwrap();
    assert_eq!(estimate.summary(), "about 12 min left: Discogs, 60 per minute");
}

/// One listing that eBay never answers delays the others of its call for a minute; the screen names eBay meanwhile. So
/// it does while a request at which eBay fails is repeated.
#[test]
fn a_service_that_does_not_answer_is_named() {
    let mut projection = JobProjection::new("batch_20240318_143022_0".parse().unwrap());
    let events =
        [JobEvent::Submitted { spec: job_spec() }, items_added(1..=240), JobEvent::InputClosed, JobEvent::Started];
    for (seq, payload) in (1..).zip(events) {
        let job = projection.job.clone();
        let event = EventEnvelope { seq: Seq(seq), at: timestamp("2024-03-18T14:00:00Z"), job, payload };
        projection.apply_event(&event).unwrap();
    }
    let ebay = |since: Option<&str>| UpstreamStatus {
        name: "ebay".into(),
        unanswered_since: since.map(timestamp),
        ..UpstreamStatus::default()
    };
    let summary = |ebay: UpstreamStatus, others: &[UpstreamStatus]| {
        let upstreams = [others, &[ebay]].concat();
        EtaTracker::default().remaining_summary(&projection, &upstreams, timestamp("2024-03-18T14:00:12Z"))
    };
    let discogs = UpstreamStatus {
        unanswered_since: Some(timestamp("2024-03-18T14:00:11Z")),
        ..upstream("discogs", 60.0, 3.0, 0)
    };
    assert_eq!(summary(ebay(None), &[]), None);
    assert_eq!(summary(ebay(Some("2024-03-18T14:00:07Z")), &[]), None, "five seconds are usual");
    let failing = UpstreamStatus { failing_since: Some(timestamp("2024-03-18T14:00:02Z")), ..ebay(None) };
    assert_eq!(summary(failing.clone(), &[]).unwrap(), "eBay has failed at a request for 10 s");
    let silent = ebay(Some("2024-03-18T14:00:00Z"));
    let both = UpstreamStatus { unanswered_since: silent.unanswered_since, ..failing };
    assert_eq!(summary(both, &[]).unwrap(), "eBay has not answered for 12 s", "the older one");
    assert_eq!(summary(silent.clone(), &[]).unwrap(), "eBay has not answered for 12 s");
    let summary = summary(silent, &[discogs]).unwrap();
    assert_eq!(summary, "about 12 min left: Discogs, 60 per minute; eBay has not answered for 12 s");
}

#[test]
fn measured_requests_per_item_replace_the_estimate() {
    let course = EtaBaseline::new(sample("14:00:00", 0, 240), &[upstream("discogs", 60.0, 3.0, 100)]);
    let after = sample("14:00:40", 40, 200);
    let estimate = course.estimate_remaining(&after, &[upstream("discogs", 60.0, 3.0, 140)]).unwrap();
    assert_eq!(estimate.summary(), "about 3 min left: Discogs, 60 per minute", "one request per item, not three");
}

/// The console that follows a batch of another process knows its list only from the event.
#[test]
fn the_estimate_counts_the_items_that_no_catalog_has() {
    let other = OtherItemRequests { missing: 2.0, only_in_musicbrainz: 2.0, without_barcode: 3.0 };
    let discogs = UpstreamStatus { requests_per_other_item: Some(other), ..upstream("discogs", 60.0, 1.0, 0) };
    let summary = |coverage: Option<CatalogCoverage>| {
        let job: JobId = "batch_20240318_143022_0".parse().unwrap();
        let reading = ListReading { catalog: coverage, ..ListReading::default() };
        let events = [
            JobEvent::Submitted { spec: job_spec() },
            JobEvent::InputDescribed { reading },
            items_added(1..=240),
            JobEvent::InputClosed,
            JobEvent::Started,
        ];
        let mut projection = JobProjection::new(job.clone());
        for (seq, event) in (1..).zip(events) {
            let at = timestamp("2024-03-18T14:00:00Z");
            projection.apply_event(&EventEnvelope { seq: Seq(seq), at, job: job.clone(), payload: event }).unwrap();
        }
        let now = timestamp("2024-03-18T14:00:01Z");
        EtaTracker::default().remaining_summary(&projection, std::slice::from_ref(&discogs), now).unwrap()
    };
    assert_eq!(summary(None), "about 4 min left: Discogs, 60 per minute", "a batch of an earlier version");
    let half = CatalogCoverage { items: 240, found: 120, discogs: Some(120), ..CatalogCoverage::default() };
    assert_eq!(summary(Some(half)), "about 6 min left: Discogs, 60 per minute");
    let rows = CatalogCoverage { without_barcode: 240, ..CatalogCoverage::default() };
    assert_eq!(summary(Some(rows)), "about 12 min left: Discogs, 60 per minute");
    let earlier: UpstreamStatus = serde_json::from_value(serde_json::json!({
        "name": "discogs", "requests": 0, "last_minute": 0, "per_minute": 60.0, "waiting": 0, "per_item": 1.0,
        "quiet_until": null, "is_sick": false
    }))
    .unwrap();
    assert!((earlier.expected_requests_per_item(Some(half)) - 1.0).abs() < f64::EPSILON, "of an earlier service");
}

/// A batch that was interrupted overnight is not estimated by its average pace. Until the first statuses arrive, nothing
/// is estimated; then the bottleneck is named.
#[test]
fn an_interruption_does_not_count() {
    let job: JobId = "batch_20240318_143022_0".parse().unwrap();
    let (evening, morning) = (timestamp("2024-03-18T22:00:00Z"), timestamp("2024-03-19T08:00:00Z"));
    let before = [
        JobEvent::Submitted { spec: job_spec() },
        items_added(1..=60),
        JobEvent::InputClosed,
        JobEvent::Started,
        done(1, Status::Exported),
        JobEvent::Stopped { why: "stopped".into(), auto_resume: false, only_paused_items_left: false, ended_at: None },
    ];
    let mut projection = JobProjection::new(job.clone());
    let events = before.into_iter().map(|event| (evening, event)).chain([(morning, JobEvent::Started)]);
    for (seq, (at, payload)) in (1..).zip(events) {
        projection.apply_event(&EventEnvelope { seq: Seq(seq), at, job: job.clone(), payload }).unwrap();
    }
    let mut tracker = EtaTracker::default();
    assert_eq!(tracker.remaining_summary(&projection, &[], morning), None);
    let discogs = upstream("discogs", 60.0, 1.0, 500);
    let summary = tracker.remaining_summary(&projection, &[discogs], morning);
    assert_eq!(summary.as_deref(), Some("about 59 s left: Discogs, 60 per minute"));
}

/// The first items of a list need no requests if their answers are cached. They count only for a short time.
#[test]
fn cached_items_at_the_start_do_not_count_for_long() {
    let job: JobId = "batch_20240318_143022_0".parse().unwrap();
    let start = timestamp("2024-03-18T22:00:00Z");
    let mut projection = JobProjection::new(job.clone());
    let apply = |projection: &mut JobProjection, at, payload| {
        projection.apply_event(&EventEnvelope { seq: Seq(1), at, job: job.clone(), payload }).unwrap();
    };
    let before =
        [JobEvent::Submitted { spec: job_spec() }, items_added(1..=1_000), JobEvent::InputClosed, JobEvent::Started];
    for event in before {
        apply(&mut projection, start, event);
    }
    let mut tracker = EtaTracker::default();
    tracker.remaining_summary(&projection, &[upstream("discogs", 60.0, 1.0, 0)], start);
    for number in 1..=200 {
        apply(&mut projection, start, done(number, Status::NeedsReview));
    }
    let mut summary = None;
    for second in 1..=240_u32 {
        let at = start + jiff::SignedDuration::from_secs(i64::from(second));
        apply(&mut projection, at, done(200 + second, Status::Exported));
        summary = tracker.remaining_summary(&projection, &[upstream("discogs", 60.0, 1.0, u64::from(second))], at);
    }
    assert_eq!(summary.as_deref(), Some("about 9 min left: Discogs, 60 per minute"));
}

#[test]
fn a_run_with_another_bottleneck_names_no_service() {
    let course = EtaBaseline::new(sample("14:00:00", 0, 240), &[upstream("discogs", 60.0, 3.0, 0)]);
    let after = sample("15:00:00", 40, 200);
    let estimate = course.estimate_remaining(&after, &[upstream("discogs", 60.0, 3.0, 120)]).unwrap();
    assert_eq!(estimate.summary(), "about 5 h 00 min left");
}

#[test]
fn a_paused_service_adds_its_pause() {
    let sick = UpstreamStatus {
        paused_until: Some(timestamp("2024-03-18T14:30:00Z")),
        circuit_open: true,
        ..upstream("musicbrainz", 60.0, 1.0, 0)
    };
    let all = [sick, upstream("discogs", 60.0, 3.0, 0)];
    let now = sample("14:00:00", 0, 100);
    let estimate = EtaBaseline::new(now.clone(), &all).estimate_remaining(&now, &all).unwrap();
    assert_eq!(estimate.summary(), "about 32 min left: MusicBrainz, paused until 14:30:00");
}

#[test]
fn there_is_no_estimate_at_the_end_or_without_limits() {
    let now = sample("14:00:00", 9, 0);
    assert_eq!(EtaBaseline::new(now.clone(), &[]).estimate_remaining(&now, &[upstream("discogs", 60.0, 3.0, 0)]), None);
    let free = [UpstreamStatus { limit_per_minute: None, ..upstream("discogs", 60.0, 3.0, 0) }];
    let now = sample("14:00:00", 0, 9);
    assert_eq!(EtaBaseline::new(now.clone(), &free).estimate_remaining(&now, &free), None);
}
