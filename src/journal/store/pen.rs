//! The writing side: one connection, one transaction at a time.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, query, query_as, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::ledger::{Claim, Claimed, OtherRoute};
use super::super::order::Request;
use super::super::seller::Seller;
use super::form::{BUSY, FILE, FORMS, form};
use super::rows::{from_json, limit, parse, to_json};
use crate::domain::batch::{JobId, Listed};
use crate::domain::event::{Event, Fact, Seq, Step};
use crate::domain::sku::Sku;

/// The writing side: one connection, which begins a transaction with its first write.
pub(in crate::journal) struct Pen {
    connection: SqliteConnection,
    path: PathBuf,
    writing: bool,
}

impl Pen {
    /// Opens for writing, and brings the file to the newest form.
    pub(in crate::journal) async fn open(dir: &Path, most_pages: Option<u32>) -> Result<Self, JournalError> {
        let path = dir.join(FILE);
        let mut options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        if let Some(pages) = most_pages {
            options = options.pragma("max_page_count", pages.to_string());
        }
        let sql = |error| JournalError::sql(&path, &error);
        let mut connection = options.connect().await.map_err(sql)?;
        let found = query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.map_err(sql)?;
        for &form in &FORMS[form(&path, found)?..] {
            raw_sql(form).execute(&mut connection).await.map_err(sql)?;
        }
        Ok(Self { connection, path, writing: false })
    }

    fn sql(&self, error: &sqlx::Error) -> JournalError {
        JournalError::sql(&self.path, error)
    }

    async fn send(&mut self, statement: &'static str) -> Result<(), JournalError> {
        let sent = query(statement).execute(&mut self.connection).await.map(drop);
        sent.map_err(|error| self.sql(&error))
    }

    async fn begin(&mut self) -> Result<(), JournalError> {
        if !self.writing {
            self.send("BEGIN IMMEDIATE").await?;
            self.writing = true;
        }
        Ok(())
    }

    pub(in crate::journal) async fn commit(&mut self) -> Result<(), JournalError> {
        if self.writing {
            self.send("COMMIT").await?;
            self.writing = false;
        }
        Ok(())
    }

    /// SQLite rolls back by itself where the disk is full, and then says that there is nothing to roll back.
    pub(in crate::journal) async fn roll_back(&mut self) {
        self.send("ROLLBACK").await.ok();
        self.writing = false;
    }

    /// Leaves one tidy file behind: without this the write-ahead log would stay beside it until the next start.
    pub(in crate::journal) async fn close(mut self) {
        self.send("PRAGMA wal_checkpoint(TRUNCATE)").await.ok();
        self.connection.close().await.ok();
    }

    /// The first free name of the second.
    pub(in crate::journal) async fn new_job(&mut self, at: Timestamp) -> Result<JobId, JournalError> {
        self.begin().await?;
        let mut number = 0;
        loop {
            let job = JobId::new(at, number);
            let taken = query("INSERT INTO jobs (job) VALUES (?1) ON CONFLICT DO NOTHING")
                .bind(job.as_str())
                .execute(&mut self.connection)
                .await
                .map_err(|error| self.sql(&error))?;
            if taken.rows_affected() == 1 {
                return Ok(job);
            }
            number += 1;
        }
    }

