//! The connection that writes to the journal file, one transaction at a time.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, query};

use super::super::codec::to_json;
use super::super::error::JournalError;
use super::super::model::JournalOptions;
use super::super::write_faults::WriteFaults;
use super::event_rows::EventRows;
use super::file_length::check_file_length;
use super::schema::{DB_FILE, MIGRATIONS};
use crate::sqlite::{self, SqliteError};
use crate::statement::{Argument, Statement, StoreRow};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use retry::{RetryAdvice, RetryPolicy};

/// Pause between two attempts to lock a file that another program has locked, in addition to SQLite's busy timeout.
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// The connection that writes. The first write begins a transaction.
pub(in crate::journal) struct WriteConnection {
    connection: SqliteConnection,
    path: PathBuf,
    /// Device and inode of the file when it was opened.
    file_id: (u64, u64),
    faults: Option<WriteFaults>,
    is_in_transaction: bool,
    /// Events of the current transaction.
    events: EventRows,
    /// Set when the journal closes: the connection then no longer waits for a locked file.
    is_closing: Arc<AtomicBool>,
}

impl WriteConnection {
    /// Opens the file for writing and migrates its schema. Tests limit the file size with
    /// [`JournalOptions::max_pages`].
    pub(in crate::journal) async fn open(
        dir: &Path,
        journal_options: &JournalOptions,
        is_closing: Arc<AtomicBool>,
    ) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        let mut options = sqlite::write_options(&path).foreign_keys(true).busy_timeout(journal_options.busy_timeout);
        if let Some(pages) = journal_options.max_pages {
            options = options.pragma("max_page_count", pages.to_string());
        }
        check_file_length(&path)?;
        let connection = sqlite::connect(&path, options, MIGRATIONS).await?;
        let faults = journal_options.faults.clone();
        let file_id = file_id(&path).map_err(|error| SqliteError::from_io(&path, &error))?;
        Ok(Self {
            connection,
            path,
            file_id,
            faults,
            is_in_transaction: false,
            events: EventRows::default(),
            is_closing,
        })
    }

    fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        SqliteError::from_sqlx(&self.path, error).into()
    }

    async fn execute_statement(&mut self, statement: &'static str) -> Result<(), JournalError> {
        let executed = query(statement).execute(&mut self.connection).await.map(drop);
        executed.map_err(|error| self.sql_error(&error))
    }

    /// Executes `BEGIN` or `COMMIT`, and retries while another program (a backup tool, the `sqlite3` shell) locks the
    /// file: a lock is temporary and must not end a batch.
    async fn execute_when_unlocked(&mut self, statement: &'static str) -> Result<(), JournalError> {
        if self.faults.as_ref().is_some_and(WriteFaults::draw) {
            return Err(JournalError::DiskFull { path: self.path.clone() });
        }
        let start = Instant::now();
        let mut retries = RetryPolicy::fixed(LOCK_RETRY_INTERVAL).start();
        loop {
            match self.execute_statement(statement).await {
                Err(JournalError::Busy { path, message }) if !self.is_closing.load(Ordering::Relaxed) => {
                    let waited_s = start.elapsed().as_secs();
                    tracing::warn!(path = %path.display(), message, waited_s, "another program locks the journal; trying again");
                    retries.wait(RetryAdvice::Retry).await;
                }
                result => return result,
            }
        }
    }

    async fn begin_transaction(&mut self) -> Result<(), JournalError> {
        if !self.is_in_transaction {
            self.check_file()?;
            self.execute_when_unlocked("BEGIN IMMEDIATE").await?;
            self.is_in_transaction = true;
        }
        Ok(())
    }

    /// Commits the transaction. Returns the position after which the positions of its events start.
    pub(in crate::journal) async fn commit(&mut self) -> Result<Seq, JournalError> {
        if self.is_in_transaction {
            self.write_events().await?;
            self.execute_when_unlocked("COMMIT").await?;
            self.is_in_transaction = false;
        }
        Ok(std::mem::take(&mut self.events).position_before())
    }

    /// Rolls the transaction back. On a full disk, SQLite has already rolled back and reports that there is no
    /// transaction.
    pub(in crate::journal) async fn roll_back(&mut self) {
        self.events = EventRows::default();
        if self.is_in_transaction {
            self.execute_statement("ROLLBACK").await.ok();
            self.is_in_transaction = false;
        }
    }

    /// Closes the file and empties its write-ahead log, which would otherwise stay on disk until the next start.
    pub(in crate::journal) async fn close(mut self) {
        self.execute_statement("PRAGMA wal_checkpoint(TRUNCATE)").await.ok();
        self.connection.close().await.ok();
    }

    /// Checks that the path still names the opened file. Writes to a removed or replaced file are lost when this
    /// process ends.
    fn check_file(&self) -> Result<(), JournalError> {
        let message = match file_id(&self.path) {
            Ok(found) if found == self.file_id => return Ok(()),
            Ok(_) => "another file has taken its place while Draft Maker was running".to_owned(),
            Err(error) => {
                let why = files::describe_io_error(&error);
                format!("{why}: it was removed while Draft Maker was running")
            }
        };
        Err(JournalError::FileMoved { path: self.path.clone(), message })
    }

    /// Executes a statement in the transaction and returns the number of changed rows.
    pub(in crate::journal) async fn execute(
        &mut self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<u64, JournalError> {
        self.begin_transaction().await?;
        let executed = async { statement.sqlite_query(arguments)?.execute(&mut self.connection).await };
        let executed = executed.await.map_err(|error| SqliteError::from_sqlx(&self.path, &error))?;
        Ok(executed.rows_affected())
    }

    /// Returns the first selected row, as the transaction sees it; `None` if there is no row.
    pub(in crate::journal) async fn fetch_optional<R: StoreRow>(
        &mut self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Option<R>, JournalError> {
        self.begin_transaction().await?;
        let fetched = async { statement.sqlite_rows(arguments)?.fetch_optional(&mut self.connection).await };
        fetched.await.map_err(|error| SqliteError::from_sqlx(&self.path, &error).into())
    }

    /// Adds an event to the transaction and returns it. Its position is relative to the one that [`Self::commit`]
    /// returns.
    pub(in crate::journal) async fn insert_event(
        &mut self,
        job: &JobId,
        at: Timestamp,
        event: JobEvent,
    ) -> Result<EventEnvelope, JournalError> {
        self.begin_transaction().await?;
        let seq = self.events.push(job, at, &event)?;
        if self.events.is_full() {
            self.write_events().await?;
        }
        Ok(EventEnvelope { seq, at, job: job.clone(), payload: event })
    }

    /// Writes the buffered events, for a statement that reads them.
    pub(in crate::journal) async fn write_events(&mut self) -> Result<(), JournalError> {
        let written = self.events.write(&mut self.connection).await;
        written.map_err(|error| self.sql_error(&error))
    }

    /// Checks that the file is writable by writing its schema version again.
    pub(in crate::journal) async fn check_writable(&mut self) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        Ok(sqlite::set_schema_version(&self.path, &mut self.connection, MIGRATIONS.len()).await?)
    }

    /// Inserts items of an input list, starting at `first_position`.
    pub(in crate::journal) async fn insert_items(
        &mut self,
        job: &JobId,
        first_position: u64,
        items: &[InputItem],
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        query(
            "INSERT INTO items (job, place, upc, listed)
             SELECT ?1, ?2 + key, value ->> 'upc', value FROM json_each(?3)",
        )
        .bind(job.as_str())
        .bind(first_position.cast_signed())
        .bind(to_json(&items)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok(())
    }
}

/// Returns the device and inode of a file.
fn file_id(path: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
