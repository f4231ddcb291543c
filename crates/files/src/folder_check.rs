//! Checks that files can be written to a folder.

use std::io::{self, Write as _};
use std::path::Path;

/// Bytes that are written for the check. A full disk may still take an empty file, or a short one beside its inode.
const PROBE_BYTES: usize = 64 << 10;

/// Creates a folder in an existing one, unless it exists. Fails if the outer folder is away, because a new one in its place
/// would be in the way when it comes back.
///
/// # Errors
/// Returns the error of the system if the folder cannot be created.
pub fn create_inner_folder(folder: &Path) -> io::Result<()> {
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created,
    }
}

/// Checks that a file with content can be written to a folder and reaches the disk. Leaves nothing behind.
///
/// # Errors
/// Returns the error of the system if the folder cannot be written or its disk is full.
pub fn check_folder_writable(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(&vec![b'0'; PROBE_BYTES])?;
    file.sync_all()
}
