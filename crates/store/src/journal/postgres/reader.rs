//! Pool of connections for reading the PostgreSQL store.

use std::time::Duration;

use super::super::error::JournalError;
use super::connection::{classify_error, connect_pool, within_time_limit};
use super::owner;
use crate::database_pool::DatabasePool;
use crate::location::DatabaseUrl;
use crate::statement::{Argument, Statement, StoreRow};
use retry::{RetryPolicy, retry};

/// Pause between two attempts to read.
const RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// How long a read retries while the database is unreachable. Short, because API requests wait for it.
const MAX_OUTAGE: Duration = Duration::from_secs(10);

/// Connections for reading. Clones share the pool.
#[derive(Clone)]
pub(in crate::journal) struct PostgresReader {
    pub(super) pool: DatabasePool,
}

impl PostgresReader {
    /// Connects for reading. Creates the tables in an empty database.
    pub(in crate::journal) async fn open(database: &DatabaseUrl) -> Result<Self, JournalError> {
        Ok(Self { pool: connect_pool(database).await? })
    }

    pub(in crate::journal) fn database(&self) -> &DatabaseUrl {
        self.pool.database()
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        classify_error(self.database(), error)
    }

    /// Returns whether any process owns the database.
    pub(in crate::journal) async fn is_owned(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.connections().acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_owned(self.database(), &mut connection).await
    }

    /// Returns whether ownership can be acquired: no process owns the database, or the owner's lease has expired.
    pub(in crate::journal) async fn is_available(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.connections().acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_available(self.database(), &mut connection).await
    }

    /// Returns the rows that a statement selects. Retries for up to [`MAX_OUTAGE`], so that a broken connection does
    /// not fail a batch.
    pub(in crate::journal) async fn fetch_all<R: StoreRow>(
        &self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, JournalError> {
        let policy = RetryPolicy::fixed(RETRY_INTERVAL).with_time_limit(MAX_OUTAGE);
        let fetch = || async {
            let fetched = async { statement.postgres_rows(arguments)?.fetch_all(self.pool.connections()).await };
            within_time_limit(fetched).await.map_err(|error| self.sql_error(&error))
        };
        retry(policy, JournalError::retry_advice, fetch).await
    }
}
