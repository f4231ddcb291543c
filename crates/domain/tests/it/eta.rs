//! The estimated remaining time of a run, and its bottleneck.

use domain::eta::{EtaBaseline, ProgressSample};
use domain::upstream_status::UpstreamStatus;

use testing::events::timestamp;

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
    ProgressSample { at: timestamp(&format!("2024-03-18T{time}Z")), done, remaining: left }
}

#[test]
fn the_slowest_service_is_the_initial_bottleneck() {
    let all = [upstream("musicbrainz", 60.0, 1.04, 0), upstream("discogs", 60.0, 3.0, 0)];
    let now = sample("14:00:00", 0, 240);
    let estimate = EtaBaseline::new(now.clone(), &all).estimate_remaining(&now, &all).unwrap();
    assert_eq!(estimate.summary(), "about 12 min left: Discogs, 60 per minute");
}

#[test]
fn measured_requests_per_item_replace_the_estimate() {
    let course = EtaBaseline::new(sample("14:00:00", 0, 240), &[upstream("discogs", 60.0, 3.0, 100)]);
    let after = sample("14:00:40", 40, 200);
    let estimate = course.estimate_remaining(&after, &[upstream("discogs", 60.0, 3.0, 140)]).unwrap();
    assert_eq!(estimate.summary(), "about 3 min left: Discogs, 60 per minute", "one request per item, not three");
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
