//! The answers' file: all SQL of them stands here.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};
use tracing::warn;

use super::{CacheKey, CachedResponse, ResponseCacheError};
use domain::provider::Provider;

/// The form in which answers are kept. Raise it when the kept nouns change so that old answers no longer read;
/// those are then asked again.
const ENTRY_FORMAT: i64 = 1;

/// The layout of the file (`PRAGMA user_version`).
const SCHEMA_VERSION: i64 = 1;

/// Questions in one statement; SQLite takes at most 32,766 parameters.
const MAX_KEYS_PER_QUERY: usize = 500;

const CREATE_TABLE_SQL: &str = "
    CREATE TABLE IF NOT EXISTS answers (
        provider TEXT NOT NULL,
        question TEXT NOT NULL,
        form INTEGER NOT NULL,
        at TEXT NOT NULL,
        found TEXT,
        PRIMARY KEY (provider, question)
    ) STRICT, WITHOUT ROWID";

const UPSERT_SQL: &str = "
    INSERT INTO answers (provider, question, form, at, found) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (provider, question) DO UPDATE SET form = excluded.form, at = excluded.at, found = excluded.found";

const DELETE_EXPIRED_SQL: &str = "
    DELETE FROM answers
    WHERE provider = ? AND at < CASE WHEN found IS NULL THEN ? ELSE ? END";

/// What was answered before. Clones share the file.
#[derive(Clone, Debug)]
pub struct ResponseCache {
    pool: SqlitePool,
    file: Arc<PathBuf>,
}

impl ResponseCache {
    /// Opens `answers.db` in the data directory, and makes both where they are not there.
    ///
    /// # Errors
    /// [`AnswersError`], which names the file.
    pub async fn open(dir: &Path) -> Result<Self, ResponseCacheError> {
        tokio::fs::create_dir_all(dir)
            .await
            .map_err(|error| ResponseCacheError::Directory { dir: dir.to_owned(), error })?;
        let file = dir.join("answers.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        Self::connect_with(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full), file)
            .await
    }

    /// Answers that are gone with the last clone; for tests.
    ///
    /// # Errors
    /// [`AnswersError`] where SQLite has no memory.
    pub async fn open_in_memory() -> Result<Self, ResponseCacheError> {
        Self::connect_with(SqliteConnectOptions::new().in_memory(true), PathBuf::from(":memory:")).await
    }

    async fn connect_with(options: SqliteConnectOptions, file: PathBuf) -> Result<Self, ResponseCacheError> {
        // One connection: SQLite writes one at a time anyway, and a database in memory is its connection's.
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options).await.map_err(|error| ResponseCacheError::from_sqlx(&file, error))?;
        let answers = Self { pool, file: Arc::new(file) };
        answers.create_schema().await?;
        Ok(answers)
    }

