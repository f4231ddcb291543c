//! Finds releases in the catalog of a database. Any number of threads and processes may read it concurrently.

use std::io;
use std::marker::PhantomData;
use std::path::Path;

use domain::barcode::parse_barcode;
use domain::upc::Upc;

use super::catalog_file::{CatalogFile, OpenCatalogError};
use super::discogs::DiscogsRecord;
use super::format::CatalogRecord;
use super::info::CatalogInfo;
use super::keys::{self, IndexKey};
use super::musicbrainz::MusicBrainzRecord;

/// Maximum number of releases to compare for the rarest word of a query; further releases with that word are ignored.
const MAX_COMPARED_RELEASES: usize = 20_000;

/// Maximum words of a query in which a catalog number is searched.
const MAX_WORDS_WITH_NUMBER: usize = 12;

/// The open catalog of a database with records of type `R`.
#[derive(Debug)]
pub struct OfflineCatalog<R> {
    file: CatalogFile,
    record: PhantomData<fn() -> R>,
}

/// The catalog of Discogs.
pub type DiscogsCatalog = OfflineCatalog<DiscogsRecord>;

/// The catalog of MusicBrainz.
pub type MusicBrainzCatalog = OfflineCatalog<MusicBrainzRecord>;

impl<R: CatalogRecord> OfflineCatalog<R> {
    /// Opens the catalog in `folder`; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`OpenCatalogError`] if the catalog cannot be read.
    pub fn open(folder: &Path) -> Result<Option<Self>, OpenCatalogError> {
        let file = CatalogFile::open(folder, R::DATABASE)?;
        Ok(file.map(|file| Self { file, record: PhantomData }))
    }

    /// Returns the description of the catalog.
    pub const fn info(&self) -> &CatalogInfo {
        &self.file.info
    }

    /// Returns the size of the file in bytes.
    pub const fn file_bytes(&self) -> u64 {
        self.file.file_bytes
    }

    /// Returns the releases with this barcode in dump order.
    ///
    /// # Errors
    /// Returns the I/O error, or an error for a damaged record.
    pub fn releases_with_barcode(&self, upc: Upc) -> io::Result<Vec<R>> {
        let has_barcode = |record: &R| record.barcodes().contains(&upc);
        self.releases_with_key(IndexKey::for_barcode(upc), usize::MAX, has_barcode)
    }

    /// Returns whether the index has this barcode. Reads no release, so a hash that another barcode shares counts too:
    /// less than one in a million barcodes. Enough for a count, not for a match.
    ///
    /// # Errors
    /// Returns the I/O error.
    pub fn has_barcode_in_index(&self, upc: Upc) -> io::Result<bool> {
        Ok(!self.file.find_offsets(IndexKey::for_barcode(upc), 1)?.is_empty())
    }

