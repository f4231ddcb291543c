//! The reading side: a few connections that cannot write.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, query_as, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::ledger::{ExistingDraft, LedgerEntry};
use super::super::seller_account::SellerAccount;
use super::codec::{decode_events, from_json, parse_column, to_json, to_sql_integer};
use super::schema::{BUSY_TIMEOUT, DB_FILE, MIGRATIONS, schema_version};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use domain::sku::Sku;
use domain::upc::Upc;

const MAX_READ_CONNECTIONS: u32 = 4;

/// Which of a job's events.
#[derive(Clone, Copy)]
pub(in crate::journal) enum DetailLevel {
    Full,
    /// The same without what a board does not show: three quarters of the bytes are providers' entries and tracks.
    Rows,
    /// What befell the job as a whole, its list, and how its items ended.
    Outline,
}

/// Which of a job's items.
pub(in crate::journal) enum ItemSelector<'a> {
    Upcs(&'a [Upc]),
    Page { from: u64, at_most: usize },
}

/// The reading side.
#[derive(Clone)]
pub(in crate::journal) struct ReadPool {
    pub(super) pool: SqlitePool,
    path: Arc<Path>,
}

impl ReadPool {
    /// Opens for reading. Where there is no journal yet, it reads an empty one.
    pub(in crate::journal) async fn open(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        let sql = |error| JournalError::from_sqlx(&path, &error);
        let readers = SqlitePoolOptions::new().max_connections(MAX_READ_CONNECTIONS);
        let options = SqliteConnectOptions::new().filename(&path).read_only(true).busy_timeout(BUSY_TIMEOUT);
        if path.exists() {
            let pool = readers.connect_with(options.disable_statement_logging()).await.map_err(sql)?;
            if schema_version(&path, query_scalar("PRAGMA user_version").fetch_one(&pool).await.map_err(sql)?)? > 0 {
                return Ok(Self { pool, path: path.into() });
            }
        }
        let empty = SqliteConnectOptions::new().in_memory(true);
        let lasting = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = lasting.connect_with(empty).await.map_err(sql)?;
        for &form in MIGRATIONS {
            raw_sql(form).execute(&pool).await.map_err(sql)?;
        }
        Ok(Self { pool, path: path.into() })
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        JournalError::from_sqlx(&self.path, error)
    }

    pub(in crate::journal) async fn newest_seq(&self) -> Result<Seq, JournalError> {
        let newest: i64 = query_scalar("SELECT coalesce(max(seq), 0) FROM events")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(Seq(newest.cast_unsigned()))
    }

    pub(in crate::journal) async fn job_ids(&self) -> Result<Vec<JobId>, JournalError> {
        let names: Vec<String> = query_scalar("SELECT job FROM jobs ORDER BY number DESC")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        names.iter().map(|name| parse_column(name, Seq::default())).collect()
    }

    /// Jobs that were begun or resumed, and of which nothing was heard since that would end the work on them.
    pub(in crate::journal) async fn orphaned_jobs(&self) -> Result<Vec<JobId>, JournalError> {
        let mut jobs = self.last_state_events().await?;
        jobs.retain(|(_, event)| !matches!(event, Some(event) if event.ends_work() || *event == JobEvent::Queued));
        Ok(jobs.into_iter().rev().map(|(job, _)| job).collect())
    }

