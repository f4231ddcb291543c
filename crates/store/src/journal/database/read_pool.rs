//! The connections that read, and the statements that read jobs and events.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, query_as, query_scalar};

use super::super::codec::{RawEventRow, decode_events, from_json, parse_column, to_json, to_raw_event, to_sql_integer};
use super::super::error::{JournalError, JournalRow};
use super::super::model::{DetailLevel, JournalContents, RawEvent};
use super::event_sql::{event_expression, events_after, state_event_names};
use super::file_length::check_file_length;
use super::schema::{DB_FILE, DECISIONS_SCHEMA_VERSION, MIGRATIONS};
use crate::sqlite::{self, SqliteError};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

const MAX_READ_CONNECTIONS: u32 = 4;

/// The connections that read. Clones share them.
#[derive(Clone)]
pub(in crate::journal) struct ReadPool {
    pub(super) pool: SqlitePool,
    path: Arc<Path>,
}

impl ReadPool {
    /// Opens the journal of a data directory for reading. If there is none yet, an empty one is read.
    pub(in crate::journal) async fn open(dir: &Path) -> Result<Self, JournalError> {
        let path: Arc<Path> = dir.join(DB_FILE).into();
        check_file_length(&path)?;
        let sql_error = |error| SqliteError::from_sqlx(&path, &error);
        if path.exists() {
            let options = sqlite::pool_options(MAX_READ_CONNECTIONS);
            let pool = options.connect_with(sqlite::read_options(&path)).await.map_err(sql_error)?;
            let mut connection = pool.acquire().await.map_err(sql_error)?;
            let version = sqlite::schema_version(&path, &mut connection, MIGRATIONS).await?;
            drop(connection);
            if version > 0 {
                return Ok(Self { pool, path });
            }
        }
        let pool = sqlite::connect_pool(&path, sqlite::memory_options(), MIGRATIONS).await?;
        Ok(Self { pool, path })
    }