    /// Returns up to `limit` releases for a text entered by the operator: a barcode, a catalog number, or words of
    /// artist and title.
    ///
    /// # Errors
    /// Returns the I/O error, or an error for a damaged record.
    pub fn find_releases(&self, query: &str, limit: usize) -> io::Result<Vec<R>> {
        let mut found = Vec::new();
        if let Ok(parsed) = parse_barcode(query) {
            found = self.releases_with_barcode(parsed.upc)?;
        }
        let number = keys::normalize_catalog_number(query);
        if found.is_empty() && !number.is_empty() {
            let has_number = |record: &R| keys::record_catalog_numbers(record).contains(&number);
            found = self.releases_with_key(IndexKey::for_catalog_number(&number), limit, has_number)?;
        }
        if found.is_empty() {
            let words = keys::query_words(query);
            found = self.releases_with_words(&words, limit)?;
            if found.is_empty() {
                found = self.releases_with_number_and_words(&words, limit)?;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Returns releases for a query such as `barbieri SHVL 804` or `Blue Note BST 84195`: consecutive words are the
    /// catalog number, and artist, title or label contain the others.
    fn releases_with_number_and_words(&self, words: &[String], limit: usize) -> io::Result<Vec<R>> {
        let count = words.len().min(MAX_WORDS_WITH_NUMBER);
        for length in (1..count).rev() {
            for start in 0..=count - length {
                let number = words[start..start + length].concat();
                let others = [&words[..start], &words[start + length..]].concat();
                let is_match = |record: &R| {
                    let mut known = keys::record_words(record);
                    known.extend(record.labels().flat_map(keys::split_words));
                    others.iter().all(|word| known.contains(word))
                        && keys::record_catalog_numbers(record).contains(&number)
                };
                let found = self.releases_with_key(IndexKey::for_catalog_number(&number), limit, is_match)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        Ok(Vec::new())
    }

    /// Returns releases that contain all `words`. Reads and compares only the releases with the rarest word.
    fn releases_with_words(&self, words: &[String], limit: usize) -> io::Result<Vec<R>> {
        let mut lists = Vec::new();
        for word in words {
            lists.push(self.file.find_offsets(IndexKey::for_word(word), MAX_COMPARED_RELEASES)?);
        }
        lists.sort_by_key(Vec::len);
        let Some((rarest, others)) = lists.split_first() else { return Ok(Vec::new()) };
        // A truncated list says nothing about later offsets.
        let is_in =
            |list: &Vec<u64>, offset: &u64| list.len() >= MAX_COMPARED_RELEASES || list.binary_search(offset).is_ok();
        let mut found = Vec::new();
        for offset in rarest.iter().filter(|offset| others.iter().all(|list| is_in(list, offset))) {
            let record = self.read_record(*offset)?;
            let known = keys::record_words(&record);
            if words.iter().all(|word| known.contains(word)) && self.is_current(&record, *offset)? {
                found.push(record);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    fn releases_with_key(&self, key: IndexKey, limit: usize, matches: impl Fn(&R) -> bool) -> io::Result<Vec<R>> {
        let mut found = Vec::new();
        for offset in self.file.find_offsets(key, usize::MAX)? {
            let record = self.read_record(offset)?;
            if matches(&record) && self.is_current(&record, offset)? {
                found.push(record);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// Returns false if the database does not show this release, or the dump repeats it later.
    fn is_current(&self, record: &R, offset: u64) -> io::Result<bool> {
        // Catalogs of earlier versions have releases that are not accepted.
        if !record.is_accepted() {
            return Ok(false);
        }
        if self.info().skipped.repeated == 0 {
            return Ok(true);
        }
        let id_bytes = record.id_bytes();
        let others = self.file.find_offsets(IndexKey::for_release(&id_bytes), usize::MAX)?;
        for later in others.into_iter().filter(|later| *later > offset) {
            if self.read_record(later)?.id_bytes() == id_bytes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_record(&self, offset: u64) -> io::Result<R> {
        postcard::from_bytes(&self.file.read_record(offset)?).map_err(|_| self.file.damaged())
    }
}

impl DiscogsCatalog {
    /// Returns the release with this number at Discogs; `None` if there is none.
    ///
    /// # Errors
    /// Returns the I/O error, or an error for a damaged record.
    pub fn release(&self, id: u64) -> io::Result<Option<DiscogsRecord>> {
        let key = IndexKey::for_release(&id.to_le_bytes());
        Ok(self.releases_with_key(key, 1, |record| record.id == id)?.pop())
    }
}

impl MusicBrainzCatalog {
    /// Returns the release with this MBID; `None` if there is none.
    ///
    /// # Errors
    /// Returns the I/O error, or an error for a damaged record.
    pub fn release(&self, mbid: &str) -> io::Result<Option<MusicBrainzRecord>> {
        let key = IndexKey::for_release(mbid.as_bytes());
        Ok(self.releases_with_key(key, 1, |record| record.id == mbid)?.pop())
    }

    /// Returns the releases that link to this Discogs release.
    ///
    /// # Errors
    /// Returns the I/O error, or an error for a damaged record.
    pub fn releases_linked_to(&self, discogs_id: u64) -> io::Result<Vec<MusicBrainzRecord>> {
        let is_linked = |record: &MusicBrainzRecord| record.discogs_links().contains(&discogs_id);
        self.releases_with_key(IndexKey::for_discogs_link(discogs_id), usize::MAX, is_linked)
    }
}
