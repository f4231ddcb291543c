//! Cache of provider responses with their age, so that nothing is requested twice.
//!
//! ```text
//! get_many(keys)    ──> responses with the time of their fetch; the caller decides whether they are too old
//! put_many(entries) ──> durable when it returns; "not found" is a response, an error is not
//! ```
//!
//! The cache is the file `answers.db` in the cache directory, or a table of the store's PostgreSQL database. It can be
//! deleted at any time; everything is then requested again. A damaged file is moved aside, even while it is in use.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::sqlite::SqlitePool;
use tracing::warn;

use crate::journal::TablePool;
use crate::location::StoreLocation;
use crate::rebuildable_database::RebuildableDatabase;
use crate::sqlite::{self, SqliteError, SqliteErrorKind};
use crate::statement::arguments;
use crate::store_database::{StoreDatabase, StoreDatabaseError};
use domain::provider::Provider;

const DB_FILE: &str = "answers.db";

/// Format of cached values. Increase it when a change of their types makes old values unreadable; those are then
/// requested again.
const ENTRY_FORMAT: i64 = 1;

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
    INSERT INTO answers (provider, question, form, at, found) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (provider, question) DO UPDATE SET form = excluded.form, at = excluded.at, found = excluded.found";

/// Stores all entries in one round trip. An empty text means "not found"; no JSON text is empty.
const UPSERT_MANY_SQL: &str = "
    INSERT INTO answers (provider, question, form, at, found)
    SELECT provider, question, $3, $4, nullif(found, '')
    FROM unnest($1::text[], $2::text[], $5::text[]) AS new (provider, question, found)
    ON CONFLICT (provider, question) DO UPDATE SET form = excluded.form, at = excluded.at, found = excluded.found";

const SELECT_SQL: &str =
    "SELECT question, at, found FROM answers WHERE form = $1 AND provider = $2 AND question = ANY($3)";

const DELETE_EXPIRED_SQL: &str =
    "DELETE FROM answers WHERE provider = $1 AND at < CASE WHEN found IS NULL THEN $2 ELSE $3 END";

/// The columns `question`, `at` and `found`.
type ResponseRow = (String, String, Option<String>);

/// A request to one provider as normalized text, such as `upc:0720642442524`, `entry:8e061dc4-…` or
/// `samples:249504:USD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey {
    pub provider: Provider,
    pub text: String,
}

impl CacheKey {
    pub fn new(provider: Provider, text: impl Into<String>) -> Self {
        Self { provider, text: text.into() }
    }
}

/// A provider's response and the time when it was fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedResponse {
    /// `None` if the provider has no data ("not found").
    pub value: Option<Value>,
    pub fetched_at: Timestamp,
}

impl CachedResponse {
    /// Returns the age at `now`; zero if the clock was set back since the fetch.
    pub fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.fetched_at)).unwrap_or_default()
    }
}

/// The cache could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResponseCacheError {
    #[error("cannot create the folder {}: {}", dir.display(), files::describe_io_error(error))]
    Directory { dir: PathBuf, error: std::io::Error },
    #[error("the disk is full, so {} cannot be written: free some space and start again", file.display())]
    DiskFull { file: PathBuf },
    #[error(
        "{} is damaged or not a file of Draft Maker, and cannot be moved aside: move it away and start again; its answers \
         will be requested again",
        file.display()
    )]
    Damaged { file: PathBuf },
    #[error("{} cannot be opened for reading and writing: check who owns it and its folder", file.display())]
    PermissionDenied { file: PathBuf },
    #[error("{} was written by a later version of Draft Maker: use that one, or move the file away", file.display())]
    SchemaTooNew { file: PathBuf },
    #[error("{0}")]
    Database(#[source] StoreDatabaseError),
}

impl From<SqliteError> for ResponseCacheError {
    fn from(error: SqliteError) -> Self {
        match error.kind {
            SqliteErrorKind::DiskFull => Self::DiskFull { file: error.path },
            SqliteErrorKind::Damaged => Self::Damaged { file: error.path },
            SqliteErrorKind::PermissionDenied => Self::PermissionDenied { file: error.path },
            SqliteErrorKind::SchemaTooNew { .. } => Self::SchemaTooNew { file: error.path },
            SqliteErrorKind::Busy | SqliteErrorKind::Other => Self::Database(error.into()),
        }
    }
}

