//! Writes a catalog file: releases in order of arrival, then the index, which is sorted externally in parts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use domain::upc::Upc;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::format::CatalogRecord;
use super::info::CatalogInfo;
use super::keys::{self, IndexKey, KEY_BITS};
use super::layout::{BLOCK_ENTRIES, ENTRY_BYTES, FormatVersion, IndexEntry, MAGIC_BYTES, Trailer, block_checksum};

/// Number of index entries sorted in memory at a time (32 MB).
const SORTED_PART_ENTRIES: usize = 2_000_000;

/// Higher levels save less than a hundredth of the size.
const COMPRESSION_LEVEL: u32 = 2;

const WRITE_BUFFER_BYTES: usize = 1024 * 1024;

/// Buffer size per part while the parts are merged. A whole dump has about 25 parts.
const MERGE_BUFFER_BYTES: usize = 256 * 1024;

/// A catalog file that is being written.
pub(crate) struct CatalogWriter {
    out: BufWriter<File>,
    compressor: DeflateEncoder<Vec<u8>>,
    position: u64,
    index: IndexSorter,
}

impl CatalogWriter {
    /// Creates the file at `path`. Temporary files for sorting are in `folder`.
    pub(crate) fn create(path: &Path, folder: &Path) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(WRITE_BUFFER_BYTES, File::create(path)?);
        out.write_all(&FormatVersion::CheckedIndex.magic())?;
        let index = IndexSorter { entries: Vec::new(), parts: Vec::new(), folder: folder.to_owned() };
        let compressor = DeflateEncoder::new(Vec::new(), Compression::new(COMPRESSION_LEVEL));
        Ok(Self { out, compressor, position: MAGIC_BYTES as u64, index })
    }

    /// Adds a release with its index entries: identifier, barcodes, catalog numbers, words and links.
    pub(crate) fn add_record(&mut self, record: &impl CatalogRecord, barcodes: &[Upc]) -> io::Result<()> {
        self.compressor.write_all(&postcard::to_stdvec(record).map_err(io::Error::other)?)?;
        let bytes = self.compressor.reset(Vec::new())?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let offset = self.position;
        self.write_all(&length.to_le_bytes())?;
        self.write_all(&crc32fast::hash(&bytes).to_le_bytes())?;
        self.write_all(&bytes)?;
        let (numbers, words) = (keys::record_catalog_numbers(record), keys::record_words(record));
        let all_keys = std::iter::once(IndexKey::for_release(&record.id_bytes()))
            .chain(barcodes.iter().map(|upc| IndexKey::for_barcode(*upc)))
            .chain(numbers.iter().map(|number| IndexKey::for_catalog_number(number)))
            .chain(words.iter().map(|word| IndexKey::for_word(word)))
            .chain(record.discogs_links().into_iter().map(IndexKey::for_discogs_link));
        for key in all_keys {
            self.index.add(IndexEntry { key, offset })?;
        }
        Ok(())
    }

    /// Writes the index and `info`, and syncs the file to disk.
    pub(crate) fn finish(mut self, info: &CatalogInfo) -> io::Result<()> {
        let index_start = self.position;
        let (mut entries, mut block, mut block_keys) = (0, Vec::new(), Vec::new());
        for entry in std::mem::take(&mut self.index).into_sorted()? {
            block.extend_from_slice(&entry?.to_bytes());
            entries += 1;
            if entries % BLOCK_ENTRIES == 0 {
                self.write_index_block(&mut block, &mut block_keys)?;
            }
        }
        if !block.is_empty() {
            self.write_index_block(&mut block, &mut block_keys)?;
        }
        let block_keys_start = self.position;
        let info = serde_json::to_vec(info).map_err(io::Error::other)?;
        self.write_all(&block_keys)?;
        let info_start = self.position;
        self.write_all(&info)?;
        block_keys.extend_from_slice(&info);
        let checksum = crc32fast::hash(&block_keys);
        self.write_all(&Trailer { index_start, entries, block_keys_start, info_start, checksum }.to_bytes())?;
        self.out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }

    /// Writes a block of the index, adds its first key and its checksum to `block_keys`, and empties it.
    fn write_index_block(&mut self, block: &mut Vec<u8>, block_keys: &mut Vec<u8>) -> io::Result<()> {
        let first_key = IndexEntry::from_bytes(block).key.0;
        let key_and_checksum = first_key | u64::from(block_checksum(block)) << KEY_BITS;
        block_keys.extend_from_slice(&key_and_checksum.to_le_bytes());
        self.write_all(block)?;
        block.clear();
        Ok(())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// Sorts more entries than fit into memory: parts are sorted, written to temporary files, and merged.
#[derive(Default)]
struct IndexSorter {
    entries: Vec<IndexEntry>,
    /// Unnamed temporary files, which are removed when the process ends.
    parts: Vec<File>,
    folder: std::path::PathBuf,
}

impl IndexSorter {
    fn add(&mut self, entry: IndexEntry) -> io::Result<()> {
        self.entries.push(entry);
        if self.entries.len() >= SORTED_PART_ENTRIES { self.write_part() } else { Ok(()) }
    }

    fn write_part(&mut self) -> io::Result<()> {
        self.entries.sort_unstable();
        let mut out = BufWriter::with_capacity(WRITE_BUFFER_BYTES, tempfile::tempfile_in(&self.folder)?);
        for entry in self.entries.drain(..) {
            out.write_all(&entry.to_bytes())?;
        }
        let mut part = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.rewind()?;
        self.parts.push(part);
        Ok(())
    }

    fn into_sorted(mut self) -> io::Result<MergedParts> {
        self.write_part()?;
        self.entries = Vec::new();
        let mut merged = MergedParts { parts: Vec::new(), next: BinaryHeap::new() };
        for (number, part) in self.parts.into_iter().enumerate() {
            merged.parts.push(BufReader::with_capacity(MERGE_BUFFER_BYTES, part));
            merged.read_next(number)?;
        }
        Ok(merged)
    }
}

/// Iterator over the entries of all parts in sorted order.
struct MergedParts {
    parts: Vec<BufReader<File>>,
    /// The next entry of each part, with the part's number.
    next: BinaryHeap<Reverse<(IndexEntry, usize)>>,
}

impl MergedParts {
    fn read_next(&mut self, number: usize) -> io::Result<()> {
        let mut bytes = [0; ENTRY_BYTES];
        match self.parts[number].read_exact(&mut bytes) {
            Ok(()) => self.next.push(Reverse((IndexEntry::from_bytes(&bytes), number))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl Iterator for MergedParts {
    type Item = io::Result<IndexEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((entry, number)) = self.next.pop()?;
        Some(self.read_next(number).map(|()| entry))
    }
}
