//! The statements that find events of a job by their number, and what is needed to take them back.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::codec::{decode_events, parse_column};
use super::error::{JournalError, JournalRow};
use super::model::DetailLevel;
use super::postgres::event_sql as postgres;
use super::sqlite::event_sql as sqlite;
use super::storage::StorageReader;
use crate::statement::{Argument, Statement, arguments};
use domain::event::{EventEnvelope, JobEventKind, Seq};
use domain::job_spec::JobId;
use domain::upc::Upc;

fn range_arguments<'a>(job: &'a JobId, range: &RangeInclusive<Seq>) -> [Argument<'a>; 3] {
    arguments![job.as_str(), range.start().0.cast_signed(), range.end().0.cast_signed()]
}

impl StorageReader {
    /// Counts the events of a job after a position, up to another one.
    pub(super) async fn count_events(&self, job: &JobId, after: Seq, upto: Seq) -> Result<u64, JournalError> {
        let count = Statement::for_each(
            "SELECT count(*) FROM events INDEXED BY events_of_job WHERE job = $1 AND seq > $2 AND seq <= $3",
            "SELECT count(*) FROM events WHERE job = $1 AND seq > $2 AND seq <= $3",
        );
        let range = arguments![job.as_str(), after.0.cast_signed(), upto.0.cast_signed()];
        let (count,): (i64,) = self.fetch_one(count, &range).await?;
        Ok(count.cast_unsigned())
    }

    /// Returns the position of the event that is `offset` events after a position, or before it if negative; `None` if there
    /// is no such event.
    pub(super) async fn seq_by_offset(&self, job: &JobId, from: Seq, offset: i64) -> Result<Option<Seq>, JournalError> {
        let forward = Statement::for_each(
            "SELECT seq FROM events INDEXED BY events_of_job WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT 1 OFFSET $3",
            "SELECT seq FROM events WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT 1 OFFSET $3",
        );
        let backward = Statement::for_each(
            "SELECT seq FROM events INDEXED BY events_of_job WHERE job = $1 AND seq < $2
             ORDER BY seq DESC LIMIT 1 OFFSET $3",
            "SELECT seq FROM events WHERE job = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1 OFFSET $3",
        );
        let Some(passed_over) = offset.checked_abs().and_then(|count| count.checked_sub(1)).filter(|count| *count >= 0)
        else {
            return Ok(Some(from));
        };
        let statement = if offset > 0 { forward } else { backward };
        let place = arguments![job.as_str(), from.0.cast_signed(), passed_over];
        let seq: Option<(i64,)> = self.fetch_optional(statement, &place).await?;
        Ok(seq.map(|(seq,)| Seq(seq.cast_unsigned())))
    }

    /// Returns the position and the time of the first event of a job after a position.
    pub(super) async fn next_event_time(
        &self,
        job: &JobId,
        after: Seq,
    ) -> Result<Option<(Seq, Timestamp)>, JournalError> {
        let next = Statement::for_each(
            "SELECT seq, at FROM events INDEXED BY events_of_job WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT 1",
            "SELECT seq, at FROM events WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT 1",
        );
        let row: Option<(i64, String)> =
            self.fetch_optional(next, &arguments![job.as_str(), after.0.cast_signed()]).await?;
        row.map(|(seq, at)| {
            let seq = Seq(seq.cast_unsigned());
            Ok((seq, parse_column(&at, JournalRow::Event(seq))?))
        })
        .transpose()
    }

    /// Returns the time of the event at a position.
    pub(super) async fn event_time(&self, job: &JobId, seq: Seq) -> Result<Timestamp, JournalError> {
        let event = self.next_event_time(job, Seq(seq.0.saturating_sub(1))).await?;
        event.map(|(_, at)| at).ok_or_else(|| JournalError::UnknownJob(job.clone()))
    }

    /// Returns the names of the events of a job as a whole in a range of positions, each once.
    pub(super) async fn job_event_names(
        &self,
        job: &JobId,
        range: RangeInclusive<Seq>,
    ) -> Result<Vec<String>, JournalError> {
        let names = Statement::for_each(
            AssertSqlSafe(format!(
                "SELECT DISTINCT {} FROM events INDEXED BY events_of_job_alone
                 WHERE job = $1 AND upc IS NULL AND seq >= $2 AND seq <= $3",
                sqlite::EVENT_NAME
            )),
            AssertSqlSafe(format!(
                "SELECT DISTINCT {} FROM events WHERE job = $1 AND upc IS NULL AND seq >= $2 AND seq <= $3",
                postgres::EVENT_NAME
            )),
        );
        let names: Vec<(String,)> = self.fetch_all(names, &range_arguments(job, &range)).await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }

    /// Returns the events of a job as a whole up to a position, without those that add items, the oldest first.
    pub(super) async fn job_events_without_items(
        &self,
        job: &JobId,
        upto: Seq,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        let items_added = JobEventKind::ItemsAdded.as_str();
        let events = Statement::for_each(
            AssertSqlSafe(format!(
                "SELECT seq, at, job, fact FROM events INDEXED BY events_of_job_alone
                 WHERE job = $1 AND upc IS NULL AND seq <= $2 AND {} <> $3 ORDER BY seq",
                sqlite::EVENT_NAME
            )),
            AssertSqlSafe(format!(
                "SELECT seq, at, job, fact FROM events
                 WHERE job = $1 AND upc IS NULL AND seq <= $2 AND {} <> $3 ORDER BY seq",
                postgres::EVENT_NAME
            )),
        );
        let wanted = arguments![job.as_str(), upto.0.cast_signed(), items_added];
        decode_events(self.fetch_all(events, &wanted).await?).await
    }

    /// Returns the items that have events in a range of positions.
    pub(super) async fn changed_upcs(&self, job: &JobId, range: RangeInclusive<Seq>) -> Result<Vec<Upc>, JournalError> {
        let upcs = Statement::for_each(
            "SELECT DISTINCT upc FROM events INDEXED BY events_of_job
             WHERE job = $1 AND seq >= $2 AND seq <= $3 AND upc IS NOT NULL",
            "SELECT DISTINCT upc FROM events WHERE job = $1 AND seq >= $2 AND seq <= $3 AND upc IS NOT NULL",
        );
        let upcs: Vec<(String,)> = self.fetch_all(upcs, &range_arguments(job, &range)).await?;
        upcs.iter().map(|(upc,)| parse_column(upc, JournalRow::Job)).collect()
    }

    /// Returns all events of the items up to a position with [`DetailLevel::Rows`], the oldest first.
    pub(super) async fn item_row_events(
        &self,
        job: &JobId,
        upcs: &[Upc],
        upto: Seq,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        let events = Statement::for_each(
            AssertSqlSafe(format!(
                "SELECT seq, at, job, {} FROM events INDEXED BY events_of_item
                 WHERE job = $1 AND upc IN (SELECT value FROM json_each($2)) AND seq <= $3 ORDER BY seq",
                sqlite::event_expression(DetailLevel::Rows)
            )),
            AssertSqlSafe(format!(
                "SELECT seq, at, job, {} FROM events WHERE job = $1 AND upc = ANY($2) AND seq <= $3 ORDER BY seq",
                postgres::event_expression(DetailLevel::Rows)
            )),
        );
        let upcs: Vec<String> = upcs.iter().map(ToString::to_string).collect();
        let wanted = arguments![job.as_str(), upcs, upto.0.cast_signed()];
        decode_events(self.fetch_all(events, &wanted).await?).await
    }
}
