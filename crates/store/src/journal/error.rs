//! What can go wrong with the journal, and what the operator does then.

use std::io;
use std::path::{Path, PathBuf};

use domain::event::Seq;
use domain::item::InvalidTransition;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// Why the journal did not do what it was asked. Nothing was written then.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process owns the directory; the lock goes with the process, however it ends.
    #[error("{} draft-maker already works in {}: wait until it ends or stop it, or choose another data directory \
             (`draft-maker jobs` works meanwhile)", describe_owner(*pid), path.display())]
    Locked { pid: Option<u32>, path: PathBuf },
    #[error("there is no job {0}; `draft-maker jobs` lists those that there are")]
    UnknownJob(JobId),
    #[error("{upc} is not in the list of {job}")]
    UnknownItem { job: JobId, upc: Upc },
    /// A step that cannot follow. The others of its group were written.
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
    #[error("the disk is full, {} cannot grow: free some space, then `draft-maker resume` ({message})", path.display())]
    DiskFull { path: PathBuf, message: String },
    #[error("{} cannot be used: {message}", path.display())]
    Disk { path: PathBuf, message: String },
    #[error("{} is damaged ({message}): move it away together with its -wal and -shm files and put a copy of it back, \
             or begin anew without it; SKUs come from the UPC, so known drafts are met again", path.display())]
    Damaged { path: PathBuf, message: String },
    #[error("{} was written by a later version (form {found}, this one reads up to {known}): use that version, \
             or another data directory", path.display())]
    SchemaTooNew { path: PathBuf, found: i64, known: i64 },
    /// A row that this version cannot read.
    #[error("event {} cannot be read ({message}): was it written by a later version?", seq.0)]
    DecodeFailed { seq: Seq, message: String },
    #[error("the journal was opened for reading only")]
    ReadOnly,
    #[error("the journal is closed")]
    Closed,
}

fn describe_owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another".to_owned(), |pid| format!("another (process {pid})"))
}

impl JournalError {
    /// What SQLite said, sorted by what the operator can do.
    pub(super) fn from_sqlx(path: &Path, error: &sqlx::Error) -> Self {
        let (path, message) = (path.to_owned(), error.to_string());
        match primary_result_code(error) {
            Some(SQLITE_FULL) => Self::DiskFull { path, message },
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => Self::Damaged { path, message },
            _ => Self::Disk { path, message },
        }
    }

    /// What the system said of a file or a folder.
    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let (path, message) = (path.to_owned(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, message },
            _ => Self::Disk { path, message },
        }
    }
}

// Primary result codes, sqlite.org/rescode.html.
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_NOTADB: u32 = 26;

/// The primary result code: the lowest byte of the extended one.
fn primary_result_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
