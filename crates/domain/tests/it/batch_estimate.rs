//! The estimate of a batch: its text and its numbers.

use domain::batch_estimate::{BatchEstimate, BatchPlan, ProviderInfo, QueuePosition, Quota, TimeEstimate};
use domain::job_spec::{Copies, JobSpec};
use domain::list_preview::{ReadProgress, Workload};
use domain::sink::SinkKind;
use domain::upstream_status::UpstreamStatus;

use testing::events::{job_spec, timestamp};

fn upstream(name: &str, per_item: f64) -> UpstreamStatus {
    UpstreamStatus {
        name: name.into(),
        limit_per_minute: Some(60.0),
        requests_per_item: per_item,
        ..UpstreamStatus::default()
    }
}

#[test]
fn the_slowest_service_sets_the_time_and_other_batches_share_it() {
    let all = [upstream("musicbrainz", 1.04), upstream("discogs", 3.0)];
    let amount = Workload { items: 680, copies: 680, ..Workload::default() };
    let alone = TimeEstimate::for_items(timestamp("2024-03-18T14:00:00Z"), amount, 0, &all).unwrap();
    assert_eq!(alone.summary(), "about 34 min: Discogs, 60 per minute");
    assert_eq!(alone.summary_with_others(), None);
    let shared = TimeEstimate::for_items(timestamp("2024-03-18T14:00:00Z"), amount, 1_720, &all).unwrap();
    assert_eq!(shared.seconds, alone.seconds);
    assert_eq!(shared.summary_with_others().unwrap(), "about 2 h 00 min together with the batches that are running");
    assert_eq!(
        TimeEstimate::for_items(timestamp("2024-03-18T14:00:00Z"), amount, 0, &[]),
        None,
        "no service is the limit"
    );
}

fn batch_estimate(spec: &JobSpec, amount: Workload) -> BatchEstimate {
    let plan = BatchPlan::from_spec(spec);
    let asked = |name: &str, identifies| ProviderInfo {
        name: name.into(),
        identifies,
        has_key: None,
        missing_without_key: None,
    };
    BatchEstimate {
        items: amount.items,
        drafts: plan.max_drafts(amount),
        plan,
        sink_description: String::new(),
        providers: vec![asked("musicbrainz", true), asked("discogs", true), asked("coverartarchive", false)],
        price_rule: String::new(),
        time_estimate: None,
        quotas: Vec::new(),
        queue_position: QueuePosition::default(),
        conflicting_job: None,
        blockers: Vec::new(),
        advice: Vec::new(),
    }
}

#[test]
fn the_estimate_is_one_sentence() {
    let amount = Workload { items: 83, copies: 86, states_condition: false, catalog: None };
    let csv = JobSpec { sink: SinkKind::Csv, test_mode: false, create_drafts: true, condition: None, ..job_spec() };
    let text = |spec: JobSpec| batch_estimate(&spec, amount).summary();
    let start = "83 items are looked up at MusicBrainz and Discogs";
    assert_eq!(
        text(csv.clone()),
        format!("{start} and become 83 drafts, destination csv, no condition for the batch.")
    );
    let separate = JobSpec { copies: Copies::Separate, review: true, ..csv.clone() };
    let message = "and wait for your review, then become 86 drafts, destination csv, one for each copy, no condition for the batch.";
    assert_eq!(text(separate), format!("{start} {message}"));
    let rehearsed = text(JobSpec { test_mode: true, ..csv.clone() });
    assert!(
        rehearsed.ends_with("would become 83 drafts, no condition for the batch (dry run: no drafts are created)."),
        "{rehearsed}"
    );
    let events = text(JobSpec { create_drafts: false, ..csv.clone() });
    assert_eq!(events, format!("{start} for releases, prices and covers; no drafts are created."));
    let one = batch_estimate(&csv, Workload { items: 1, copies: 1, states_condition: false, catalog: None }).summary();
    assert!(one.starts_with("1 item is looked up") && one.contains("and becomes 1 draft, destination"), "{one}");
}

#[test]
fn an_insufficient_daily_quota_is_reported() {
    let until = timestamp("2024-03-19T07:00:00Z");
    let quota = |need, left| Quota {
        api: "browse".into(),
        required: need,
        remaining: left,
        daily_limit: 5_000,
        resets_at: until,
    };
    assert_eq!(quota(166, 4_100).summary(), "browse: about 166 calls; 4100 of 5000 left today");
    let short = quota(5_200, 4_100);
    assert!(short.summary().ends_with("not enough for today; the rest continues after 03-19 07:00 UTC"));
    let estimate =
        BatchEstimate { quotas: vec![quota(1, 1), short.clone()], ..batch_estimate(&job_spec(), Workload::default()) };
    assert_eq!(estimate.insufficient_quotas().collect::<Vec<_>>(), [&short]);
}

#[test]
fn read_progress_never_exceeds_the_whole_list() {
    let read = |bytes, of| ReadProgress::ReadingList { bytes, total: of, lines: 1 }.percent_done();
    assert_eq!(
        (read(5, Some(10)), read(30, Some(10)), read(0, Some(0)), read(5, None)),
        (Some(50), Some(100), None, None)
    );
    assert_eq!(
        ReadProgress::CheckingDrafts { items: u64::MAX, total: u64::MAX }.percent_done().map(|percent| percent <= 100),
        Some(true)
    );
}
