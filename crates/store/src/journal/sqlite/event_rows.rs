//! Buffers the events of a transaction and inserts several rows per statement: the round trip to the database thread
//! costs more than the row.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, query};

use super::super::codec::to_json;
use super::super::error::JournalError;
use domain::event::{ItemEvent, JobEvent, Seq};
use domain::job_spec::JobId;

/// Maximum rows per statement. The connection prepares one statement for each number of rows.
const MAX_ROWS_PER_STATEMENT: usize = 32;

/// The column values of an event that is not written yet.
#[derive(Debug)]
struct WaitingEvent {
    at: String,
    job: String,
    upc: Option<String>,
    is_outline: bool,
    is_decision: bool,
    fact: String,
}

/// The events of a transaction. Their positions follow the last event before the transaction.
#[derive(Debug, Default)]
pub(super) struct EventRows {
    waiting: Vec<WaitingEvent>,
    written: u64,
    /// Position of the last written event.
    last: u64,
}

impl EventRows {
    /// Adds an event and returns its number within the transaction, from 1.
    ///
    /// # Errors
    /// Returns [`JournalError::Internal`] if the event cannot be serialized.
    pub(super) fn push(&mut self, job: &JobId, at: Timestamp, event: &JobEvent) -> Result<Seq, JournalError> {
        let (upc, item_event) = match event {
            JobEvent::Item { upc, item_event } => (Some(upc.to_string()), Some(item_event)),
            _ => (None, None),
        };
        let is_decision = matches!(item_event, Some(ItemEvent::ReviewDecided { .. }));
        let is_outline = is_decision
            || matches!(
                item_event,
                None | Some(ItemEvent::Finished { .. } | ItemEvent::Requeued | ItemEvent::Redescribed)
            );
        let (at, job, fact) = (at.to_string(), job.to_string(), to_json(event)?);
        self.waiting.push(WaitingEvent { at, job, upc, is_outline, is_decision, fact });
        Ok(Seq(self.written + self.waiting.len() as u64))
    }

    /// Returns true if the buffer holds enough rows for the largest statement.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_ROWS_PER_STATEMENT
    }

    /// Writes the buffered rows.
    pub(super) async fn write(&mut self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut rows = std::mem::take(&mut self.waiting).into_iter();
        while rows.len() > 0 {
            self.write_chunk(connection, rows.by_ref().take(MAX_ROWS_PER_STATEMENT).collect()).await?;
        }
        Ok(())
    }

    /// Returns the position of the last event before the transaction.
    pub(super) fn position_before(&self) -> Seq {
        Seq(self.last.saturating_sub(self.written))
    }

    async fn write_chunk(
        &mut self,
        connection: &mut SqliteConnection,
        rows: Vec<WaitingEvent>,
    ) -> Result<(), sqlx::Error> {
        let values = vec!["(?, ?, ?, ?, ?)"; rows.len()].join(", ");
        let insert = format!("INSERT INTO events (at, job, upc, outline, fact) VALUES {values}");
        let count = rows.len() as u64;
        let (mut insert, mut decisions) = (query(AssertSqlSafe(insert)), Vec::new());
        for (row, number) in rows.into_iter().zip(1..) {
            decisions.extend(row.upc.clone().filter(|_| row.is_decision).map(|upc| (upc, number)));
            insert = insert.bind(row.at).bind(row.job).bind(row.upc).bind(row.is_outline).bind(row.fact);
        }
        // No other connection writes, so the rows get consecutive positions (sqlite.org/autoinc.html).
        self.last = insert.execute(&mut *connection).await?.last_insert_rowid().cast_unsigned();
        self.written += count;
        for (upc, number) in decisions {
            let seq = (self.last - count + number).cast_signed();
            let insert = query("INSERT INTO decisions (upc, seq) VALUES (?1, ?2)").bind(upc).bind(seq);
            insert.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