    pub(in crate::journal) async fn event(
        &mut self,
        job: &JobId,
        at: Timestamp,
        fact: Fact,
    ) -> Result<Event, JournalError> {
        self.begin().await?;
        let (upc, outline) = match &fact {
            Fact::Item { upc, step } => {
                (Some(upc.to_string()), matches!(step, Step::Done { .. } | Step::Decided { .. } | Step::Again))
            }
            _ => (None, true),
        };
        let seq: i64 =
            query_scalar("INSERT INTO events (at, job, upc, outline, fact) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING seq")
                .bind(at.to_string())
                .bind(job.as_str())
                .bind(&upc)
                .bind(outline)
                .bind(to_json(&fact)?)
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| self.sql(&error))?;
        if matches!(fact, Fact::Item { step: Step::Decided { .. }, .. }) {
            let noted = query("INSERT INTO decisions (upc, seq) VALUES (?1, ?2)").bind(upc).bind(seq);
            noted.execute(&mut self.connection).await.map_err(|error| self.sql(&error))?;
        }
        Ok(Event { seq: Seq(seq.cast_unsigned()), at, job: job.clone(), fact })
    }

    /// Notes the key under which a job was ordered.
    pub(in crate::journal) async fn request(&mut self, request: &Request, job: &JobId) -> Result<(), JournalError> {
        self.begin().await?;
        query("INSERT INTO requests (key, asked, job) VALUES (?1, ?2, ?3)")
            .bind(&request.key)
            .bind(&request.asked)
            .bind(job.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(())
    }

    /// The job that was ordered under a key, also in this transaction.
    pub(in crate::journal) async fn requested(&mut self, key: &str) -> Result<Option<(JobId, String)>, JournalError> {
        let row: Option<(String, String)> = query_as("SELECT job, asked FROM requests WHERE key = ?1")
            .bind(key)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        row.map(|(job, asked)| Ok((parse(&job, Seq::default())?, asked))).transpose()
    }

    /// Writes the number of the file's form once more: whether anything can be written.
    pub(in crate::journal) async fn probe(&mut self) -> Result<(), JournalError> {
        self.begin().await?;
        let again = format!("PRAGMA user_version = {}", FORMS.len());
        let written = raw_sql(AssertSqlSafe(again)).execute(&mut self.connection).await.map(drop);
        written.map_err(|error| self.sql(&error))
    }

    /// Adds items to the list, from a place on.
    pub(in crate::journal) async fn items(
        &mut self,
        job: &JobId,
        from: u64,
        items: &[Listed],
    ) -> Result<(), JournalError> {
        self.begin().await?;
        query(
            "INSERT INTO items (job, place, upc, listed)
             SELECT ?1, ?2 + key, value ->> 'upc', value FROM json_each(?3)",
        )
        .bind(job.as_str())
        .bind(from.cast_signed())
        .bind(to_json(&items)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        Ok(())
    }

    /// Another scan of an item, or one less: its copies, and the line of a further one.
    pub(in crate::journal) async fn scanned(&mut self, job: &JobId, fact: &Fact) -> Result<(), JournalError> {
        let (upc, copies, line) = match fact {
            Fact::Scanned { upc: Some(upc), copies, line, .. } => (upc, copies, Some(line)),
            Fact::TakenBack { upc, copies, .. } => (upc, copies, None),
            _ => return Ok(()),
        };
        self.begin().await?;
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
        .bind(limit(Listed::LINES_KEPT))
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        Ok(())
    }

    /// A line whose seller is not known counts for every seller of its eBay, and becomes the first one's who meets it.
    pub(in crate::journal) async fn claim(&mut self, claim: &Claim) -> Result<Claimed, JournalError> {
        self.begin().await?;
        if let Some(other) = self.other_route(claim).await? {
            return Ok(Claimed::Elsewhere(other));
        }
        if let Some(claimed) = self.claimed(claim).await? {
            return Ok(claimed);
        }
        query(
            "INSERT INTO ledger (ebay, account, sink, sku, job, upc, at, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .bind(claim.job.as_str())
        .bind(claim.upc.to_string())
        .bind(claim.at.to_string())
        .bind(to_json(&claim.row)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        Ok(Claimed::New)
    }

    async fn other_route(&mut self, claim: &Claim) -> Result<Option<OtherRoute>, JournalError> {
        // By the item and not by the SKU: its copies are sold out of one box.
        let row: Option<(String, String, String)> = query_as(
            "SELECT sku, sink, job FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND upc = ?3 AND sink <> ?4
             ORDER BY number LIMIT 1",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(claim.upc.to_string())
        .bind(&claim.sink)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        let Some((sku, sink, job)) = row else { return Ok(None) };
        let sku = from_json(&to_json(&sku)?, Seq::default())?;
        Ok(Some(OtherRoute { sku, sink, job: parse(&job, Seq::default())? }))
    }

    pub(in crate::journal) async fn amend(
        &mut self,
        seller: &Seller,
        sink: &str,
        rows: &[(Sku, Value)],
    ) -> Result<(), JournalError> {
        self.begin().await?;
        for (sku, row) in rows {
            query(
                "UPDATE ledger SET row = ?5
                 WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4",
            )
            .bind(&seller.ebay)
            .bind(seller.number())
            .bind(sink)
            .bind(sku.as_str())
            .bind(to_json(row)?)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        }
        Ok(())
    }

    pub(in crate::journal) async fn strike(&mut self, seller: &Seller, sku: &Sku) -> Result<bool, JournalError> {
        self.begin().await?;
        let struck = query("DELETE FROM ledger WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sku = ?3")
            .bind(&seller.ebay)
            .bind(seller.number())
            .bind(sku.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(struck.rows_affected() > 0)
    }

    /// Whose it is already; the seller's own line before one that is nobody's yet.
    async fn claimed(&mut self, claim: &Claim) -> Result<Option<Claimed>, JournalError> {
        let found: Option<(i64, String, String, String)> = query_as(
            "SELECT number, job, at, row FROM ledger
             WHERE ebay = ?1 AND (account = ?2 OR 0 IN (account, ?2)) AND sink = ?3 AND sku = ?4
             ORDER BY account = ?2 DESC, number LIMIT 1",
        )
        .bind(&claim.seller.ebay)
        .bind(claim.seller.number())
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        let Some((number, job, at, row)) = found else { return Ok(None) };
        query("UPDATE ledger SET account = ?2 WHERE number = ?1 AND account = 0 AND ?2 <> 0")
            .bind(number)
            .bind(claim.seller.number())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        let row = from_json(&row, Seq::default())?;
        if job == claim.job.as_str() {
            return Ok(Some(Claimed::Ours(row)));
        }
        Ok(Some(Claimed::Theirs { job: parse(&job, Seq::default())?, at: parse(&at, Seq::default())?, row }))
    }

    pub(in crate::journal) async fn account(&mut self, ebay: &str, names: &[String]) -> Result<u64, JournalError> {
        self.begin().await?;
        let names = to_json(&names)?;
        let account: i64 = query_scalar(
            "SELECT coalesce(
                 (SELECT min(account) FROM sellers WHERE ebay = ?1 AND name IN (SELECT value FROM json_each(?2))),
                 (SELECT max(account) + 1 FROM sellers),
                 1)",
        )
        .bind(ebay)
        .bind(&names)
        .fetch_one(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        query("INSERT INTO sellers (ebay, name, account) SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING")
            .bind(ebay)
            .bind(&names)
            .bind(account)
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(account.cast_unsigned())
    }
}
