//! Connecting: the migrations, and what an error means.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, query_scalar};

use super::super::error::JournalError;
use super::schema::{known_version, migrator};
use crate::location::DatabaseUrl;

/// Maximum connections that read.
const MAX_READ_CONNECTIONS: u32 = 4;

/// How long one attempt to connect may take, and how long a read waits for a free connection.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the writer waits for one statement. The longest one writes ten thousand items of a list.
const STATEMENT_TIMEOUT: Duration = Duration::from_mins(1);

/// The SQLSTATE of a table that does not exist.
const UNDEFINED_TABLE: &str = "42P01";

/// SQLSTATE classes of errors that pass: the connection (08), the server's resources (53), its operator (57), its
/// system (58); postgresql.org/docs/current/errcodes-appendix.html.
const CLASSES_OF_SERVER: [&str; 4] = ["08", "53", "57", "58"];

/// Opens one connection.
///
/// # Errors
/// Returns [`JournalError::DatabaseUnreachable`] or [`JournalError::Database`].
pub(super) async fn connect(database: &DatabaseUrl) -> Result<PgConnection, JournalError> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, database.options().connect()).await;
    let timed_out = |_| unreachable_database(database, format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()));
    connected.map_err(timed_out)?.map_err(|error| match &error {
        // rustls reports a certificate that it does not accept so. Waiting does not help.
        sqlx::Error::Io(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
            let message = format!("{cause}. Check sslmode and sslrootcert in DATABASE_URL");
            JournalError::Database { database: database.to_string(), message }
        }
        error => classify_error(database, error),
    })
}

/// Opens the connections that read. An empty database gets the schema.
///
/// # Errors
/// Returns [`JournalError::DatabaseTooNew`] if a later version wrote the database, and the errors of [`connect`].
pub(super) async fn connect_pool(database: &DatabaseUrl) -> Result<PgPool, JournalError> {
    let mut connection = connect(database).await?;
    match applied_version(database, &mut connection).await? {
        None => migrate(database, &mut connection).await?,
        Some(version) if version > known_version() => return Err(too_new(database)),
        Some(_) => {}
    }
    let options = PgPoolOptions::new().max_connections(MAX_READ_CONNECTIONS).acquire_timeout(CONNECT_TIMEOUT);
    Ok(options.connect_lazy_with(database.options()))
}

/// Applies the migrations that the database lacks, if it lacks some.
///
/// # Errors
/// Returns the errors of [`migrate`].
pub(super) async fn bring_up_to_date(
    database: &DatabaseUrl,
    connection: &mut PgConnection,
) -> Result<(), JournalError> {
    if applied_version(database, connection).await? == Some(known_version()) {
        return Ok(());
    }
    migrate(database, connection).await
}

/// Applies the migrations that the database lacks.
///
/// # Errors
/// Returns [`JournalError::DatabaseTooNew`] if a later version wrote the database, and other errors if it cannot be
/// written.
pub(super) async fn migrate(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    if applied_version(database, connection).await?.is_some_and(|version| version > known_version()) {
        return Err(too_new(database));
    }
    // Boxed: the migrator's future is large.
    let migrated = Box::pin(async { migrator().run_direct(None, connection, false).await }).await;
    migrated.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            classify_error(database, &error)
        }
        other => JournalError::Database { database: database.to_string(), message: other.to_string() },
    })
}

/// Returns the number of the last migration; `None` in an empty database.
async fn applied_version(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<Option<i64>, JournalError> {
    match query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(connection).await {
        Ok(version) => Ok(version),
        Err(error) if sql_state(&error).is_some_and(|code| code == UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(classify_error(database, &error)),
    }
}

/// Returns whether the connection cannot be used after this error.
pub(super) fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => {
            sql_state(error).is_some_and(|code| CLASSES_OF_SERVER.iter().any(|class| code.starts_with(class)))
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Classifies an error by what the operator can do.
pub(super) fn classify_error(database: &DatabaseUrl, error: &sqlx::Error) -> JournalError {
    let is_away = is_connection_lost(error) || matches!(error, sqlx::Error::PoolTimedOut);
    match error {
        error if is_away => unreachable_database(database, error.to_string()),
        sqlx::Error::PoolClosed => JournalError::Closed,
        error => JournalError::Database { database: database.to_string(), message: error.to_string() },
    }
}

fn unreachable_database(database: &DatabaseUrl, message: String) -> JournalError {
    JournalError::DatabaseUnreachable { database: database.to_string(), message }
}

fn too_new(database: &DatabaseUrl) -> JournalError {
    JournalError::DatabaseTooNew { database: database.to_string() }
}

fn sql_state(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Waits for a statement, but not for ever: a network that swallows everything reports no error for a quarter of an hour.
///
/// # Errors
/// Returns the statement's error, or [`sqlx::Error::Io`] after [`STATEMENT_TIMEOUT`].
pub(super) async fn within_time_limit<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let timed_out = |_| sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut));
    tokio::time::timeout(STATEMENT_TIMEOUT, statement).await.unwrap_or_else(|error| Err(timed_out(error)))
}
