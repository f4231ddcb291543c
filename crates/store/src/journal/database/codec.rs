//! Conversion between columns and types.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::error::{DecodeFailure, JournalError, JournalRow};
use domain::event::{EventEnvelope, Seq};
use domain::sku::Sku;

/// `seq`, `at`, `job` and `fact` of an event.
pub(in crate::journal) type EventRow = (i64, String, String, String);

pub(super) fn to_sql_integer(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Decodes events on a blocking thread: a page of events can hold megabytes of provider releases.
pub(super) async fn decode_events(rows: Vec<EventRow>) -> Result<Vec<EventEnvelope>, JournalError> {
    run_blocking(move || rows.into_iter().map(decode_event).collect()).await?
}

pub(in crate::journal) fn decode_event((seq, at, job, event): EventRow) -> Result<EventEnvelope, JournalError> {
    let seq = Seq(seq.cast_unsigned());
    let row = JournalRow::Event(seq);
    Ok(EventEnvelope {
        seq,
        at: parse_column(&at, row)?,
        job: parse_column(&job, row)?,
        payload: from_json(&event, row)?,
    })
}

/// Runs a function on a blocking thread.
///
/// # Errors
/// Returns [`JournalError::Internal`] if it panics, and [`JournalError::Closed`] if the runtime shuts down.
pub(in crate::journal) async fn run_blocking<T: Send + 'static>(
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JournalError> {
    tokio::task::spawn_blocking(run).await.map_err(|error| {
        if error.is_cancelled() { JournalError::Closed } else { JournalError::Internal { message: error.to_string() } }
    })
}

pub(super) fn parse_column<T: FromStr<Err: ToString>>(text: &str, row: JournalRow) -> Result<T, JournalError> {
    text.parse().map_err(|error: T::Err| JournalError::DecodeFailed {
        row,
        cause: DecodeFailure::Damaged,
        message: error.to_string(),
    })
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, row: JournalRow) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::DecodeFailed {
        row,
        cause: DecodeFailure::of_json(text),
        message: error.to_string(),
    })
}

pub(super) fn parse_sku(text: String, row: JournalRow) -> Result<Sku, JournalError> {
    serde_json::from_value(Value::String(text)).map_err(|error| JournalError::DecodeFailed {
        row,
        cause: DecodeFailure::Damaged,
        message: error.to_string(),
    })
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| JournalError::Internal { message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_decoding_is_not_a_closed_journal() {
        let result: Result<(), _> = run_blocking(|| panic!("a bug")).await;
        assert!(matches!(&result, Err(JournalError::Internal { message }) if message.contains("a bug")), "{result:?}");
    }
}
