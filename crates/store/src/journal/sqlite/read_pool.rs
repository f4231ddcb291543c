//! Pool of read-only connections to the journal file.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::SqlitePool;

use super::super::error::JournalError;
use super::file_length::check_file_length;
use super::schema::{DB_FILE, DECISIONS_SCHEMA_VERSION, MIGRATIONS};
use crate::sqlite::{self, SqliteError};
use crate::statement::{Argument, Statement, StoreRow};

const MAX_READ_CONNECTIONS: u32 = 4;

/// Connections for reading. Clones share the pool.
#[derive(Clone)]
pub(in crate::journal) struct ReadPool {
    pool: SqlitePool,
    path: Arc<Path>,
    /// Set once the file is known to have the `decisions` table, which is never dropped.
    has_decisions: Arc<AtomicBool>,
}

impl ReadPool {
    /// Opens the journal of a data directory for reading. A missing journal reads as an empty one.
    pub(in crate::journal) async fn open(dir: &Path) -> Result<Self, JournalError> {
        let path: Arc<Path> = dir.join(DB_FILE).into();
        check_file_length(&path)?;
        let sql_error = |error| SqliteError::from_sqlx(&path, &error);
        if path.exists() {
            let options = sqlite::pool_options(MAX_READ_CONNECTIONS);
            let pool = options.connect_with(sqlite::read_options(&path)).await.map_err(sql_error)?;
            let mut connection = pool.acquire().await.map_err(sql_error)?;
            let version = sqlite::schema_version(&path, &mut connection, MIGRATIONS).await?;
            drop(connection);
            if version > 0 {
                return Ok(Self::new(pool, path));
            }
        }
        let pool = sqlite::connect_pool(&path, sqlite::memory_options(), MIGRATIONS).await?;
        Ok(Self::new(pool, path))
    }

    fn new(pool: SqlitePool, path: Arc<Path>) -> Self {
        Self { pool, path, has_decisions: Arc::default() }
    }

    /// Returns the path of the database file.
    pub(in crate::journal) fn path(&self) -> &Path {
        &self.path
    }

    fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        SqliteError::from_sqlx(&self.path, error).into()
    }

    /// Returns the rows that a statement selects.
    pub(in crate::journal) async fn fetch_all<R: StoreRow>(
        &self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, JournalError> {
        let fetched = async { statement.sqlite_rows(arguments)?.fetch_all(&self.pool).await };
        fetched.await.map_err(|error| self.sql_error(&error))
    }

    /// Returns whether the file has the `decisions` table. Only the owner of the store migrates a file.
    pub(in crate::journal) async fn has_decisions(&self) -> Result<bool, JournalError> {
        if self.has_decisions.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        let version = sqlite::schema_version(&self.path, &mut connection, MIGRATIONS).await?;
        let has_decisions = version >= DECISIONS_SCHEMA_VERSION;
        self.has_decisions.store(has_decisions, Ordering::Relaxed);
        Ok(has_decisions)
    }
}
