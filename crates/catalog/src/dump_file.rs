//! A dump to import: a file or a stream, with its date and, if known, its checksum.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::import_error::ImportError;
use super::info::DumpDate;

/// A dump to import.
pub struct DumpFile {
    pub(crate) name: String,
    pub(crate) input: Box<dyn Read + Send>,
    /// Size of the file; `None` for standard input.
    pub(crate) size: Option<u64>,
    /// Date of the dump according to its name; `None` if the name does not contain it.
    pub(crate) date: Option<DumpDate>,
    /// Date that the operator states for a dump that does not contain one.
    pub(crate) stated_date: Option<DumpDate>,
    /// SHA-256 digest from the checksum file of the dump.
    pub(crate) expected_sha256: Option<String>,
    /// True if there is a checksum file, and it has no checksum of the dump.
    pub(crate) is_unlisted: bool,
}

impl DumpFile {
    /// Opens a file and reads the checksum file in the same folder: `discogs_YYYYMMDD_CHECKSUM.txt` or `SHA256SUMS`.
    ///
    /// # Errors
    /// Returns [`ImportError`] if the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let read_error = |error| ImportError::Read { name: path.display().to_string(), error };
        let file = File::open(path).map_err(read_error)?;
        let metadata = file.metadata().map_err(read_error)?;
        if metadata.is_dir() {
            return Err(read_error(io::ErrorKind::IsADirectory.into()));
        }
        let size = Some(metadata.len()).filter(|_| metadata.is_file());
        let checksums = read_checksums(path, &name).map_err(read_error)?;
        let dump = Self { size, ..Self::from_stream(&name, Box::new(file)) };
        Ok(checksums.iter().fold(dump, |dump, text| dump.with_checksums(text)))
    }

    /// Creates a dump from a stream, such as standard input.
    pub fn from_stream(name: &str, input: Box<dyn Read + Send>) -> Self {
        Self {
            name: name.to_owned(),
            input,
            size: None,
            date: DumpDate::from_file_name(name),
            stated_date: None,
            expected_sha256: None,
            is_unlisted: false,
        }
    }

    /// Sets the date that the server states for the dump. It counts like a date in the file name, which counts
    /// more than the date in a MusicBrainz archive.
    pub fn with_server_date(self, date: DumpDate) -> Self {
        Self { date: Some(date), ..self }
    }

    /// Sets the date that the operator states. It is used if neither the name nor the content of the dump has a date;
    /// a dump with another date is rejected.
    pub fn with_stated_date(self, stated_date: Option<DumpDate>) -> Self {
        Self { stated_date, ..self }
    }

    /// Sets the size of a stream in bytes.
    pub fn with_size(self, bytes: u64) -> Self {
        Self { size: Some(bytes), ..self }
    }

    /// Sets the expected checksum from the content of the checksum file.
    pub fn with_checksums(self, text: &str) -> Self {
        let expected_sha256 = find_checksum(text, &self.name);
        Self { is_unlisted: expected_sha256.is_none(), expected_sha256, ..self }
    }

    /// Returns a warning if there is a checksum file, and it has no checksum of the dump.
    pub fn checksum_warning(&self) -> Option<String> {
        let file = checksum_file_name(&self.name);
        self.is_unlisted.then(|| {
            format!("the checksum file {file} names no {}, so the dump is imported without this check", self.name)
        })
    }
}

/// Returns the name of the checksum file of a dump, such as `discogs_20261001_CHECKSUM.txt`, or MusicBrainz'
/// `SHA256SUMS`.
pub fn checksum_file_name(dump: &str) -> String {
    match dump.split_once("_releases.") {
        Some((prefix, _)) => format!("{prefix}_CHECKSUM.txt"),
        None => "SHA256SUMS".to_owned(),
    }
}

/// Returns the checksum of the dump `name` from lines in the format of sha256sum: digest, blanks, an asterisk for a
/// binary file, path. An error page instead of a checksum file has none.
pub fn find_checksum(text: &str, name: &str) -> Option<String> {
    let is_sha256 = |sum: &str| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.trim_start_matches('\u{feff}').lines().find_map(|line| {
        let (sum, file) = line.split_once(char::is_whitespace)?;
        let file = file.trim().trim_start_matches('*').rsplit('/').next();
        (file == Some(name) && is_sha256(sum)).then(|| sum.to_ascii_lowercase())
    })
}

/// Returns the content of the checksum file of the dump `name` in the same folder; `None` if there is none.
fn read_checksums(path: &Path, name: &str) -> io::Result<Option<String>> {
    match std::fs::read(path.with_file_name(checksum_file_name(name))) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
