//! The connections that read.

use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;

use super::super::error::JournalError;
use super::connection::{classify_error, connect_pool, within_time_limit};
use super::owner;
use crate::location::DatabaseUrl;
use crate::statement::{Argument, Statement, StoreRow};

/// Pause between two tries to read.
const RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// How long a read waits for a database that is away. Requests of the API wait too, so it is short.
const MAX_OUTAGE: Duration = Duration::from_secs(10);

/// The connections that read. Clones share them.
#[derive(Clone)]
pub(in crate::journal) struct PostgresReader {
    pub(super) pool: PgPool,
    database: DatabaseUrl,
}

impl PostgresReader {
    /// Connects for reading. An empty database gets the schema.
    pub(in crate::journal) async fn open(database: &DatabaseUrl) -> Result<Self, JournalError> {
        Ok(Self { pool: connect_pool(database).await?, database: database.clone() })
    }

    pub(in crate::journal) fn database(&self) -> &DatabaseUrl {
        &self.database
    }

    pub(super) fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        classify_error(&self.database, error)
    }

    /// Returns whether a process owns the database now.
    pub(in crate::journal) async fn is_owned(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_owned(&self.database, &mut connection).await
    }

    /// Returns whether the ownership can be taken now: no process has it, or its lease has expired.
    pub(in crate::journal) async fn is_available(&self) -> Result<bool, JournalError> {
        let mut connection = self.pool.acquire().await.map_err(|error| self.sql_error(&error))?;
        owner::is_available(&self.database, &mut connection).await
    }

    /// Returns the rows that a statement selects. A connection that broke costs a batch nothing: the statement is executed
    /// again for up to [`MAX_OUTAGE`].
    pub(in crate::journal) async fn fetch_all<R: StoreRow>(
        &self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, JournalError> {
        let start = Instant::now();
        loop {
            let fetched = async { statement.postgres_rows(arguments)?.fetch_all(&self.pool).await };
            let error = match within_time_limit(fetched).await {
                Ok(rows) => return Ok(rows),
                Err(error) => self.sql_error(&error),
            };
            if !error.is_passing_outage() || start.elapsed() > MAX_OUTAGE {
                return Err(error);
            }
            tracing::debug!(%error, "reading again");
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }
}
