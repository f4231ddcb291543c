//! Statements that check a journal file and read what remains of a damaged one.

use std::path::{Path, PathBuf};

use futures::StreamExt as _;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, query_as, query_scalar};

use super::super::codec::{EventRow, from_json, parse_column, parse_sku, to_sql_integer};
use super::super::error::{JournalError, JournalRow};
use super::schema::{DB_FILE, MIGRATIONS, SELLERS_SCHEMA_VERSION};
use crate::sqlite::{self, SqliteError};
use domain::event::Seq;
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

/// Maximum number of messages listed from SQLite's integrity check.
const MAX_INTEGRITY_MESSAGES: usize = 20;

/// Rows read per statement. If a row cannot be read, the range is halved until the row is isolated.
const ROWS_PER_READ: u64 = 256;

/// Maximum rows in a page of 4096 bytes. It limits the search through a part of the file that cannot be read at all.
const MAX_ROWS_PER_PAGE: u64 = 128;

/// A table that is read by number, from `?1` to `?2` inclusive.
struct NumberedTable {
    /// Selects the smallest number that is at least `?1`.
    next: &'static str,
    rows: &'static str,
}

const EVENTS: NumberedTable = NumberedTable {
    next: "SELECT min(seq) FROM events NOT INDEXED WHERE seq >= ?1",
    rows: "SELECT seq, at, job, fact FROM events NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
};

const LEDGER: NumberedTable = NumberedTable {
    next: "SELECT min(number) FROM ledger NOT INDEXED WHERE number >= ?1",
    rows: "SELECT number, ebay, account, sink, sku, job, upc, at, row FROM ledger NOT INDEXED
           WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
};

/// The ledger as versions without seller accounts wrote it.
const LEDGER_WITHOUT_SELLERS: NumberedTable = NumberedTable {
    next: LEDGER.next,
    rows: "SELECT number, 'production', 0, sink, sku, job, upc, at, row FROM ledger NOT INDEXED
           WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
};

/// A position in a [`NumberedTable`].
#[derive(Default)]
pub(in crate::journal) struct SalvageCursor {
    next: u64,
    /// Unreadable rows since the last readable one.
    unreadable_in_a_row: u64,
}

/// A connection to a journal file that may be damaged. It does not change the file.
pub(in crate::journal) struct SalvageReader {
    connection: SqliteConnection,
    path: PathBuf,
    schema_version: usize,
}

/// The columns of a ledger entry: number, eBay environment, account, sink, SKU, job, UPC, time, payload.
pub(in crate::journal) type LedgerRow = (i64, String, i64, String, String, String, String, String, String);

/// The columns of a seller's name: eBay environment, name, account.
pub(in crate::journal) type SellerRow = (String, String, i64);

/// The columns of an idempotency key: key, fingerprint, job.
pub(in crate::journal) type RequestRow = (String, String, String);

/// The readable rows of a damaged table.
pub(in crate::journal) struct SalvagedRows<T> {
    pub(in crate::journal) rows: Vec<T>,
    /// Positions that could not be read. Some of them may never have held a row.
    pub(in crate::journal) unreadable: u64,
}

impl<T> Default for SalvagedRows<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), unreadable: 0 }
    }
}

