//! Cache of upstream responses with their age, so that nothing known is asked for twice.
//!
//! ```text
//! get_many(keys)    ──> responses, each with when it was fetched; the caller decides whether that is too old
//! put_many(entries) ──> durable when it returns; "not found" is a response, an error never is
//! ```
//!
//! One file, `answers.db`, in the data directory. It can be deleted at any time; then everything is asked again. A
//! damaged file is moved aside, also while it is in use.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite};
use tracing::warn;

use crate::rebuildable_database::RebuildableDatabase;
use crate::sqlite::{self, SqliteError, SqliteErrorKind};
use domain::provider::Provider;

const DB_FILE: &str = "answers.db";

/// The format of cached values. Raise it when the types in them change so that old values can no longer be read; those
/// are then asked for again.
const ENTRY_FORMAT: i64 = 1;

/// Maximum keys of one statement; SQLite takes at most 32,766 parameters.
const MAX_KEYS_PER_QUERY: usize = 500;

const MIGRATIONS: &[&str] = &["
    CREATE TABLE IF NOT EXISTS answers (
        provider TEXT NOT NULL,
        question TEXT NOT NULL,
        form INTEGER NOT NULL,
        at TEXT NOT NULL,
        found TEXT,
        PRIMARY KEY (provider, question)
    ) STRICT, WITHOUT ROWID"];

const UPSERT_SQL: &str = "
    INSERT INTO answers (provider, question, form, at, found) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (provider, question) DO UPDATE SET form = excluded.form, at = excluded.at, found = excluded.found";

const DELETE_EXPIRED_SQL: &str = "
    DELETE FROM answers
    WHERE provider = ? AND at < CASE WHEN found IS NULL THEN ? ELSE ? END";

/// A request to one provider, in a text that is always the same for the same request: `upc:0720642442524`,
/// `entry:8e061dc4-…`, `samples:249504:USD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey {
    pub provider: Provider,
    pub text: String,
}

impl CacheKey {
    /// Returns the key of a request.
    pub fn new(provider: Provider, text: impl Into<String>) -> Self {
        Self { provider, text: text.into() }
    }
}

/// A provider's response, and when it was fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedResponse {
    /// `None` if the provider responded that it has nothing.
    pub value: Option<Value>,
    pub fetched_at: Timestamp,
}

impl CachedResponse {
    /// Returns the age at `now`; zero if the clock was set back since.
    pub fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.fetched_at)).unwrap_or_default()
    }
}

/// The cache file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResponseCacheError {
    #[error("cannot create the folder {}: {error}", dir.display())]
    Directory { dir: PathBuf, error: std::io::Error },
    #[error("the disk is full, so {} cannot be written: free some space and start again", file.display())]
    DiskFull { file: PathBuf },
    #[error(
        "{} is damaged or not a file of Draft Maker, and cannot be moved aside: move it away and start again; its answers \
         will be requested again",
        file.display()
    )]
    Damaged { file: PathBuf },
    #[error("{} cannot be opened for reading and writing: check who owns it and its directory", file.display())]
    PermissionDenied { file: PathBuf },
    #[error("{} was written by a later version of Draft Maker: use that one, or move the file away", file.display())]
    SchemaTooNew { file: PathBuf },
    #[error("{0}")]
    Database(SqliteError),
}

impl From<SqliteError> for ResponseCacheError {
    fn from(error: SqliteError) -> Self {
        match error.kind {
            SqliteErrorKind::DiskFull => Self::DiskFull { file: error.path },
            SqliteErrorKind::Damaged => Self::Damaged { file: error.path },
            SqliteErrorKind::PermissionDenied => Self::PermissionDenied { file: error.path },
            SqliteErrorKind::SchemaTooNew { .. } => Self::SchemaTooNew { file: error.path },
            SqliteErrorKind::Busy | SqliteErrorKind::Other => Self::Database(error),
        }
    }
}

/// The cached responses. Clones share the file.
#[derive(Clone, Debug)]
pub struct ResponseCache {
    database: RebuildableDatabase,
}

impl ResponseCache {
    /// Opens `answers.db` in the data directory, and creates both if they are missing. A damaged file is moved aside to
    /// `answers.db.damaged`, and the cache begins empty.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`], which names the file.
    pub async fn open(dir: &Path) -> Result<Self, ResponseCacheError> {
        tokio::fs::create_dir_all(dir)
            .await
            .map_err(|error| ResponseCacheError::Directory { dir: dir.to_owned(), error })?;
        let path = dir.join(DB_FILE);
        let database = RebuildableDatabase::open(&path, sqlite::write_options(&path), MIGRATIONS).await?;
        Ok(Self { database })
    }

    /// Opens a cache in memory, which ends with the last clone; for tests.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if SQLite cannot get memory.
    pub async fn open_in_memory() -> Result<Self, ResponseCacheError> {
        Ok(Self { database: RebuildableDatabase::open_in_memory(MIGRATIONS).await? })
    }

    /// Closes the file once the operations in progress have ended, and empties its write-ahead log.
    pub async fn close(&self) {
        self.database.pool().close().await;
    }