    async fn create_schema(&self) -> Result<(), ResponseCacheError> {
        let layout: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&self.pool)
            .await
            .map_err(|e| self.database_error(e))?;
        if layout > SCHEMA_VERSION {
            return Err(ResponseCacheError::SchemaTooNew { file: self.file.to_path_buf() });
        }
        sqlx::query(CREATE_TABLE_SQL).execute(&self.pool).await.map_err(|e| self.database_error(e))?;
        let mark = format!("PRAGMA user_version = {SCHEMA_VERSION}");
        sqlx::query(sqlx::AssertSqlSafe(mark)).execute(&self.pool).await.map_err(|e| self.database_error(e))?;
        Ok(())
    }

    /// The answers that are there, each with when it came. Whether that is too long ago, the caller knows.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be read.
    pub async fn get_many(
        &self,
        questions: &[CacheKey],
    ) -> Result<HashMap<CacheKey, CachedResponse>, ResponseCacheError> {
        let mut by_provider: BTreeMap<&Provider, Vec<&str>> = BTreeMap::new();
        for question in questions {
            by_provider.entry(&question.provider).or_default().push(&question.text);
        }
        let mut answers = HashMap::with_capacity(questions.len());
        for (provider, texts) in by_provider {
            for some in texts.chunks(MAX_KEYS_PER_QUERY) {
                let rows = self.fetch_rows(provider, some).await.map_err(|e| self.database_error(e))?;
                answers.extend(rows.iter().filter_map(|row| self.decode_row(provider, row)));
            }
        }
        Ok(answers)
    }

    /// Keeps answers; `None` is "not found". All of them or none, and durable when this returns.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be written.
    pub async fn put_many(
        &self,
        stored: &[(CacheKey, Option<Value>)],
        now: Timestamp,
    ) -> Result<(), ResponseCacheError> {
        if stored.is_empty() {
            return Ok(());
        }
        self.write_entries(stored, &now.to_string()).await.map_err(|e| self.database_error(e))
    }

    /// Deletes the answers of a provider that came before `found_since`, and those that said "not found" before
    /// `not_found_since`.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be written.
    pub async fn purge_expired(
        &self,
        provider: &Provider,
        found_since: Timestamp,
        not_found_since: Timestamp,
    ) -> Result<(), ResponseCacheError> {
        let forget = sqlx::query(DELETE_EXPIRED_SQL).bind(provider.as_str());
        // Times compare as texts, so the fraction is written out: `.5Z` must not come before `Z`.
        let forget = forget.bind(format!("{not_found_since:.9}")).bind(format!("{found_since:.9}"));
        forget.execute(&self.pool).await.map(drop).map_err(|e| self.database_error(e))
    }

    async fn write_entries(&self, stored: &[(CacheKey, Option<Value>)], at: &str) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for (question, found) in stored {
            sqlx::query(UPSERT_SQL)
                .bind(question.provider.as_str())
                .bind(&question.text)
                .bind(ENTRY_FORMAT)
                .bind(at)
                .bind(found.as_ref().map(Value::to_string))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    async fn fetch_rows(&self, provider: &Provider, texts: &[&str]) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT question, at, found FROM answers WHERE form = ");
        query.push_bind(ENTRY_FORMAT).push(" AND provider = ").push_bind(provider.as_str()).push(" AND question IN (");
        let mut list = query.separated(", ");
        for text in texts {
            list.push_bind(*text);
        }
        query.push(")").build().fetch_all(&self.pool).await
    }

    /// A row that does not read is as good as none: it will be asked again and written anew.
    fn decode_row(&self, provider: &Provider, row: &SqliteRow) -> Option<(CacheKey, CachedResponse)> {
        let text: String = row.try_get("question").ok()?;
        let answer = decode_response(row);
        if answer.is_none() {
            warn!(file = %self.file.display(), %provider, question = text, "a kept answer cannot be read; asking again");
        }
        Some((CacheKey::new(provider.clone(), text), answer?))
    }

    fn database_error(&self, error: sqlx::Error) -> ResponseCacheError {
        ResponseCacheError::from_sqlx(&self.file, error)
    }
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
    async fn the_disk_is_waited_for() {
        let dir = tempfile::tempdir().expect("a directory");
        let answers = ResponseCache::open(dir.path()).await.expect("answers");
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&answers.pool).await.expect("a level");
        assert_eq!(level, 2, "FULL: a commit survives a loss of power");
    }

    /// A limit on the file's pages is to SQLite what a full disk is.
    #[tokio::test]
    async fn a_full_disk_is_named_and_takes_nothing_with_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let answers = ResponseCache::open(dir.path()).await.expect("answers");
        answers.put_many(&entry_of_size(10), Timestamp::UNIX_EPOCH).await.expect("kept");
        sqlx::query("PRAGMA max_page_count = 8").execute(&answers.pool).await.expect("a limit");
        let error = answers.put_many(&entry_of_size(1_000_000), Timestamp::now()).await.expect_err("full");
        assert!(matches!(error, ResponseCacheError::DiskFull { .. }), "{error:?}");
        assert!(error.to_string().contains("answers.db") && error.to_string().contains("make room"), "{error}");
        let [(question, value)] = entry_of_size(10);
        let answer = answers.get_many(std::slice::from_ref(&question)).await.expect("answers").remove(&question);
        assert_eq!(answer, Some(CachedResponse { value, fetched_at: Timestamp::UNIX_EPOCH }));
        answers.put_many(&entry_of_size(20), Timestamp::now()).await.expect("there is room for this");
    }
}