impl SalvageReader {
    /// Opens the journal of a data directory.
    ///
    /// # Errors
    /// Returns [`JournalError::Damaged`] if even the first page cannot be read, and [`JournalError::SchemaTooNew`] if
    /// a
    /// later version wrote it.
    pub(in crate::journal) async fn open(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        let options = sqlite::read_options(&path);
        let mut connection = options.connect().await.map_err(|error| SqliteError::from_sqlx(&path, &error))?;
        let schema_version = sqlite::schema_version(&path, &mut connection, MIGRATIONS).await?;
        let pages: i64 = query_scalar("PRAGMA page_count")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| SqliteError::from_sqlx(&path, &error))?;
        if pages == 0 {
            return Err(JournalError::Damaged { path, message: "the file is empty".to_owned() });
        }
        Ok(Self { connection, path, schema_version })
    }

    pub(in crate::journal) async fn close(self) {
        self.connection.close().await.ok();
    }

    fn sql_error(&self, error: &sqlx::Error) -> SqliteError {
        SqliteError::from_sqlx(&self.path, error)
    }

    /// Returns the messages of SQLite's integrity check, one per line; empty if the file is sound.
    pub(in crate::journal) async fn integrity_messages(&mut self) -> Vec<String> {
        let statement = format!("PRAGMA integrity_check({MAX_INTEGRITY_MESSAGES})");
        let lines = query_scalar::<_, String>(AssertSqlSafe(statement)).fetch_all(&mut self.connection).await;
        match lines {
            Ok(lines) => {
                lines.iter().flat_map(|text| text.lines()).filter(|line| *line != "ok").map(str::to_owned).collect()
            }
            Err(error) => vec![self.sql_error(&error).message],
        }
    }

    /// Returns the number of events and the newest position.
    pub(in crate::journal) async fn event_count(&mut self) -> Result<(u64, Seq), JournalError> {
        let counted: (i64, i64) = query_as("SELECT count(*), coalesce(max(seq), 0) FROM events NOT INDEXED")
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok((counted.0.cast_unsigned(), Seq(counted.1.cast_unsigned())))
    }

    /// Returns the number of events that were removed with their jobs.
    pub(in crate::journal) async fn removed_event_count(&mut self) -> Result<u64, JournalError> {
        if self.schema_version < super::schema::REMOVALS_SCHEMA_VERSION {
            return Ok(0);
        }
        let sum: i64 = query_scalar("SELECT coalesce(sum(events), 0) FROM removals")
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(sum.cast_unsigned())
    }

    /// Returns at most `limit` ranges of positions without an event (first and last, inclusive).
    pub(in crate::journal) async fn event_gaps(&mut self, limit: usize) -> Result<Vec<(Seq, Seq)>, JournalError> {
        let rows: Vec<(i64, i64)> = query_as(
            "SELECT previous + 1, seq - 1 FROM
                 (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS previous FROM events NOT INDEXED)
             WHERE seq > previous + 1 LIMIT ?1",
        )
        .bind(to_sql_integer(limit))
        .fetch_all(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok(rows.into_iter().map(|(from, to)| (Seq(from.cast_unsigned()), Seq(to.cast_unsigned()))).collect())
    }

    /// Reads the next readable events, oldest first; `None` after the last.
    pub(in crate::journal) async fn next_events(
        &mut self,
        cursor: &mut SalvageCursor,
    ) -> Option<SalvagedRows<EventRow>> {
        self.next_rows(&EVENTS, cursor).await
    }

    /// Reads the readable items of a job's input list, in list order.
    pub(in crate::journal) async fn listed_items(&mut self, job: &JobId) -> Vec<InputItem> {
        let rows =
            query_scalar::<_, String>("SELECT listed FROM items WHERE job = ?1 ORDER BY place").bind(job.as_str());
        // Stops at the first damaged row.
        let rows = rows.fetch(&mut self.connection).take_while(|row| std::future::ready(row.is_ok()));
        let items = rows.filter_map(|row| std::future::ready(row.ok().and_then(|row| serde_json::from_str(&row).ok())));
        items.collect().await
    }

    /// Reads every readable ledger entry.
    pub(in crate::journal) async fn ledger_rows(&mut self) -> SalvagedRows<LedgerRow> {
        let table = if self.schema_version < SELLERS_SCHEMA_VERSION { &LEDGER_WITHOUT_SELLERS } else { &LEDGER };
        let (mut all, mut cursor) = (SalvagedRows::default(), SalvageCursor::default());
        while let Some(read) = self.next_rows(table, &mut cursor).await {
            all.rows.extend(read.rows);
            all.unreadable += read.unreadable;
        }
        all
    }

    /// Reads the sellers' names; `None` if they cannot be read completely.
    pub(in crate::journal) async fn sellers(&mut self) -> Option<Vec<SellerRow>> {
        self.all_rows("sellers", "SELECT ebay, name, account FROM sellers").await
    }

    /// Reads the idempotency keys; `None` if they cannot be read completely.
    pub(in crate::journal) async fn requests(&mut self) -> Option<Vec<RequestRow>> {
        self.all_rows("requests", "SELECT key, asked, job FROM requests").await
    }

    /// Reads a table, which earlier versions may not have.
    async fn all_rows<T>(&mut self, table: &str, statement: &'static str) -> Option<Vec<T>>
    where
        T: for<'row> sqlx::FromRow<'row, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let exists = query_scalar("SELECT count(*) FROM sqlite_master WHERE name = ?1").bind(table);
        let tables: i64 = exists.fetch_one(&mut self.connection).await.ok()?;
        if tables == 0 {
            return Some(Vec::new());
        }
        query_as(statement).fetch_all(&mut self.connection).await.ok()
    }

    async fn next_rows<T>(&mut self, table: &NumberedTable, cursor: &mut SalvageCursor) -> Option<SalvagedRows<T>>
    where
        T: for<'row> sqlx::FromRow<'row, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let next = query_scalar::<_, Option<i64>>(table.next).bind(cursor.next.cast_signed());
        match next.fetch_one(&mut self.connection).await {
            Ok(next) => cursor.next = next?.cast_unsigned().max(cursor.next),
            Err(_) if cursor.unreadable_in_a_row > self.max_row_count() => return None,
            Err(_) => {}
        }
        let last = cursor.next.saturating_add(ROWS_PER_READ - 1).min(i64::MAX.cast_unsigned());
        let read = self.salvage_range(table.rows, cursor.next, last).await;
        cursor.unreadable_in_a_row =
            if read.rows.is_empty() { cursor.unreadable_in_a_row + read.unreadable } else { read.unreadable };
        if last == i64::MAX.cast_unsigned() {
            return None;
        }
        cursor.next = last + 1;
        Some(read)
    }

    /// Returns an upper bound for the number of rows in the file.
    fn max_row_count(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len() / 4096 * MAX_ROWS_PER_PAGE)
    }

    /// Reads the rows from `first` to `last`. If the statement fails, reads each half separately.
    async fn salvage_range<T>(&mut self, statement: &'static str, first: u64, last: u64) -> SalvagedRows<T>
    where
        T: for<'row> sqlx::FromRow<'row, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let mut salvaged = SalvagedRows::default();
        let mut ranges = vec![(first, last)];
        while let Some((from, to)) = ranges.pop() {
            let rows = query_as(statement).bind(from.cast_signed()).bind(to.cast_signed());
            match rows.fetch_all(&mut self.connection).await {
                Ok(rows) => salvaged.rows.extend::<Vec<T>>(rows),
                Err(_) if from == to => salvaged.unreadable += 1,
                Err(_) => {
                    let middle = from.midpoint(to);
                    ranges.extend([(middle + 1, to), (from, middle)]);
                }
            }
        }
        salvaged
    }
}

/// Checks that a ledger entry can be decoded.
///
/// # Errors
/// Returns [`JournalError::DecodeFailed`] if a column is not valid.
pub(in crate::journal) fn validate_ledger_row(row: &LedgerRow) -> Result<(), JournalError> {
    let (number, _, _, _, sku, job, upc, at, payload) = row;
    let name = JournalRow::LedgerEntry(number.cast_unsigned());
    parse_sku(sku.clone(), name)?;
    parse_column::<JobId>(job, name)?;
    parse_column::<Upc>(upc, name)?;
    parse_column::<jiff::Timestamp>(at, name)?;
    from_json::<serde_json::Value>(payload, name).map(drop)
}
