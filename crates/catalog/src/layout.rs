//! The layout of a catalog file.
//!
//! ```text
//! magic | record, … | index entries, sorted | first key and checksum of each index block | CatalogInfo (JSON) | Trailer
//! ```
//!
//! A record consists of the length, the CRC-32 and the compressed (RFC 1951) postcard encoding of a release. An index
//! entry consists of a key of 6 bytes and the offset of a record in 5 bytes. The first key of an index block is stored
//! with a checksum of the block in 2 bytes. So every part of a file has a checksum: damage is an error, and never hides
//! a release. A file does not change after it got its final name, so any number of processes may read it.
//!
//! This file is written as fast as the dump is decompressed, and a lookup takes one read of an index block and one of a
//! record. That is why it is not an SQLite file.

use super::keys::IndexKey;

/// A version of the format, in the order of release. New files have the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FormatVersion {
    /// Records are not compressed.
    Uncompressed,
    /// Index blocks have no checksum.
    UncheckedIndex,
    CheckedIndex,
}

impl FormatVersion {
    const ALL: [Self; 3] = [Self::Uncompressed, Self::UncheckedIndex, Self::CheckedIndex];

    /// Returns the first and last bytes of a file of this version.
    pub(crate) const fn magic(self) -> [u8; MAGIC_BYTES] {
        match self {
            Self::Uncompressed => *b"DMCATL02",
            Self::UncheckedIndex => *b"DMCATL03",
            Self::CheckedIndex => *b"DMCATL04",
        }
    }

    pub(crate) fn from_magic(magic: [u8; MAGIC_BYTES]) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.magic() == magic)
    }
}

/// Bytes at the beginning and at the end of a file that name the version of its format.
pub(crate) const MAGIC_BYTES: usize = 8;

/// Bytes of an index entry.
pub(crate) const ENTRY_BYTES: usize = 11;

/// Entries per index block. The first key of each block is kept in memory, with a checksum of the block.
pub(crate) const BLOCK_ENTRIES: u64 = 256;

/// Returns the checksum of an index block: the lower half of its CRC-32.
pub(crate) fn block_checksum(block: &[u8]) -> u16 {
    let [low, high, ..] = crc32fast::hash(block).to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// Bytes before a record: length and CRC-32.
pub(crate) const RECORD_HEADER_BYTES: usize = 8;

/// Bytes of the trailer.
pub(crate) const TRAILER_BYTES: usize = 48;

/// An entry of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexEntry {
    pub(crate) key: IndexKey,
    pub(crate) offset: u64,
}

impl IndexEntry {
    pub(crate) fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..6].copy_from_slice(&self.key.0.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&self.offset.to_be_bytes()[3..]);
        bytes
    }

    /// Decodes an entry from [`ENTRY_BYTES`] bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let number = |part: &[u8]| part.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        Self { key: IndexKey(number(&bytes[..6])), offset: number(&bytes[6..ENTRY_BYTES]) }
    }
}

/// The positions of the parts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub(crate) index_start: u64,
    pub(crate) entries: u64,
    pub(crate) block_keys_start: u64,
    pub(crate) info_start: u64,
    /// CRC-32 of the block keys and the [`CatalogInfo`](crate::CatalogInfo).
    pub(crate) checksum: u32,
}

impl Trailer {
    pub(crate) fn to_bytes(self) -> [u8; TRAILER_BYTES] {
        let mut bytes = [0; TRAILER_BYTES];
        let numbers = [self.index_start, self.entries, self.block_keys_start, self.info_start];
        for (slot, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            slot.copy_from_slice(&number.to_le_bytes());
        }
        bytes[32..36].copy_from_slice(&self.checksum.to_le_bytes());
        let own_checksum = crc32fast::hash(&bytes[..36]);
        bytes[36..40].copy_from_slice(&own_checksum.to_le_bytes());
        bytes[40..].copy_from_slice(&FormatVersion::CheckedIndex.magic());
        bytes
    }

    /// Decodes the trailer of a file that begins with `magic`; `None` if it is damaged or has another format.
    pub(crate) fn from_bytes(bytes: &[u8; TRAILER_BYTES], magic: [u8; MAGIC_BYTES]) -> Option<Self> {
        let number = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).ok();
        let checksum = |at: usize| bytes[at..at + 4].try_into().map(u32::from_le_bytes).ok();
        if bytes[40..] != magic || checksum(36)? != crc32fast::hash(&bytes[..36]) {
            return None;
        }
        Some(Self {
            index_start: number(0)?,
            entries: number(8)?,
            block_keys_start: number(16)?,
            info_start: number(24)?,
            checksum: checksum(32)?,
        })
    }
}
