//! Databases whose content can be requested or recorded again: a damaged file is moved aside, and a new one takes its place.
//!
//! The journal is not one of them: nothing replaces its events.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tracing::warn;

use crate::sqlite::{self, SqliteError, SqliteErrorKind};

/// Suffixes of the files that SQLite keeps for a database.
pub(crate) const DATABASE_FILE_SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Suffix of a damaged file that was moved aside. There is at most one: the next one replaces it.
const DAMAGED_SUFFIX: &str = ".damaged";

/// A database that is made anew if SQLite finds it damaged, also while it is in use. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct RebuildableDatabase {
    inner: Arc<DatabaseInner>,
}

#[derive(Debug)]
struct DatabaseInner {
    pool: RwLock<SqlitePool>,
    path: PathBuf,
    /// How a damaged file is replaced, and what the replacement means for the operator; `None` if it is not replaced.
    replaceable: Option<(SqliteConnectOptions, &'static str)>,
    migrations: &'static [&'static str],
    /// Held during a replacement, so that callers that meet the damage at the same time replace the file once.
    replacement: tokio::sync::Mutex<()>,
}

impl RebuildableDatabase {
    /// Opens the file with `options`. If it is damaged, it is moved aside and a new one is made; the log states the
    /// `consequence`.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be used, and [`SqliteErrorKind::Damaged`] only if it cannot be moved.
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

    /// Opens an existing file to read it: nothing is created, changed or moved. The folder may be on a read-only disk. If there
    /// is no file, or it cannot be read, an empty database is read.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if a later version wrote the file, or a program locks it.
    pub(crate) async fn open_read_only(path: &Path, migrations: &'static [&'static str]) -> Result<Self, SqliteError> {
        if !path.exists() {
            return Self::open_in_memory(migrations).await;
        }
        let options = sqlite::read_options(path);
        let mut opened = sqlite::connect_pool(path, options.clone(), migrations).await;
        if opened.as_ref().is_err_and(|error| error.kind == SqliteErrorKind::PermissionDenied) {
            // SQLite wants to create files beside a database, unless it is known that nobody writes it.
            opened = sqlite::connect_pool(path, options.immutable(true), migrations).await;
        }
        match opened {
            Err(error) if matches!(error.kind, SqliteErrorKind::Damaged | SqliteErrorKind::PermissionDenied) => {
                warn!(file = %path.display(), error = error.message, "the file cannot be read, so nothing of it is shown");
                Self::open_in_memory(migrations).await
            }
            opened => Ok(Self::from_pool(opened?, path, None, migrations)),
        }
    }

    /// Opens a database in memory, which ends with the last clone.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if SQLite cannot get memory.
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

    /// Runs `operation`. If SQLite finds the file damaged, replaces the file and runs it once more.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the operation fails, or if a damaged file cannot be moved.
    pub(crate) async fn run<T, F>(&self, operation: impl Fn(SqlitePool) -> F) -> Result<T, SqliteError>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let pool = self.pool();
        let error = match operation(pool.clone()).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        // Another caller has met the damage, and closed the pool while this one waited for it.
        let is_closed = matches!(error, sqlx::Error::PoolClosed);
        let error = SqliteError::from_sqlx(self.path(), &error);
        if !(is_closed || error.kind == SqliteErrorKind::Damaged) || self.inner.replaceable.is_none() {
            return Err(error);
        }
        self.replace_file(&pool, &error).await?;
        operation(self.pool()).await.map_err(|error| SqliteError::from_sqlx(self.path(), &error))
    }

    /// Replaces the file, unless another caller has replaced it since `damaged` was taken.
    async fn replace_file(&self, damaged: &SqlitePool, error: &SqliteError) -> Result<(), SqliteError> {
        let _replacement = self.inner.replacement.lock().await;
        let replaceable = self.inner.replaceable.clone().filter(|_| !damaged.is_closed());
        let Some((options, consequence)) = replaceable else { return Ok(()) };
        // Closed before the file moves: its write-ahead log must not be written into the new file.
        damaged.close().await;
        move_aside(error, consequence)?;
        let pool = sqlite::connect_pool(self.path(), options, self.inner.migrations).await?;
        *self.inner.pool.write() = pool;
        Ok(())
    }
}

/// Moves a damaged file with its write-ahead log to [`DAMAGED_SUFFIX`].
///
/// # Errors
/// Returns `error`, with the error of the system, if the file cannot be moved.
fn move_aside(error: &SqliteError, consequence: &str) -> Result<(), SqliteError> {
    let path = &error.path;
    let aside = with_suffix(path, DAMAGED_SUFFIX);
    for suffix in DATABASE_FILE_SUFFIXES {
        match std::fs::rename(with_suffix(path, suffix), with_suffix(&aside, suffix)) {
            // Nothing of that name, or another process has moved it.
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                std::fs::remove_file(with_suffix(&aside, suffix)).ok();
            }
            Err(denied) => {
                let message = format!("{}; it cannot be moved aside: {denied}", error.message);
                return Err(SqliteError { message, ..error.clone() });
            }
            Ok(()) => {}
        }
    }
    warn!(
        file = %path.display(), moved_to = %aside.display(), error = error.message,
        "the file was damaged and has been moved aside; {consequence}"
    );
    Ok(())
}

/// Appends `suffix` to the name of a file.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
