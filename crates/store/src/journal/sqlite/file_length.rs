//! Detects a truncated journal file. SQLite opens an empty file as a new database, and a short file without an error.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::super::error::JournalError;
use crate::rebuildable_database::with_suffix;
use crate::sqlite::SqliteError;
use crate::store_files::{PHOTOS_FILE, QUOTA_FILE, RESULT_UPLOADS_FILE, SNAPSHOT_DIR};
use domain::uploaded_list::UPLOADS_DIR;

/// Files and folders that appear in a data directory only after the journal. The response cache may be in another
/// folder.
const WRITTEN_AFTER_JOURNAL: [&str; 6] =
    [PHOTOS_FILE, QUOTA_FILE, RESULT_UPLOADS_FILE, SNAPSHOT_DIR, UPLOADS_DIR, "answers.db"];

/// Length of a SQLite file header in bytes (sqlite.org/fileformat.html, section 1.3).
const HEADER_LEN: usize = 100;

/// Checks that the file is as long as its header states. A missing file passes: the journal does not exist yet.
///
/// # Errors
/// Returns [`JournalError::Damaged`] if the file is too short, and [`JournalError::Disk`] if it cannot be read.
pub(super) fn check_file_length(path: &Path) -> Result<(), JournalError> {
    if !path.is_file() {
        return Ok(());
    }
    // Another process may end a checkpoint meanwhile: it writes the pages of the write-ahead log, then removes the log. So
    // the header is read before the log is looked for, and the length last.
    let stated = stated_length(path).map_err(|error| SqliteError::from_io(path, &error))?;
    let wal_len = std::fs::metadata(with_suffix(path, "-wal")).map_or(0, |file| file.len());
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    let damaged = |message: String| Err(JournalError::Damaged { path: path.to_owned(), message });
    if metadata.len() == 0 {
        let was_used = wal_len > 0 || WRITTEN_AFTER_JOURNAL.iter().any(|name| has_content(&path.with_file_name(name)));
        return if was_used { damaged("the file is empty, and it was not before".to_owned()) } else { Ok(()) };
    }
    if metadata.len() < HEADER_LEN as u64 {
        return damaged(format!("the file was cut off: it has {} bytes", metadata.len()));
    }
    // The file may lack pages that are still in the write-ahead log.
    match stated {
        Some(stated) if metadata.len() < stated && wal_len == 0 => {
            damaged(format!("the file was cut off: it has {} of {stated} bytes", metadata.len()))
        }
        _ => Ok(()),
    }
}

/// Returns whether the path is a file with content or a folder with entries.
fn has_content(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => std::fs::metadata(path).is_ok_and(|file| file.len() > 0),
    }
}

/// Returns the length that the header states; `None` if the header is not valid, which SQLite reports itself.
fn stated_length(path: &Path) -> io::Result<Option<u64>> {
    let mut header = Vec::with_capacity(HEADER_LEN);
    File::open(path)?.take(HEADER_LEN as u64).read_to_end(&mut header)?;
    if header.len() < HEADER_LEN || !header.starts_with(b"SQLite format 3\0") {
        return Ok(None);
    }
    let number =
        |at: usize| u64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
    let page_size = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    // The page count is valid only if the change counter equals "version-valid-for".
    Ok((number(24) == number(92)).then(|| number(28) * page_size))
}
