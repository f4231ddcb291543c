//! The reading side: a few connections that cannot write.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, query_as, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::ledger::{Drafted, Row};
use super::super::seller::Seller;
use super::form::{BUSY, FILE, FORMS, form};
use super::rows::{decode, from_json, limit, parse, to_json};
use domain::batch::{JobId, Listed};
use domain::event::{Event, Fact, Seq};
use domain::sku::Sku;
use domain::upc::Upc;

const READERS: u32 = 4;

/// Which of a job's events.
#[derive(Clone, Copy)]
pub(in crate::journal) enum Part {
    Whole,
    /// The same without what a board does not show: three quarters of the bytes are providers' entries and tracks.
    Rows,
    /// What befell the job as a whole, its list, and how its items ended.
    Outline,
}

/// Which of a job's items.
pub(in crate::journal) enum Wanted<'a> {
    These(&'a [Upc]),
    Places { from: u64, at_most: usize },
}

/// The reading side.
#[derive(Clone)]
pub(in crate::journal) struct Store {
    pub(super) pool: SqlitePool,
    path: Arc<Path>,
}

impl Store {
    /// Opens for reading. Where there is no journal yet, it reads an empty one.
    pub(in crate::journal) async fn open(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(FILE);
        let sql = |error| JournalError::sql(&path, &error);
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let options = SqliteConnectOptions::new().filename(&path).read_only(true).busy_timeout(BUSY);
        if path.exists() {
            let pool = readers.connect_with(options.disable_statement_logging()).await.map_err(sql)?;
            if form(&path, query_scalar("PRAGMA user_version").fetch_one(&pool).await.map_err(sql)?)? > 0 {
                return Ok(Self { pool, path: path.into() });
            }
        }
        let empty = SqliteConnectOptions::new().in_memory(true);
        let lasting = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = lasting.connect_with(empty).await.map_err(sql)?;
        for &form in FORMS {
            raw_sql(form).execute(&pool).await.map_err(sql)?;
        }
        Ok(Self { pool, path: path.into() })
    }

    pub(super) fn sql(&self, error: &sqlx::Error) -> JournalError {
        JournalError::sql(&self.path, error)
    }

    pub(in crate::journal) async fn newest(&self) -> Result<Seq, JournalError> {
        let newest: i64 = query_scalar("SELECT coalesce(max(seq), 0) FROM events")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(Seq(newest.cast_unsigned()))
    }

    pub(in crate::journal) async fn jobs(&self) -> Result<Vec<JobId>, JournalError> {
        let names: Vec<String> = query_scalar("SELECT job FROM jobs ORDER BY number DESC")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        names.iter().map(|name| parse(name, Seq::default())).collect()
    }

    /// Jobs that were begun or resumed, and of which nothing was heard since that would end the work on them.
    pub(in crate::journal) async fn jobs_without_end(&self) -> Result<Vec<JobId>, JournalError> {
        let mut jobs = self.standings().await?;
        jobs.retain(|(_, fact)| !matches!(fact, Some(fact) if fact.ends_work() || *fact == Fact::Queued));
        Ok(jobs.into_iter().rev().map(|(job, _)| job).collect())
    }

