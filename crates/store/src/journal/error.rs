//! Errors of the event store. Each message tells the operator what to do.

use std::fmt;
use std::path::PathBuf;

use domain::event::Seq;
use domain::item::InvalidTransition;
use domain::job_spec::JobId;
use domain::upc::Upc;
use jiff::Timestamp;
use retry::RetryAdvice;

use crate::sqlite::{SqliteError, SqliteErrorKind};

/// Seconds until an item is processed again after an outage of the store.
const OUTAGE_PAUSE_S: i64 = 2;

/// The reason why a request to the event store failed. Nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process owns the data directory. The lock ends with that process.
    #[error("{} is already using {}: wait until it ends, stop it, or use another --data-dir \
             (`draft-maker jobs` still works)", describe_owner(*pid), path.display())]
    Locked { pid: Option<u32>, path: PathBuf },
    #[error("unknown batch {0}; `draft-maker jobs` lists all batches")]
    UnknownJob(JobId),
    #[error("{upc} is not in the list of {job}")]
    UnknownItem { job: JobId, upc: Upc },
    /// The event is not valid in the job's state. Other commands of the same transaction were written.
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
    /// The list differs from the one whose first part was recorded before a crash.
    #[error("the list of {0} has changed since it was first read, and no draft was created from it: start a new batch")]
    InputChanged(JobId),
    #[error("the disk is full, so {} cannot be written: free some space, then resume the batch", path.display())]
    DiskFull { path: PathBuf },
    /// Another program held the database lock for too long. A retry can succeed.
    #[error("{} is locked by another program: close that program, then try again ({message})", path.display())]
    Busy { path: PathBuf, message: String },
    #[error("{} cannot be used: {message}. Check the permissions, or choose another folder with --data-dir", path.display())]
    Disk { path: PathBuf, message: String },
    /// The file was removed or replaced while it was open. A retry can succeed when it is back.
    #[error("{} cannot be written: {message}. Put the file back; a service then continues", path.display())]
    FileMoved { path: PathBuf, message: String },
    #[error(
        "{} is damaged ({message}): stop Draft Maker, then `draft-maker store check` shows the damage, and \
         `draft-maker store repair` keeps a copy and saves what can be read",
        path.display()
    )]
    Damaged { path: PathBuf, message: String },
    #[error("{} was written by a later version of Draft Maker (schema {found}; this version reads up to {known}): \
             use that version, or another data folder", path.display())]
    SchemaTooNew { path: PathBuf, found: i64, known: i64 },
    /// The PostgreSQL server does not answer. A retry can succeed.
    #[error(
        "the database {database} cannot be reached ({message}): check that it runs; a service continues when it is back"
    )]
    DatabaseUnreachable { database: String, message: String },
    /// The PostgreSQL server reported another error.
    #[error("the database {database} cannot be used: {message}")]
    Database { database: String, message: String },
    /// Another process owns the database. The lock ends with that process.
    #[error(
        "another draft-maker ({process}) is already using {database}: wait until it ends, or stop it \
             (`draft-maker jobs` still works)"
    )]
    DatabaseInUse { database: String, process: String },
    /// The connection was lost, and another process has become the owner in the meantime.
    #[error("{process} has taken over {database} while the connection was lost: start again when it has ended")]
    DatabaseTakenOver { database: String, process: String },
    #[error("{database} was written by a later version of Draft Maker: use that version, or another database")]
    DatabaseTooNew { database: String },
    /// The target of a move already has rows.
    #[error("{store} has batches or drafts already: move into an empty store")]
    NotEmpty { store: String },
    /// The source of a move has no journal.
    #[error("{folder} has no journal yet, so there is nothing to move", folder = folder.display())]
    NothingToMove { folder: PathBuf },
    /// The source of a move was moved before; `file` is its old journal.
    #[error(
        "the store was moved before, and its old journal is {file}: use the new store. If no seller is signed in there, \
         run `draft-maker auth ebay` with it", file = file.display()
    )]
    MovedBefore { file: PathBuf },
    #[error("a store is moved from files into PostgreSQL, or from PostgreSQL into a folder")]
    SameStore,
    /// This version cannot read a row.
    #[error("{row} cannot be read ({message}): {}", cause.advice())]
    DecodeFailed { row: JournalRow, cause: DecodeFailure, message: String },
    /// A value could not be serialized, or a task panicked.
    #[error("an error in Draft Maker; please report it with this message: {message}")]
    Internal { message: String },
    #[error("the journal was opened for reading only")]
    ReadOnly,
    #[error("the journal is closed")]
    Closed,
}

