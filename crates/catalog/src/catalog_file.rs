//! Access to an open catalog file of any database: its description, its index, and the bytes of its records.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};

use super::info::{CatalogInfo, Database};
use super::keys::{IndexKey, KEY_BITS};
use super::layout::{
    BLOCK_ENTRIES, ENTRY_BYTES, FormatVersion, IndexEntry, MAGIC_BYTES, RECORD_HEADER_BYTES, TRAILER_BYTES, Trailer,
    block_checksum,
};

/// Maximum bytes of a record, in the file and uncompressed. An import limits the text of a record in the dump.
const MAX_RECORD_BYTES: u32 = 32 * 1024 * 1024;

/// Expected bytes of a record per compressed byte. If a record has more, its buffer grows.
const EXPECTED_RATIO: usize = 3;

thread_local! {
    /// The decompressor of this thread. Creating one takes longer than decompressing a record.
    static DECOMPRESSOR: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// An open catalog file. It stays usable when the file is replaced or removed.
#[derive(Debug)]
pub(crate) struct CatalogFile {
    file: File,
    version: FormatVersion,
    pub(crate) info: CatalogInfo,
    trailer: Trailer,
    /// First key of each index block.
    block_keys: Vec<u64>,
    /// Checksum of each index block; empty for a file of an earlier version.
    block_checksums: Vec<u16>,
    pub(crate) file_bytes: u64,
}

/// The reason why a catalog cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenCatalogError {
    #[error("cannot read the offline catalog {path}: {}", files::describe_io_error(error), path = path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error(
        "the offline catalog {path} is damaged or was written by another version; fix: import the dump again with \
         `draft-maker catalog import FILE`, or remove it with `draft-maker catalog remove {database}`",
        path = path.display(), database = database.as_str()
    )]
    Damaged { path: PathBuf, database: Database },
}

/// Returns the description of a database's catalog in `folder` and its size in bytes; `None` if there is no catalog.
///
/// # Errors
/// Returns [`OpenCatalogError`] if the catalog cannot be read.
pub fn read_catalog_info(folder: &Path, database: Database) -> Result<Option<(CatalogInfo, u64)>, OpenCatalogError> {
    Ok(CatalogFile::open(folder, database)?.map(|file| (file.info, file.file_bytes)))
}

impl CatalogFile {
    /// Opens a database's catalog in `folder`; `None` if there is none.
    pub(crate) fn open(folder: &Path, database: Database) -> Result<Option<Self>, OpenCatalogError> {
        let path = folder.join(database.file_name());
        match File::open(&path) {
            Ok(file) => match Self::from_file(file) {
                Ok(Some(catalog)) if catalog.info.database == database => Ok(Some(catalog)),
                Ok(_) => Err(OpenCatalogError::Damaged { path, database }),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    Err(OpenCatalogError::Damaged { path, database })
                }
                Err(error) => Err(OpenCatalogError::Io { path, error }),
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => Ok(None),
            Err(error) => Err(OpenCatalogError::Io { path, error }),
        }
    }

    /// Reads the parts that are kept in memory; `None` if the file is damaged.
    fn from_file(file: File) -> io::Result<Option<Self>> {
        let file_bytes = file.metadata()?.len();
        let mut first = [0; MAGIC_BYTES];
        file.read_exact_at(&mut first, 0)?;
        let Some(trailer_start) = file_bytes.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
        let mut bytes = [0; TRAILER_BYTES];
        file.read_exact_at(&mut bytes, trailer_start)?;
        let Some(version) = FormatVersion::from_magic(first) else { return Ok(None) };
        let Some(trailer) = Trailer::from_bytes(&bytes, first) else { return Ok(None) };
        let part = |end: u64, start: u64| end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = part(trailer_start, trailer.block_keys_start);
        let info_offset = part(trailer.info_start, trailer.block_keys_start);
        let (Some(length), Some(info_offset)) = (length, info_offset) else { return Ok(None) };
        let mut tail = vec![0; length];
        file.read_exact_at(&mut tail, trailer.block_keys_start)?;
        if crc32fast::hash(&tail) != trailer.checksum || info_offset > length {
            return Ok(None);
        }
        let blocks = tail[..info_offset].chunks_exact(8).map(read_u64);
        let block_keys = blocks.clone().map(|block| block & ((1 << KEY_BITS) - 1)).collect();
        let block_checksums = match version {
            FormatVersion::Uncompressed | FormatVersion::UncheckedIndex => Vec::new(),
            FormatVersion::CheckedIndex => blocks.map(|block| (block >> KEY_BITS) as u16).collect(),
        };
        let Ok(info) = serde_json::from_slice(&tail[info_offset..]) else { return Ok(None) };
        Ok(Some(Self { file, version, info, trailer, block_keys, block_checksums, file_bytes }))
    }

