//! Reads the content of a dump: decompresses it if necessary, counts its bytes and computes its checksum.

use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use sha2::{Digest as _, Sha256};

const READ_BUFFER_BYTES: usize = 256 * 1024;

/// First bytes of a gzip file (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// First bytes of an xz file (tukaani.org/xz/xz-file-format.txt, 2.1.1.1).
const XZ_MAGIC: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];

/// First bytes of a bzip2 file, which cannot be read.
const BZIP2_MAGIC: [u8; 3] = *b"BZh";

/// Memory limit of the xz decoder. MusicBrainz uses the default level, which needs 8 MB; level 9 needs 65 MB.
const MAX_XZ_MEMORY_KIB: u32 = 80 * 1024;

/// How far a file has been read, for the thread that does not read it.
#[derive(Debug, Default)]
pub(crate) struct InputState {
    pub(crate) bytes: AtomicU64,
    /// True after the file or stream itself could not be read, which does not mean that its content is damaged.
    pub(crate) has_failed: AtomicBool,
}

/// A reader that counts bytes and computes their SHA-256 digest.
pub(crate) struct HashingReader {
    input: Box<dyn Read + Send>,
    sha256: Sha256,
    progress: Arc<InputState>,
}

impl HashingReader {
    /// Creates a reader for `input`. It updates `progress`.
    pub(crate) fn new(input: Box<dyn Read + Send>, progress: Arc<InputState>) -> Self {
        Self { input, sha256: Sha256::new(), progress }
    }

    fn sha256_hex(self) -> String {
        hex::encode(self.sha256.finalize())
    }
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.progress.has_failed.store(true, Ordering::Relaxed);
            }
        })?;
        self.sha256.update(&buffer[..count]);
        self.progress.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The content of a dump, decompressed on the fly.
pub(crate) enum DumpContent {
    Plain(BufReader<HashingReader>),
    Gzip(Box<MultiGzDecoder<BufReader<HashingReader>>>),
    Xz(Box<XzReader<BufReader<HashingReader>>>),
}

impl DumpContent {
    /// Detects the compression by the first bytes.
    pub(crate) fn new(input: HashingReader) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(READ_BUFFER_BYTES, input);
        let first = io::BufRead::fill_buf(&mut input)?;
        Ok(if first.starts_with(&GZIP_MAGIC) {
            Self::Gzip(Box::new(MultiGzDecoder::new(input)))
        } else if first.starts_with(&XZ_MAGIC) {
            Self::Xz(Box::new(XzReader::new_mem_limit(input, true, MAX_XZ_MEMORY_KIB)))
        } else {
            Self::Plain(input)
        })
    }

    /// Returns true if the file is not decompressed.
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    /// Reads the rest of the file and returns its SHA-256 digest.
    pub(crate) fn into_sha256(mut self) -> io::Result<String> {
        // Decompressed to the end, so that a damaged or missing end is detected.
        io::copy(&mut self, &mut io::sink())?;
        let mut rest = match self {
            Self::Plain(input) => input,
            Self::Gzip(input) => input.into_inner(),
            Self::Xz(input) => input.into_inner(),
        };
        io::copy(&mut rest, &mut io::sink())?;
        Ok(rest.into_inner().sha256_hex())
    }
}

/// Returns whether content begins like a compressed file.
pub(crate) fn is_compressed(beginning: &[u8]) -> bool {
    [&GZIP_MAGIC[..], &XZ_MAGIC, &BZIP2_MAGIC].iter().any(|magic| beginning.starts_with(magic))
}

impl Read for DumpContent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
            Self::Xz(input) => input.read(buffer),
        }
    }
}
