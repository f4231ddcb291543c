//! Opens SQLite files, applies migrations and classifies errors. All other modules use these functions.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use retry::{RetryAdvice, RetryPolicy, retry};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, query_scalar, raw_sql};

/// How long a statement waits for a lock of another program, such as a backup tool or the `sqlite3` shell.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause between two attempts to open a file that another process is creating.
const OPEN_RETRY_DELAY: Duration = Duration::from_millis(20);

/// How long a caller waits for a pooled connection. Thousands of items may queue for one connection that serves each
/// within milliseconds, so a long wait is not an error.
const MAX_CONNECTION_WAIT: Duration = Duration::from_mins(10);

/// An error that SQLite or the file system reported for a database file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", describe_error(self))]
pub struct SqliteError {
    pub path: PathBuf,
    pub kind: SqliteErrorKind,
    /// The message of SQLite or of the operating system.
    pub message: String,
}

/// The kind of a SQLite error, by what the operator can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqliteErrorKind {
    DiskFull,
    /// The content is corrupt, or the file is not a SQLite database.
    Damaged,
    /// Another program held a lock for longer than the busy timeout. A retry can succeed.
    Busy,
    /// The file or its directory cannot be opened for reading and writing.
    PermissionDenied,
    /// A later version of Draft Maker wrote the file: it has `found` migrations, but this version knows only `known`.
    SchemaTooNew {
        found: i64,
        known: i64,
    },
    Other,
}

// Primary result codes (sqlite.org/rescode.html).
const SQLITE_PERM: u32 = 3;
const SQLITE_BUSY: u32 = 5;
const SQLITE_READONLY: u32 = 8;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;
const SQLITE_AUTH: u32 = 23;
const SQLITE_NOTADB: u32 = 26;

/// Extended result code: the shared-memory file of the WAL cannot grow. A full disk causes it when a database is
/// opened.
const SQLITE_IOERR_SHMSIZE: u32 = 4874;

fn describe_error(SqliteError { path, kind, message }: &SqliteError) -> String {
    let path = path.display();
    match kind {
        SqliteErrorKind::DiskFull => {
            format!("the disk is full, so {path} cannot be written: free some space, then try again")
        }
        _ => format!("{path}: {message}"),
    }
}

impl SqliteError {
    /// Classifies an error by SQLite's primary result code.
    pub(crate) fn from_sqlx(path: &Path, error: &sqlx::Error) -> Self {
        let kind = match primary_result_code(error) {
            Some(SQLITE_FULL) => SqliteErrorKind::DiskFull,
            _ if result_code(error) == Some(SQLITE_IOERR_SHMSIZE) => SqliteErrorKind::DiskFull,
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => SqliteErrorKind::Damaged,
            Some(SQLITE_BUSY) => SqliteErrorKind::Busy,
            Some(SQLITE_PERM | SQLITE_READONLY | SQLITE_CANTOPEN | SQLITE_AUTH) => SqliteErrorKind::PermissionDenied,
            _ => SqliteErrorKind::Other,
        };
        Self { path: path.to_owned(), kind, message: describe_sqlx_error(error) }
    }

    /// Classifies a file system error.
    pub(crate) fn from_io(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SqliteErrorKind::DiskFull,
            io::ErrorKind::PermissionDenied => SqliteErrorKind::PermissionDenied,
            _ => SqliteErrorKind::Other,
        };
        Self { path: path.to_owned(), kind, message: files::describe_io_error(error) }
    }
}

/// Describes an error of a database without the error number of the system.
pub(crate) fn describe_sqlx_error(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => files::describe_io_error(error),
        // The database's own text, without its error number and the line in the source of PostgreSQL.
        sqlx::Error::Database(error) => error.message().to_owned(),
        // The text of the crate names its own source.
        sqlx::Error::Protocol(_) => "the answer breaks off, or is not that of a database server".to_owned(),
        error => files::remove_error_numbers(&error.to_string()),
    }
}

