//! Reads a catalog file. Any number of threads and processes may do so at once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use domain::barcode::{parse_barcode, parse_database_barcodes};
use domain::upc::Upc;

use super::info::CatalogInfo;
use super::keys::{self, IndexKey};
use super::layout::{BLOCK_ENTRIES, ENTRY_BYTES, IndexEntry, MAGIC, RELEASE_HEADER_BYTES, TRAILER_BYTES, Trailer};
use super::record::ReleaseRecord;

/// Name of the catalog in its folder.
pub(crate) const CATALOG_FILE: &str = "discogs.catalog";

/// Maximum releases with the rarest word of a query. Of a word that more have, only these are compared.
const MAX_COMPARED_RELEASES: usize = 20_000;

/// Maximum bytes of a release in the file; an import bounds its XML.
const MAX_RECORD_BYTES: u32 = 32 * 1024 * 1024;

/// An open catalog. It stays the one that was opened while a newer one is imported or the file is removed.
#[derive(Debug)]
pub struct OfflineCatalog {
    file: File,
    info: CatalogInfo,
    trailer: Trailer,
    /// The first key of each index block.
    block_keys: Vec<u64>,
    file_bytes: u64,
}

/// Why a catalog cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenCatalogError {
    #[error("cannot read the offline catalog {path}: {error}", path = path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error(
        "the offline catalog {path} is damaged or was written by another version; fix: import the dump again with \
         `draft-maker catalog import FILE`, or remove it with `draft-maker catalog remove`",
        path = path.display()
    )]
    Damaged { path: PathBuf },
}

