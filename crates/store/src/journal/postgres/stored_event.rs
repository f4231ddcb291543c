//! An event as table columns, so that no statement has to parse JSON.

use serde_json::{Value, json};

use super::super::codec::to_json;
use super::super::error::JournalError;
use domain::event::{ItemEvent, JobEvent, JobEventKind};
use domain::job_spec::JobId;
use jiff::Timestamp;

/// Columns of several events, one array per column.
#[derive(Debug, Default)]
pub(super) struct EventColumns {
    pub(super) at: Vec<String>,
    pub(super) job: Vec<String>,
    pub(super) upc: Vec<Option<String>>,
    pub(super) outline: Vec<bool>,
    pub(super) kind: Vec<&'static str>,
    pub(super) status: Vec<Option<&'static str>>,
    pub(super) decided: Vec<bool>,
    pub(super) fact: Vec<String>,
    pub(super) row_fact: Vec<Option<String>>,
}

impl EventColumns {
    pub(super) fn len(&self) -> usize {
        self.fact.len()
    }

    /// Adds an event.
    ///
    /// # Errors
    /// Returns [`JournalError::Internal`] if the event cannot be serialized.
    pub(super) fn push(&mut self, job: &JobId, at: Timestamp, event: &JobEvent) -> Result<(), JournalError> {
        let fact = to_json(event)?;
        let item_event = match event {
            JobEvent::Item { upc, item_event } => Some((upc, item_event)),
            _ => None,
        };
        let step = item_event.map(|(_, step)| step);
        let decided = matches!(step, Some(ItemEvent::ReviewDecided { .. }));
        self.row_fact.push(step.and_then(|step| as_row(step, &fact)));
        self.at.push(at.to_string());
        self.job.push(job.to_string());
        self.upc.push(item_event.map(|(upc, _)| upc.to_string()));
        self.outline.push(decided || matches!(step, None | Some(ItemEvent::Finished { .. } | ItemEvent::Requeued)));
        self.kind.push(JobEventKind::from(event).as_str());
        self.status.push(match step {
            Some(ItemEvent::Finished { outcome }) => Some(outcome.status.into()),
            _ => None,
        });
        self.decided.push(decided);
        self.fact.push(fact);
        Ok(())
    }
}

/// The columns that are derived from an event's JSON text.
#[derive(Debug, Default)]
pub(super) struct DerivedColumns {
    pub(super) kind: String,
    pub(super) status: Option<String>,
    pub(super) decided: bool,
    pub(super) row_fact: Option<String>,
}

/// Derives the columns of an event from the JSON text that another database stores, even if this version does not know
/// the event.
pub(super) fn derived_columns(fact: &str) -> DerivedColumns {
    let Ok(event) = serde_json::from_str::<Value>(fact) else { return DerivedColumns::default() };
    let text = |path: &str| event.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let step = text("/step");
    DerivedColumns {
        kind: text("/event").unwrap_or_default(),
        status: text("/outcome/status").filter(|_| step.as_deref() == Some("done")),
        decided: step.as_deref() == Some("decided"),
        row_fact: step
            .filter(|step| ["identified", "appraised", "illustrated"].contains(&step.as_str()))
            .map(|_| without_details(event)),
    }
}

/// Returns the event reduced to what a table row shows (see [`super::super::model::DetailLevel::Rows`]); `None` if
/// nothing can be removed.
fn as_row(step: &ItemEvent, fact: &str) -> Option<String> {
    if !matches!(step, ItemEvent::Identified { .. } | ItemEvent::Priced { .. } | ItemEvent::CoverChosen { .. }) {
        return None;
    }
    Some(without_details(serde_json::from_str(fact).ok()?))
}

/// Removes the fields that a table row does not show.
fn without_details(mut event: Value) -> String {
    for (path, empty) in [
        ("/verdict/runner_up", Value::Null),
        ("/verdict/match/entries", json!([])),
        ("/verdict/match/reasons", json!([])),
        ("/verdict/match/release/tracks", Value::Null),
        ("/verdict/candidates/0/entries", json!([])),
        ("/verdict/candidates/0/reasons", json!([])),
        ("/verdict/candidates/0/release/tracks", Value::Null),
        ("/appraisal/samples", json!([])),
        ("/appraisal/left_out", json!([])),
        ("/artwork/candidates", json!([])),
    ] {
        if let Some(part) = event.pointer_mut(path) {
            *part = empty;
        }
    }
    if let Some(Value::Array(candidates)) = event.pointer_mut("/verdict/candidates") {
        candidates.truncate(1);
    }
    event.to_string()
}
