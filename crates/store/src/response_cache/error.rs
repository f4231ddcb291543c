//! How the file of answers can fail, with the file's name and what to do.

use std::path::{Path, PathBuf};

/// The file of answers could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResponseCacheError {
    #[error("the directory {} cannot be made: {error}", dir.display())]
    Directory { dir: PathBuf, error: std::io::Error },
    #[error("the disk is full, so {} cannot be written: make room there and start again", file.display())]
    DiskFull { file: PathBuf },
    #[error(
        "{} is damaged or no file of ours: move it away and start again; what it held will be asked again",
        file.display()
    )]
    Damaged { file: PathBuf },
    #[error("{} cannot be opened for reading and writing: check who owns it and its directory", file.display())]
    PermissionDenied { file: PathBuf },
    #[error("{} was written by a later version of Draft Maker: use that one, or move the file away", file.display())]
    SchemaTooNew { file: PathBuf },
    #[error("{}: {error}", file.display())]
    Database { file: PathBuf, error: sqlx::Error },
}

impl ResponseCacheError {
    /// SQLite's result codes, of which the low byte tells the kind: <https://www.sqlite.org/rescode.html>.
    pub(super) fn from_sqlx(file: &Path, error: sqlx::Error) -> Self {
        let file = file.to_owned();
        let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
        match code.map(|code| code & 0xff) {
            Some(13) => Self::DiskFull { file },
            Some(11 | 26) => Self::Damaged { file },
            Some(3 | 8 | 14 | 23) => Self::PermissionDenied { file },
            _ => Self::Database { file, error },
        }
    }
}
