//! Finds a journal file that was cut off: SQLite opens an empty file as a new database, and a short one without a word.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::super::error::JournalError;
use crate::rebuildable_database::with_suffix;
use crate::sqlite::SqliteError;

/// The file of the response cache, which a data directory gets right after its journal.
const RESPONSE_CACHE_FILE: &str = "answers.db";

/// Length of the header of a SQLite file; sqlite.org/fileformat.html, section 1.3.
const HEADER_LEN: usize = 100;

/// Checks that the file has the length that its header states. A missing file is a journal that does not exist yet.
///
/// # Errors
/// Returns [`JournalError::Damaged`] if the file is too short, and [`JournalError::Disk`] if it cannot be read.
pub(super) fn check_file_length(path: &Path) -> Result<(), JournalError> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    let damaged = |message: String| Err(JournalError::Damaged { path: path.to_owned(), message });
    let file_len = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let wal_len = file_len(&with_suffix(path, "-wal"));
    if metadata.len() == 0 {
        let was_used = wal_len > 0 || file_len(&path.with_file_name(RESPONSE_CACHE_FILE)) > 0;
        return if was_used { damaged("the file is empty, and it was not before".to_owned()) } else { Ok(()) };
    }
    if metadata.len() < HEADER_LEN as u64 {
        return damaged(format!("the file was cut off: it has {} bytes", metadata.len()));
    }
    // Pages that the write-ahead log holds can be missing in the file.
    if wal_len > 0 || !metadata.is_file() {
        return Ok(());
    }
    match stated_length(path).map_err(|error| SqliteError::from_io(path, &error))? {
        Some(stated) if metadata.len() < stated => {
            damaged(format!("the file was cut off: it has {} of {stated} bytes", metadata.len()))
        }
        _ => Ok(()),
    }
}

/// Returns the length that the header states; `None` if the file has no valid header, which SQLite reports itself.
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
    // The count of pages is valid only if the change counter equals "version-valid-for".
    Ok((number(24) == number(92)).then(|| number(28) * page_size))
}
