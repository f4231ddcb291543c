//! The answers' file: all SQL of them stands here.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};
use tracing::warn;

use super::{Answer, AnswersError, Question};
use domain::provider::Provider;

/// The form in which answers are kept. Raise it when the kept nouns change so that old answers no longer read;
/// those are then asked again.
const FORM: i64 = 1;

/// The layout of the file (`PRAGMA user_version`).
const LAYOUT: i64 = 1;

/// Questions in one statement; SQLite takes at most 32,766 parameters.
const AT_ONCE: usize = 500;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS answers (
        provider TEXT NOT NULL,
        question TEXT NOT NULL,
        form INTEGER NOT NULL,
        at TEXT NOT NULL,
        found TEXT,
        PRIMARY KEY (provider, question)
    ) STRICT, WITHOUT ROWID";

const KEEP: &str = "
    INSERT INTO answers (provider, question, form, at, found) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (provider, question) DO UPDATE SET form = excluded.form, at = excluded.at, found = excluded.found";

const FORGET: &str = "
    DELETE FROM answers
    WHERE provider = ? AND at < CASE WHEN found IS NULL THEN ? ELSE ? END";

/// What was answered before. Clones share the file.
#[derive(Clone, Debug)]
pub struct Answers {
    pool: SqlitePool,
    file: Arc<PathBuf>,
}

impl Answers {
    /// Opens `answers.db` in the data directory, and makes both where they are not there.
    ///
    /// # Errors
    /// [`AnswersError`], which names the file.
    pub async fn open(dir: &Path) -> Result<Self, AnswersError> {
        tokio::fs::create_dir_all(dir).await.map_err(|error| AnswersError::Directory { dir: dir.to_owned(), error })?;
        let file = dir.join("answers.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        Self::connect(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full), file).await
    }

    /// Answers that are gone with the last clone; for tests.
    ///
    /// # Errors
    /// [`AnswersError`] where SQLite has no memory.
    pub async fn in_memory() -> Result<Self, AnswersError> {
        Self::connect(SqliteConnectOptions::new().in_memory(true), PathBuf::from(":memory:")).await
    }

    async fn connect(options: SqliteConnectOptions, file: PathBuf) -> Result<Self, AnswersError> {
        // One connection: SQLite writes one at a time anyway, and a database in memory is its connection's.
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options).await.map_err(|error| AnswersError::of(&file, error))?;
        let answers = Self { pool, file: Arc::new(file) };
        answers.prepare().await?;
        Ok(answers)
    }

    async fn prepare(&self) -> Result<(), AnswersError> {
        let layout: i64 =
            sqlx::query_scalar("PRAGMA user_version").fetch_one(&self.pool).await.map_err(|e| self.failed(e))?;
        if layout > LAYOUT {
            return Err(AnswersError::Later { file: self.file.to_path_buf() });
        }
        sqlx::query(TABLE).execute(&self.pool).await.map_err(|e| self.failed(e))?;
        let mark = format!("PRAGMA user_version = {LAYOUT}");
        sqlx::query(sqlx::AssertSqlSafe(mark)).execute(&self.pool).await.map_err(|e| self.failed(e))?;
        Ok(())
    }

    /// The answers that are there, each with when it came. Whether that is too long ago, the caller knows.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be read.
    pub async fn look_up(&self, questions: &[Question]) -> Result<HashMap<Question, Answer>, AnswersError> {
        let mut by_provider: BTreeMap<&Provider, Vec<&str>> = BTreeMap::new();
        for question in questions {
            by_provider.entry(&question.provider).or_default().push(&question.text);
        }
        let mut answers = HashMap::with_capacity(questions.len());
        for (provider, texts) in by_provider {
            for some in texts.chunks(AT_ONCE) {
                let rows = self.rows(provider, some).await.map_err(|e| self.failed(e))?;
                answers.extend(rows.iter().filter_map(|row| self.read(provider, row)));
            }
        }
        Ok(answers)
    }