    /// Returns the cached responses, each with when it was fetched. The caller decides whether that is too old.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the file cannot be read.
    pub async fn get_many(&self, keys: &[CacheKey]) -> Result<HashMap<CacheKey, CachedResponse>, ResponseCacheError> {
        let mut by_provider: BTreeMap<&Provider, Vec<&str>> = BTreeMap::new();
        for key in keys {
            by_provider.entry(&key.provider).or_default().push(&key.text);
        }
        let mut responses = HashMap::with_capacity(keys.len());
        for (provider, texts) in by_provider {
            for chunk in texts.chunks(MAX_KEYS_PER_QUERY) {
                let rows = self.database.run(|pool| fetch_rows(pool, provider, chunk)).await?;
                responses.extend(rows.iter().filter_map(|row| self.decode_row(provider, row)));
            }
        }
        Ok(responses)
    }

    /// Stores responses; `None` is "not found". All of them or none, and durable when this returns.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the file cannot be written.
    pub async fn put_many(
        &self,
        entries: &[(CacheKey, Option<Value>)],
        now: Timestamp,
    ) -> Result<(), ResponseCacheError> {
        if entries.is_empty() {
            return Ok(());
        }
        let at = now.to_string();
        Ok(self.database.run(|pool| write_entries(pool, entries, &at)).await?)
    }

    /// Deletes the responses of a provider that were fetched before `found_since`, and those that said "not found" before
    /// `not_found_since`.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the file cannot be written.
    pub async fn purge_expired(
        &self,
        provider: &Provider,
        found_since: Timestamp,
        not_found_since: Timestamp,
    ) -> Result<(), ResponseCacheError> {
        // Times compare as texts, so the fraction is written out: `.5Z` must not come before `Z`.
        let (not_found_since, found_since) = (format!("{not_found_since:.9}"), format!("{found_since:.9}"));
        let delete = |pool: SqlitePool| {
            let delete = sqlx::query(DELETE_EXPIRED_SQL).bind(provider.as_str()).bind(&not_found_since);
            let delete = delete.bind(&found_since);
            async move { delete.execute(&pool).await.map(drop) }
        };
        Ok(self.database.run(delete).await?)
    }

    /// Decodes a row. One that cannot be read counts as missing: the provider is asked again, and the row is replaced.
    fn decode_row(&self, provider: &Provider, row: &SqliteRow) -> Option<(CacheKey, CachedResponse)> {
        let text: String = row.try_get("question").ok()?;
        let response = decode_response(row);
        if response.is_none() {
            warn!(file = %self.database.path().display(), %provider, question = text, "cannot read a cached answer; requesting it again");
        }
        Some((CacheKey::new(provider.clone(), text), response?))
    }
}

async fn write_entries(pool: SqlitePool, entries: &[(CacheKey, Option<Value>)], at: &str) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    for (key, value) in entries {
        sqlx::query(UPSERT_SQL)
            .bind(key.provider.as_str())
            .bind(&key.text)
            .bind(ENTRY_FORMAT)
            .bind(at)
            .bind(value.as_ref().map(Value::to_string))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

async fn fetch_rows(pool: SqlitePool, provider: &Provider, texts: &[&str]) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT question, at, found FROM answers WHERE form = ");
    query.push_bind(ENTRY_FORMAT).push(" AND provider = ").push_bind(provider.as_str()).push(" AND question IN (");
    let mut list = query.separated(", ");
    for text in texts {
        list.push_bind(*text);
    }
    query.push(")").build().fetch_all(&pool).await
}

fn decode_response(row: &SqliteRow) -> Option<CachedResponse> {
    let at: String = row.try_get("at").ok()?;
    let found: Option<String> = row.try_get("found").ok()?;
    let found = found.map(|text| serde_json::from_str(&text)).transpose().ok()?;
    Some(CachedResponse { value: found, fetched_at: at.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry_of_size(bytes: usize) -> [(CacheKey, Option<Value>); 1] {
        [(CacheKey::new(Provider::from_static("deezer"), "a"), Some(Value::String("x".repeat(bytes))))]
    }

    #[tokio::test]
    async fn a_commit_waits_for_the_disk() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = ResponseCache::open(dir.path()).await.expect("a cache");
        let level: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&cache.database.pool()).await.expect("a level");
        assert_eq!(level, 2, "FULL: a commit survives a loss of power");
    }

    /// SQLite treats a limit on the pages of a file as a full disk.
    #[tokio::test]
    async fn a_full_disk_is_reported_and_loses_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = ResponseCache::open(dir.path()).await.expect("a cache");
        cache.put_many(&entry_of_size(10), Timestamp::UNIX_EPOCH).await.expect("stored");
        sqlx::query("PRAGMA max_page_count = 8").execute(&cache.database.pool()).await.expect("a limit");
        let error = cache.put_many(&entry_of_size(1_000_000), Timestamp::now()).await.expect_err("full");
        assert!(matches!(error, ResponseCacheError::DiskFull { .. }), "{error:?}");
        assert!(error.to_string().contains("answers.db") && error.to_string().contains("free some space"), "{error}");
        let [(key, value)] = entry_of_size(10);
        let response = cache.get_many(std::slice::from_ref(&key)).await.expect("responses").remove(&key);
        assert_eq!(response, Some(CachedResponse { value, fetched_at: Timestamp::UNIX_EPOCH }));
        cache.put_many(&entry_of_size(20), Timestamp::now()).await.expect("there is room for this");
    }

    #[test]
    fn a_response_of_tomorrow_has_no_age() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let response = CachedResponse { value: None, fetched_at: at("2024-03-18T12:00:00Z") };
        assert_eq!(response.age(at("2024-03-18T18:00:00Z")), Duration::from_hours(6));
        assert_eq!(response.age(at("2024-03-17T12:00:00Z")), Duration::ZERO);
    }
}