impl From<StoreDatabaseError> for ResponseCacheError {
    fn from(error: StoreDatabaseError) -> Self {
        match error {
            StoreDatabaseError::File(error) => error.into(),
            error @ StoreDatabaseError::Postgres { .. } => Self::Database(error),
        }
    }
}

/// The response cache. Clones share the database.
#[derive(Clone, Debug)]
pub struct ResponseCache {
    database: StoreDatabase,
}

impl ResponseCache {
    /// Opens the cache of a store: its database, or `answers.db` in its folder. Creates either if it does not exist.
    /// Moves a damaged file aside to `answers.db.damaged` and starts with an empty cache.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`], which names the file or the database.
    pub async fn open(location: impl Into<StoreLocation>) -> Result<Self, ResponseCacheError> {
        let location = location.into();
        if let Some(database) = location.database() {
            let tables = TablePool::open(database).await.map_err(StoreDatabaseError::from)?;
            return Ok(Self { database: StoreDatabase::Postgres(tables) });
        }
        let dir = location.data_dir();
        tokio::fs::create_dir_all(dir)
            .await
            .map_err(|error| ResponseCacheError::Directory { dir: dir.to_owned(), error })?;
        let path = dir.join(DB_FILE);
        let options = sqlite::write_options(&path);
        let file = RebuildableDatabase::open(&path, options, MIGRATIONS, "its content will be requested again").await?;
        Ok(Self { database: StoreDatabase::File(file) })
    }

    /// Opens an in-memory cache for tests, which is dropped with the last clone.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the database cannot be created.
    pub async fn open_in_memory() -> Result<Self, ResponseCacheError> {
        Ok(Self { database: StoreDatabase::File(RebuildableDatabase::open_in_memory(MIGRATIONS).await?) })
    }

    /// Closes the file after the operations in progress, and empties its write-ahead log.
    pub async fn close(&self) {
        // Connections to PostgreSQL are shared and stay open until the process ends.
        if let StoreDatabase::File(file) = &self.database {
            file.pool().close().await;
        }
    }

    /// Returns the cached responses with the time of their fetch. The caller decides whether they are too old.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the file cannot be read.
    pub async fn get_many(&self, keys: &[CacheKey]) -> Result<HashMap<CacheKey, CachedResponse>, ResponseCacheError> {
        let mut by_provider: BTreeMap<&Provider, Vec<String>> = BTreeMap::new();
        for key in keys {
            by_provider.entry(&key.provider).or_default().push(key.text.clone());
        }
        let mut responses = HashMap::with_capacity(keys.len());
        for (provider, texts) in by_provider {
            let wanted = arguments![ENTRY_FORMAT, provider.as_str(), texts];
            let rows = self.database.fetch_all(SELECT_SQL, &wanted).await?;
            responses.extend(rows.into_iter().filter_map(|row| self.decode_row(provider, row)));
        }
        Ok(responses)
    }

