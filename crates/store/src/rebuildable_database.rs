//! SQLite databases whose content can be requested or recorded again: a damaged file is moved aside and replaced.
//!
//! The journal does not use this, because its events cannot be recreated.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tracing::warn;

use crate::sqlite::{self, SqliteError, SqliteErrorKind};

/// Suffixes of the files that make up a SQLite database.
pub(crate) const DATABASE_FILE_SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Suffix of a damaged file that was moved aside. A later one replaces it.
const DAMAGED_SUFFIX: &str = ".damaged";

/// A database that is recreated if SQLite finds it damaged, even while it is in use. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct RebuildableDatabase {
    inner: Arc<DatabaseInner>,
}

#[derive(Debug)]
struct DatabaseInner {
    pool: RwLock<SqlitePool>,
    path: PathBuf,
    /// Options for a replacement file, and its consequence for the operator; `None` if a damaged file is not replaced.
    replaceable: Option<(SqliteConnectOptions, &'static str)>,
    migrations: &'static [&'static str],
    /// Held during a replacement, so that concurrent callers replace the file only once.
    replacement: tokio::sync::Mutex<()>,
}

impl RebuildableDatabase {
    /// Opens the file with `options`. A damaged file is moved aside and recreated; the log states the `consequence`.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be used, and [`SqliteErrorKind::Damaged`] only if it cannot be moved
    /// aside.
    pub(crate) async fn open(
        path: &Path,
        options: SqliteConnectOptions,
        migrations: &'static [&'static str],
        consequence: &'static str,
    ) -> Result<Self, SqliteError> {
        let pool = match sqlite::connect_pool(path, options.clone(), migrations).await {
            Err(error) if error.kind == SqliteErrorKind::Damaged => {
                move_aside(&error, consequence)?;
                sqlite::connect_pool(path, options.clone(), migrations).await?
            }
            opened => opened?,
        };
        Ok(Self::from_pool(pool, path, Some((options, consequence)), migrations))
    }

    /// Opens an existing file for reading. Creates, changes and moves nothing; the folder may be on a read-only disk.
    /// A missing or unreadable file reads as an empty database.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if a later version wrote the file or another program locks it.
    pub(crate) async fn open_read_only(path: &Path, migrations: &'static [&'static str]) -> Result<Self, SqliteError> {
        if !path.exists() {
            return Self::open_in_memory(migrations).await;
        }
        let options = sqlite::read_options(path);
        let mut opened = sqlite::connect_pool(path, options.clone(), migrations).await;
        if opened.as_ref().is_err_and(|error| error.kind == SqliteErrorKind::PermissionDenied) {
            // SQLite creates files next to a database unless the database is declared immutable.
            opened = sqlite::connect_pool(path, options.immutable(true), migrations).await;
        }
        match opened {
            Err(error) if matches!(error.kind, SqliteErrorKind::Damaged | SqliteErrorKind::PermissionDenied) => {
                warn!(file = %path.display(), error = error.message, "cannot read the file; its content is left out");
                Self::open_in_memory(migrations).await
            }
            opened => Ok(Self::from_pool(opened?, path, None, migrations)),
        }
    }

    /// Opens an in-memory database, which is dropped with the last clone.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the database cannot be created.
    pub(crate) async fn open_in_memory(migrations: &'static [&'static str]) -> Result<Self, SqliteError> {
        let path = Path::new(":memory:");
        let pool = sqlite::connect_pool(path, sqlite::memory_options(), migrations).await?;
        Ok(Self::from_pool(pool, path, None, migrations))
    }

    fn from_pool(
        pool: SqlitePool,
        path: &Path,
        replaceable: Option<(SqliteConnectOptions, &'static str)>,
        migrations: &'static [&'static str],
    ) -> Self {
        let replacement = tokio::sync::Mutex::default();
        let (pool, path) = (RwLock::new(pool), path.to_owned());
        Self { inner: Arc::new(DatabaseInner { pool, path, replaceable, migrations, replacement }) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn pool(&self) -> SqlitePool {
        self.inner.pool.read().clone()
    }

    /// Runs `operation`. If SQLite finds the file damaged, replaces the file and runs `operation` once more.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the operation fails, or if a damaged file cannot be moved aside.
    pub(crate) async fn run<T, F>(&self, operation: impl Fn(SqlitePool) -> F) -> Result<T, SqliteError>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let pool = self.pool();
        let error = match operation(pool.clone()).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        // Another caller found the damage and closed the pool while this operation waited for it.
        let is_closed = matches!(error, sqlx::Error::PoolClosed);
        let error = SqliteError::from_sqlx(self.path(), &error);
        if !(is_closed || error.kind == SqliteErrorKind::Damaged) || self.inner.replaceable.is_none() {
            return Err(error);
        }
        self.replace_file(&pool, &error).await?;
        operation(self.pool()).await.map_err(|error| SqliteError::from_sqlx(self.path(), &error))
    }

    /// Replaces the file, unless another caller has already closed the pool `damaged`.
    async fn replace_file(&self, damaged: &SqlitePool, error: &SqliteError) -> Result<(), SqliteError> {
        let _replacement = self.inner.replacement.lock().await;
        let replaceable = self.inner.replaceable.clone().filter(|_| !damaged.is_closed());
        let Some((options, consequence)) = replaceable else { return Ok(()) };
        // Closed before the file is moved, so that its write-ahead log is not written to the new file.
        damaged.close().await;
        move_aside(error, consequence)?;
        let pool = sqlite::connect_pool(self.path(), options, self.inner.migrations).await?;
        *self.inner.pool.write() = pool;
        Ok(())
    }
}

/// Moves a damaged file and its write-ahead log aside, see [`DAMAGED_SUFFIX`].
///
/// # Errors
/// Returns `error`, extended by the I/O error, if the file cannot be moved.
fn move_aside(error: &SqliteError, consequence: &str) -> Result<(), SqliteError> {
    let path = &error.path;
    let moved_to = with_suffix(path, DAMAGED_SUFFIX);
    for suffix in DATABASE_FILE_SUFFIXES {
        match std::fs::rename(with_suffix(path, suffix), with_suffix(&moved_to, suffix)) {
            // The file does not exist, or another process has moved it.
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                std::fs::remove_file(with_suffix(&moved_to, suffix)).ok();
            }
            Err(denied) => {
                let message = format!("{}; it cannot be moved aside: {denied}", error.message);
                return Err(SqliteError { message, ..error.clone() });
            }
            Ok(()) => {}
        }
    }
    warn!(
        file = %path.display(), moved_to = %moved_to.display(), error = error.message,
        "the file was damaged and has been moved aside; {consequence}"
    );
    Ok(())
}

/// Appends `suffix` to a file name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
