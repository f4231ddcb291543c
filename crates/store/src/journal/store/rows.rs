//! Between rows of text and the nouns.

use std::str::FromStr;

use serde::de::DeserializeOwned;

use super::super::error::JournalError;
use domain::event::{Event, Seq};

/// `seq`, `at`, `job` and `fact` of an event.
pub(super) type EventRow = (i64, String, String, String);

pub(super) fn limit(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}

/// Off the runtime's threads: a page of events can hold megabytes of providers' entries.
pub(super) async fn decode(rows: Vec<EventRow>) -> Result<Vec<Event>, JournalError> {
    let decoding = tokio::task::spawn_blocking(move || rows.into_iter().map(event).collect());
    decoding.await.unwrap_or(Err(JournalError::Closed))
}

fn event((seq, at, job, fact): EventRow) -> Result<Event, JournalError> {
    let seq = Seq(seq.cast_unsigned());
    Ok(Event { seq, at: parse(&at, seq)?, job: parse(&job, seq)?, fact: from_json(&fact, seq)? })
}

pub(super) fn parse<T: FromStr<Err: ToString>>(text: &str, seq: Seq) -> Result<T, JournalError> {
    text.parse().map_err(|error: T::Err| JournalError::Unreadable { seq, words: error.to_string() })
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, seq: Seq) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::Unreadable { seq, words: error.to_string() })
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::Unreadable { seq: Seq::default(), words: error.to_string() })
}
