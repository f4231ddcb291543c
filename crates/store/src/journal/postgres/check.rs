//! Checks the positions of the events and the ledger entries in PostgreSQL.

use futures::TryStreamExt as _;
use sqlx::{query_as, query_scalar};

use super::super::codec::{decode_entry, to_sql_integer};
use super::super::error::JournalError;
use super::connection::within_check_limit;
use super::reader::PostgresReader;
use domain::event::Seq;

impl PostgresReader {
    /// Returns the number of events, the number of events removed with their job, and the newest position.
    pub(in crate::journal) async fn event_counts(&self) -> Result<(u64, u64, Seq), JournalError> {
        let counts = query_as(
            "SELECT (SELECT count(*) FROM events), (SELECT coalesce(sum(events), 0)::bigint FROM removals), seq
             FROM head",
        );
        let (events, removed, newest): (i64, i64, i64) = within_check_limit(counts.fetch_one(self.pool.connections()))
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok((events.cast_unsigned(), removed.cast_unsigned(), Seq(newest.cast_unsigned())))
    }

    /// Returns the size of the tables and their indexes in bytes.
    pub(in crate::journal) async fn database_bytes(&self) -> Result<u64, JournalError> {
        let bytes = query_scalar(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
             WHERE relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'events'::regclass)",
        );
        let bytes: i64 = within_check_limit(bytes.fetch_one(self.pool.connections()))
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(bytes.cast_unsigned())
    }

    /// Returns at most `limit` ranges of positions without an event (first and last, inclusive).
    pub(in crate::journal) async fn event_gaps(&self, limit: usize) -> Result<Vec<(Seq, Seq)>, JournalError> {
        let gaps = query_as(
            "SELECT previous + 1, seq - 1 FROM (
                 SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS previous
                 FROM (SELECT seq FROM events UNION ALL SELECT seq + 1 FROM head) AS positions
             ) AS neighbors WHERE seq > previous + 1 ORDER BY seq LIMIT $1",
        )
        .bind(to_sql_integer(limit));
        let gaps = within_check_limit(gaps.fetch_all(self.pool.connections())).await;
        let gaps: Vec<(i64, i64)> = gaps.map_err(|error| self.sql_error(&error))?;
        Ok(gaps.into_iter().map(|(first, last)| (Seq(first.cast_unsigned()), Seq(last.cast_unsigned()))).collect())
    }

    /// Decodes every ledger entry. Returns the number of entries and at most `limit` error messages.
    pub(in crate::journal) async fn check_ledger(&self, limit: usize) -> Result<(u64, Vec<String>), JournalError> {
        let mut rows = query_as("SELECT number, sku, row FROM ledger ORDER BY number").fetch(self.pool.connections());
        let (mut entries, mut unreadable) = (0, Vec::new());
        while let Some(row) = within_check_limit(rows.try_next()).await.map_err(|error| self.sql_error(&error))? {
            entries += 1;
            match decode_entry(row) {
                Err(error) if unreadable.len() < limit => unreadable.push(error.to_string()),
                _ => {}
            }
        }
        Ok((entries, unreadable))
    }
}
