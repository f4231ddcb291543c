//! The life of a job: its states, what they are called, and what older journals say of them.

use domain::batch::JobId;
use domain::board::Board;
use domain::event::{Event, Fact, Seq};
use domain::job::{Job, JobState};
use domain::outcome::Status;
use draft_maker::headless::{exit_status, next_command};
use report::Totals;

use testing::events::{at, done, order, taken};

/// The board after facts, one in each second from `03:04:01`.
fn after(facts: impl IntoIterator<Item = Fact>) -> Board {
    let job = JobId::new(at("2026-01-02T03:04:00Z"), 0);
    let mut board = Board::new(job.clone());
    for (fact, number) in [Fact::Ordered { order: order() }].into_iter().chain(facts).zip(1..) {
        let at = at(&format!("2026-01-02T03:04:{number:02}Z"));
        board.apply(&Event { seq: Seq(number), at, job: job.clone(), fact }).unwrap();
    }
    board
}

fn why() -> String {
    "asked to".to_owned()
}

#[test]
fn a_job_waits_runs_and_ends() {
    let shown = |facts: Vec<Fact>| {
        let board = after(facts);
        let second = |time: Option<jiff::Timestamp>| time.map(|time| time.strftime("%S").to_string());
        (board.state.key(), second(board.started_at), second(board.ended_at), board.goes_on)
    };
    let at = |second: &str| Some(second.to_owned());
    let goes_on = || Fact::Stopped { why: why(), goes_on: true };
    let queue = || vec![Fact::Queued, Fact::Started];
    let and = |facts: Vec<Fact>| queue().into_iter().chain(facts).collect::<Vec<_>>();
    assert_eq!(shown(vec![]), ("running", at("01"), None, false), "a run in a terminal does not wait");
    assert_eq!(shown(vec![Fact::Queued]), ("pending", None, None, false));
    assert_eq!(shown(queue()), ("running", at("03"), None, false));
    assert_eq!(shown(and(vec![Fact::Paused { why: why() }])), ("paused", at("03"), None, false));
    assert_eq!(shown(and(vec![Fact::Paused { why: why() }, Fact::Queued])), ("pending", at("03"), None, false));
    assert_eq!(shown(and(vec![goes_on()])), ("stopped", at("03"), at("04"), true));
    assert_eq!(shown(and(vec![goes_on(), Fact::Queued, Fact::Resumed])), ("running", at("03"), None, false));
    assert_eq!(shown(and(vec![Fact::Finished])), ("completed", at("03"), at("04"), false));
    assert_eq!(shown(and(vec![Fact::Broke { why: why() }])), ("failed", at("03"), at("04"), false));
    assert_eq!(shown(vec![Fact::Queued, Fact::Cancelled { why: why() }]), ("cancelled", None, at("03"), false));
    for state in JobState::ALL {
        assert_eq!(JobState::named(state.key()), Some(state));
    }
}

#[test]
fn the_exit_code_and_the_next_command_know_every_state() {
    let told = |facts: Vec<Fact>| {
        let board = after([taken([1]), Fact::ListRead, done(1, Status::Exported)].into_iter().chain(facts));
        (exit_status(&board), next_command(&board).map(|(why, _)| why))
    };
    let resume = Some("Go on with it");
    assert_eq!(told(vec![Fact::Finished]), (0, None));
    assert_eq!(told(vec![Fact::stopped(why())]), (3, resume));
    assert_eq!(told(vec![Fact::Paused { why: why() }]), (3, resume));
    assert_eq!(told(vec![Fact::Cancelled { why: why() }]), (3, None), "nothing follows");
    assert_eq!(told(vec![Fact::Broke { why: why() }]), (1, resume));
    assert_eq!(told(vec![Fact::Queued]), (1, resume));
}

#[test]
fn a_report_says_how_its_job_ends() {
    let running = after([taken([1, 2]), Fact::ListRead, done(1, Status::Exported)]);
    let now = Some(at("2026-01-02T03:05:00Z"));
    let state = |totals: Totals| totals.summary().state;
    assert_eq!(state(Totals::of(&running, None)), JobState::Running);
    assert_eq!(state(Totals::of(&running, now)), JobState::Stopped);
    for ends in [JobState::Paused, JobState::Cancelled, JobState::Completed] {
        assert_eq!(state(Totals::of(&running, now).ending_as(ends)), ends);
    }
}

/// What stands in journals of earlier versions is read as it was meant.
#[test]
fn older_facts_are_read() {
    let stopped: Fact = serde_json::from_str(r#"{"event":"stopped","why":"asked to"}"#).unwrap();
    assert_eq!(stopped, Fact::stopped(why()));
    assert_eq!(serde_json::to_string(&stopped).unwrap(), r#"{"event":"stopped","why":"asked to"}"#);
    let ordered = r#"{"event":"ordered","order":{"source":"-","source_type":"stdin","create_drafts":true,
                      "test_mode":false,"sink":"csv","output":"output"}}"#;
    let ordered: Fact = serde_json::from_str(ordered).unwrap();
    assert!(matches!(ordered, Fact::Ordered { order } if order.retry_of.is_none()));
}

#[test]
fn a_job_is_its_board_without_the_items() {
    let board = after([Fact::Queued, Fact::Started, taken([1, 2]), Fact::ListRead, done(1, Status::Failed)]);
    let job = Job::from(&board);
    assert_eq!((job.counts.total, job.counts.of(Status::Failed), job.list_read), (2, 1, true));
    assert!(job.state.is_live() && !job.state.can_go_on());
}