/// Returns the primary result code, which is the lowest byte of the extended one.
fn primary_result_code(error: &sqlx::Error) -> Option<u32> {
    Some(result_code(error)? & 0xff)
}

fn result_code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Returns options for reading and writing. A missing file is created, the writer does not block readers (WAL), and a
/// commit survives a power loss (`synchronous = FULL`).
pub(crate) fn write_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

/// Returns options for reading an existing file.
pub(crate) fn read_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT).disable_statement_logging()
}

/// Returns options for an in-memory database.
pub(crate) fn memory_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new().in_memory(true).disable_statement_logging()
}

/// Opens a connection and applies missing migrations.
///
/// # Errors
/// Returns [`SqliteError`] if the file cannot be opened or written, or if a later version wrote it.
pub(crate) async fn connect(
    path: &Path,
    options: SqliteConnectOptions,
    migrations: &[&'static str],
) -> Result<SqliteConnection, SqliteError> {
    retry_while_busy(|| async {
        let mut connection = options.connect().await.map_err(|error| SqliteError::from_sqlx(path, &error))?;
        migrate(path, &mut connection, migrations).await?;
        Ok(connection)
    })
    .await
}

/// Opens a pool with one permanent connection and applies missing migrations. One connection suffices: SQLite allows
/// one writer at a time, and an in-memory database belongs to its connection.
///
/// # Errors
/// Returns the same errors as [`connect`].
pub(crate) async fn connect_pool(
    path: &Path,
    options: SqliteConnectOptions,
    migrations: &[&'static str],
) -> Result<SqlitePool, SqliteError> {
    let sqlite_error = |error| SqliteError::from_sqlx(path, &error);
    retry_while_busy(|| async {
        let pool = pool_options(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options.clone()).await.map_err(sqlite_error)?;
        migrate(path, &mut *pool.acquire().await.map_err(sqlite_error)?, migrations).await?;
        Ok(pool)
    })
    .await
}

/// Opens a file again while another process is creating it. If two processes switch a new file to WAL at the same time,
/// SQLite does not let one of them wait but reports `SQLITE_BUSY` at once, because waiting would be a deadlock
/// (sqlite.org/c3ref/busy_handler.html).
async fn retry_while_busy<T, F>(open: impl FnMut() -> F) -> Result<T, SqliteError>
where
    F: Future<Output = Result<T, SqliteError>>,
{
    let policy = RetryPolicy::fixed(OPEN_RETRY_DELAY).with_time_limit(BUSY_TIMEOUT);
    let advise = |error: &SqliteError| match error.kind {
        SqliteErrorKind::Busy => RetryAdvice::Retry,
        _ => RetryAdvice::Stop,
    };
    retry(policy, advise, open).await
}

/// Returns pool options with a long queue for connections. Connections are not tested before use: a connection to a
/// file does not break while idle, and a test would double the round trips to the database threads.
pub(crate) fn pool_options(max_connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(max_connections)
        .test_before_acquire(false)
        .acquire_timeout(MAX_CONNECTION_WAIT)
        .acquire_slow_threshold(MAX_CONNECTION_WAIT)
}

/// Returns how many of `migrations` are applied to the file; `PRAGMA user_version` counts them.
///
/// # Errors
/// Returns [`SqliteErrorKind::SchemaTooNew`] if the file has more migrations, and other errors if it cannot be read.
pub(crate) async fn schema_version(
    path: &Path,
    connection: &mut SqliteConnection,
    migrations: &[&'static str],
) -> Result<usize, SqliteError> {
    let found: i64 = query_scalar("PRAGMA user_version")
        .fetch_one(connection)
        .await
        .map_err(|error| SqliteError::from_sqlx(path, &error))?;
    usize::try_from(found).ok().filter(|found| *found <= migrations.len()).ok_or_else(|| {
        let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
        let message = format!("schema version {found}, and this version of Draft Maker reads up to {known}");
        SqliteError { path: path.to_owned(), kind: SqliteErrorKind::SchemaTooNew { found, known }, message }
    })
}

/// Applies the missing migrations, each in a transaction that also updates the version.
async fn migrate(
    path: &Path,
    connection: &mut SqliteConnection,
    migrations: &[&'static str],
) -> Result<(), SqliteError> {
    while schema_version(path, connection, migrations).await? < migrations.len() {
        run(path, connection, "BEGIN IMMEDIATE").await?;
        let migrated = apply_next_migration(path, connection, migrations).await;
        let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
        migrated.and(run(path, connection, end).await)?;
    }
    Ok(())
}

/// Applies the next migration. Reads the version inside the transaction, because another process may have applied the
/// migration while this process waited for the lock.
async fn apply_next_migration(
    path: &Path,
    connection: &mut SqliteConnection,
    migrations: &[&'static str],
) -> Result<(), SqliteError> {
    let version = schema_version(path, connection, migrations).await?;
    let Some(migration) = migrations.get(version) else { return Ok(()) };
    run(path, connection, migration).await?;
    set_schema_version(path, connection, version + 1).await
}

/// Writes the number of applied migrations.
///
/// # Errors
/// Returns [`SqliteError`] if the file cannot be written.
pub(crate) async fn set_schema_version(
    path: &Path,
    connection: &mut SqliteConnection,
    version: usize,
) -> Result<(), SqliteError> {
    let statement = AssertSqlSafe(format!("PRAGMA user_version = {version}"));
    raw_sql(statement).execute(connection).await.map(drop).map_err(|error| SqliteError::from_sqlx(path, &error))
}

async fn run(path: &Path, connection: &mut SqliteConnection, statements: &'static str) -> Result<(), SqliteError> {
    raw_sql(statements).execute(connection).await.map(drop).map_err(|error| SqliteError::from_sqlx(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATIONS: &[&str] = &["CREATE TABLE a (x ANY) STRICT", "CREATE TABLE IF NOT EXISTS b (x ANY) STRICT"];

    async fn open(path: &Path, migrations: &[&'static str]) -> Result<SqliteConnection, SqliteError> {
        connect(path, write_options(path), migrations).await
    }

    #[tokio::test]
    async fn a_file_gets_the_missing_migrations() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("x.db");
        let first = &["CREATE TABLE a (x ANY) STRICT"];
        drop(open(&path, first).await.expect("created"));
        let both = &[first[0], MIGRATIONS[1]];
        let mut connection = open(&path, both).await.expect("migrated");
        assert_eq!(schema_version(&path, &mut connection, both).await, Ok(2));
        let error = open(&path, first).await.expect_err("written by a later version");
        assert_eq!(error.kind, SqliteErrorKind::SchemaTooNew { found: 2, known: 1 });
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("x.db");
        let broken = &["CREATE TABLE a (x ANY) STRICT; CREATE TABLE a (x ANY) STRICT"];
        open(&path, broken).await.expect_err("the table is there already");
        open(&path, &["CREATE TABLE a (x ANY) STRICT"]).await.expect("the failed one was rolled back");
    }

    #[tokio::test]
    async fn errors_are_classified() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("x.db");
        std::fs::write(&path, "not a database, and long enough to be read as one".repeat(100)).expect("a file");
        assert_eq!(open(&path, MIGRATIONS).await.expect_err("text").kind, SqliteErrorKind::Damaged);
        let missing = dir.path().join("missing").join("x.db");
        assert_eq!(open(&missing, MIGRATIONS).await.expect_err("no folder").kind, SqliteErrorKind::PermissionDenied);

        let path = dir.path().join("y.db");
        let migrations = &["CREATE TABLE a (x ANY) STRICT"];
        let mut holder = open(&path, migrations).await.expect("created");
        run(&path, &mut holder, "BEGIN IMMEDIATE").await.expect("locked");
        let options = write_options(&path).busy_timeout(Duration::from_millis(10));
        let mut other = connect(&path, options, migrations).await.expect("up to date, so nothing is written");
        let error = run(&path, &mut other, "BEGIN IMMEDIATE").await.expect_err("locked");
        assert_eq!(error.kind, SqliteErrorKind::Busy);
    }
}
