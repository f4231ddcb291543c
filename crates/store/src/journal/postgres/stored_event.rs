//! An event as table columns, so that no statement has to parse JSON.

use serde_json::{Value, json};

use super::super::codec::to_json;
use super::super::error::JournalError;
use domain::artwork::Artwork;
use domain::event::{ItemEvent, JobEvent, JobEventKind};
use domain::job_spec::JobId;
use domain::matching::{Match, Verdict};
use domain::pricing::PriceEstimate;
use domain::release::Release;
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
        self.row_fact.push(as_row(event).map(|row| to_json(&row)).transpose()?);
        self.at.push(at.to_string());
        self.job.push(job.to_string());
        self.upc.push(item_event.map(|(upc, _)| upc.to_string()));
        self.outline.push(
            decided
                || matches!(
                    step,
                    None | Some(ItemEvent::Finished { .. } | ItemEvent::Requeued | ItemEvent::Redescribed)
                ),
        );
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

/// Returns an event reduced to what a table row shows; see [`super::super::model::DetailLevel::Rows`]. Returns `None` if a
/// row shows the whole event. It is [`without_details`] without the way through JSON.
fn as_row(event: &JobEvent) -> Option<JobEvent> {
    let JobEvent::Item { upc, item_event } = event else { return None };
    let item_event = match item_event {
        ItemEvent::Identified { verdict, unavailable_providers } => ItemEvent::Identified {
            verdict: as_row_verdict(verdict),
            unavailable_providers: unavailable_providers.clone(),
        },
        ItemEvent::Priced { price_estimate, group_prices, unavailable_providers } => ItemEvent::Priced {
            price_estimate: PriceEstimate { samples: Vec::new(), excluded: Vec::new(), ..price_estimate.clone() },
            group_prices: group_prices.clone(),
            unavailable_providers: unavailable_providers.clone(),
        },
        ItemEvent::CoverChosen { artwork, unavailable_providers } => ItemEvent::CoverChosen {
            artwork: Artwork { chosen: artwork.chosen.clone(), candidates: Vec::new() },
            unavailable_providers: unavailable_providers.clone(),
        },
        _ => return None,
    };
    Some(JobEvent::Item { upc: *upc, item_event })
}

fn as_row_verdict(verdict: &Verdict) -> Verdict {
    let as_row_match = |found: &Match| Match {
        release: Release { tracks: None, ..found.release.clone() },
        entries: Vec::new(),
        score: found.score,
        reasons: Vec::new(),
    };
    match verdict {
        Verdict::Matched { best_match, .. } => {
            Verdict::Matched { best_match: Box::new(as_row_match(best_match)), runner_up: None }
        }
        Verdict::Ambiguous { candidates, differences } => Verdict::Ambiguous {
            candidates: candidates.first().map(as_row_match).into_iter().collect(),
            differences: differences.clone(),
        },
        Verdict::Unknown { .. } => verdict.clone(),
    }
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

#[cfg(test)]
mod tests {
    use domain::outcome::Status;
    use sqlx::{Connection as _, SqliteConnection};
    use testing::events::{ambiguous, cover_chosen, done, matched, price_event, unknown};

    use super::super::super::model::DetailLevel;
    use super::super::super::sqlite::event_sql::event_expression;
    use super::*;

    /// Returns the row of an event as SQLite reduces it.
    async fn row_in_sqlite(fact: &str) -> String {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("SQLite");
        let expression = event_expression(DetailLevel::Rows);
        let sql = sqlx::AssertSqlSafe(format!("SELECT {expression} FROM (SELECT ?1 AS fact, 0 AS outline)"));
        sqlx::query_scalar(sql).bind(fact.to_owned()).fetch_one(&mut connection).await.expect("a row")
    }

    #[tokio::test]
    async fn both_databases_and_the_copy_reduce_an_event_in_the_same_way() {
        for event in [matched(7), ambiguous(7), unknown(7), price_event(7), cover_chosen(7)] {
            let row = as_row(&event).expect("a large event");
            let fact = to_json(&event).expect("JSON");
            let reduced = derived_columns(&fact).row_fact.expect("a large event");
            assert_eq!(serde_json::from_str::<JobEvent>(&reduced).expect(&reduced), row);
            let in_sqlite = row_in_sqlite(&fact).await;
            assert_eq!(serde_json::from_str::<JobEvent>(&in_sqlite).expect(&in_sqlite), row);
            assert!(to_json(&row).expect("JSON").len() <= fact.len());
        }
        assert_eq!(as_row(&done(7, Status::Drafted)), None);
    }
}
