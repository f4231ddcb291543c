//! Writes a file whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes `content` to `path`: first to a temporary file in the same folder, synced to the disk, then renamed over it.
/// A reader sees the old content or the new one, also after a crash. Creates the folder if it is missing. The file gets
/// the mode that a new file usually has.
///
/// # Errors
/// Returns the error of the system if the folder or the file cannot be written; the old file is then unchanged.
pub fn write_atomic(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, false)
}

/// Writes as [`write_atomic`] does; on Unix only the owner can read the file (mode 0600).
///
/// # Errors
/// Returns the same errors as [`write_atomic`].
pub fn write_atomic_private(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, true)
}

fn write(path: &Path, content: &[u8], is_private: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = create_temporary(folder, is_private)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(unix)]
fn create_temporary(folder: &Path, is_private: bool) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    // The process's umask applies to the mode; the default of `tempfile` is 0600.
    let mode = if is_private { 0o600 } else { 0o666 };
    tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(mode)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn create_temporary(folder: &Path, _is_private: bool) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder)
}
