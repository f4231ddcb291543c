//! The connections that read, and the statements that read jobs and events.

use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, query_as, query_scalar};

use super::super::codec::{RawEventRow, decode_events, from_json, parse_column, to_raw_event, to_sql_integer};
use super::super::error::{JournalError, JournalRow};
use super::super::model::{DetailLevel, JournalContents, RawEvent};
use super::connection::{classify_error, connect_pool};
use super::owner;
use crate::location::DatabaseUrl;
use domain::event::{EventEnvelope, JobEvent, JobEventKind, Seq};
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

/// The connections that read. Clones share them.
#[derive(Clone)]
pub(in crate::journal) struct PostgresReader {
    pub(super) pool: PgPool,
    database: DatabaseUrl,
}

/// Returns the expression of an event at a level of detail.
const fn event_expression(detail: DetailLevel) -> &'static str {
    match detail {
        DetailLevel::Full | DetailLevel::Outline => "fact",
        DetailLevel::Rows => "coalesce(row_fact, fact)",
    }
}

/// Returns the `FROM` and `WHERE` clauses of the events after `$1`, of the job `$3` or of all jobs.
const fn events_after(is_of_one_job: bool, detail: DetailLevel) -> &'static str {
    match (is_of_one_job, detail) {
        (true, DetailLevel::Outline) => "FROM events WHERE seq > $1 AND job = $3 AND outline",
        (true, _) => "FROM events WHERE seq > $1 AND job = $3",
        (false, DetailLevel::Outline) => "FROM events WHERE seq > $1 AND outline",
        (false, _) => "FROM events WHERE seq > $1",
    }
}

fn texts(upcs: &[Upc]) -> Vec<String> {
    upcs.iter().map(ToString::to_string).collect()
}

impl PostgresReader {
    /// Connects for reading. An empty database gets the schema.
    pub(in crate::journal) async fn open(database: &DatabaseUrl) -> Result<Self, JournalError> {
        Ok(Self { pool: connect_pool(database).await?, database: database.clone() })
    }

    pub(in crate::journal) fn database(&self) -> &DatabaseUrl {
        &self.database
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        classify_error(&self.database, error)
    }

    /// Returns whether a process owns the database now.
    pub(in crate::journal) async fn is_owned(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_owned(&self.database, &mut connection).await
    }

    /// Returns whether the ownership can be taken now: no process has it, or its lease has expired.
    pub(in crate::journal) async fn is_available(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_available(&self.database, &mut connection).await
    }

    pub(in crate::journal) async fn newest_seq(&self) -> Result<Seq, JournalError> {
        let newest: i64 =
            query_scalar("SELECT seq FROM head").fetch_one(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        Ok(Seq(newest.cast_unsigned()))
    }

    /// Counts jobs, events and entries of the ledger.
    pub(in crate::journal) async fn contents(&self) -> Result<JournalContents, JournalError> {
        let (jobs, events, ledger_entries, ledger_bytes): (i64, i64, i64, i64) = query_as(
            "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM events),
                 (SELECT count(*) FROM ledger), (SELECT coalesce(sum(octet_length(row)), 0) FROM ledger)",
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
        let kinds: Vec<&str> = JobEventKind::of_state_changes().map(JobEventKind::as_str).collect();
        let rows: Vec<(String, Option<String>)> = query_as(
            "SELECT job, (SELECT fact FROM events
                 WHERE events.job = jobs.job AND upc IS NULL AND kind = ANY($1::text[]) ORDER BY seq DESC LIMIT 1)
             FROM jobs ORDER BY number DESC",
        )
        .bind(kinds)
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
        let last: Option<i64> = query_scalar("SELECT max(seq) FROM events WHERE job = $1")
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
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = $1")
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
        let statement = format!("SELECT seq, at, job, {event} {events} ORDER BY seq LIMIT $2");
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
        let statement = format!("SELECT seq, at, job, kind, {event} {events} ORDER BY seq LIMIT $2");
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
        let seqs: Vec<i64> = query_scalar("SELECT seq FROM events WHERE seq > $1 AND job = $2 ORDER BY seq")
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
        let rows: Vec<String> =
            query_scalar("SELECT listed FROM items WHERE job = $1 AND upc = ANY($2::text[]) ORDER BY place")
                .bind(job.as_str())
                .bind(texts(upcs))
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
        let rows =
            query_as("SELECT seq, at, job, fact FROM events WHERE job = $1 AND upc = ANY($2::text[]) ORDER BY seq");
        let rows = rows.bind(job.as_str()).bind(texts(upcs)).fetch_all(&self.pool).await;
        decode_events(rows.map_err(|error| self.sql_error(&error))?).await
    }

    /// Returns the `decided` events of the UPCs in all jobs, the oldest first.
    pub(in crate::journal) async fn read_decisions(&self, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError> {
        let rows =
            query_as("SELECT seq, at, job, fact FROM events WHERE decided AND upc = ANY($1::text[]) ORDER BY seq");
        let rows = rows.bind(texts(upcs)).fetch_all(&self.pool).await;
        decode_events(rows.map_err(|error| self.sql_error(&error))?).await
    }

    /// Returns how many items ended in each status after `after`, and the position up to which that is counted.
    pub(in crate::journal) async fn count_outcomes_since(
        &self,
        after: Seq,
    ) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        let newest = self.newest_seq().await?;
        let rows: Vec<(String, i64)> = query_as(
            "SELECT status, count(*) FROM events WHERE seq > $1 AND seq <= $2 AND status IS NOT NULL GROUP BY 1",
        )
        .bind(after.0.cast_signed())
        .bind(newest.0.cast_signed())
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        Ok((newest, rows.into_iter().map(|(status, count)| (status, count.cast_unsigned())).collect()))
    }
}
