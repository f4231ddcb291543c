//! The writing side: one connection, one transaction at a time.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, query, query_as, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::submission::IdempotentRequest;
use super::codec::{parse_column, to_json, to_sql_integer};
use super::schema::{BUSY_TIMEOUT, DB_FILE, MIGRATIONS, schema_version};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};

/// The writing side: one connection, which begins a transaction with its first write.
pub(in crate::journal) struct WriteConnection {
    pub(super) connection: SqliteConnection,
    path: PathBuf,
    in_transaction: bool,
}

impl WriteConnection {
    /// Opens for writing, and brings the file to the newest form.
    pub(in crate::journal) async fn open(dir: &Path, most_pages: Option<u32>) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        let mut options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        if let Some(pages) = most_pages {
            options = options.pragma("max_page_count", pages.to_string());
        }
        let sql = |error| JournalError::from_sqlx(&path, &error);
        let mut connection = options.connect().await.map_err(sql)?;
        let found = query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.map_err(sql)?;
        for &form in &MIGRATIONS[schema_version(&path, found)?..] {
            raw_sql(form).execute(&mut connection).await.map_err(sql)?;
        }
        Ok(Self { connection, path, in_transaction: false })
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        JournalError::from_sqlx(&self.path, error)
    }

    async fn execute_statement(&mut self, statement: &'static str) -> Result<(), JournalError> {
        let sent = query(statement).execute(&mut self.connection).await.map(drop);
        sent.map_err(|error| self.sql_error(&error))
    }

    pub(super) async fn begin_transaction(&mut self) -> Result<(), JournalError> {
        if !self.in_transaction {
            self.execute_statement("BEGIN IMMEDIATE").await?;
            self.in_transaction = true;
        }
        Ok(())
    }

    pub(in crate::journal) async fn commit(&mut self) -> Result<(), JournalError> {
        if self.in_transaction {
            self.execute_statement("COMMIT").await?;
            self.in_transaction = false;
        }
        Ok(())
    }

    /// SQLite rolls back by itself where the disk is full, and then says that there is nothing to roll back.
    pub(in crate::journal) async fn roll_back(&mut self) {
        self.execute_statement("ROLLBACK").await.ok();
        self.in_transaction = false;
    }

    /// Leaves one tidy file behind: without this the write-ahead log would stay beside it until the next start.
    pub(in crate::journal) async fn close(mut self) {
        self.execute_statement("PRAGMA wal_checkpoint(TRUNCATE)").await.ok();
        self.connection.close().await.ok();
    }

    /// The first free name of the second.
    pub(in crate::journal) async fn insert_job(&mut self, at: Timestamp) -> Result<JobId, JournalError> {
        self.begin_transaction().await?;
        let mut number = 0;
        loop {
            let job = JobId::new(at, number);
            let taken = query("INSERT INTO jobs (job) VALUES (?1) ON CONFLICT DO NOTHING")
                .bind(job.as_str())
                .execute(&mut self.connection)
                .await
                .map_err(|error| self.sql_error(&error))?;
            if taken.rows_affected() == 1 {
                return Ok(job);
            }
            number += 1;
        }
    }

    pub(in crate::journal) async fn insert_event(
        &mut self,
        job: &JobId,
        at: Timestamp,
        event: JobEvent,
    ) -> Result<EventEnvelope, JournalError> {
        self.begin_transaction().await?;
        let (upc, outline) = match &event {
            JobEvent::Item { upc, item_event: step } => (
                Some(upc.to_string()),
                matches!(step, ItemEvent::Finished { .. } | ItemEvent::ReviewDecided { .. } | ItemEvent::Requeued),
            ),
            _ => (None, true),
        };
        let seq: i64 =
            query_scalar("INSERT INTO events (at, job, upc, outline, fact) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING seq")
                .bind(at.to_string())
                .bind(job.as_str())
                .bind(&upc)
                .bind(outline)
                .bind(to_json(&event)?)
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| self.sql_error(&error))?;
        if matches!(event, JobEvent::Item { item_event: ItemEvent::ReviewDecided { .. }, .. }) {
            let noted = query("INSERT INTO decisions (upc, seq) VALUES (?1, ?2)").bind(upc).bind(seq);
            noted.execute(&mut self.connection).await.map_err(|error| self.sql_error(&error))?;
        }
        Ok(EventEnvelope { seq: Seq(seq.cast_unsigned()), at, job: job.clone(), payload: event })
    }

    /// Notes the key under which a job was ordered.
    pub(in crate::journal) async fn insert_idempotent_request(
        &mut self,
        request: &IdempotentRequest,
        job: &JobId,
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        query("INSERT INTO requests (key, asked, job) VALUES (?1, ?2, ?3)")
            .bind(&request.key)
            .bind(&request.fingerprint)
            .bind(job.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(())
    }

    /// The job that was ordered under a key, also in this transaction.
    pub(in crate::journal) async fn find_idempotent_request(
        &mut self,
        key: &str,
    ) -> Result<Option<(JobId, String)>, JournalError> {
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = ?1")
            .bind(key)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|error| self.sql_error(&error))?;
        row.map(|(job, asked)| Ok((parse_column(&job, Seq::default())?, asked))).transpose()
    }

    /// Writes the number of the file's form once more: whether anything can be written.
    pub(in crate::journal) async fn check_writable(&mut self) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        let again = format!("PRAGMA user_version = {}", MIGRATIONS.len());
        let written = raw_sql(AssertSqlSafe(again)).execute(&mut self.connection).await.map(drop);
        written.map_err(|error| self.sql_error(&error))
    }

    /// Adds items to the list, from a place on.
    pub(in crate::journal) async fn insert_items(
        &mut self,
        job: &JobId,
        from: u64,
        items: &[InputItem],
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        query(
            "INSERT INTO items (job, place, upc, listed)
             SELECT ?1, ?2 + key, value ->> 'upc', value FROM json_each(?3)",
        )
        .bind(job.as_str())
        .bind(from.cast_signed())
        .bind(to_json(&items)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok(())
    }

    /// Another scan of an item, or one less: its copies, and the line of a further one.
    pub(in crate::journal) async fn update_scanned_item(
        &mut self,
        job: &JobId,
        event: &JobEvent,
    ) -> Result<(), JournalError> {
        let (upc, copies, line) = match event {
            JobEvent::Scanned { upc: Some(upc), copies, line, .. } => (upc, copies, Some(line)),
            JobEvent::ScanRetracted { upc, copies, .. } => (upc, copies, None),
            _ => return Ok(()),
        };
        self.begin_transaction().await?;
        let further = line.filter(|_| *copies > 1);
        query(
            "UPDATE items SET listed = iif(?4 IS NULL OR json_array_length(listed, '$.lines') >= ?5,
                 json_set(listed, '$.copies', ?3),
                 json_set(listed, '$.copies', ?3, '$.lines[#]', ?4))
             WHERE job = ?1 AND upc = ?2",
        )
        .bind(job.as_str())
        .bind(upc.to_string())
        .bind(copies)
        .bind(further)
        .bind(to_sql_integer(InputItem::MAX_LINES))
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok(())
    }
}
