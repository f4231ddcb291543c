//! Database for the parts of the store outside the journal: a separate SQLite file for each part, or tables in the
//! store's PostgreSQL database.

use sqlx::sqlite::{SqlitePool, SqliteSynchronous};

use crate::journal::{JournalError, TablePool};
use crate::location::StoreLocation;
use crate::rebuildable_database::RebuildableDatabase;
use crate::sqlite::{self, SqliteError};
use crate::statement::{Argument, Statement, StoreRow};

/// The database of one part of the store. Clones share it.
#[derive(Clone, Debug)]
pub(crate) enum StoreDatabase {
    File(RebuildableDatabase),
    Postgres(TablePool),
}

/// A part of the store that has its own file.
pub(crate) struct StorePart {
    pub(crate) file_name: &'static str,
    pub(crate) migrations: &'static [&'static str],
    /// Whether a power loss may lose the newest rows.
    pub(crate) synchronous: SqliteSynchronous,
    /// What the loss of a damaged file means to the operator.
    pub(crate) consequence: &'static str,
}

/// A part of the store could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreDatabaseError {
    #[error(transparent)]
    File(#[from] SqliteError),
    #[error("{message}")]
    Postgres {
        message: String,
        /// Whether the database is temporarily unreachable.
        is_passing_outage: bool,
    },
}

impl From<JournalError> for StoreDatabaseError {
    fn from(error: JournalError) -> Self {
        Self::Postgres { message: error.to_string(), is_passing_outage: error.is_passing_outage() }
    }
}

impl StoreDatabase {
    /// Opens the tables of a store in PostgreSQL, or else the part's file in the store's folder. Creates either if it does
    /// not exist. A damaged file is moved aside and recreated.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub(crate) async fn open(location: &StoreLocation, part: StorePart) -> Result<Self, StoreDatabaseError> {
        if let Some(database) = location.database() {
            return Ok(Self::Postgres(TablePool::open(database).await?));
        }
        let path = location.data_dir().join(part.file_name);
        std::fs::create_dir_all(location.data_dir()).map_err(|error| SqliteError::from_io(&path, &error))?;
        let options = sqlite::write_options(&path).synchronous(part.synchronous);
        Ok(Self::File(RebuildableDatabase::open(&path, options, part.migrations, part.consequence).await?))
    }

    /// Describes the database for messages: path of the file or URL of the database.
    pub(crate) fn description(&self) -> String {
        match self {
            Self::File(file) => file.path().display().to_string(),
            Self::Postgres(tables) => tables.database().to_string(),
        }
    }

    /// Returns the rows that a statement selects.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub(crate) async fn fetch_all<R: StoreRow>(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, StoreDatabaseError> {
        let statement = &statement.into();
        match self {
            Self::File(file) => {
                let fetch = |pool: SqlitePool| async move { statement.sqlite_rows(arguments)?.fetch_all(&pool).await };
                Ok(file.run(fetch).await?)
            }
            Self::Postgres(tables) => Ok(tables.fetch_all(statement, arguments).await?),
        }
    }

    /// Returns the first row that a statement selects; `None` if there is no row.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub(crate) async fn fetch_optional<R: StoreRow>(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<Option<R>, StoreDatabaseError> {
        Ok(self.fetch_all(statement, arguments).await?.into_iter().next())
    }

    /// Executes a statement and returns the number of changed rows.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub(crate) async fn execute(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<u64, StoreDatabaseError> {
        let statement = &statement.into();
        match self {
            Self::File(file) => {
                let execute = |pool: SqlitePool| async move { statement.sqlite_query(arguments)?.execute(&pool).await };
                Ok(file.run(execute).await?.rows_affected())
            }
            Self::Postgres(tables) => Ok(tables.execute(statement, arguments).await?),
        }
    }

    /// Executes statements in one transaction: all of them, or none. They must be safe to execute twice, because the
    /// response to the first attempt may be lost.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub(crate) async fn execute_transaction(
        &self,
        statements: &[(Statement, Vec<Argument<'_>>)],
    ) -> Result<(), StoreDatabaseError> {
        match self {
            Self::File(file) => {
                let execute = |pool: SqlitePool| async move {
                    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                    for (statement, arguments) in statements {
                        statement.sqlite_query(arguments)?.execute(&mut *transaction).await?;
                    }
                    transaction.commit().await
                };
                Ok(file.run(execute).await?)
            }
            Self::Postgres(tables) => Ok(tables.execute_transaction(statements).await?),
        }
    }
}