impl OfflineCatalog {
    /// Opens the catalog in `folder`; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`OpenCatalogError`] if there is one that cannot be read.
    pub fn open(folder: &Path) -> Result<Option<Self>, OpenCatalogError> {
        let path = folder.join(CATALOG_FILE);
        match File::open(&path) {
            Ok(file) => match Self::from_file(file) {
                Ok(Some(catalog)) => Ok(Some(catalog)),
                Ok(None) => Err(OpenCatalogError::Damaged { path }),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(OpenCatalogError::Damaged { path }),
                Err(error) => Err(OpenCatalogError::Io { path, error }),
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => Ok(None),
            Err(error) => Err(OpenCatalogError::Io { path, error }),
        }
    }

    /// Reads what is kept in memory; `None` if the file is damaged.
    fn from_file(file: File) -> io::Result<Option<Self>> {
        let file_bytes = file.metadata()?.len();
        let mut first = [0; MAGIC.len()];
        file.read_exact_at(&mut first, 0)?;
        let Some(trailer_start) = file_bytes.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
        let mut bytes = [0; TRAILER_BYTES];
        file.read_exact_at(&mut bytes, trailer_start)?;
        let Some(trailer) = Trailer::from_bytes(&bytes).filter(|_| first == MAGIC) else { return Ok(None) };
        let part = |end: u64, start: u64| end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = part(trailer_start, trailer.block_keys_start);
        let info_offset = part(trailer.info_start, trailer.block_keys_start);
        let (Some(length), Some(info_offset)) = (length, info_offset) else { return Ok(None) };
        let mut tail = vec![0; length];
        file.read_exact_at(&mut tail, trailer.block_keys_start)?;
        if crc32fast::hash(&tail) != trailer.checksum || info_offset > length {
            return Ok(None);
        }
        let block_keys = tail[..info_offset].chunks_exact(8).map(read_u64).collect();
        let Ok(info) = serde_json::from_slice(&tail[info_offset..]) else { return Ok(None) };
        Ok(Some(Self { file, info, trailer, block_keys, file_bytes }))
    }

    /// Returns the description of the catalog.
    pub const fn info(&self) -> &CatalogInfo {
        &self.info
    }

    /// Returns the size of the file in bytes.
    pub const fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Returns the releases with this barcode, in the order of their ids.
    ///
    /// # Errors
    /// Returns the error of the system, or of a damaged record.
    pub fn releases_with_barcode(&self, upc: Upc) -> io::Result<Vec<ReleaseRecord>> {
        let has_barcode = |release: &ReleaseRecord| release_barcodes(release).contains(&upc);
        self.releases_with_key(IndexKey::for_barcode(upc), usize::MAX, has_barcode)
    }

    /// Returns the release with this id at Discogs.
    ///
    /// # Errors
    /// Returns the error of the system, or of a damaged record.
    pub fn release(&self, id: u64) -> io::Result<Option<ReleaseRecord>> {
        // A later release in the dump replaces an earlier one with its id.
        for offset in self.offsets(IndexKey::for_release(id), usize::MAX)?.into_iter().rev() {
            let release = self.read_release(offset)?;
            if release.id == id {
                return Ok(Some(release));
            }
        }
        Ok(None)
    }

    /// Returns up to `limit` releases for what a person typed: a barcode, a catalog number, or words of artist and title.
    ///
    /// # Errors
    /// Returns the error of the system, or of a damaged record.
    pub fn find_releases(&self, query: &str, limit: usize) -> io::Result<Vec<ReleaseRecord>> {
        let mut found = Vec::new();
        if let Ok(parsed) = parse_barcode(query) {
            found = self.releases_with_barcode(parsed.upc)?;
        }
        let number = keys::normalize_catalog_number(query);
        if found.is_empty() && !number.is_empty() {
            let has_number = |release: &ReleaseRecord| keys::release_catalog_numbers(release).contains(&number);
            found = self.releases_with_key(IndexKey::for_catalog_number(&number), limit, has_number)?;
        }
        if found.is_empty() {
            found = self.releases_with_words(&keys::split_words(query), limit)?;
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Returns releases with all of `words`: those with the rarest word are read and compared.
    fn releases_with_words(&self, words: &[String], limit: usize) -> io::Result<Vec<ReleaseRecord>> {
        let mut lists = Vec::new();
        for word in words {
            lists.push(self.offsets(IndexKey::for_word(word), MAX_COMPARED_RELEASES)?);
        }
        lists.sort_by_key(Vec::len);
        let Some((rarest, others)) = lists.split_first() else { return Ok(Vec::new()) };
        // A list that was cut says nothing about the offsets behind its end.
        let is_in =
            |list: &Vec<u64>, offset: &u64| list.len() >= MAX_COMPARED_RELEASES || list.binary_search(offset).is_ok();
        let mut found = Vec::new();
        for offset in rarest.iter().filter(|offset| others.iter().all(|list| is_in(list, offset))) {
            let release = self.read_release(*offset)?;
            let known = keys::release_words(&release);
            if words.iter().all(|word| known.contains(word)) && self.is_current(release.id, *offset)? {
                found.push(release);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn releases_with_key(
        &self,
        key: IndexKey,
        limit: usize,
        matches: impl Fn(&ReleaseRecord) -> bool,
    ) -> io::Result<Vec<ReleaseRecord>> {
        let mut found = Vec::new();
        for offset in self.offsets(key, usize::MAX)? {
            let release = self.read_release(offset)?;
            if matches(&release) && self.is_current(release.id, offset)? {
                found.push(release);
            }
            if found.len() >= limit {
                break;
            }
        }
        found.sort_by_key(|release| release.id);
        Ok(found)
    }

    /// Returns false if the dump has a later release with this id.
    fn is_current(&self, id: u64, offset: u64) -> io::Result<bool> {
        if self.info.skipped.repeated == 0 {
            return Ok(true);
        }
        for later in self.offsets(IndexKey::for_release(id), usize::MAX)?.into_iter().filter(|later| *later > offset) {
            if self.read_release(later)?.id == id {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the offsets of the releases with this key, ascending, up to `limit`.
    fn offsets(&self, key: IndexKey, limit: usize) -> io::Result<Vec<u64>> {
        // Entries with the key can begin in the block before the first block that begins with it.
        let mut block = self.block_keys.partition_point(|first| *first < key.0).saturating_sub(1) as u64;
        let mut offsets = Vec::new();
        loop {
            let first = block * BLOCK_ENTRIES;
            let count = self.trailer.entries.saturating_sub(first).min(BLOCK_ENTRIES);
            let mut bytes = vec![0; usize::try_from(count).unwrap_or_default() * ENTRY_BYTES];
            self.file.read_exact_at(&mut bytes, self.trailer.index_start + first * ENTRY_BYTES as u64)?;
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

    fn read_release(&self, offset: u64) -> io::Result<ReleaseRecord> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a release of the offline catalog is damaged");
        let mut header = [0; RELEASE_HEADER_BYTES];
        self.file.read_exact_at(&mut header, offset)?;
        let number = |at: usize| header[at..at + 4].iter().rev().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
        let (length, checksum) = (number(0), number(4));
        if length > MAX_RECORD_BYTES {
            return Err(damaged());
        }
        let mut bytes = vec![0; length as usize];
        self.file.read_exact_at(&mut bytes, offset + RELEASE_HEADER_BYTES as u64)?;
        if crc32fast::hash(&bytes) != checksum {
            return Err(damaged());
        }
        postcard::from_bytes(&bytes).map_err(|_| damaged())
    }
}

/// Returns the valid barcodes of a release.
pub(crate) fn release_barcodes(release: &ReleaseRecord) -> Vec<Upc> {
    parse_database_barcodes(release.barcodes.iter().map(|code| code.value.clone()))
}

fn read_u64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