    /// Stores responses, all or none; `None` means "not found". Durable when this returns.
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
        match &self.database {
            StoreDatabase::File(file) => Ok(file.run(|pool| write_entries(pool, entries, &at)).await?),
            StoreDatabase::Postgres(tables) => {
                // A statement can write each row only once, so the last entry of a key is used. The sorted order
                // prevents deadlocks between processes.
                let entries: BTreeMap<&CacheKey, &Option<Value>> =
                    entries.iter().map(|(key, value)| (key, value)).collect();
                let text = |value: &&Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
                let rows = arguments![
                    entries.keys().map(|key| key.provider.as_str().to_owned()).collect::<Vec<_>>(),
                    entries.keys().map(|key| key.text.clone()).collect::<Vec<_>>(),
                    ENTRY_FORMAT,
                    at,
                    entries.values().map(text).collect::<Vec<_>>(),
                ];
                let stored = tables.execute(&UPSERT_MANY_SQL.into(), &rows).await;
                Ok(stored.map(drop).map_err(StoreDatabaseError::from)?)
            }
        }
    }

    /// Returns the decoded values of cached responses for which `is_fresh` is true; `None` means "not found". A response
    /// is missing if it cannot be read, or if an earlier version cached it in another format: it is then requested
    /// again, which only costs time.
    pub async fn get_fresh<T: DeserializeOwned>(
        &self,
        keys: &[CacheKey],
        is_fresh: impl Fn(&CachedResponse) -> bool,
    ) -> HashMap<CacheKey, Option<T>> {
        let known = self.get_many(keys).await.unwrap_or_else(|error| {
            warn!(%error, "cannot read the cache; requesting the answers again");
            HashMap::new()
        });
        let fresh = known.into_iter().filter(|(_, response)| is_fresh(response));
        fresh.filter_map(|(key, response)| Some((key, decode_value(response.value).ok()?))).collect()
    }

    /// Stores values, all or none; `None` means "not found". Values that cannot be stored are requested again next time.
    pub async fn put_values<T: Serialize>(&self, values: impl IntoIterator<Item = (CacheKey, Option<T>)>) {
        let encode = |value: Option<T>| value.map(serde_json::to_value).transpose();
        let entries = values.into_iter().filter_map(|(key, value)| Some((key, encode(value).ok()?)));
        if let Err(error) = self.put_many(&entries.collect::<Vec<_>>(), Timestamp::now()).await {
            warn!(%error, "cannot store answers in the cache; they are requested again when needed");
        }
    }

    /// Deletes a provider's responses that were fetched before `found_since`, and its "not found" responses from
    /// before `not_found_since`.
    ///
    /// # Errors
    /// Returns [`ResponseCacheError`] if the file cannot be written.
    pub async fn purge_expired(
        &self,
        provider: &Provider,
        found_since: Timestamp,
        not_found_since: Timestamp,
    ) -> Result<(), ResponseCacheError> {
        // Times are compared as text, so the fraction is padded: `.5Z` must not sort before `Z`.
        let (not_found_since, found_since) = (format!("{not_found_since:.9}"), format!("{found_since:.9}"));
        let expired = arguments![provider.as_str(), not_found_since, found_since];
        self.database.execute(DELETE_EXPIRED_SQL, &expired).await?;
        Ok(())
    }

    /// Decodes a row. An unreadable row counts as missing: the provider is asked again, and the row is replaced.
    fn decode_row(&self, provider: &Provider, (text, at, found): ResponseRow) -> Option<(CacheKey, CachedResponse)> {
        let response = decode_response(&at, found.as_deref());
        if response.is_none() {
            let database = self.database.description();
            warn!(
                database,
                provider = provider.as_str(),
                question = text,
                "cannot read a cached answer; requesting it again"
            );
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

fn decode_value<T: DeserializeOwned>(value: Option<Value>) -> Result<Option<T>, serde_json::Error> {
    value.map(serde_json::from_value).transpose()
}

fn decode_response(at: &str, found: Option<&str>) -> Option<CachedResponse> {
    let found = found.map(serde_json::from_str).transpose().ok()?;
    Some(CachedResponse { value: found, fetched_at: at.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool_of(cache: &ResponseCache) -> SqlitePool {
        match &cache.database {
            StoreDatabase::File(file) => file.pool(),
            StoreDatabase::Postgres(_) => panic!("the cache is in a file"),
        }
    }

    fn entry_of_size(bytes: usize) -> [(CacheKey, Option<Value>); 1] {
        [(CacheKey::new(Provider::from_static("deezer"), "a"), Some(Value::String("x".repeat(bytes))))]
    }

    #[tokio::test]
    async fn a_commit_waits_for_the_disk() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = ResponseCache::open(dir.path()).await.expect("a cache");
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&pool_of(&cache)).await.expect("a level");
        assert_eq!(level, 2, "FULL: a commit survives a loss of power");
    }

    /// SQLite treats a page limit like a full disk.
    #[tokio::test]
    async fn a_full_disk_is_reported_and_loses_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = ResponseCache::open(dir.path()).await.expect("a cache");
        cache.put_many(&entry_of_size(10), Timestamp::UNIX_EPOCH).await.expect("stored");
        sqlx::query("PRAGMA max_page_count = 8").execute(&pool_of(&cache)).await.expect("a limit");
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
