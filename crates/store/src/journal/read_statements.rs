//! Statements that read jobs, items and events.

use sqlx::AssertSqlSafe;

use super::codec::{
    EventRow, FIND_REQUEST_SQL, RawEventRow, decode_events, decode_idempotent_request, from_json, parse_column,
    to_raw_event, to_sql_integer,
};
use super::error::{JournalError, JournalRow};
use super::model::{DetailLevel, JournalContents, RawEvent};
use super::postgres::event_sql as postgres;
use super::sqlite::event_sql as sqlite;
use super::storage::StorageReader;
use crate::statement::{Statement, StoreRow, arguments};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

const LAST_STATE_EVENTS_SQLITE: &str = concat!(
    "SELECT job, (SELECT fact FROM events INDEXED BY events_of_job_alone
         WHERE events.job = jobs.job AND upc IS NULL AND json_extract(fact, '$.event') IN ",
    sqlite::state_event_names!(),
    "    ORDER BY seq DESC LIMIT 1)
     FROM jobs ORDER BY number DESC",
);

const LAST_STATE_EVENTS_POSTGRES: &str = concat!(
    "SELECT job, (SELECT fact FROM events
         WHERE events.job = jobs.job AND upc IS NULL AND kind IN ",
    sqlite::state_event_names!(),
    "    ORDER BY seq DESC LIMIT 1)
     FROM jobs ORDER BY number DESC",
);

/// The index is given because SQLite would otherwise scan the whole list in list order.
pub(super) const ITEMS_SQLITE: &str = "SELECT listed FROM items INDEXED BY items_by_upc
    WHERE job = $1 AND upc IN (SELECT value FROM json_each($2)) ORDER BY place";

const ITEMS_POSTGRES: &str = "SELECT listed FROM items WHERE job = $1 AND upc = ANY($2) ORDER BY place";

/// Finds the events with which an item ended in a lot by the JSON of its `LotOutcome`: in other texts, the quotes are
/// escaped. The condition is that of the index, or the databases would not use it.
pub(super) const LOT_JOBS_SQLITE: &str = r#"SELECT job FROM events
    WHERE upc = $1 AND outline = 1 AND instr(fact, '"lot":{"name":') > 0 GROUP BY job ORDER BY max(seq) DESC"#;

const LOT_JOBS_POSTGRES: &str = r#"SELECT job FROM events
    WHERE upc = $1 AND outline AND strpos(fact, '"lot":{"name":') > 0 GROUP BY job ORDER BY max(seq) DESC"#;

fn texts(upcs: &[Upc]) -> Vec<String> {
    upcs.iter().map(ToString::to_string).collect()
}

impl StorageReader {
    pub(super) async fn newest_seq(&self) -> Result<Seq, JournalError> {
        let newest = Statement::for_each("SELECT coalesce(max(seq), 0) FROM events", "SELECT seq FROM head");
        let (newest,): (i64,) = self.fetch_one(newest, &[]).await?;
        Ok(Seq(newest.cast_unsigned()))
    }

    /// Counts jobs, events and ledger entries.
    pub(super) async fn count_contents(&self) -> Result<JournalContents, JournalError> {
        let counts = "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM events),
            (SELECT count(*) FROM ledger), (SELECT coalesce(sum(octet_length(row)), 0) FROM ledger)";
        let counts: (i64, i64, i64, i64) = self.fetch_one(counts, &[]).await?;
        let [jobs, events, ledger_entries, ledger_bytes] = <[i64; 4]>::from(counts).map(i64::cast_unsigned);
        Ok(JournalContents { jobs, events, ledger_entries, ledger_bytes })
    }

    /// Returns all jobs, newest first.
    pub(super) async fn job_ids(&self) -> Result<Vec<JobId>, JournalError> {
        let names: Vec<(String,)> = self.fetch_all("SELECT job FROM jobs ORDER BY number DESC", &[]).await?;
        names.iter().map(|(name,)| parse_column(name, JournalRow::Job)).collect()
    }

