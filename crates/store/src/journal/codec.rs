//! Conversion between database columns and Rust types, shared by both databases.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{DecodeFailure, JournalError, JournalRow};
use super::event_json::parse_event;
use super::model::{ExistingDraft, LedgerEntry, RawEvent};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{CopyGroup, InputItem, JobId};
use domain::line_numbers::LineNumbers;
use domain::sku::Sku;
use domain::upc::Upc;

/// `seq`, `at`, `job` and `fact` of an event.
pub(super) type EventRow = (i64, String, String, String);

/// `seq`, `at`, `job`, the event's name and the event's JSON.
pub(super) type RawEventRow = (i64, String, String, String, String);

pub(super) fn to_sql_integer(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Maximum bytes of events to decode in place. Decoding this much is faster than handing it to another thread.
const MAX_INLINE_BYTES: usize = 16 << 10;

/// Decodes events, large groups on a blocking thread: a page of events can hold megabytes of provider releases.
pub(super) async fn decode_events(rows: Vec<EventRow>) -> Result<Vec<EventEnvelope>, JournalError> {
    let decode = |rows: Vec<EventRow>| rows.into_iter().map(decode_event).collect();
    if rows.iter().map(|(_, _, _, event)| event.len()).sum::<usize>() <= MAX_INLINE_BYTES {
        return decode(rows);
    }
    run_blocking(move || decode(rows)).await?
}

pub(super) fn decode_event((seq, at, job, event): EventRow) -> Result<EventEnvelope, JournalError> {
    let seq = Seq(seq.cast_unsigned());
    let row = JournalRow::Event(seq);
    Ok(EventEnvelope {
        seq,
        at: parse_column(&at, row)?,
        job: parse_column(&job, row)?,
        payload: parse_event(&event).map_err(|error| decode_failure(&event, row, &error))?,
    })
}

/// Runs a function on a blocking thread.
///
/// # Errors
/// Returns [`JournalError::Internal`] if it panics, and [`JournalError::Closed`] if the runtime shuts down.
pub(super) async fn run_blocking<T: Send + 'static>(
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
    serde_json::from_str(text).map_err(|error| decode_failure(text, row, &error))
}

fn decode_failure(text: &str, row: JournalRow, error: &serde_json::Error) -> JournalError {
    JournalError::DecodeFailed { row, cause: DecodeFailure::from_json(text), message: error.to_string() }
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

/// Returns whether an event with this persisted name ends the work on its job until a resume. This is
/// [`domain::event::JobEvent::ends_work`] without the pause.
pub(super) fn is_end_of_work(name: &str) -> bool {
    matches!(name, "finished" | "stopped" | "cancelled" | "broke")
}

/// Inserts the keys of the envelope before the keys of the event's JSON object.
pub(super) fn to_raw_event((seq, at, job, kind, event): RawEventRow) -> RawEvent {
    let rest = event.strip_prefix('{').unwrap_or(&event);
    RawEvent {
        seq: Seq(seq.cast_unsigned()),
        ends_work: is_end_of_work(&kind),
        kind,
        json: format!(r#"{{"seq":{seq},"at":"{at}","job":"{job}",{rest}"#),
    }
}

/// Selects a row for [`decode_idempotent_request`].
pub(super) const FIND_REQUEST_SQL: &str = "SELECT job, asked FROM requests WHERE key = $1";

/// Decodes the job of an idempotency key and the fingerprint of the request.
pub(super) fn decode_idempotent_request((job, fingerprint): (String, String)) -> Result<(JobId, String), JournalError> {
    Ok((parse_column(&job, JournalRow::IdempotentRequest)?, fingerprint))
}

/// Decodes `number`, `sku` and `row` of a ledger entry.
pub(super) fn decode_entry((number, sku, payload): (i64, String, String)) -> Result<LedgerEntry, JournalError> {
    let number = number.cast_unsigned();
    let row = JournalRow::LedgerEntry(number);
    Ok(LedgerEntry { number, sku: parse_sku(sku, row)?, payload: from_json(&payload, row)? })
}

/// Decodes `number`, `upc`, `sku`, `sink`, `job` and `at` of a ledger entry.
pub(super) fn decode_existing_draft(
    (number, upc, sku, sink, job, at): (i64, String, String, String, String, String),
) -> Result<ExistingDraft, JournalError> {
    let row = JournalRow::LedgerEntry(number.cast_unsigned());
    Ok(ExistingDraft {
        upc: parse_column(&upc, row)?,
        sku: parse_sku(sku, row)?,
        sink,
        job: parse_column(&job, row)?,
        at: parse_column(&at, row)?,
    })
}

/// Returns the item that a scan or a retracted scan changes; `None` for any other event.
pub(super) fn scanned_upc(event: &JobEvent) -> Option<Upc> {
    match event {
        JobEvent::Scanned { upc: Some(upc), .. } | JobEvent::ScanRetracted { upc, .. } => Some(*upc),
        _ => None,
    }
}

/// Applies a scan or a retracted scan to its item.
pub(super) fn apply_scan(item: &mut InputItem, event: &JobEvent) {
    match event {
        JobEvent::Scanned { copies, line, seller, corrects, .. } if *copies > 1 => {
            if *corrects {
                item.remove_copy(*line);
            }
            item.add_copies(CopyGroup { copies: 1, lines: LineNumbers::from_slice(&[*line]), seller: seller.clone() });
            item.copies = *copies;
        }
        JobEvent::Scanned { copies, line, seller, .. } => {
            item.differing.clear();
            (item.copies, item.seller) = (*copies, seller.clone());
            item.lines = LineNumbers::from_slice(&[*line]);
        }
        JobEvent::ScanRetracted { copies, line, .. } => {
            if let Some(line) = line {
                item.remove_copy(*line);
            } else if *copies <= 1 {
                item.differing.clear();
            }
            item.copies = *copies;
        }
        _ => {}
    }
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
