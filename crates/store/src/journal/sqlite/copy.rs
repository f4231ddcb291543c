//! Copies whole tables from a journal file and into a new one.

use std::path::{Path, PathBuf};

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{BoxStream, StreamExt as _};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, query, query_scalar, raw_sql};

use super::super::error::JournalError;
use super::super::store_table::{CopiedRow, StoreCell, StoreCopy, StoreFile, StoreTable};
use super::file_length::check_file_length;
use super::schema::{DB_FILE, MIGRATIONS};
use crate::sqlite::{self, SqliteError};

/// Fills the index of decisions by UPC (see the schema).
const INSERT_DECISIONS_SQL: &str = "INSERT INTO decisions (upc, seq)
     SELECT upc, seq FROM events WHERE upc IS NOT NULL AND json_extract(fact, '$.step') = 'decided'";

/// A journal file whose tables are all read or all written.
pub(in crate::journal) struct SqliteCopy {
    connection: SqliteConnection,
    path: PathBuf,
}

impl SqliteCopy {
    /// Opens an existing file in a read transaction, after bringing its schema up to date.
    pub(in crate::journal) async fn open_source(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        check_file_length(&path)?;
        let connection = sqlite::connect(&path, sqlite::write_options(&path), MIGRATIONS).await?;
        Self { connection, path }.begin("BEGIN").await
    }

    /// Creates a file with the newest schema and begins a write transaction.
    ///
    /// # Errors
    /// Returns [`JournalError::NotEmpty`] if the file has batches or ledger entries.
    pub(in crate::journal) async fn open_target(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(DB_FILE);
        let connection = sqlite::connect(&path, sqlite::write_options(&path), MIGRATIONS).await?;
        let mut copy = Self { connection, path }.begin("BEGIN IMMEDIATE").await?;
        let is_used = query_scalar("SELECT EXISTS (SELECT 1 FROM jobs) OR EXISTS (SELECT 1 FROM ledger)");
        let is_used: bool = is_used.fetch_one(&mut copy.connection).await.map_err(|error| copy.sql_error(&error))?;
        if is_used {
            return Err(JournalError::NotEmpty { store: copy.path.display().to_string() });
        }
        Ok(copy)
    }

    /// Opens another file of the store in a read transaction; `None` if the file does not exist.
    pub(in crate::journal) async fn open_other_source(
        dir: &Path,
        file: &StoreFile,
    ) -> Result<Option<Self>, JournalError> {
        let path = dir.join(file.name);
        if !path.exists() {
            return Ok(None);
        }
        let connection = sqlite::connect(&path, sqlite::write_options(&path), file.migrations).await?;
        Self { connection, path }.begin("BEGIN").await.map(Some)
    }

    /// Opens or creates another file of the store and begins a write transaction.
    pub(in crate::journal) async fn open_other_target(dir: &Path, file: &StoreFile) -> Result<Self, JournalError> {
        let path = dir.join(file.name);
        let connection = sqlite::connect(&path, sqlite::write_options(&path), file.migrations).await?;
        Self { connection, path }.begin("BEGIN IMMEDIATE").await
    }

    async fn begin(mut self, statement: &'static str) -> Result<Self, JournalError> {
        let result = raw_sql(statement).execute(&mut self.connection).await;
        result.map_err(|error| self.sql_error(&error))?;
        Ok(self)
    }

    fn sql_error(&self, error: &sqlx::Error) -> JournalError {
        SqliteError::from_sqlx(&self.path, error).into()
    }

    async fn insert_rows(&mut self, table: &StoreTable, rows: Vec<CopiedRow>) -> Result<(), JournalError> {
        let values = vec!["?"; table.columns.len()].join(", ");
        let statement =
            format!("INSERT INTO {} ({}) VALUES ({values}) ON CONFLICT DO NOTHING", table.name, table.column_list());
        for row in rows {
            let mut insert = query(AssertSqlSafe(statement.clone()));
            for cell in row {
                insert = match cell {
                    StoreCell::Text(text) => insert.bind(text),
                    StoreCell::Integer(number) => insert.bind(number),
                };
            }
            let inserted = insert.execute(&mut self.connection).await;
            inserted.map_err(|error| self.sql_error(&error))?;
        }
        Ok(())
    }

    /// Commits a target that is a journal.
    pub(in crate::journal) async fn commit(mut self) -> Result<(), JournalError> {
        let inserted = query(INSERT_DECISIONS_SQL).execute(&mut self.connection).await;
        inserted.map_err(|error| self.sql_error(&error))?;
        self.commit_other().await
    }

    /// Commits a target that is not a journal.
    pub(in crate::journal) async fn commit_other(mut self) -> Result<(), JournalError> {
        let committed = raw_sql("COMMIT").execute(&mut self.connection).await;
        committed.map_err(|error| self.sql_error(&error))?;
        self.close().await
    }

    /// Ends the transaction of a source and empties its write-ahead log.
    pub(in crate::journal) async fn close(mut self) -> Result<(), JournalError> {
        raw_sql("ROLLBACK").execute(&mut self.connection).await.ok();
        let emptied = raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.connection).await;
        emptied.map_err(|error| self.sql_error(&error))?;
        let path = self.path;
        self.connection.close().await.map_err(|error| SqliteError::from_sqlx(&path, &error).into())
    }
}

impl StoreCopy for SqliteCopy {
    fn rows<'copy>(&'copy mut self, table: &StoreTable) -> BoxStream<'copy, Result<CopiedRow, JournalError>> {
        let statement = format!("SELECT {} FROM {} ORDER BY {}", table.column_list(), table.name, table.order);
        let (columns, path) = (table.columns, &self.path);
        let rows = query(AssertSqlSafe(statement)).fetch(&mut self.connection);
        rows.map(move |row| {
            let cells = row.and_then(|row| columns.iter().map(|column| StoreCell::from_row(&row, *column)).collect());
            cells.map_err(|error| SqliteError::from_sqlx(path, &error).into())
        })
        .boxed()
    }

    fn insert<'copy>(
        &'copy mut self,
        table: &'copy StoreTable,
        rows: Vec<CopiedRow>,
    ) -> BoxFuture<'copy, Result<(), JournalError>> {
        self.insert_rows(table, rows).boxed()
    }
}
