//! Stored words of events, results and the API: they match those of earlier versions, and every stored word is read.

use domain::condition::Condition;
use domain::event::{ItemEvent, JobEvent, JobEventKind};
use domain::item::{InvalidTransition, Item, RejectedStep, Stage};
use domain::job::JobState;
use domain::listing::{ListingField, MissingField};
use domain::matching::MatchAspect;
use domain::outcome::{ItemOutcome, Status};
use domain::output_location::OutputLocation;
use domain::provider::{Provider, ProviderFailure};
use domain::source_type::SourceType;
use proptest::prelude::*;
use strum::VariantArray as _;
use testing::events::{matched, upc};

#[test]
fn states_and_conditions_have_their_stored_words() {
    let states = JobState::ALL.map(JobState::as_str);
    assert_eq!(states, ["pending", "running", "paused", "stopped", "completed", "failed", "cancelled"]);
    let statuses = Status::ALL.map(Status::as_str);
    let expected = ["drafted", "already_drafted", "exported", "rehearsed", "needs_review", "failed", "skipped"];
    assert_eq!(statuses, expected);
    assert_eq!(Condition::ALL.map(Condition::as_str), ["new", "like_new", "very_good", "good", "acceptable"]);
    let words_of_stages = Stage::ALL.map(|stage| serde_json::to_value(stage).unwrap());
    assert_eq!(words_of_stages, ["waiting", "known", "undecided", "lacking", "drafting", "done"]);
    // Snapshots of batches contain the position of the stage and of the status.
    assert_eq!(Stage::ALL.map(|stage| stage as u8), [0, 1, 2, 3, 4, 5]);
    assert_eq!(Status::ALL.map(|status| status as u8), [0, 1, 2, 3, 4, 5, 6]);
    for state in JobState::ALL {
        assert_eq!((serde_json::to_value(state).unwrap(), state.as_str().parse()), (state.as_str().into(), Ok(state)));
    }
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        assert_eq!((status.as_str().parse(), format!("{status:>14}").trim_start()), (Ok(status), status.as_str()));
    }
    for condition in Condition::ALL {
        assert_eq!(serde_json::to_value(condition).unwrap(), condition.as_str());
    }
}

#[test]
fn sources_and_outputs_keep_their_stored_texts() {
    let types =
        [SourceType::Gcs, SourceType::File, SourceType::Stdin, SourceType::Scan, SourceType::from("ftp".to_owned())];
    for (source_type, text) in types.into_iter().zip(["gcs", "file", "stdin", "scan", "ftp"]) {
        assert_eq!(serde_json::to_value(&source_type).unwrap(), text);
        assert_eq!(serde_json::from_value::<SourceType>(text.into()).unwrap(), source_type);
    }
    for (text, is_bucket) in
        [("gs://a/b/", true), ("GS://a/b", true), ("gs:/a", false), ("/out put/x", false), ("", false)]
    {
        let output = serde_json::from_value::<OutputLocation>(text.into()).unwrap();
        assert_eq!((output.is_bucket(), output.to_string()), (is_bucket, text.to_owned()));
        assert_eq!(serde_json::to_value(&output).unwrap(), text);
    }
}

#[test]
fn each_event_that_changes_the_state_has_its_stored_word() {
    let why = || "why".to_owned();
    let events = [
        (JobEvent::Queued, JobState::Pending),
        (JobEvent::Started, JobState::Running),
        (JobEvent::Resumed, JobState::Running),
        (JobEvent::manual_stop(why()), JobState::Stopped),
        (JobEvent::Paused { why: why() }, JobState::Paused),
        (JobEvent::Cancelled { why: why() }, JobState::Cancelled),
        (JobEvent::Completed, JobState::Completed),
        (JobEvent::Failed { why: why() }, JobState::Failed),
    ];
    for (event, state) in &events {
        assert_eq!(event.job_state(), Some(*state), "{event:?}");
        assert_eq!(serde_json::to_value(event).unwrap()["event"], JobEventKind::from(event).as_str());
        assert_eq!(event.ends_work(), !state.is_active(), "{event:?}");
    }
    let kinds = events.iter().map(|(event, _)| JobEventKind::from(event)).collect::<Vec<_>>();
    let state_changes = JobEventKind::VARIANTS.iter().filter(|kind| kind.job_state().is_some());
    assert!(state_changes.clone().all(|kind| kinds.contains(kind)));
    assert_eq!(state_changes.count(), kinds.len());
    assert_eq!(JobEvent::InputClosed.job_state(), None);
}