    /// All jobs, the newest first, each with the last fact that decides its state.
    pub(in crate::journal) async fn standings(&self) -> Result<Vec<(JobId, Option<Fact>)>, JournalError> {
        let rows: Vec<(String, Option<String>)> = query_as(
            "SELECT job, (SELECT fact FROM events INDEXED BY events_of_job_alone
                  WHERE events.job = jobs.job AND upc IS NULL AND json_extract(fact, '$.event') IN
                      ('queued', 'started', 'resumed', 'stopped', 'paused', 'cancelled', 'finished', 'broke')
                  ORDER BY seq DESC LIMIT 1)
             FROM jobs ORDER BY number DESC",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        let read = |(job, fact): (String, Option<String>)| {
            let fact = fact.map(|fact| from_json(&fact, Seq::default())).transpose()?;
            Ok((parse(&job, Seq::default())?, fact))
        };
        rows.into_iter().map(read).collect()
    }

    /// The number of the last event of a job.
    pub(in crate::journal) async fn last_of(&self, job: &JobId) -> Result<Option<Seq>, JournalError> {
        let last: Option<i64> = query_scalar("SELECT max(seq) FROM events INDEXED BY events_of_job WHERE job = ?1")
            .bind(job.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(last.map(|last| Seq(last.cast_unsigned())))
    }

    /// The job that was ordered under a key, and what was asked for then.
    pub(in crate::journal) async fn request(&self, key: &str) -> Result<Option<(JobId, String)>, JournalError> {
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = ?1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        row.map(|(job, asked)| Ok((parse(&job, Seq::default())?, asked))).transpose()
    }

    /// Events after `after`, the oldest first.
    pub(in crate::journal) async fn events(
        &self,
        job: Option<&JobId>,
        part: Part,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<Event>, JournalError> {
        let statement = match (job, part) {
            (None, _) => "SELECT seq, at, job, fact FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            (Some(_), Part::Whole) => {
                "SELECT seq, at, job, fact FROM events INDEXED BY events_of_job
                 WHERE seq > ?1 AND job = ?3 ORDER BY seq LIMIT ?2"
            }
            (Some(_), Part::Rows) => {
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
            (Some(_), Part::Outline) => {
                "SELECT seq, at, job, fact FROM events INDEXED BY events_outline
                 WHERE seq > ?1 AND job = ?3 AND outline = 1 ORDER BY seq LIMIT ?2"
            }
        };
        let page = query_as(statement).bind(after.0.cast_signed()).bind(limit(at_most));
        let page = match job {
            Some(job) => page.bind(job.as_str()),
            None => page,
        };
        let rows = page.fetch_all(&self.pool).await.map_err(|error| self.sql(&error))?;
        decode(rows).await
    }

    /// The numbers of a job's events after one.
    pub(in crate::journal) async fn places(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        let numbers: Vec<i64> =
            query_scalar("SELECT seq FROM events INDEXED BY events_of_job WHERE seq > ?1 AND job = ?2 ORDER BY seq")
                .bind(after.0.cast_signed())
                .bind(job.as_str())
                .fetch_all(&self.pool)
                .await
                .map_err(|error| self.sql(&error))?;
        Ok(numbers.into_iter().map(|number| Seq(number.cast_unsigned())).collect())
    }

    /// What the list says of items: those wanted that there are.
    pub(in crate::journal) async fn listed(
        &self,
        job: &JobId,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Listed>, JournalError> {
        let listed = match wanted {
            Wanted::These(upcs) => query_scalar(
                "SELECT listed FROM items WHERE job = ?1 AND upc IN (SELECT value FROM json_each(?2)) ORDER BY place",
            )
            .bind(job.as_str())
            .bind(to_json(&upcs)?),
            Wanted::Places { from, at_most } => {
                query_scalar("SELECT listed FROM items WHERE job = ?1 AND place >= ?2 ORDER BY place LIMIT ?3")
                    .bind(job.as_str())
                    .bind(from.cast_signed())
                    .bind(limit(at_most))
            }
        };
        let rows: Vec<String> = listed.fetch_all(&self.pool).await.map_err(|error| self.sql(&error))?;
        rows.iter().map(|listed| from_json(listed, Seq::default())).collect()
    }

    /// All that happened to these items, the oldest first.
    pub(in crate::journal) async fn steps(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<Event>, JournalError> {
        let rows = query_as(
            "SELECT seq, at, job, fact FROM events INDEXED BY events_of_item
             WHERE job = ?1 AND upc IN (SELECT value FROM json_each(?2)) ORDER BY seq",
        )
        .bind(job.as_str())
        .bind(to_json(&upcs)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        decode(rows).await
    }

    /// Items by how they ended, after a number, and the newest number.
    pub(in crate::journal) async fn ended_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        let newest = self.newest().await?;
        let rows: Vec<(String, i64)> = query_as(
            "SELECT json_extract(fact, '$.outcome.status'), count(*) FROM events
             WHERE seq > ?1 AND seq <= ?2 AND outline = 1 AND upc IS NOT NULL
                 AND json_extract(fact, '$.step') = 'done' GROUP BY 1",
        )
        .bind(after.0.cast_signed())
        .bind(newest.0.cast_signed())
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        Ok((newest, rows.into_iter().map(|(status, count)| (status, count.cast_unsigned())).collect()))
    }

    /// By which way the draft of a SKU went.
    pub(in crate::journal) async fn route(&self, seller: &Seller, sku: &Sku) -> Result<Option<String>, JournalError> {
        let sink = query_scalar(
            "SELECT sink FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3
             ORDER BY account = ?2 DESC, number LIMIT 1",
        );
        let sink = sink.bind(&seller.ebay).bind(seller.number()).bind(sku.as_str());
        sink.fetch_optional(&self.pool).await.map_err(|error| self.sql(&error))
    }

    /// The account of this name.
    pub(in crate::journal) async fn account(&self, ebay: &str, name: &str) -> Result<Option<u64>, JournalError> {
        let account = query_scalar("SELECT account FROM sellers WHERE ebay = ?1 AND name = ?2").bind(ebay).bind(name);
        let account: Option<i64> = account.fetch_optional(&self.pool).await.map_err(|error| self.sql(&error))?;
        Ok(account.map(i64::cast_unsigned))
    }

    /// Those of these SKUs that have a draft, by whatever way: of which UPC, by which job, when.
    pub(in crate::journal) async fn drafted(
        &self,
        seller: &Seller,
        skus: &[Sku],
    ) -> Result<Vec<Drafted>, JournalError> {
        let rows: Vec<(String, String, String)> = query_as(
            "SELECT upc, job, at FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sku IN (SELECT value FROM json_each(?3)) GROUP BY sku",
        )
        .bind(&seller.ebay)
        .bind(seller.number())
        .bind(to_json(&skus)?)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        let read = |(upc, job, at): (String, String, String)| {
            let none = Seq::default();
            Ok(Drafted { upc: parse(&upc, none)?, job: parse(&job, none)?, at: parse(&at, none)? })
        };
        rows.into_iter().map(read).collect()
    }

    /// The lines of an item in one market: of all its copies, in the order of their claims.
    pub(in crate::journal) async fn of_item(
        &self,
        seller: &Seller,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<Row>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink = ?4 ORDER BY number",
        );
        let rows = rows.bind(&seller.ebay).bind(seller.number()).bind(upc.to_string()).bind(sink);
        let rows = rows.fetch_all(&self.pool).await;
        rows.map_err(|error| self.sql(&error))?.into_iter().map(line).collect()
    }

    /// Lines of the ledger after the number `after`.
    pub(in crate::journal) async fn ledger(
        &self,
        seller: &Seller,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let rows = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2))
                 AND sink = ?3 AND job = ?4 AND number > ?5 ORDER BY number LIMIT ?6",
        )
        .bind(&seller.ebay)
        .bind(seller.number())
        .bind(sink)
        .bind(job.as_str())
        .bind(after.cast_signed())
        .bind(limit(at_most))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        rows.into_iter().map(line).collect()
    }
}

fn line((number, sku, row): (i64, String, String)) -> Result<Row, JournalError> {
    let sku = from_json(&to_json(&sku)?, Seq::default())?;
    Ok(Row { number: number.cast_unsigned(), sku, row: from_json(&row, Seq::default())? })
}