    /// All jobs, the newest first, each with the last fact that decides its state.
    pub(in crate::journal) async fn last_state_events(&self) -> Result<Vec<(JobId, Option<JobEvent>)>, JournalError> {
        let rows: Vec<(String, Option<String>)> = query_as(
            "SELECT job, (SELECT fact FROM events INDEXED BY events_of_job_alone
                  WHERE events.job = jobs.job AND upc IS NULL AND json_extract(fact, '$.event') IN
                      ('queued', 'started', 'resumed', 'stopped', 'paused', 'cancelled', 'finished', 'broke')
                  ORDER BY seq DESC LIMIT 1)
             FROM jobs ORDER BY number DESC",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let read = |(job, event): (String, Option<String>)| {
            let event = event.map(|event| from_json(&event, Seq::default())).transpose()?;
            Ok((parse_column(&job, Seq::default())?, event))
        };
        rows.into_iter().map(read).collect()
    }

    /// The number of the last event of a job.
    pub(in crate::journal) async fn last_seq_for_job(&self, job: &JobId) -> Result<Option<Seq>, JournalError> {
        let last: Option<i64> = query_scalar("SELECT max(seq) FROM events INDEXED BY events_of_job WHERE job = ?1")
            .bind(job.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        Ok(last.map(|last| Seq(last.cast_unsigned())))
    }

    /// The job that was ordered under a key, and what was asked for then.
    pub(in crate::journal) async fn find_idempotent_request(
        &self,
        key: &str,
    ) -> Result<Option<(JobId, String)>, JournalError> {
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = ?1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.sql_error(&error))?;
        row.map(|(job, asked)| Ok((parse_column(&job, Seq::default())?, asked))).transpose()
    }

    /// Events after `after`, the oldest first.
    pub(in crate::journal) async fn read_events(
        &self,
        job: Option<&JobId>,
        part: DetailLevel,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        let statement = match (job, part) {
            (None, _) => "SELECT seq, at, job, fact FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            (Some(_), DetailLevel::Full) => {
                "SELECT seq, at, job, fact FROM events INDEXED BY events_of_job
                 WHERE seq > ?1 AND job = ?3 ORDER BY seq LIMIT ?2"
            }
            (Some(_), DetailLevel::Rows) => {
                "SELECT seq, at, job, iif(outline, fact, json_replace(fact,
                     '$.verdict.runner_up', NULL,
                     '$.verdict.match.entries', json('[]'),
                     '$.verdict.match.reasons', json('[]'),
                     '$.verdict.match.release.tracks', NULL,
                     '$.appraisal.samples', json('[]'),
                     '$.appraisal.left_out', json('[]'),
                     '$.artwork.candidates', json('[]')))
                 FROM events INDEXED BY events_of_job
                 WHERE seq > ?1 AND job = ?3 ORDER BY seq LIMIT ?2"
            }
            (Some(_), DetailLevel::Outline) => {
                "SELECT seq, at, job, fact FROM events INDEXED BY events_outline
                 WHERE seq > ?1 AND job = ?3 AND outline = 1 ORDER BY seq LIMIT ?2"
            }
        };
        let page = query_as(statement).bind(after.0.cast_signed()).bind(to_sql_integer(at_most));
        let page = match job {
            Some(job) => page.bind(job.as_str()),
            None => page,
        };
        let rows = page.fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        decode_events(rows).await
    }

    /// The numbers of a job's events after one.
    pub(in crate::journal) async fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        let numbers: Vec<i64> =
            query_scalar("SELECT seq FROM events INDEXED BY events_of_job WHERE seq > ?1 AND job = ?2 ORDER BY seq")
                .bind(after.0.cast_signed())
                .bind(job.as_str())
                .fetch_all(&self.pool)
                .await
                .map_err(|error| self.sql_error(&error))?;
        Ok(numbers.into_iter().map(|number| Seq(number.cast_unsigned())).collect())
    }

    /// What the list says of items: those wanted that there are.
    pub(in crate::journal) async fn input_items(
        &self,
        job: &JobId,
        wanted: ItemSelector<'_>,
    ) -> Result<Vec<InputItem>, JournalError> {
        let listed = match wanted {
            ItemSelector::Upcs(upcs) => query_scalar(
                "SELECT listed FROM items WHERE job = ?1 AND upc IN (SELECT value FROM json_each(?2)) ORDER BY place",
            )
            .bind(job.as_str())
            .bind(to_json(&upcs)?),
            ItemSelector::Page { from, at_most } => {
                query_scalar("SELECT listed FROM items WHERE job = ?1 AND place >= ?2 ORDER BY place LIMIT ?3")
                    .bind(job.as_str())
                    .bind(from.cast_signed())
                    .bind(to_sql_integer(at_most))
            }
        };
        let rows: Vec<String> = listed.fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        rows.iter().map(|listed| from_json(listed, Seq::default())).collect()
    }

    /// All that happened to these items, the oldest first.
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

    /// Items by how they ended, after a number, and the newest number.
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

    /// By which way the draft of a SKU went.
    pub(in crate::journal) async fn find_sink(
        &self,
        seller: &SellerAccount,
        sku: &Sku,
    ) -> Result<Option<String>, JournalError> {
        let sink = query_scalar(
            "SELECT sink FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3
             ORDER BY account = ?2 DESC, number LIMIT 1",
        );
        let sink = sink.bind(&seller.environment_id).bind(seller.db_id()).bind(sku.as_str());
        sink.fetch_optional(&self.pool).await.map_err(|error| self.sql_error(&error))
    }

    /// The account of this name.
    pub(in crate::journal) async fn find_account(&self, ebay: &str, name: &str) -> Result<Option<u64>, JournalError> {
        let account = query_scalar("SELECT account FROM sellers WHERE ebay = ?1 AND name = ?2").bind(ebay).bind(name);
        let account: Option<i64> = account.fetch_optional(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        Ok(account.map(i64::cast_unsigned))
    }

    /// Those of these SKUs that have a draft, by whatever way: of which UPC, by which job, when.
    pub(in crate::journal) async fn existing_drafts(
        &self,
        seller: &SellerAccount,
        skus: &[Sku],
    ) -> Result<Vec<ExistingDraft>, JournalError> {
        let rows: Vec<(String, String, String)> = query_as(
            "SELECT upc, job, at FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sku IN (SELECT value FROM json_each(?3)) GROUP BY sku",
        )
        .bind(&seller.environment_id)
        .bind(seller.db_id())
        .bind(to_json(&skus)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        let read = |(upc, job, at): (String, String, String)| {
            let none = Seq::default();
            Ok(ExistingDraft {
                upc: parse_column(&upc, none)?,
                job: parse_column(&job, none)?,
                at: parse_column(&at, none)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The lines of an item in one market: of all its copies, in the order of their claims.
    pub(in crate::journal) async fn entries_for_upc(
        &self,
        seller: &SellerAccount,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink = ?4 ORDER BY number",
        );
        let rows = rows.bind(&seller.environment_id).bind(seller.db_id()).bind(upc.to_string()).bind(sink);
        let rows = rows.fetch_all(&self.pool).await;
        rows.map_err(|error| self.sql_error(&error))?.into_iter().map(to_ledger_entry).collect()
    }

    /// Lines of the ledger after the number `after`.
    pub(in crate::journal) async fn entries_page(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sink = ?3 AND job = ?4 AND number > ?5 ORDER BY number LIMIT ?6",
        )
        .bind(&seller.environment_id)
        .bind(seller.db_id())
        .bind(sink)
        .bind(job.as_str())
        .bind(after.cast_signed())
        .bind(to_sql_integer(at_most))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql_error(&error))?;
        rows.into_iter().map(to_ledger_entry).collect()
    }
}

fn to_ledger_entry((number, sku, row): (i64, String, String)) -> Result<LedgerEntry, JournalError> {
    let sku = from_json(&to_json(&sku)?, Seq::default())?;
    Ok(LedgerEntry { number: number.cast_unsigned(), sku, payload: from_json(&row, Seq::default())? })
}
