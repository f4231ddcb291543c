//! SQL expressions that read event fields without deserializing the event, and the persisted names they rely on.

use super::super::model::DetailLevel;

/// The names of the events that determine a job's state, for an `IN` list.
macro_rules! state_event_names {
    () => {
        "('queued', 'started', 'resumed', 'stopped', 'paused', 'cancelled', 'finished', 'broke')"
    };
}
pub(in crate::journal) use state_event_names;

/// SQL expression for an event's name.
pub(in crate::journal) const EVENT_NAME: &str = "json_extract(fact, '$.event')";

/// SQL expression for an event reduced to what a table row shows; see [`DetailLevel::Rows`]. Small events are not
/// parsed.
const ROW_EVENT_SQL: &str = "iif(outline, fact, json_replace(fact,
     '$.verdict.runner_up', NULL,
     '$.verdict.match.entries', json('[]'),
     '$.verdict.match.reasons', json('[]'),
     '$.verdict.match.release.tracks', NULL,
     '$.verdict.candidates', iif(json_array_length(fact, '$.verdict.candidates') > 0,
         json_array(json_extract(fact, '$.verdict.candidates[0]')), json('[]')),
     '$.verdict.candidates[0].entries', json('[]'),
     '$.verdict.candidates[0].reasons', json('[]'),
     '$.verdict.candidates[0].release.tracks', NULL,
     '$.appraisal.samples', json('[]'),
     '$.appraisal.left_out', json('[]'),
     '$.artwork.candidates', json('[]')))";

/// Returns the SQL expression for an event at a level of detail.
pub(in crate::journal) const fn event_expression(detail: DetailLevel) -> &'static str {
    match detail {
        DetailLevel::Full | DetailLevel::Outline => "fact",
        DetailLevel::Rows => ROW_EVENT_SQL,
    }
}

/// Returns the `FROM` and `WHERE` clauses for the events after `$1`, of job `$3` or of all jobs.
pub(in crate::journal) const fn events_after(is_of_one_job: bool, detail: DetailLevel) -> &'static str {
    match (is_of_one_job, detail) {
        (true, DetailLevel::Outline) => {
            "FROM events INDEXED BY events_outline WHERE seq > $1 AND job = $3 AND outline = 1"
        }
        (true, _) => "FROM events INDEXED BY events_of_job WHERE seq > $1 AND job = $3",
        (false, DetailLevel::Outline) => "FROM events WHERE seq > $1 AND outline = 1",
        (false, _) => "FROM events WHERE seq > $1",
    }
}

#[cfg(test)]
mod tests {
    use domain::event::{JobEvent, JobEventKind};
    use strum::VariantArray as _;

    use super::super::super::codec::is_end_of_work;

    #[test]
    fn the_persisted_names_are_those_of_the_events() {
        let why = || "why".to_owned();
        let deciding = [
            JobEvent::Queued,
            JobEvent::Started,
            JobEvent::Resumed,
            JobEvent::manual_stop(why()),
            JobEvent::Paused { why: why() },
            JobEvent::Cancelled { why: why() },
            JobEvent::Completed,
            JobEvent::Failed { why: why() },
        ];
        let names: Vec<String> = deciding
            .iter()
            .map(|event| {
                let json = serde_json::to_value(event).expect("an event");
                let name = json["event"].as_str().expect("a name").to_owned();
                let ends_work = event.ends_work() && !matches!(event, JobEvent::Paused { .. });
                assert_eq!(is_end_of_work(&name), ends_work, "{name}");
                format!("'{name}'")
            })
            .collect();
        assert_eq!(format!("({})", names.join(", ")), state_event_names!());
        let state_changes = JobEventKind::VARIANTS.iter().filter(|kind| kind.job_state().is_some());
        let kinds = state_changes.map(|kind| format!("'{}'", kind.as_str()));
        assert_eq!(names, kinds.collect::<Vec<_>>(), "no other event changes the state");
        assert!(!is_end_of_work("item") && !is_end_of_work("list_read"));
    }
}
