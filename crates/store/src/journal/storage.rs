//! Dispatches to the database of the journal, SQLite or PostgreSQL. Statements common to both are in
//! `read_statements.rs`, `write_statements.rs` and `ledger_statements.rs`. `mod.rs` states what an implementation must
//! guarantee.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use tokio::sync::watch;

use super::error::JournalError;
use super::model::JournalOptions;
use super::postgres::{PostgresReader, PostgresWriter};
use super::sqlite::{ReadPool, WriteConnection};
use crate::location::StoreLocation;
use crate::statement::{Argument, Statement, StoreRow};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};

/// Declares methods that each database implements under the same name.
macro_rules! in_each_database {
    ($($(#[$doc:meta])* fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $output:ty;)*) => {
        $($(#[$doc])* pub(super) async fn $name(&mut self $(, $argument: $type)*) -> $output {
            match self {
                Self::Sqlite(database) => database.$name($($argument),*).await,
                Self::Postgres(database) => database.$name($($argument),*).await,
            }
        })*
    };
}

/// Connections for reading. Clones share them.
#[derive(Clone)]
pub(super) enum StorageReader {
    Sqlite(ReadPool),
    Postgres(PostgresReader),
}

/// The connection that writes. The first write begins a transaction.
pub(super) enum StorageWriter {
    Sqlite(WriteConnection),
    Postgres(Box<PostgresWriter>),
}

impl StorageReader {
    /// Opens a store for reading. A missing store reads as an empty one.
    pub(super) async fn open(location: &StoreLocation) -> Result<Self, JournalError> {
        Ok(match location.database() {
            None => Self::Sqlite(ReadPool::open(location.data_dir()).await?),
            Some(database) => Self::Postgres(PostgresReader::open(database).await?),
        })
    }

    /// Describes the store for error messages: path of the file or URL of the database.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Sqlite(reader) => reader.path().display().to_string(),
            Self::Postgres(reader) => reader.database().to_string(),
        }
    }

    /// Returns the rows that a statement selects.
    pub(super) async fn fetch_all<R: StoreRow>(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<R>, JournalError> {
        let statement = statement.into();
        match self {
            Self::Sqlite(reader) => reader.fetch_all(&statement, arguments).await,
            Self::Postgres(reader) => reader.fetch_all(&statement, arguments).await,
        }
    }

    /// Returns the first row that a statement selects; `None` if there is no row.
    pub(super) async fn fetch_optional<R: StoreRow>(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<Option<R>, JournalError> {
        Ok(self.fetch_all(statement, arguments).await?.into_iter().next())
    }

    /// Returns the row of a statement that always selects one.
    pub(super) async fn fetch_one<R: StoreRow>(
        &self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<R, JournalError> {
        let missing = || JournalError::Internal { message: format!("{} has lost a row", self.description()) };
        self.fetch_optional(statement, arguments).await?.ok_or_else(missing)
    }
}

impl StorageWriter {
    /// Opens a store for writing and migrates its schema.
    pub(super) async fn open(
        location: &StoreLocation,
        options: &JournalOptions,
        is_closing: Arc<AtomicBool>,
    ) -> Result<Self, JournalError> {
        Ok(match location.database() {
            None => Self::Sqlite(WriteConnection::open(location.data_dir(), options, is_closing).await?),
            Some(database) => Self::Postgres(Box::new(PostgresWriter::open(database, options, is_closing).await?)),
        })
    }

    /// Returns a receiver that becomes true when another process has taken over the store; `None` if that cannot
    /// happen.
    pub(super) fn ownership_lost(&self) -> Option<watch::Receiver<bool>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(writer) => Some(writer.ownership_lost()),
        }
    }

    /// Rolls the transaction back.
    pub(super) async fn roll_back(&mut self) {
        match self {
            Self::Sqlite(writer) => writer.roll_back().await,
            Self::Postgres(writer) => writer.roll_back().await,
        }
    }

    /// Closes the connection.
    pub(super) async fn close(self) {
        match self {
            Self::Sqlite(writer) => writer.close().await,
            Self::Postgres(writer) => writer.close().await,
        }
    }

    /// Executes a statement in the transaction and returns the number of changed rows.
    pub(super) async fn execute(
        &mut self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<u64, JournalError> {
        let statement = statement.into();
        match self {
            Self::Sqlite(writer) => writer.execute(&statement, arguments).await,
            Self::Postgres(writer) => writer.execute(&statement, arguments).await,
        }
    }

    /// Returns the first selected row, as the transaction sees it; `None` if there is no row.
    pub(super) async fn fetch_optional<R: StoreRow>(
        &mut self,
        statement: impl Into<Statement>,
        arguments: &[Argument<'_>],
    ) -> Result<Option<R>, JournalError> {
        let statement = statement.into();
        match self {
            Self::Sqlite(writer) => writer.fetch_optional(&statement, arguments).await,
            Self::Postgres(writer) => writer.fetch_optional(&statement, arguments).await,
        }
    }

    in_each_database! {
        /// Commits the transaction. Returns the position after which the positions of its events start.
        fn commit(&mut self) -> Result<Seq, JournalError>;
        /// Adds an event and returns it. Its position is relative to the one that the commit returns.
        fn insert_event(
            &mut self, job: &JobId, at: Timestamp, event: JobEvent
        ) -> Result<EventEnvelope, JournalError>;
        /// Inserts items of an input list, starting at `first_position`.
        fn insert_items(
            &mut self, job: &JobId, first_position: u64, items: &[InputItem]
        ) -> Result<(), JournalError>;
        fn check_writable(&mut self) -> Result<(), JournalError>;
    }
}
