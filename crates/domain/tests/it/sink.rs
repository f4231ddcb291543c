//! Destinations: their names, in stored jobs and in requests.

use domain::job_spec::JobSpec;
use domain::sink::{SinkKind, deserialize_selectable};
use serde::Deserialize;
use testing::events::job_spec;

#[test]
fn names_of_destinations_match_settings_and_results() {
    let words = SinkKind::ALL.iter().map(|sink| sink.as_str()).collect::<Vec<_>>();
    assert_eq!(words, ["csv", "inventory", "item-draft", "rehearsal"]);
    for sink in SinkKind::ALL {
        assert_eq!(serde_json::to_value(sink).unwrap(), sink.as_str());
        assert_eq!(serde_json::from_value::<SinkKind>(sink.as_str().into()).unwrap(), *sink);
        assert_eq!((sink.as_str().parse(), sink.to_string()), (Ok(*sink), sink.as_str().to_owned()));
    }
}

#[test]
fn a_stored_job_with_an_unknown_destination_opens_and_writes_no_draft() {
    let mut stored = serde_json::to_value(job_spec()).unwrap();
    assert_eq!(serde_json::from_value::<JobSpec>(stored.clone()).unwrap(), job_spec());
    stored["sink"] = "amazon".into();
    assert_eq!(serde_json::from_value::<JobSpec>(stored).unwrap().sink, SinkKind::DryRun);
}

#[test]
fn a_request_accepts_only_selectable_destinations() {
    #[derive(Debug, Deserialize)]
    struct Request {
        #[serde(default, deserialize_with = "deserialize_selectable")]
        sink: Option<SinkKind>,
    }
    let parse = |json: &str| serde_json::from_str::<Request>(json).map(|request| request.sink);
    assert_eq!(parse("{}").unwrap(), None);
    assert_eq!(parse(r#"{"sink":null}"#).unwrap(), None);
    for sink in SinkKind::SELECTABLE {
        assert_eq!(parse(&format!(r#"{{"sink":"{sink}"}}"#)).unwrap(), Some(sink));
    }
    for word in ["rehearsal", "shop", ""] {
        let error = parse(&format!(r#"{{"sink":"{word}"}}"#)).unwrap_err().to_string();
        let (_, allowed) = error.split_once("expected one of").unwrap();
        assert!(allowed.contains("item-draft") && !allowed.contains("rehearsal"), "{error}");
    }
}
