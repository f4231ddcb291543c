//! Atomic file writes: a reader sees the whole new content or the old content, never a part.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes `content` to `path` atomically: writes a temporary file in the same folder, syncs it to disk, and renames it
/// to `path`. A reader sees the old content or the new one, even after a crash. Creates the folder if it is missing.
/// The file has the mode of an ordinary new file (0666 minus the umask).
/// # Errors
/// Returns the I/O error if the folder or the file cannot be written; an existing file is then unchanged.
pub fn write_atomic(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, NEW_FILE_MODE)
}

/// Writes like [`write_atomic`], but on Unix only the owner can read the file (mode 0600).
///
/// # Errors
/// Returns the same errors as [`write_atomic`].
pub fn write_atomic_private(path: &Path, content: &[u8]) -> io::Result<()> {
    write(path, content, PRIVATE_MODE)
}

/// Mode of a new file before the process's umask applies. The `tempfile` crate's default is 0600.
const NEW_FILE_MODE: u32 = 0o666;

const PRIVATE_MODE: u32 = 0o600;

/// Buffered writer to a temporary file. Dropping it removes the file.
#[derive(Debug)]
pub struct AtomicFile {
    out: BufWriter<NamedTempFile>,
}

/// Complete file under a temporary name, synced to disk. Dropping it removes the file.
#[derive(Debug)]
pub struct CompleteFile(NamedTempFile);

/// Why a complete file could not be given its final name.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Another file already has this name. Contains the complete file, which can be saved under another name.
    #[error("the file exists already")]
    AlreadyExists(CompleteFile),
    /// The file cannot be renamed.
    #[error("{}", crate::describe_io_error(.0))]
    Io(#[from] io::Error),
}

impl AtomicFile {
    /// Creates a temporary file in `folder`, so that the later rename stays within one file system. Its name is
    /// `prefix`, a random part, and `suffix`. The file has the mode of an ordinary new file.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be created.
    pub fn create_in(folder: &Path, prefix: &str, suffix: &str) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        Self::create(builder.prefix(prefix).suffix(suffix), folder, NEW_FILE_MODE)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix has modes"))]
    fn create(builder: &mut tempfile::Builder<'_, '_>, folder: &Path, mode: u32) -> io::Result<Self> {
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        let file = builder.tempfile_in(folder).map_err(|error| without_temporary_path(&error, folder))?;
        Ok(Self { out: BufWriter::new(file) })
    }

    /// Flushes the buffer and syncs the file to disk.
    ///
    /// # Errors
    /// Returns the I/O error if the content cannot be written; the temporary file is then removed.
    pub fn finish(self) -> io::Result<CompleteFile> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(CompleteFile(file))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl CompleteFile {
    /// Renames the file to `path`, which must be in the same folder. Replaces an existing file.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be renamed, so that an existing file is unchanged, or if the folder cannot
    /// be synced, so that the new file may be lost in a crash.
    pub fn replace(self, path: &Path) -> io::Result<()> {
        self.0.persist(path).map_err(|error| error.error)?;
        sync_folder_of(path)
    }

    /// Renames the file to `path`, which must be in the same folder, if no file exists there.
    ///
    /// # Errors
    /// Returns [`CreateError::AlreadyExists`] if `path` exists, and [`CreateError::Io`] for the errors of
    /// [`Self::replace`].
    pub fn create(self, path: &Path) -> Result<(), CreateError> {
        match self.0.persist_noclobber(path) {
            Ok(_) => Ok(sync_folder_of(path)?),
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(CreateError::AlreadyExists(Self(taken.file)))
            }
            Err(other) => Err(other.error.into()),
        }
    }
}

fn write(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    std::fs::create_dir_all(folder_of(path))?;
    let mut file = AtomicFile::create(&mut tempfile::Builder::new(), folder_of(path), mode)?;
    file.write_all(content)?;
    file.finish()?.replace(path)
}

/// Returns the folder of a file; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the error of a failed file creation without the temporary path, which means nothing to the user.
fn without_temporary_path(error: &io::Error, folder: &Path) -> io::Error {
    match std::fs::metadata(folder) {
        Err(error) => error,
        Ok(metadata) if !metadata.is_dir() => io::ErrorKind::NotADirectory.into(),
        Ok(_) => error.kind().into(),
    }
}

/// Syncs the folder of `path`, so that a rename survives a crash. Only Unix can sync a folder, and not in each file
/// system.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) { ignore_unsupported(std::fs::File::open(folder_of(path))?.sync_all()) } else { Ok(()) }
}

/// Ignores the errors of a file system that cannot sync folders (EINVAL and EOPNOTSUPP, see fsync(2)).
fn ignore_unsupported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of Linux: EIO, EINVAL, EOPNOTSUPP.
    #[test]
    fn a_folder_that_cannot_be_synced_is_no_error() {
        let fails = |number| ignore_unsupported(Err(io::Error::from_raw_os_error(number))).is_err();
        assert_eq!([5, 22, 95].map(fails), [true, false, false]);
    }
}
