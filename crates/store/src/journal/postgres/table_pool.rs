//! Connections to the PostgreSQL tables outside the journal, such as cached responses, photos and quota counts.

use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;

use super::super::error::JournalError;
use super::connection::{CONNECT_TIMEOUT, bring_up_to_date, classify_error, connect, within_time_limit};
use crate::database_pool::DatabasePool;
use crate::location::DatabaseUrl;
use crate::outage_warnings::OutageWarnings;
use crate::statement::{Argument, Statement, StoreRow};
use retry::{RetryPolicy, retry};

/// Maximum connections per process to these tables.
const MAX_CONNECTIONS: u32 = 3;

/// Pause between two attempts to reach the database.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// How long to wait for an unreachable database. The journal waits as well, so waiting loses no work.
const MAX_OUTAGE: Duration = Duration::from_mins(5);

/// Connections to these tables. Clones share the pool.
#[derive(Clone, Debug)]
pub(crate) struct TablePool {
    pool: DatabasePool,
    warnings: OutageWarnings,
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
            Ok::<_, JournalError>((options.connect_lazy_with(database.options()), OutageWarnings::default()))
        };
        let (pool, warnings) = database.table_pool().get_or_try_init(open).await?.clone();
        Ok(Self { pool: DatabasePool::from_shared(database, pool), warnings })
    }

    pub(crate) fn database(&self) -> &DatabaseUrl {
        self.pool.database()
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
        self.retry_through_outage(|| async {
            statement.postgres_rows(arguments)?.fetch_all(self.pool.connections()).await
        })
        .await
    }

    /// Executes a statement and returns the number of changed rows. Waits while the database is unreachable, and
    /// executes the statement again if its response was lost.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the statement fails, or if the database remains unreachable.
    pub(crate) async fn execute(&self, statement: &Statement, arguments: &[Argument<'_>]) -> Result<u64, JournalError> {
        let execute = || async { statement.postgres_query(arguments)?.execute(self.pool.connections()).await };
        Ok(self.retry_through_outage(execute).await?.rows_affected())
    }

    /// Executes statements in one transaction. They must be safe to execute twice.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a statement fails, or if the database remains unreachable.
    pub(crate) async fn execute_transaction(
        &self,
        statements: &[(Statement, Vec<Argument<'_>>)],
    ) -> Result<(), JournalError> {
        let execute = || async {
            let mut transaction = self.pool.connections().begin().await?;
            for (statement, arguments) in statements {
                statement.postgres_query(arguments)?.execute(&mut *transaction).await?;
            }
            transaction.commit().await
        };
        self.retry_through_outage(execute).await
    }

    /// Executes statements without arguments in one transaction. The statements must be safe to execute twice.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a statement fails, or if the database remains unreachable.
    pub(crate) async fn execute_script(&self, script: &'static str) -> Result<(), JournalError> {
        self.retry_through_outage(|| sqlx::raw_sql(script).execute(self.pool.connections())).await.map(drop)
    }

    /// Executes a statement until it succeeds, for up to [`MAX_OUTAGE`] while the database is away.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    async fn retry_through_outage<T, F>(&self, execute: impl Fn() -> F) -> Result<T, JournalError>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let policy = RetryPolicy::fixed(RETRY_INTERVAL).with_time_limit(MAX_OUTAGE);
        let advise = |error: &JournalError| {
            if error.is_passing_outage() && self.warnings.take_due(Instant::now()) {
                tracing::warn!(%error, "the database cannot be reached; trying again");
            }
            error.retry_advice()
        };
        let attempt = || async {
            within_time_limit(execute()).await.map_err(|error| classify_error(self.pool.database(), &error))
        };
        retry(policy, advise, attempt).await
    }
}