    /// Returns up to `limit` offsets of releases with this key, in ascending order.
    pub(crate) fn find_offsets(&self, key: IndexKey, limit: usize) -> io::Result<Vec<u64>> {
        // Entries with the key can start in the block before the first block that begins with the key.
        let mut block = self.block_keys.partition_point(|first| *first < key.0).saturating_sub(1) as u64;
        let mut offsets = Vec::new();
        loop {
            let first = block * BLOCK_ENTRIES;
            let count = self.trailer.entries.saturating_sub(first).min(BLOCK_ENTRIES);
            let mut bytes = vec![0; usize::try_from(count).unwrap_or_default() * ENTRY_BYTES];
            self.file.read_exact_at(&mut bytes, self.trailer.index_start + first * ENTRY_BYTES as u64)?;
            let expected = usize::try_from(block).ok().and_then(|block| self.block_checksums.get(block));
            if expected.is_some_and(|expected| *expected != block_checksum(&bytes)) {
                return Err(self.damaged());
            }
            for entry in bytes.chunks_exact(ENTRY_BYTES).map(IndexEntry::from_bytes) {
                if entry.key == key {
                    offsets.push(entry.offset);
                }
                if entry.key > key || offsets.len() >= limit {
                    return Ok(offsets);
                }
            }
            if count < BLOCK_ENTRIES {
                return Ok(offsets);
            }
            block += 1;
        }
    }

    /// Returns the uncompressed bytes of the record at `offset` after verifying its checksum.
    pub(crate) fn read_record(&self, offset: u64) -> io::Result<Vec<u8>> {
        let mut header = [0; RECORD_HEADER_BYTES];
        self.file.read_exact_at(&mut header, offset)?;
        let number = |at: usize| header[at..at + 4].iter().rev().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
        let (length, checksum) = (number(0), number(4));
        if length > MAX_RECORD_BYTES {
            return Err(self.damaged());
        }
        let mut bytes = vec![0; length as usize];
        self.file.read_exact_at(&mut bytes, offset + RECORD_HEADER_BYTES as u64)?;
        if crc32fast::hash(&bytes) != checksum {
            return Err(self.damaged());
        }
        if self.version == FormatVersion::Uncompressed {
            return Ok(bytes);
        }
        DECOMPRESSOR.with_borrow_mut(|decompressor| decompress(decompressor, &bytes))?.ok_or_else(|| self.damaged())
    }

    /// Returns the error for a record or an index block that cannot be read.
    pub(crate) fn damaged(&self) -> io::Error {
        let database = self.info.database;
        let message = format!(
            "a part of the offline catalog of {database} is damaged; fix: import the dump again with \
             `draft-maker catalog import FILE`"
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

/// Decompresses a record; `None` if it is damaged.
fn decompress(decompressor: &mut Decompress, compressed: &[u8]) -> io::Result<Option<Vec<u8>>> {
    decompressor.reset(false);
    let mut record = Vec::with_capacity(compressed.len() * EXPECTED_RATIO);
    loop {
        let rest = usize::try_from(decompressor.total_in()).ok().and_then(|read| compressed.get(read..));
        let status = decompressor.decompress_vec(rest.unwrap_or_default(), &mut record, FlushDecompress::Finish)?;
        if status == Status::StreamEnd {
            return Ok(Some(record));
        }
        if record.len() < record.capacity() || record.len() >= MAX_RECORD_BYTES as usize {
            return Ok(None);
        }
        record.reserve(record.len().max(compressed.len()));
    }
}

fn read_u64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
