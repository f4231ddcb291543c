//! Connecting: the migrations, and what an error means.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::schema::{known_version, migrator};
use crate::location::DatabaseUrl;

/// Maximum connections that read.
const MAX_READ_CONNECTIONS: u32 = 4;

/// How long one attempt to connect may take, and how long a read waits for a free connection.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long one statement is waited for. The longest one that writes inserts ten thousand items of a list, and the
/// longest one that reads returns one page.
const STATEMENT_TIMEOUT: Duration = Duration::from_mins(1);

/// How long a statement is waited for that reads a whole table, for a check of the database.
const CHECK_TIMEOUT: Duration = Duration::from_mins(30);

/// The SQLSTATE of a table that does not exist.
const UNDEFINED_TABLE: &str = "42P01";

/// The SQLSTATE of a key that exists.
const UNIQUE_VIOLATION: &str = "23505";

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
    let mut connection = connected.map_err(timed_out)?.map_err(|error| match &error {
        // rustls reports a certificate that it does not accept so. Waiting does not help.
        sqlx::Error::Io(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
            let message = format!("{cause}. Check sslmode and sslrootcert in DATABASE_URL");
            JournalError::Database { database: database.to_string(), message }
        }
        error => classify_error(database, error),
    })?;
    check_search_path(database, &mut connection).await?;
    Ok(connection)
}

/// Checks that the server has taken over the schema: a pooler may drop it, and the tables of another seller would be used.
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

/// Creates the schema of the tables if it does not exist. Otherwise the role must have the right to create tables in it.
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
    // The name has only letters, digits and underscores.
    let created = raw_sql(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}"))).execute(connection);
    match within_time_limit(created).await {
        // Another process created it at the same moment.
        Err(error) if sql_state(&error).is_some_and(|code| code == UNIQUE_VIOLATION) => Ok(()),
        created => created.map(drop).map_err(|error| classify_error(database, &error)),
    }
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
    create_schema(database, &mut *connection).await?;
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
    within(STATEMENT_TIMEOUT, statement).await
}

/// Waits for a statement that reads a whole table.
///
/// # Errors
/// Returns the statement's error, or [`sqlx::Error::Io`] after [`CHECK_TIMEOUT`].
pub(super) async fn within_check_limit<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    within(CHECK_TIMEOUT, statement).await
}

async fn within<T>(limit: Duration, statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let timed_out = |_| sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut));
    tokio::time::timeout(limit, statement).await.unwrap_or_else(|error| Err(timed_out(error)))
}