    /// Returns all jobs, newest first, each with the last event that determines its state.
    pub(super) async fn last_state_events(&self) -> Result<Vec<(JobId, Option<JobEvent>)>, JournalError> {
        let events = Statement::for_each(LAST_STATE_EVENTS_SQLITE, LAST_STATE_EVENTS_POSTGRES);
        let rows: Vec<(String, Option<String>)> = self.fetch_all(events, &[]).await?;
        let decode = |(job, event): (String, Option<String>)| {
            let event = event.map(|event| from_json(&event, JournalRow::Job)).transpose()?;
            Ok((parse_column(&job, JournalRow::Job)?, event))
        };
        rows.into_iter().map(decode).collect()
    }

    /// Returns the position of a job's last event; `None` if the job has no events.
    pub(super) async fn last_seq_for_job(&self, job: &JobId) -> Result<Option<Seq>, JournalError> {
        let last = Statement::for_each(
            "SELECT max(seq) FROM events INDEXED BY events_of_job WHERE job = $1",
            "SELECT max(seq) FROM events WHERE job = $1",
        );
        let (last,): (Option<i64>,) = self.fetch_one(last, &arguments![job.as_str()]).await?;
        Ok(last.map(|last| Seq(last.cast_unsigned())))
    }

    /// Returns the job of an idempotency key and the fingerprint of the request.
    pub(super) async fn find_idempotent_request(&self, key: &str) -> Result<Option<(JobId, String)>, JournalError> {
        let row = self.fetch_optional(FIND_REQUEST_SQL, &arguments![key]).await?;
        row.map(decode_idempotent_request).transpose()
    }

    /// Returns at most `limit` events after a position, oldest first, of one job or of all jobs.
    pub(super) async fn read_events(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        decode_events(self.read_event_rows(job, detail, after, limit).await?).await
    }

