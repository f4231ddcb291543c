//! The databases of the journal: what differs between them. What both execute alike is in `read_statements.rs`,
//! `write_statements.rs` and `ledger_statements.rs`; what an implementation must guarantee is written in `mod.rs`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use tokio::sync::watch;

use super::database::{ReadPool, WriteConnection};
use super::error::JournalError;
use super::model::JournalOptions;
use super::postgres::{PostgresReader, PostgresWriter};
use crate::location::StoreLocation;
use crate::statement::{Argument, Statement, StoreRow};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};

/// Declares functions that each database implements under the same name.
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

/// The connections that read. Clones share them.
#[derive(Clone)]
pub(super) enum StorageReader {
    Sqlite(ReadPool),
    Postgres(PostgresReader),
}

/// The connection that writes: it begins a transaction with its first write.
pub(super) enum StorageWriter {
    Sqlite(WriteConnection),
    Postgres(Box<PostgresWriter>),
}

impl StorageReader {
    /// Opens a store for reading. If there is none yet, an empty one is read.
    pub(super) async fn open(location: &StoreLocation) -> Result<Self, JournalError> {
        Ok(match location.database() {
            None => Self::Sqlite(ReadPool::open(location.data_dir()).await?),
            Some(database) => Self::Postgres(PostgresReader::open(database).await?),
        })
    }

    /// Describes the store for an error: the path of the file, or the URL of the database.
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

    /// Returns the first row that a statement selects.
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
    /// Opens a store for writing and brings its schema up to date.
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

    /// Returns a receiver that becomes true once another process owns the store; `None` if that cannot happen.
    pub(super) fn loss(&self) -> Option<watch::Receiver<bool>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(writer) => Some(writer.loss()),
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

    /// Executes a statement in the transaction, and returns the number of rows that it changed.
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

    /// Returns the first row that a statement selects, as the transaction sees it.
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
        /// Ends the transaction. The positions of its events count from the returned one.
        fn commit(&mut self) -> Result<Seq, JournalError>;
        /// Inserts an event and returns it. Its position counts from the one that the commit returns.
        fn insert_event(
            &mut self, job: &JobId, at: Timestamp, event: JobEvent
        ) -> Result<EventEnvelope, JournalError>;
        /// Inserts items of the list, from a position on.
        fn insert_items(
            &mut self, job: &JobId, first_position: u64, items: &[InputItem]
        ) -> Result<(), JournalError>;
        fn check_writable(&mut self) -> Result<(), JournalError>;
    }
}
