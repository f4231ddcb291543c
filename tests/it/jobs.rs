//! The life cycle of a job: its states, their names, and how events of older journals are read.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::list_options::ListOptions;
use domain::outcome::Status;
use domain::source_type::SourceType;
use draft_maker::headless::{exit_status, next_commands};
use report::Totals;

use testing::events::{done, items_added, job_spec, timestamp};

/// Returns the projection after these events, one per second starting at `03:04:01`.
fn projection_after(events: impl IntoIterator<Item = JobEvent>) -> JobProjection {
    let job = JobId::new(timestamp("2026-01-02T03:04:00Z"), 0);
    let mut projection = JobProjection::new(job.clone());
    for (event, number) in [JobEvent::Submitted { spec: job_spec() }].into_iter().chain(events).zip(1..) {
        let at = timestamp(&format!("2026-01-02T03:04:{number:02}Z"));
        projection.apply_event(&EventEnvelope { seq: Seq(number), at, job: job.clone(), payload: event }).unwrap();
    }
    projection
}

fn why() -> String {
    "asked to".to_owned()
}

#[test]
fn a_job_is_queued_runs_and_ends() {
    let shown = |events: Vec<JobEvent>| {
        let projection = projection_after(events);
        let second = |time: Option<jiff::Timestamp>| time.map(|time| time.strftime("%S").to_string());
        (projection.state.as_str(), second(projection.started_at), second(projection.ended_at), projection.auto_resume)
    };
    let at = |second: &str| Some(second.to_owned());
    let goes_on = || JobEvent::interruption(why());
    let queue = || vec![JobEvent::Queued, JobEvent::Started];
    let and = |events: Vec<JobEvent>| queue().into_iter().chain(events).collect::<Vec<_>>();
    assert_eq!(shown(vec![]), ("running", at("01"), None, false), "a run in a terminal is not queued");
    assert_eq!(shown(vec![JobEvent::Queued]), ("pending", None, None, false));
    assert_eq!(shown(queue()), ("running", at("03"), None, false));
    assert_eq!(shown(and(vec![JobEvent::Paused { why: why() }])), ("paused", at("03"), None, false));
    assert_eq!(shown(and(vec![JobEvent::Paused { why: why() }, JobEvent::Queued])), ("pending", at("03"), None, false));
    assert_eq!(shown(and(vec![goes_on()])), ("stopped", at("03"), at("04"), true));
    assert_eq!(shown(and(vec![goes_on(), JobEvent::Queued, JobEvent::Resumed])), ("running", at("03"), None, false));
    assert_eq!(shown(and(vec![JobEvent::Completed])), ("completed", at("03"), at("04"), false));
    assert_eq!(shown(and(vec![JobEvent::Failed { why: why() }])), ("failed", at("03"), at("04"), false));
    assert_eq!(shown(vec![JobEvent::Queued, JobEvent::Cancelled { why: why() }]), ("cancelled", None, at("03"), false));
    for state in JobState::ALL {
        assert_eq!(state.as_str().parse().ok(), Some(state));
    }
}

#[test]
fn the_retry_command_repeats_the_list_options() {
    let mut projection =
        projection_after([items_added([1]), JobEvent::InputClosed, done(1, Status::Failed), JobEvent::Completed]);
    let source = input::Source::join_addresses(&["a.txt".to_owned(), "my b.csv".to_owned()]);
    let list_options = ListOptions { quantity_column: Some("none".to_owned()), ..ListOptions::default() };
    let media_grade = Some("VG+".parse().unwrap());
    projection.spec = Some(JobSpec { source, media_grade, list_options, ..job_spec() });
    let (_, command) = next_commands(&projection).pop().unwrap();
    assert!(command.starts_with("draft-maker run a.txt 'my b.csv' --"), "{command}");
    assert!(command.contains(" --media-grade VG+ --quantity-column none"), "{command}");
}

#[test]
fn every_state_has_an_exit_code_and_a_next_command() {
    let text = |events: Vec<JobEvent>| {
        let projection = projection_after(
            [items_added([1]), JobEvent::InputClosed, done(1, Status::Exported)].into_iter().chain(events),
        );
        (exit_status(&projection), next_commands(&projection).first().map(|(why, _)| *why))
    };
    let resume = Some("To resume");
    assert_eq!(text(vec![JobEvent::Completed]), (0, None));
    assert_eq!(text(vec![JobEvent::manual_stop(why())]), (3, resume));
    assert_eq!(text(vec![JobEvent::Paused { why: why() }]), (3, resume));
    assert_eq!(text(vec![JobEvent::Cancelled { why: why() }]), (3, None), "no next command");
    assert_eq!(text(vec![JobEvent::Failed { why: why() }]), (1, resume));
    assert_eq!(text(vec![JobEvent::Queued]), (1, resume));
}

#[test]
fn the_report_states_how_the_job_ended() {
    let running = projection_after([items_added([1, 2]), JobEvent::InputClosed, done(1, Status::Exported)]);
    let now = Some(timestamp("2026-01-02T03:05:00Z"));
    let state = |totals: Totals| totals.summary().state;
    assert_eq!(state(Totals::new(&running, None)), JobState::Running);
    assert_eq!(state(Totals::new(&running, now)), JobState::Stopped);
    for ends in [JobState::Paused, JobState::Cancelled, JobState::Completed] {
        assert_eq!(state(Totals::new(&running, now).with_final_state(ends)), ends);
    }
}

/// Events of older journals keep their original meaning.
#[test]
fn older_events_are_read() {
    let stopped: JobEvent = serde_json::from_str(r#"{"event":"stopped","why":"asked to"}"#).unwrap();
    assert_eq!(stopped, JobEvent::manual_stop(why()));
    assert_eq!(serde_json::to_string(&stopped).unwrap(), r#"{"event":"stopped","why":"asked to"}"#);
    let ordered = r#"{"event":"ordered","order":{"source":"-","source_type":"stdin","create_drafts":true,
                      "test_mode":false,"sink":"csv","output":"output"}}"#;
    let ordered: JobEvent = serde_json::from_str(ordered).unwrap();
    let JobEvent::Submitted { spec } = ordered else { panic!("{ordered:?}") };
    assert_eq!((&spec.retry_of, &spec.source_type), (&None, &SourceType::Stdin));
    let text = serde_json::to_string(&spec).unwrap();
    let unknown: JobSpec = serde_json::from_str(&text.replace("stdin", "ftp")).unwrap();
    assert_eq!(unknown.source_type, SourceType::Unknown("ftp".into()));
    assert_eq!(serde_json::to_string(&unknown).unwrap(), text.replace("stdin", "ftp"), "unknown texts are kept");
}

#[test]
fn a_job_is_its_projection_without_the_items() {
    let projection = projection_after([
        JobEvent::Queued,
        JobEvent::Started,
        items_added([1, 2]),
        JobEvent::InputClosed,
        done(1, Status::Failed),
    ]);
    let job = Job::from(&projection);
    assert_eq!((job.counts.total, job.counts.for_status(Status::Failed), job.input_closed), (2, 1, true));
    assert!(job.state.is_active() && !job.state.can_resume());
}
