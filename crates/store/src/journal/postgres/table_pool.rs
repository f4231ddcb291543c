//! Connections to the PostgreSQL tables outside the journal, such as cached responses, photos and quota counts.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgPool, PgPoolOptions};

use super::super::error::JournalError;
use super::connection::{CONNECT_TIMEOUT, bring_up_to_date, classify_error, connect, within_time_limit};
use crate::location::DatabaseUrl;
use crate::statement::{Argument, Statement, StoreRow};

/// Maximum connections per process to these tables.
const MAX_CONNECTIONS: u32 = 3;

/// Pause between two attempts to reach the database.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// How long to wait for an unreachable database. The journal waits as well, so waiting loses no work.
const MAX_OUTAGE: Duration = Duration::from_mins(5);

/// Connections to these tables. Clones share the pool.
#[derive(Clone, Debug)]
pub(crate) struct TablePool {
    pool: PgPool,
    database: DatabaseUrl,
}

impl TablePool {
    /// Connects and applies missing migrations. All pools opened from the same [`DatabaseUrl`] share their
    /// connections.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the database cannot be reached, or if a later version wrote it.
    pub(crate) async fn open(database: &DatabaseUrl) -> Result<Self, JournalError> {
        let open = || async {
            bring_up_to_date(database, &mut connect(database).await?).await?;
            let options = PgPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(CONNECT_TIMEOUT);
            Ok::<_, JournalError>(options.connect_lazy_with(database.options()))
        };
        let pool = database.table_pool().get_or_try_init(open).await?.clone();
        Ok(Self { pool, database: database.clone() })
    }

    pub(crate) fn database(&self) -> &DatabaseUrl {
        &self.database
    }

    /// Returns the rows that a statement selects. Waits while the database is unreachable.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the statement fails, or if the database remains unreachable.
    pub(crate) async fn fetch_all<R: StoreRow>(
        &self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, JournalError> {
        let start = Instant::now();
        loop {
            let fetched = async { statement.postgres_rows(arguments)?.fetch_all(&self.pool).await };
            match within_time_limit(fetched).await {
                Ok(rows) => return Ok(rows),
                Err(error) => self.wait_after(&error, start).await?,
            }
        }
    }

    /// Executes a statement and returns the number of changed rows. Waits while the database is unreachable, and
    /// executes the statement again if its response was lost.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the statement fails, or if the database remains unreachable.
    pub(crate) async fn execute(&self, statement: &Statement, arguments: &[Argument<'_>]) -> Result<u64, JournalError> {
        let start = Instant::now();
        loop {
            let executed = async { statement.postgres_query(arguments)?.execute(&self.pool).await };
            match within_time_limit(executed).await {
                Ok(done) => return Ok(done.rows_affected()),
                Err(error) => self.wait_after(&error, start).await?,
            }
        }
    }

    /// Executes statements without arguments in one transaction. The statements must be safe to execute twice.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a statement fails, or if the database remains unreachable.
    pub(crate) async fn execute_script(&self, script: &'static str) -> Result<(), JournalError> {
        let start = Instant::now();
        loop {
            match within_time_limit(sqlx::raw_sql(script).execute(&self.pool)).await {
                Ok(_) => return Ok(()),
                Err(error) => self.wait_after(&error, start).await?,
            }
        }
    }

    /// Waits until the statement can be retried.
    ///
    /// # Errors
    /// Returns the error if it is permanent, or if the database has been unreachable for [`MAX_OUTAGE`] since `start`.
    async fn wait_after(&self, error: &sqlx::Error, start: Instant) -> Result<(), JournalError> {
        let error = classify_error(&self.database, error);
        if !error.is_passing_outage() || start.elapsed() > MAX_OUTAGE {
            return Err(error);
        }
        tracing::warn!(%error, "trying again");
        tokio::time::sleep(RETRY_INTERVAL).await;
        Ok(())
    }
}