    /// Returns the path of the database file.
    pub(in crate::journal) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        SqliteError::from_sqlx(&self.path, error).into()
    }

    pub(in crate::journal) async fn newest_seq(&self) -> Result<Seq, JournalError> {
        let newest: i64 = query_scalar("SELECT coalesce(max(seq), 0) FROM events")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(Seq(newest.cast_unsigned()))
    }

    /// Counts jobs, events and entries of the ledger.
    pub(in crate::journal) async fn contents(&self) -> Result<JournalContents, JournalError> {
        let (jobs, events, ledger_entries, ledger_bytes): (i64, i64, i64, i64) = query_as(
            "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM events),
                 (SELECT count(*) FROM ledger), (SELECT coalesce(sum(length(row)), 0) FROM ledger)",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let [jobs, events, ledger_entries, ledger_bytes] =
            [jobs, events, ledger_entries, ledger_bytes].map(i64::cast_unsigned);
        Ok(JournalContents { jobs, events, ledger_entries, ledger_bytes })
    }

    /// Returns all jobs, the newest first.
    pub(in crate::journal) async fn job_ids(&self) -> Result<Vec<JobId>, JournalError> {
        let names: Vec<String> = query_scalar("SELECT job FROM jobs ORDER BY number DESC")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        names.iter().map(|name| parse_column(name, JournalRow::Job)).collect()
    }

    /// Returns all jobs, the newest first, each with the last event that decides its state.
    pub(in crate::journal) async fn last_state_events(&self) -> Result<Vec<(JobId, Option<JobEvent>)>, JournalError> {
        let rows: Vec<(String, Option<String>)> = query_as(concat!(
            "SELECT job, (SELECT fact FROM events INDEXED BY events_of_job_alone
                  WHERE events.job = jobs.job AND upc IS NULL AND json_extract(fact, '$.event') IN ",
            state_event_names!(),
            "     ORDER BY seq DESC LIMIT 1)
             FROM jobs ORDER BY number DESC",
        ))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let decode = |(job, event): (String, Option<String>)| {
            let event = event.map(|event| from_json(&event, JournalRow::Job)).transpose()?;
            Ok((parse_column(&job, JournalRow::Job)?, event))
        };
        rows.into_iter().map(decode).collect()
    }

    /// Returns the position of a job's last event.
    pub(in crate::journal) async fn last_seq_for_job(&self, job: &JobId) -> Result<Option<Seq>, JournalError> {
        let last: Option<i64> = query_scalar("SELECT max(seq) FROM events INDEXED BY events_of_job WHERE job = ?1")
            .bind(job.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(last.map(|last| Seq(last.cast_unsigned())))
    }

    /// Returns the job of an idempotency key, and the fingerprint of its request.
    pub(in crate::journal) async fn find_idempotent_request(
        &self,
        key: &str,
    ) -> Result<Option<(JobId, String)>, JournalError> {
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = ?1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        row.map(|(job, fingerprint)| Ok((parse_column(&job, JournalRow::IdempotentRequest)?, fingerprint))).transpose()
    }

    /// Returns events after `after`, the oldest first, at most `limit` of them; of one job or of all.
    pub(in crate::journal) async fn read_events(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        let (event, events) = (event_expression(detail), events_after(job.is_some(), detail));
        // Only constants are joined; values are bound.
        let statement = format!("SELECT seq, at, job, {event} {events} ORDER BY seq LIMIT ?2");
        let query = query_as(AssertSqlSafe(statement)).bind(after.0.cast_signed()).bind(to_sql_integer(limit));
        let query = match job {
            Some(job) => query.bind(job.as_str()),
            None => query,
        };
        let rows = query.fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        decode_events(rows).await
    }

    /// Returns the same events as their JSON.
    pub(in crate::journal) async fn read_raw_events(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<RawEvent>, JournalError> {
        let (event, events) = (event_expression(detail), events_after(job.is_some(), detail));
        let statement =
            format!("SELECT seq, at, job, json_extract(fact, '$.event'), {event} {events} ORDER BY seq LIMIT ?2");
        let query = query_as(AssertSqlSafe(statement)).bind(after.0.cast_signed()).bind(to_sql_integer(limit));
        let query = match job {
            Some(job) => query.bind(job.as_str()),
            None => query,
        };
        let rows: Vec<RawEventRow> = query.fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        Ok(rows.into_iter().map(to_raw_event).collect())
    }

    /// Returns the positions of a job's events after `after`.
    pub(in crate::journal) async fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        let seqs: Vec<i64> =
            query_scalar("SELECT seq FROM events INDEXED BY events_of_job WHERE seq > ?1 AND job = ?2 ORDER BY seq")
                .bind(after.0.cast_signed())
                .bind(job.as_str())
                .fetch_all(&self.pool)
                .await
                .map_err(|error| self.sql_error(&error))?;
        Ok(seqs.into_iter().map(|seq| Seq(seq.cast_unsigned())).collect())
    }

    /// Returns those of the items that the list has, in the order of the list.
    pub(in crate::journal) async fn input_items(
        &self,
        job: &JobId,
        upcs: &[Upc],
    ) -> Result<Vec<InputItem>, JournalError> {
        let rows: Vec<String> = query_scalar(
            "SELECT listed FROM items WHERE job = ?1 AND upc IN (SELECT value FROM json_each(?2)) ORDER BY place",
        )
        .bind(job.as_str())
        .bind(to_json(&upcs)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        rows.iter().map(|item| from_json(item, JournalRow::InputItem)).collect()
    }

    /// Returns all events of the items, the oldest first.
    pub(in crate::journal) async fn item_events(
        &self,
        job: &JobId,
        upcs: &[Upc],
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        let rows = query_as(
            "SELECT seq, at, job, fact FROM events INDEXED BY events_of_item
             WHERE job = ?1 AND upc IN (SELECT value FROM json_each(?2)) ORDER BY seq",
        )
        .bind(job.as_str())
        .bind(to_json(&upcs)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        decode_events(rows).await
    }

    /// Returns the `decided` events of the UPCs in all jobs, the oldest first.
    pub(in crate::journal) async fn read_decisions(&self, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        // Only the owner brings a file up to date; an older one has no table of decisions.
        if sqlite::schema_version(&self.path, &mut connection, MIGRATIONS).await? < DECISIONS_SCHEMA_VERSION {
            return Ok(Vec::new());
        }
        let rows = query_as(
            "SELECT events.seq, at, job, fact FROM decisions JOIN events ON events.seq = decisions.seq
             WHERE decisions.upc IN (SELECT value FROM json_each(?1)) ORDER BY events.seq",
        );
        let rows = rows.bind(to_json(&upcs)?).fetch_all(&mut *connection).await;
        decode_events(rows.map_err(|error| self.sql_error(&error))?).await
    }

    /// Returns how many items ended in each status after `after`, and the position up to which that is counted.
    pub(in crate::journal) async fn count_outcomes_since(
        &self,
        after: Seq,
    ) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        let newest = self.newest_seq().await?;
        let rows: Vec<(String, i64)> = query_as(
            "SELECT json_extract(fact, '$.outcome.status'), count(*) FROM events
             WHERE seq > ?1 AND seq <= ?2 AND outline = 1 AND upc IS NOT NULL
                 AND json_extract(fact, '$.step') = 'done' GROUP BY 1",
        )
        .bind(after.0.cast_signed())
        .bind(newest.0.cast_signed())
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok((newest, rows.into_iter().map(|(status, count)| (status, count.cast_unsigned())).collect()))
    }
}
