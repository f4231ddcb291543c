//! Statements that write jobs, items and idempotency keys. The statements that write events are in `sqlite/` and
//! `postgres/`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;

use super::codec::{FIND_REQUEST_SQL, apply_scan, decode_idempotent_request, from_json, scanned_upc, to_json};
use super::error::{JournalError, JournalRow};
use super::model::IdempotentRequest;
use super::storage::StorageWriter;
use crate::statement::{Statement, arguments};
use domain::event::JobEvent;
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

/// For SQLite only: PostgreSQL has no table of decisions.
const DELETE_DECISIONS_SQL: &str = "DELETE FROM decisions WHERE seq IN (SELECT seq FROM events WHERE job = $1)";

/// Deletes the rows of a job, in the order that their references require.
const DELETE_JOB_SQL: [&str; 3] =
    ["DELETE FROM items WHERE job = $1", "DELETE FROM events WHERE job = $1", "DELETE FROM jobs WHERE job = $1"];

impl StorageWriter {
    /// Inserts a job under the first free ID for the second of `at`.
    pub(super) async fn insert_job(&mut self, at: Timestamp) -> Result<JobId, JournalError> {
        let mut number = 0;
        loop {
            let job = JobId::new(at, number);
            let insert = "INSERT INTO jobs (job) VALUES ($1) ON CONFLICT DO NOTHING";
            if self.execute(insert, &arguments![job.as_str()]).await? > 0 {
                return Ok(job);
            }
            number += 1;
        }
    }

    /// Inserts the idempotency key of a job.
    pub(super) async fn insert_idempotent_request(
        &mut self,
        request: &IdempotentRequest,
        job: &JobId,
    ) -> Result<(), JournalError> {
        let insert = "INSERT INTO requests (key, asked, job) VALUES ($1, $2, $3)";
        self.execute(insert, &arguments![&request.key, &request.fingerprint, job.as_str()]).await.map(drop)
    }

    /// Returns the job of an idempotency key, including one of this transaction, and the fingerprint of the request.
    pub(super) async fn find_idempotent_request(&mut self, key: &str) -> Result<Option<(JobId, String)>, JournalError> {
        let row = self.fetch_optional(FIND_REQUEST_SQL, &arguments![key]).await?;
        row.map(decode_idempotent_request).transpose()
    }

    /// Deletes a job and records the removal. Keeps its ledger entries and its idempotency key. Returns false, and
    /// deletes nothing, if the job has the newest event: the next event would otherwise reuse a position that readers
    /// have seen.
    pub(super) async fn delete_job(&mut self, job: &JobId, at: Timestamp) -> Result<bool, JournalError> {
        // The statements below read the events, so buffered events must be written first.
        if let Self::Sqlite(database) = self {
            database.write_events().await?;
        }
        let record = Statement::for_each(
            "INSERT INTO removals (at, job, events) SELECT $2, $1, count(*) FROM events WHERE job = $1
             HAVING count(*) > 0 AND max(seq) < (SELECT max(seq) FROM events)",
            "INSERT INTO removals (at, job, events) SELECT $2, $1, count(*) FROM events WHERE job = $1
             HAVING count(*) > 0 AND max(seq) < (SELECT seq FROM head)",
        );
        if self.execute(record, &arguments![job.as_str(), at.to_string()]).await? == 0 {
            return Ok(false);
        }
        if matches!(self, Self::Sqlite(_)) {
            self.execute(DELETE_DECISIONS_SQL, &arguments![job.as_str()]).await?;
        }
        for statement in DELETE_JOB_SQL {
            self.execute(statement, &arguments![job.as_str()]).await?;
        }
        Ok(true)
    }

    /// Returns the stored items that scans and retracted scans among `events` change, with their new quantities and
    /// lines. Writes nothing, so that an unreadable item fails only its own command.
    pub(super) async fn changed_items(
        &mut self,
        job: &JobId,
        events: &[JobEvent],
    ) -> Result<Vec<InputItem>, JournalError> {
        let mut changed = BTreeMap::new();
        for (upc, event) in events.iter().filter_map(|event| Some((scanned_upc(event)?, event))) {
            if let Entry::Vacant(vacant) = changed.entry(upc)
                && let Some(item) = self.find_item(job, upc).await?
            {
                vacant.insert(item);
            }
            if let Some(item) = changed.get_mut(&upc) {
                apply_scan(item, event);
            }
        }
        Ok(changed.into_values().collect())
    }

    async fn find_item(&mut self, job: &JobId, upc: Upc) -> Result<Option<InputItem>, JournalError> {
        let select = "SELECT listed FROM items WHERE job = $1 AND upc = $2";
        let listed: Option<(String,)> = self.fetch_optional(select, &arguments![job.as_str(), upc.to_string()]).await?;
        listed.map(|(listed,)| from_json(&listed, JournalRow::InputItem)).transpose()
    }

    /// Replaces stored items.
    pub(super) async fn update_items(&mut self, job: &JobId, items: &[InputItem]) -> Result<(), JournalError> {
        for item in items {
            let update = "UPDATE items SET listed = $3 WHERE job = $1 AND upc = $2";
            self.execute(update, &arguments![job.as_str(), item.upc.to_string(), to_json(item)?]).await?;
        }
        Ok(())
    }
}
