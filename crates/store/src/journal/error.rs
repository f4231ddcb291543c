//! What can go wrong with the journal, and what the operator does then.

use std::io;
use std::path::{Path, PathBuf};

use domain::batch::JobId;
use domain::event::Seq;
use domain::item::IllegalStep;
use domain::upc::Upc;

/// Why the journal did not do what it was asked. Nothing was written then.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process owns the directory; the lock goes with the process, however it ends.
    #[error("{} draft-maker already works in {}: wait until it ends or stop it, or choose another data directory \
             (`draft-maker jobs` works meanwhile)", owner(*pid), path.display())]
    Owned { pid: Option<u32>, path: PathBuf },
    #[error("there is no job {0}; `draft-maker jobs` lists those that there are")]
    NoJob(JobId),
    #[error("{upc} is not in the list of {job}")]
    NotListed { job: JobId, upc: Upc },
    /// A step that cannot follow. The others of its group were written.
    #[error(transparent)]
    Illegal(#[from] IllegalStep),
    #[error("the disk is full, {} cannot grow: free some space, then `draft-maker resume` ({words})", path.display())]
    DiskFull { path: PathBuf, words: String },
    #[error("{} cannot be used: {words}", path.display())]
    Disk { path: PathBuf, words: String },
    #[error("{} is damaged ({words}): move it away together with its -wal and -shm files and put a copy of it back, \
             or begin anew without it; SKUs come from the UPC, so known drafts are met again", path.display())]
    Damaged { path: PathBuf, words: String },
    #[error("{} was written by a later version (form {found}, this one reads up to {known}): use that version, \
             or another data directory", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// A row that this version cannot read.
    #[error("event {} cannot be read ({words}): was it written by a later version?", seq.0)]
    Unreadable { seq: Seq, words: String },
    #[error("the journal was opened for reading only")]
    ReadOnly,
    #[error("the journal is closed")]
    Closed,
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another".to_owned(), |pid| format!("another (process {pid})"))
}

impl JournalError {
    /// What SQLite said, sorted by what the operator can do.
    pub(super) fn sql(path: &Path, error: &sqlx::Error) -> Self {
        let (path, words) = (path.to_owned(), error.to_string());
        match result_code(error) {
            Some(FULL) => Self::DiskFull { path, words },
            Some(CORRUPT | NOT_A_DATABASE) => Self::Damaged { path, words },
            _ => Self::Disk { path, words },
        }
    }

    /// What the system said of a file or a folder.
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        let (path, words) = (path.to_owned(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, words },
            _ => Self::Disk { path, words },
        }
    }
}

// Primary result codes, sqlite.org/rescode.html.
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const NOT_A_DATABASE: u32 = 26;

/// The primary result code: the lowest byte of the extended one.
fn result_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