    /// Reads the same events without decoding them.
    pub(super) async fn read_event_rows(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<EventRow>, JournalError> {
        self.fetch_events(false, job, detail, after, limit).await
    }

    /// Returns the same events as [`Self::read_events`], as JSON.
    pub(super) async fn read_raw_events(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<RawEvent>, JournalError> {
        let rows: Vec<RawEventRow> = self.fetch_events(true, job, detail, after, limit).await?;
        Ok(rows.into_iter().map(to_raw_event).collect())
    }

    /// Returns `seq`, `at`, `job` and the JSON of each event; if `with_name`, the event's name precedes the JSON.
    async fn fetch_events<R: StoreRow>(
        &self,
        with_name: bool,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<R>, JournalError> {
        let (name, event, events) = match self {
            Self::Sqlite(_) => {
                (sqlite::EVENT_NAME, sqlite::event_expression(detail), sqlite::events_after(job.is_some(), detail))
            }
            Self::Postgres(_) => (
                postgres::EVENT_NAME,
                postgres::event_expression(detail),
                postgres::events_after(job.is_some(), detail),
            ),
        };
        let name = if with_name { format!("{name}, ") } else { String::new() };
        // Only constants are concatenated; values are bound.
        let statement = AssertSqlSafe(format!("SELECT seq, at, job, {name}{event} {events} ORDER BY seq LIMIT $2"));
        let mut arguments = arguments![after.0.cast_signed(), to_sql_integer(limit)].to_vec();
        arguments.extend(job.map(|job| job.as_str().into()));
        self.fetch_all(Statement::for_both(statement), &arguments).await
    }

    /// Returns the positions of a job's events after a position.
    pub(super) async fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        let seqs = Statement::for_each(
            "SELECT seq FROM events INDEXED BY events_of_job WHERE seq > $1 AND job = $2 ORDER BY seq",
            "SELECT seq FROM events WHERE seq > $1 AND job = $2 ORDER BY seq",
        );
        let seqs: Vec<(i64,)> = self.fetch_all(seqs, &arguments![after.0.cast_signed(), job.as_str()]).await?;
        Ok(seqs.into_iter().map(|(seq,)| Seq(seq.cast_unsigned())).collect())
    }

    /// Returns the items that are in the input list, in list order.
    pub(super) async fn input_items(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<InputItem>, JournalError> {
        let items = Statement::for_each(ITEMS_SQLITE, ITEMS_POSTGRES);
        let rows: Vec<(String,)> = self.fetch_all(items, &arguments![job.as_str(), texts(upcs)]).await?;
        rows.iter().map(|(item,)| from_json(item, JournalRow::InputItem)).collect()
    }

    /// Returns all events of the items, oldest first.
    pub(super) async fn item_events(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError> {
        let events = Statement::for_each(
            "SELECT seq, at, job, fact FROM events INDEXED BY events_of_item
             WHERE job = $1 AND upc IN (SELECT value FROM json_each($2)) ORDER BY seq",
            "SELECT seq, at, job, fact FROM events WHERE job = $1 AND upc = ANY($2) ORDER BY seq",
        );
        decode_events(self.fetch_all(events, &arguments![job.as_str(), texts(upcs)]).await?).await
    }

    /// Returns the `decided` events of the UPCs in all jobs, oldest first.
    pub(super) async fn read_decisions(&self, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError> {
        if let Self::Sqlite(reader) = self
            && !reader.has_decisions().await?
        {
            return Ok(Vec::new());
        }
        let decisions = Statement::for_each(
            "SELECT events.seq, at, job, fact FROM decisions JOIN events ON events.seq = decisions.seq
             WHERE decisions.upc IN (SELECT value FROM json_each($1)) ORDER BY events.seq",
            "SELECT seq, at, job, fact FROM events WHERE decided AND upc = ANY($1) ORDER BY seq",
        );
        decode_events(self.fetch_all(decisions, &arguments![texts(upcs)]).await?).await
    }

    /// Returns the jobs in which an item ended in a lot, newest first.
    pub(super) async fn jobs_with_lot(&self, upc: Upc) -> Result<Vec<JobId>, JournalError> {
        let jobs = Statement::for_each(LOT_JOBS_SQLITE, LOT_JOBS_POSTGRES);
        let jobs: Vec<(String,)> = self.fetch_all(jobs, &arguments![upc.to_string()]).await?;
        jobs.iter().map(|(job,)| parse_column(job, JournalRow::Job)).collect()
    }

    /// Returns the newest `decided` events of one job or of all jobs, oldest first.
    pub(super) async fn read_newest_decisions(
        &self,
        job: Option<&JobId>,
        limit: u32,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        if let Self::Sqlite(reader) = self
            && !reader.has_decisions().await?
        {
            return Ok(Vec::new());
        }
        let decisions = Statement::for_each(
            "SELECT * FROM (SELECT events.seq, at, job, fact FROM decisions JOIN events ON events.seq = decisions.seq
                 WHERE $1 = '' OR job = $1 ORDER BY events.seq DESC LIMIT $2) ORDER BY seq",
            "SELECT * FROM (SELECT seq, at, job, fact FROM events
                 WHERE decided AND ($1 = '' OR job = $1) ORDER BY seq DESC LIMIT $2) AS newest ORDER BY seq",
        );
        let job = job.map(JobId::as_str).unwrap_or_default();
        decode_events(self.fetch_all(decisions, &arguments![job, i64::from(limit)]).await?).await
    }

    /// Returns how many items ended in each status after a position, and the position up to which they were counted.
    pub(super) async fn count_outcomes_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        let newest = self.newest_seq().await?;
        let counts = Statement::for_each(
            "SELECT json_extract(fact, '$.outcome.status'), count(*) FROM events
             WHERE seq > $1 AND seq <= $2 AND outline = 1 AND upc IS NOT NULL
                 AND json_extract(fact, '$.step') = 'done' GROUP BY 1",
            "SELECT status, count(*) FROM events WHERE seq > $1 AND seq <= $2 AND status IS NOT NULL GROUP BY 1",
        );
        let range = arguments![after.0.cast_signed(), newest.0.cast_signed()];
        let rows: Vec<(String, i64)> = self.fetch_all(counts, &range).await?;
        Ok((newest, rows.into_iter().map(|(status, count)| (status, count.cast_unsigned())).collect()))
    }
}
