//! Between rows of text and the nouns.

use std::str::FromStr;

use serde::de::DeserializeOwned;

use super::super::error::JournalError;
use domain::event::{EventEnvelope, Seq};

/// `seq`, `at`, `job` and `fact` of an event.
pub(super) type EventRow = (i64, String, String, String);

pub(super) fn to_sql_integer(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}

/// Off the runtime's threads: a page of events can hold megabytes of providers' entries.
pub(super) async fn decode_events(rows: Vec<EventRow>) -> Result<Vec<EventEnvelope>, JournalError> {
    let decoding = tokio::task::spawn_blocking(move || rows.into_iter().map(decode_event).collect());
    decoding.await.unwrap_or(Err(JournalError::Closed))
}

fn decode_event((seq, at, job, event): EventRow) -> Result<EventEnvelope, JournalError> {
    let seq = Seq(seq.cast_unsigned());
    Ok(EventEnvelope {
        seq,
        at: parse_column(&at, seq)?,
        job: parse_column(&job, seq)?,
        payload: from_json(&event, seq)?,
    })
}

pub(super) fn parse_column<T: FromStr<Err: ToString>>(text: &str, seq: Seq) -> Result<T, JournalError> {
    text.parse().map_err(|error: T::Err| JournalError::DecodeFailed { seq, message: error.to_string() })
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, seq: Seq) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::DecodeFailed { seq, message: error.to_string() })
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::DecodeFailed { seq: Seq::default(), message: error.to_string() })
}