    /// Keeps answers; `None` is "not found". All of them or none, and durable when this returns.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be written.
    pub async fn keep(&self, kept: &[(Question, Option<Value>)], now: Timestamp) -> Result<(), AnswersError> {
        if kept.is_empty() {
            return Ok(());
        }
        self.write(kept, &now.to_string()).await.map_err(|e| self.failed(e))
    }

    /// Deletes the answers of a provider that came before `found_since`, and those that said "not found" before
    /// `not_found_since`.
    ///
    /// # Errors
    /// [`AnswersError`] where the file cannot be written.
    pub async fn forget(
        &self,
        provider: &Provider,
        found_since: Timestamp,
        not_found_since: Timestamp,
    ) -> Result<(), AnswersError> {
        let forget = sqlx::query(FORGET).bind(provider.as_str());
        // Times compare as texts, so the fraction is written out: `.5Z` must not come before `Z`.
        let forget = forget.bind(format!("{not_found_since:.9}")).bind(format!("{found_since:.9}"));
        forget.execute(&self.pool).await.map(drop).map_err(|e| self.failed(e))
    }

    async fn write(&self, kept: &[(Question, Option<Value>)], at: &str) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for (question, found) in kept {
            sqlx::query(KEEP)
                .bind(question.provider.as_str())
                .bind(&question.text)
                .bind(FORM)
                .bind(at)
                .bind(found.as_ref().map(Value::to_string))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    async fn rows(&self, provider: &Provider, texts: &[&str]) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT question, at, found FROM answers WHERE form = ");
        query.push_bind(FORM).push(" AND provider = ").push_bind(provider.as_str()).push(" AND question IN (");
        let mut list = query.separated(", ");
        for text in texts {
            list.push_bind(*text);
        }
        query.push(")").build().fetch_all(&self.pool).await
    }

    /// A row that does not read is as good as none: it will be asked again and written anew.
    fn read(&self, provider: &Provider, row: &SqliteRow) -> Option<(Question, Answer)> {
        let text: String = row.try_get("question").ok()?;
        let answer = read_answer(row);
        if answer.is_none() {
            warn!(file = %self.file.display(), %provider, question = text, "a kept answer cannot be read; asking again");
        }
        Some((Question::new(provider.clone(), text), answer?))
    }

    fn failed(&self, error: sqlx::Error) -> AnswersError {
        AnswersError::of(&self.file, error)
    }
}

fn read_answer(row: &SqliteRow) -> Option<Answer> {
    let at: String = row.try_get("at").ok()?;
    let found: Option<String> = row.try_get("found").ok()?;
    let found = found.map(|text| serde_json::from_str(&text)).transpose().ok()?;
    Some(Answer { found, at: at.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: usize) -> [(Question, Option<Value>); 1] {
        [(Question::new(Provider::named("deezer"), "a"), Some(Value::String("x".repeat(bytes))))]
    }

    #[tokio::test]
    async fn the_disk_is_waited_for() {
        let dir = tempfile::tempdir().expect("a directory");
        let answers = Answers::open(dir.path()).await.expect("answers");
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&answers.pool).await.expect("a level");
        assert_eq!(level, 2, "FULL: a commit survives a loss of power");
    }

    /// A limit on the file's pages is to SQLite what a full disk is.
    #[tokio::test]
    async fn a_full_disk_is_named_and_takes_nothing_with_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let answers = Answers::open(dir.path()).await.expect("answers");
        answers.keep(&kept(10), Timestamp::UNIX_EPOCH).await.expect("kept");
        sqlx::query("PRAGMA max_page_count = 8").execute(&answers.pool).await.expect("a limit");
        let error = answers.keep(&kept(1_000_000), Timestamp::now()).await.expect_err("full");
        assert!(matches!(error, AnswersError::DiskFull { .. }), "{error:?}");
        assert!(error.to_string().contains("answers.db") && error.to_string().contains("make room"), "{error}");
        let [(question, found)] = kept(10);
        let answer = answers.look_up(std::slice::from_ref(&question)).await.expect("answers").remove(&question);
        assert_eq!(answer, Some(Answer { found, at: Timestamp::UNIX_EPOCH }));
        answers.keep(&kept(20), Timestamp::now()).await.expect("there is room for this");
    }
}