#[test]
fn item_events_have_their_stored_names() {
    let events = [
        ItemEvent::Paused,
        ItemEvent::Resumed,
        ItemEvent::Requeued,
        ItemEvent::Redescribed,
        ItemEvent::MissingData { missing: Vec::new() },
        ItemEvent::Finished { outcome: ItemOutcome::skipped("why".into()) },
    ];
    for event in events {
        assert_eq!(serde_json::to_value(&event).unwrap()["step"], event.name());
    }
}

/// Rewording a message must not change the behavior of a worker.
#[test]
fn a_late_event_is_recognized_by_its_kind_not_by_its_message() {
    let mut item = Item::new(upc(1), 1);
    item.apply_event(&ItemEvent::Paused).unwrap();
    let JobEventOfItem(identified) = matched(1).into();
    let late = item.apply_event(&identified).unwrap_err();
    assert_eq!((late.step, late.is_stale()), (RejectedStep::OfPausedItem, true));
    let wrong = InvalidTransition { step: RejectedStep::Draft, stage: Stage::Waiting, ..late };
    assert!(!wrong.is_stale());
    assert!(wrong.to_string().contains("a draft cannot follow"), "{wrong}");
}

/// Extracts the item event of a job event.
struct JobEventOfItem(ItemEvent);

impl From<JobEvent> for JobEventOfItem {
    fn from(event: JobEvent) -> Self {
        let JobEvent::Item { item_event, .. } = event else { panic!("an event of an item") };
        Self(item_event)
    }
}

#[test]
fn a_missing_field_keeps_its_stored_word() {
    for (field, word) in [
        (ListingField::Price, "price"),
        (ListingField::Picture, "picture"),
        (ListingField::Aspect("Record Size".into()), "Record Size"),
    ] {
        let missing = MissingField::new(field.clone(), "no market price found", "price it by hand");
        assert_eq!(serde_json::to_value(&missing).unwrap()["field"], word);
        assert_eq!(missing.to_string(), format!("{word} is missing: no market price found; price it by hand"));
        assert_eq!(ListingField::from(word.to_owned()), field);
    }
}

#[test]
fn reasons_keep_their_stored_words_and_their_order() {
    let words = ["artist", "barcode", "catalog number", "decision", "duplicates", "track count"];
    let aspects = words.map(|word| MatchAspect::from(word.to_owned()));
    assert!(aspects.is_sorted() && !aspects.iter().any(|aspect| matches!(aspect, MatchAspect::Other(_))));
    assert_eq!(aspects.map(|aspect| aspect.to_string()), words);
    assert_eq!(MatchAspect::from("mood".to_owned()), MatchAspect::Other("mood".into()));
}

#[test]
fn a_failure_names_its_provider() {
    let parts = |text: &str| {
        let failure = ProviderFailure::from(text);
        (failure.provider().as_str().to_owned(), failure.message().to_owned())
    };
    assert_eq!(parts("discogs: 503 Service Unavailable"), ("discogs".into(), "503 Service Unavailable".into()));
    assert_eq!(parts("discogs refuses: bad token"), ("discogs".into(), "refuses: bad token".into()));
    assert_eq!(parts("discogs"), ("discogs".into(), String::new()));
    let named = ProviderFailure::new(Provider::from_static("deezer"), "Deezer: circuit open");
    assert_eq!((named.to_string(), named.message()), ("Deezer: circuit open".into(), "circuit open"));
    assert_eq!(String::from(named), "deezer: circuit open", "the stored form has the name of events and settings");
    assert_eq!(ProviderFailure::new(Provider::from_static("deezer"), "gone").to_string(), "Deezer: gone");
}

proptest! {
    #[test]
    fn a_stored_failure_is_written_as_it_was_read(text in any::<String>()) {
        let failure: ProviderFailure = serde_json::from_value(text.clone().into()).unwrap();
        prop_assert_eq!(serde_json::to_value(&failure).unwrap(), text);
    }
}
