//! The journal on SQLite: every statement that it sends. What events, items and the ledger mean is decided elsewhere.
//!
//! ```text
//! jobs    one row for each job that began
//! events  one row for each fact, in the order of `seq`; nothing is ever changed or deleted
//! items   the list of a job, by place and by UPC, written together with the `Taken` that brought them
//! ledger  one row for each SKU and market
//! ```

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, query, query_as, query_scalar, raw_sql};

use super::error::JournalError;
use super::ledger::{Claim, Claimed, Row};
use crate::domain::batch::{JobId, Listed};
use crate::domain::event::{Event, Fact, Seq, Step};
use crate::domain::upc::Upc;

const FILE: &str = "journal.db";

/// The form of the file, step by step; `user_version` says how many it has. Only ever add to this list.
const FORMS: &[&str] = &["
    BEGIN;
    CREATE TABLE jobs (number INTEGER PRIMARY KEY, job TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        job TEXT NOT NULL REFERENCES jobs (job),
        upc TEXT,
        outline INTEGER NOT NULL,
        fact TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_job ON events (job);
    CREATE INDEX events_of_item ON events (job, upc) WHERE upc IS NOT NULL;
    CREATE INDEX events_outline ON events (job) WHERE outline = 1;
    CREATE TABLE items (
        job TEXT NOT NULL REFERENCES jobs (job),
        place INTEGER NOT NULL,
        upc TEXT NOT NULL,
        listed TEXT NOT NULL,
        PRIMARY KEY (job, place)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX items_by_upc ON items (job, upc);
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        sink TEXT NOT NULL,
        sku TEXT NOT NULL,
        job TEXT NOT NULL,
        upc TEXT NOT NULL,
        at TEXT NOT NULL,
        row TEXT NOT NULL,
        UNIQUE (sink, sku)
    ) STRICT;
    CREATE INDEX ledger_of_job ON ledger (sink, job);
    PRAGMA user_version = 1;
    COMMIT;
"];

/// How long a statement waits for a lock: a backup tool or a curious `sqlite3` may hold one.
const BUSY: Duration = Duration::from_secs(10);

const READERS: u32 = 4;

/// Which of a job's events.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Whole,
    /// What befell the job as a whole, its list, and how its items ended.
    Outline,
}

/// Which of a job's items.
pub(super) enum Wanted<'a> {
    These(&'a [Upc]),
    Places { from: u64, at_most: usize },
}

/// The reading side.
#[derive(Clone)]
pub(super) struct Store {
    pool: SqlitePool,
    path: Arc<Path>,
}

/// The writing side: one connection, which begins a transaction with its first write.
pub(super) struct Pen {
    connection: SqliteConnection,
    path: PathBuf,
    writing: bool,
}

type EventRow = (i64, String, String, String);

impl Store {
    /// Opens for reading. Where there is no journal yet, it reads an empty one.
    pub(super) async fn open(dir: &Path) -> Result<Self, JournalError> {
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

    fn sql(&self, error: &sqlx::Error) -> JournalError {
        JournalError::sql(&self.path, error)
    }

    pub(super) async fn newest(&self) -> Result<Seq, JournalError> {
        let newest: i64 = query_scalar("SELECT coalesce(max(seq), 0) FROM events")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        Ok(Seq(newest.cast_unsigned()))
    }

    pub(super) async fn jobs(&self) -> Result<Vec<JobId>, JournalError> {
        let names: Vec<String> = query_scalar("SELECT job FROM jobs ORDER BY number DESC")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.sql(&error))?;
        names.iter().map(|name| parse(name, Seq::default())).collect()
    }

    /// Events after `after`, the oldest first.
    pub(super) async fn events(
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

    /// What the list says of items: those wanted that there are.
    pub(super) async fn listed(&self, job: &JobId, wanted: Wanted<'_>) -> Result<Vec<Listed>, JournalError> {
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
    pub(super) async fn steps(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<Event>, JournalError> {
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

    /// Lines of the ledger after the number `after`.
    pub(super) async fn ledger(
        &self,
        sink: &str,
        job: &JobId,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let rows: Vec<(i64, String, String)> = query_as(
            "SELECT number, sku, row FROM ledger
             WHERE sink = ?1 AND job = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
        )
        .bind(sink)
        .bind(job.as_str())
        .bind(after.cast_signed())
        .bind(limit(at_most))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.sql(&error))?;
        let read = |(number, sku, row): (i64, String, String)| {
            let sku = from_json(&to_json(&sku)?, Seq::default())?;
            Ok(Row { number: number.cast_unsigned(), sku, row: from_json(&row, Seq::default())? })
        };
        rows.into_iter().map(read).collect()
    }
}

impl Pen {
    /// Opens for writing, and brings the file to the newest form.
    pub(super) async fn open(dir: &Path, most_pages: Option<u32>) -> Result<Self, JournalError> {
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

    pub(super) async fn commit(&mut self) -> Result<(), JournalError> {
        if self.writing {
            self.send("COMMIT").await?;
            self.writing = false;
        }
        Ok(())
    }

    /// SQLite rolls back by itself where the disk is full, and then says that there is nothing to roll back.
    pub(super) async fn roll_back(&mut self) {
        self.send("ROLLBACK").await.ok();
        self.writing = false;
    }

    /// Leaves one tidy file behind: without this the write-ahead log would stay beside it until the next start.
    pub(super) async fn close(mut self) {
        self.send("PRAGMA wal_checkpoint(TRUNCATE)").await.ok();
        self.connection.close().await.ok();
    }

    /// The first free name of the second.
    pub(super) async fn new_job(&mut self, at: Timestamp) -> Result<JobId, JournalError> {
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

    pub(super) async fn event(&mut self, job: &JobId, at: Timestamp, fact: Fact) -> Result<Event, JournalError> {
        self.begin().await?;
        let (upc, outline) = match &fact {
            Fact::Item { upc, step } => (Some(upc.to_string()), matches!(step, Step::Done { .. })),
            _ => (None, true),
        };
        let seq: i64 =
            query_scalar("INSERT INTO events (at, job, upc, outline, fact) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING seq")
                .bind(at.to_string())
                .bind(job.as_str())
                .bind(upc)
                .bind(outline)
                .bind(to_json(&fact)?)
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| self.sql(&error))?;
        Ok(Event { seq: Seq(seq.cast_unsigned()), at, job: job.clone(), fact })
    }

    /// Adds items to the list, from a place on.
    pub(super) async fn items(&mut self, job: &JobId, from: u64, items: &[Listed]) -> Result<(), JournalError> {
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

    pub(super) async fn claim(&mut self, claim: &Claim) -> Result<Claimed, JournalError> {
        self.begin().await?;
        let made = query(
            "INSERT INTO ledger (sink, sku, job, upc, at, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )
        .bind(&claim.sink)
        .bind(claim.sku.as_str())
        .bind(claim.job.as_str())
        .bind(claim.upc.to_string())
        .bind(claim.at.to_string())
        .bind(to_json(&claim.row)?)
        .execute(&mut self.connection)
        .await
        .map_err(|error| self.sql(&error))?;
        if made.rows_affected() == 1 { Ok(Claimed::New) } else { self.claimed(claim).await }
    }

    async fn claimed(&mut self, claim: &Claim) -> Result<Claimed, JournalError> {
        let (job, at, row): (String, String, String) =
            query_as("SELECT job, at, row FROM ledger WHERE sink = ?1 AND sku = ?2")
                .bind(&claim.sink)
                .bind(claim.sku.as_str())
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| self.sql(&error))?;
        let row = from_json(&row, Seq::default())?;
        if job == claim.job.as_str() {
            return Ok(Claimed::Ours(row));
        }
        Ok(Claimed::Theirs { job: parse(&job, Seq::default())?, at: parse(&at, Seq::default())?, row })
    }
}

/// How many of [`FORMS`] the file has.
fn form(path: &Path, found: i64) -> Result<usize, JournalError> {
    let known = FORMS.len();
    let newer = || JournalError::Newer { path: path.to_owned(), found, known: limit(known) };
    usize::try_from(found).ok().filter(|found| *found <= known).ok_or_else(newer)
}

fn limit(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}

/// Off the runtime's threads: a page of events can hold megabytes of providers' entries.
async fn decode(rows: Vec<EventRow>) -> Result<Vec<Event>, JournalError> {
    let decoding = tokio::task::spawn_blocking(move || rows.into_iter().map(event).collect());
    decoding.await.unwrap_or(Err(JournalError::Closed))
}

fn event((seq, at, job, fact): EventRow) -> Result<Event, JournalError> {
    let seq = Seq(seq.cast_unsigned());
    Ok(Event { seq, at: parse(&at, seq)?, job: parse(&job, seq)?, fact: from_json(&fact, seq)? })
}

fn parse<T: FromStr<Err: ToString>>(text: &str, seq: Seq) -> Result<T, JournalError> {
    text.parse().map_err(|error: T::Err| JournalError::Unreadable { seq, words: error.to_string() })
}

fn from_json<T: DeserializeOwned>(text: &str, seq: Seq) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::Unreadable { seq, words: error.to_string() })
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::Unreadable { seq: Seq::default(), words: error.to_string() })
}
