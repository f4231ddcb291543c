//! Opens a dump: compressed or not, a file or standard input, with its checksum if it has one.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::import_error::ImportError;
use super::info::DumpDate;

const READ_BUFFER_BYTES: usize = 256 * 1024;

/// First bytes of a gzip file (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A dump that is going to be imported.
pub struct DumpFile {
    pub(crate) name: String,
    pub(crate) input: Box<dyn Read + Send>,
    /// Size of the file; `None` for standard input.
    pub(crate) size: Option<u64>,
    pub(crate) date: DumpDate,
    /// The SHA-256 that the checksum file beside the dump has for it.
    pub(crate) expected_sha256: Option<String>,
}

impl DumpFile {
    /// Opens a file. Its date is `date`, or else that in its name. A `discogs_YYYYMMDD_CHECKSUM.txt` in its folder is read.
    ///
    /// # Errors
    /// Returns [`ImportError`] if the file cannot be opened or its date is unknown.
    pub fn open(path: &Path, date: Option<DumpDate>) -> Result<Self, ImportError> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let read_error = |error| ImportError::Read { name: path.display().to_string(), error };
        let file = File::open(path).map_err(read_error)?;
        let metadata = file.metadata().map_err(read_error)?;
        if metadata.is_dir() {
            return Err(read_error(io::ErrorKind::IsADirectory.into()));
        }
        let size = Some(metadata.len()).filter(|_| metadata.is_file());
        let date = date.or_else(|| DumpDate::from_file_name(&name));
        let date = date.ok_or_else(|| ImportError::UnknownDate { name: name.clone() })?;
        let expected_sha256 = read_checksum(path, &name).map_err(read_error)?;
        Ok(Self { name, input: Box::new(file), size, date, expected_sha256 })
    }

    /// Takes a dump from a stream, for example standard input.
    pub fn from_stream(name: &str, input: Box<dyn Read + Send>, date: DumpDate) -> Self {
        Self { name: name.to_owned(), input, size: None, date, expected_sha256: None }
    }

    /// Sets the size of a stream, if it is known.
    pub fn with_size(self, bytes: u64) -> Self {
        Self { size: Some(bytes), ..self }
    }

    /// Sets the content of the checksum file that belongs to a stream.
    pub fn with_checksums(self, text: &str) -> Self {
        Self { expected_sha256: find_checksum(text, &self.name), ..self }
    }
}

/// Returns the name of the checksum file of a dump: `discogs_20261001_CHECKSUM.txt`.
pub fn checksum_file_name(dump: &str) -> Option<String> {
    dump.split_once("_releases.").map(|(prefix, _)| format!("{prefix}_CHECKSUM.txt"))
}

/// Returns the checksum of the dump `name`. The lines are those of sha256sum: the sum, blanks, an asterisk for a binary file,
/// the name.
fn find_checksum(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (sum, file) = line.split_once(char::is_whitespace)?;
        (file.trim().trim_start_matches('*') == name).then(|| sum.to_ascii_lowercase())
    })
}

/// Returns the checksum of the dump `name`, from the checksum file beside it.
fn read_checksum(path: &Path, name: &str) -> io::Result<Option<String>> {
    let Some(file_name) = checksum_file_name(name) else { return Ok(None) };
    match std::fs::read_to_string(path.with_file_name(file_name)) {
        Ok(text) => Ok(find_checksum(&text, name)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a file, counts its bytes and computes its SHA-256.
pub(crate) struct HashingReader {
    input: Box<dyn Read + Send>,
    sha256: Sha256,
    bytes: Arc<AtomicU64>,
}

impl HashingReader {
    /// Reads `input`; `bytes` is the number of bytes read so far.
    pub(crate) fn new(input: Box<dyn Read + Send>, bytes: Arc<AtomicU64>) -> Self {
        Self { input, sha256: Sha256::new(), bytes }
    }

    fn sha256_hex(self) -> String {
        self.sha256.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.sha256.update(&buffer[..count]);
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The content of a dump, unpacked if it is compressed.
pub(crate) enum DumpContent {
    Plain(BufReader<HashingReader>),
    Gzip(Box<MultiGzDecoder<BufReader<HashingReader>>>),
}

impl DumpContent {
    /// Looks at the first bytes for the form.
    pub(crate) fn new(input: HashingReader) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(READ_BUFFER_BYTES, input);
        let is_gzip = io::BufRead::fill_buf(&mut input)?.starts_with(&GZIP_MAGIC);
        Ok(if is_gzip { Self::Gzip(Box::new(MultiGzDecoder::new(input))) } else { Self::Plain(input) })
    }

    /// Returns the SHA-256 of the file, after all of it was read.
    pub(crate) fn into_sha256(self) -> io::Result<String> {
        let mut rest = match self {
            Self::Plain(input) => input,
            Self::Gzip(input) => input.into_inner(),
        };
        io::copy(&mut rest, &mut io::sink())?;
        Ok(rest.into_inner().sha256_hex())
    }
}

impl Read for DumpContent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
        }
    }
}
