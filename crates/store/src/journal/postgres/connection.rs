//! Connects to PostgreSQL, applies migrations and classifies errors.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::schema::{known_version, migrator};
use crate::database_pool::DatabasePool;
use crate::location::DatabaseUrl;
use crate::sqlite::describe_sqlx_error;

/// Maximum connections that read.
const MAX_READ_CONNECTIONS: u32 = 4;

/// Time limit for connecting, and for a read to get a free connection.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Time limit for one statement. The longest write inserts ten thousand items of a list; the longest read returns one
/// page.
const STATEMENT_TIMEOUT: Duration = Duration::from_mins(1);

/// Time limit for a statement that reads a whole table during a check.
const CHECK_TIMEOUT: Duration = Duration::from_mins(30);

/// SQLSTATE: the table does not exist.
const UNDEFINED_TABLE: &str = "42P01";

/// SQLSTATE: the key exists already.
const UNIQUE_VIOLATION: &str = "23505";

/// SQLSTATE classes of temporary errors: connection (08), resources (53), operator intervention (57) and system (58);
/// postgresql.org/docs/current/errcodes-appendix.html.
const TEMPORARY_ERROR_CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// Opens one connection.
///
/// # Errors
/// Returns [`JournalError::DatabaseUnreachable`] or [`JournalError::Database`] if the connection fails.
pub(super) async fn connect(database: &DatabaseUrl) -> Result<PgConnection, JournalError> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, database.options().connect()).await;
    let timed_out = |_| unreachable_database(database, format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()));
    let mut connection = connected.map_err(timed_out)?.map_err(|error| match &error {
        // rustls reports a rejected certificate as `InvalidData`. A retry does not help.
        sqlx::Error::Io(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
            let message = format!("{cause}. Check sslmode and sslrootcert in DATABASE_URL");
            JournalError::Database { database: database.to_string(), message }
        }
        // Over the network, only the file with the certificates can be missing.
        sqlx::Error::Io(cause) if cause.kind() == std::io::ErrorKind::NotFound && !database.uses_socket() => {
            let message = "the file that sslrootcert names in DATABASE_URL does not exist".to_owned();
            JournalError::Database { database: database.to_string(), message }
        }
        error => classify_error(database, error),
    })?;
    check_search_path(database, &mut connection).await?;
    Ok(connection)
}

/// Checks that the server applied the schema. A pooler may drop it, and another seller's tables would be used.
async fn check_search_path(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    let Some(schema) = database.schema() else { return Ok(()) };
    let found = within_time_limit(query_scalar("SHOW search_path").fetch_one(connection)).await;
    let found: String = found.map_err(|error| classify_error(database, &error))?;
    if found == schema {
        return Ok(());
    }
    let message = format!(
        "the search_path of a new connection is {found:?}, not the schema {schema}. A pooler dropped the startup parameter \
         \"options\": connect without it, or let it pass the parameter on"
    );
    Err(JournalError::Database { database: database.to_string(), message })
}

/// Creates the schema if it does not exist. If it exists, the role must be allowed to create tables in it.
async fn create_schema(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    let Some(schema) = database.schema() else { return Ok(()) };
    let usable = "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1";
    let usable = query_scalar::<_, bool>(usable).bind(schema.to_owned()).fetch_optional(&mut *connection);
    match within_time_limit(usable).await.map_err(|error| classify_error(database, &error))? {
        Some(true) => return Ok(()),
        Some(false) => {
            let message = format!("permission denied: this role may not create tables in the schema {schema}");
            return Err(JournalError::Database { database: database.to_string(), message });
        }
        None => {}
    }
    // Safe to insert: the name has only letters, digits and underscores.
    let created = raw_sql(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}"))).execute(connection);
    match within_time_limit(created).await {
        // Another process created the schema at the same time.
        Err(error) if sql_state(&error).is_some_and(|code| code == UNIQUE_VIOLATION) => Ok(()),
        created => created.map(drop).map_err(|error| classify_error(database, &error)),
    }
}

/// Opens the pool for reading. Creates the tables in an empty database.
///
/// # Errors
/// Returns [`JournalError::DatabaseTooNew`] if a later version wrote the database, and the errors of [`connect`].
pub(super) async fn connect_pool(database: &DatabaseUrl) -> Result<DatabasePool, JournalError> {
    let mut connection = connect(database).await?;
    match applied_version(database, &mut connection).await? {
        None => migrate(database, &mut connection).await?,
        Some(version) if version > known_version() => return Err(too_new(database)),
        Some(_) => {}
    }
    let options = PgPoolOptions::new().max_connections(MAX_READ_CONNECTIONS).acquire_timeout(CONNECT_TIMEOUT);
    Ok(DatabasePool::new(database, options))
}

/// Applies the missing migrations; does nothing if the schema is up to date.
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

/// Applies the missing migrations.
///
/// # Errors
/// Returns [`JournalError::DatabaseTooNew`] if a later version wrote the database, and other errors if a migration
/// fails.
pub(super) async fn migrate(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    if applied_version(database, connection).await?.is_some_and(|version| version > known_version()) {
        return Err(too_new(database));
    }
    create_schema(database, &mut *connection).await?;
    // Boxed because the migrator's future is large.
    let migrated = Box::pin(async { migrator().run_direct(None, connection, false).await }).await;
    migrated.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            classify_error(database, &error)
        }
        other => JournalError::Database { database: database.to_string(), message: other.to_string() },
    })
}

/// Returns the version of the last migration; `None` in an empty database.
async fn applied_version(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<Option<i64>, JournalError> {
    match query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(connection).await {
        Ok(version) => Ok(version),
        Err(error) if sql_state(&error).is_some_and(|code| code == UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(classify_error(database, &error)),
    }
}

/// Returns whether the error makes the connection unusable.
pub(super) fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => {
            sql_state(error).is_some_and(|code| TEMPORARY_ERROR_CLASSES.iter().any(|class| code.starts_with(class)))
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Classifies an error by what the operator can do.
pub(super) fn classify_error(database: &DatabaseUrl, error: &sqlx::Error) -> JournalError {
    let is_away = is_connection_lost(error) || matches!(error, sqlx::Error::PoolTimedOut);
    match error {
        error if is_away => unreachable_database(database, describe_sqlx_error(error)),
        sqlx::Error::PoolClosed => JournalError::Closed,
        error => JournalError::Database { database: database.to_string(), message: describe_sqlx_error(error) },
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

/// Runs a statement with a time limit: on a network that drops all packets, an error takes a quarter of an hour.
///
/// # Errors
/// Returns the statement's error, or [`sqlx::Error::Io`] after [`STATEMENT_TIMEOUT`].
pub(super) async fn within_time_limit<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    with_time_limit(STATEMENT_TIMEOUT, statement).await
}

/// Runs a statement that reads a whole table, with a longer time limit.
///
/// # Errors
/// Returns the statement's error, or [`sqlx::Error::Io`] after [`CHECK_TIMEOUT`].
pub(super) async fn within_check_limit<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    with_time_limit(CHECK_TIMEOUT, statement).await
}

async fn with_time_limit<T>(
    limit: Duration,
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let timed_out = |_| sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut));
    tokio::time::timeout(limit, statement).await.unwrap_or_else(|error| Err(timed_out(error)))
}