/// The reason why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeFailure {
    /// No version of Draft Maker writes this text.
    Damaged,
    /// The text is intact, but this version does not know its content.
    UnknownContent,
}

impl DecodeFailure {
    /// Classifies text that should be a JSON object.
    pub(super) fn from_json(text: &str) -> Self {
        let is_object = serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| value.is_object());
        if is_object { Self::UnknownContent } else { Self::Damaged }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Damaged => {
                "the journal is damaged. Stop Draft Maker, then `draft-maker store check` shows the damage, and \
                 `draft-maker store repair` keeps a copy and saves what can be read"
            }
            Self::UnknownContent => {
                "a later version of Draft Maker wrote it, so use that version; if there was none, see \
                 `draft-maker store check`"
            }
        }
    }
}

/// A database row, as error messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalRow {
    Event(Seq),
    /// A ledger entry, by its number.
    LedgerEntry(u64),
    Job,
    InputItem,
    IdempotentRequest,
}

impl fmt::Display for JournalRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(seq) => write!(f, "event {}", seq.0),
            Self::LedgerEntry(number) => write!(f, "entry {number} of the ledger"),
            Self::Job => f.write_str("a job"),
            Self::InputItem => f.write_str("an item of the list"),
            Self::IdempotentRequest => f.write_str("an idempotency key"),
        }
    }
}

fn describe_owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another draft-maker".to_owned(), |pid| format!("draft-maker (process {pid})"))
}

impl JournalError {
    /// Returns whether a retry can succeed: for example, the disk was full, or the file was locked.
    pub const fn may_pass(&self) -> bool {
        self.is_of_store() || matches!(self, Self::Internal { .. })
    }

    /// Returns whether the store itself could not be used, for a reason that can pass: the disk was full or away, or the
    /// database did not answer. Work that failed with this error can continue later.
    pub const fn is_of_store(&self) -> bool {
        self.is_passing_outage()
            || matches!(
                self,
                Self::DiskFull { .. } | Self::FileMoved { .. } | Self::Disk { .. } | Self::Database { .. }
            )
    }

    /// Returns whether the store is temporarily unreachable: the file is locked, or the database does not answer.
    pub const fn is_passing_outage(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::DatabaseUnreachable { .. })
    }

    /// Returns when an item that failed with this error at `now` is processed again; `None` if the error does not pass.
    /// Whole seconds, so that items that failed together continue together.
    pub fn item_retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        let retry_at = Timestamp::from_second(now.as_second() + OUTAGE_PAUSE_S).ok();
        retry_at.filter(|_| self.is_of_store())
    }

    /// Returns whether the operation may be tried again: only after an outage that passes.
    pub(super) const fn retry_advice(&self) -> RetryAdvice {
        if self.is_passing_outage() { RetryAdvice::Retry } else { RetryAdvice::Stop }
    }

    /// Returns whether the error concerns a single command, so that the other commands of the transaction can still be
    /// written.
    pub(super) const fn is_of_one_command(&self) -> bool {
        matches!(self, Self::InvalidTransition(_) | Self::DecodeFailed { .. })
    }
}

impl From<SqliteError> for JournalError {
    fn from(SqliteError { path, kind, message }: SqliteError) -> Self {
        match kind {
            SqliteErrorKind::DiskFull => Self::DiskFull { path },
            SqliteErrorKind::Damaged => Self::Damaged { path, message },
            SqliteErrorKind::Busy => Self::Busy { path, message },
            SqliteErrorKind::SchemaTooNew { found, known } => Self::SchemaTooNew { path, found, known },
            SqliteErrorKind::PermissionDenied | SqliteErrorKind::Other => Self::Disk { path, message },
        }
    }
}
