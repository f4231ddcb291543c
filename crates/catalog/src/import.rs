//! Imports a dump: one thread reads and decompresses it, the other parses and writes.
//!
//! The new catalog has a temporary name until it is complete and on disk; then it is renamed. If the import ends
//! before that for any reason, the old catalog stays in use, and the next import removes the temporary file.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};

use files::{FileLock, LockError};
use jiff::Timestamp;

use super::discogs::DiscogsFormat;
use super::dump_content::{HashingReader, InputState};
use super::dump_file::DumpFile;
use super::dump_reader::{DumpMessage, DumpResult, send_dump};
use super::format::{CatalogRecord as _, DumpFormat, SplitError};
use super::id_set::IdSet;
use super::import_error::{ImportError, RemoveCatalogError};
use super::info::{CatalogInfo, Database, DumpDate, SkippedReleases};
use super::musicbrainz::MusicBrainzFormat;
use super::read::OfflineCatalog;
use super::write::CatalogWriter;

/// Lock file that is locked during an import.
const IMPORT_LOCK_FILE: &str = "import.lock";

/// Maximum number of blocks waiting between the threads.
const WAITING_BLOCKS: usize = 8;

/// Number of broken releases up to which a dump of any size is accepted.
const MAX_BROKEN_RELEASES: u64 = 100;

/// Accepted ratio in a large dump: one broken release per this many releases.
const RELEASES_PER_BROKEN: u64 = 1_000;

/// The progress of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes read of the file.
    pub bytes_read: u64,
    /// Size of the file in bytes, if known.
    pub size: Option<u64>,
    /// Releases read so far.
    pub releases: u64,
    /// True while the index is being sorted, after the file was read.
    pub is_sorting: bool,
}

/// Imports `dump` into `folder` and replaces the catalog of the same database. Calls `report` a few times per second.
///
/// # Errors
/// Returns [`ImportError`] if the dump was not imported. The existing catalog is then unchanged.
pub fn import_dump(
    dump: DumpFile,
    folder: &Path,
    report: &mut dyn FnMut(ImportProgress),
) -> Result<CatalogInfo, ImportError> {
    let _lock = FileLock::try_acquire(&folder.join(IMPORT_LOCK_FILE)).map_err(|error| match error {
        LockError::Held => ImportError::Busy,
        LockError::Io(error) => ImportError::Write(error),
    })?;
    remove_parts(folder).map_err(ImportError::Write)?;
    let result = write_part(dump, folder, report).and_then(|info| {
        let database = info.database;
        std::fs::rename(folder.join(database.part_file_name()), folder.join(database.file_name()))
            .and_then(|()| std::fs::File::open(folder)?.sync_all())
            .map_err(ImportError::Write)?;
        Ok(info)
    });
    if result.is_err() {
        // If this fails, the next import removes the files.
        let _ = remove_parts(folder);
    }
    result
}

/// Removes the catalog of a database and temporary files of an import. Returns false if there was no catalog.
///
/// # Errors
/// Returns [`RemoveCatalogError`] if an import is running or a file cannot be removed.
pub fn remove_catalog(folder: &Path, database: Database) -> Result<bool, RemoveCatalogError> {
    if !folder.exists() {
        return Ok(false);
    }
    let _lock = FileLock::try_acquire(&folder.join(IMPORT_LOCK_FILE)).map_err(|error| match error {
        LockError::Held => RemoveCatalogError::Busy,
        LockError::Io(error) => RemoveCatalogError::Io(error),
    })?;
    remove_file(&folder.join(database.part_file_name()))
        .and_then(|_| remove_file(&folder.join(database.file_name())))
        .map_err(RemoveCatalogError::Io)
}

fn remove_parts(folder: &Path) -> io::Result<()> {
    Database::ALL.into_iter().try_for_each(|database| remove_file(&folder.join(database.part_file_name())).map(|_| ()))
}

/// Removes a file. Returns false if it did not exist.
fn remove_file(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A dump that is being read, with the known facts about the file.
struct DumpSource<'a> {
    name: String,
    date: Option<DumpDate>,
    stated_date: Option<DumpDate>,
    expected_sha256: Option<String>,
    is_unlisted: bool,
    folder: &'a Path,
    messages: Receiver<DumpResult>,
    read: Arc<InputState>,
    size: Option<u64>,
}

impl DumpSource<'_> {
    fn next_message(&self) -> Result<DumpMessage, ImportError> {
        let message = self.messages.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()));
        message.map_err(|error| {
            let (name, bytes) = (self.name.clone(), self.read.bytes.load(Ordering::Relaxed));
            if self.read.has_failed.load(Ordering::Relaxed) {
                ImportError::Interrupted { name, error, bytes }
            } else {
                ImportError::Damaged { name, error, bytes }
            }
        })
    }

    fn progress(&self, releases: u64, is_sorting: bool) -> ImportProgress {
        ImportProgress { bytes_read: self.read.bytes.load(Ordering::Relaxed), size: self.size, releases, is_sorting }
    }

    /// Returns the date of the dump. What the dump says itself counts; the operator may only add what is missing.
    fn date<F: DumpFormat>(&self) -> Result<DumpDate, ImportError> {
        match (self.date, self.stated_date) {
            (Some(date), Some(stated)) if date != stated => {
                Err(ImportError::OtherDate { name: self.name.clone(), date, stated })
            }
            (date, stated) => date.or(stated).ok_or_else(|| self.undated::<F>()),
        }
    }

    /// Returns the error for a dump without a date: what its beginning is, if it is not a dump.
    fn undated<F: DumpFormat>(&self) -> ImportError {
        let mut format = F::default();
        let block = match self.next_message() {
            Ok(DumpMessage::Block(block)) => block,
            Ok(_) => return ImportError::Empty { name: self.name.clone() },
            Err(error) => return error,
        };
        match format.push_block(&block).and_then(|()| format.finish()) {
            Err(error @ (SplitError::Empty | SplitError::NotReleases(_))) => self.split_error(error, 0),
            Ok(_) | Err(SplitError::Truncated) => ImportError::UnknownDate { name: self.name.clone() },
        }
    }

    fn split_error(&self, error: SplitError, releases: u64) -> ImportError {
        let name = self.name.clone();
        match error {
            SplitError::Empty => ImportError::Empty { name },
            SplitError::NotReleases(found) => ImportError::NotReleases { name, found },
            SplitError::Truncated => ImportError::Truncated { name, releases },
        }
    }

    fn not_releases(&self, found: String) -> ImportError {
        ImportError::NotReleases { name: self.name.clone(), found }
    }

    fn unknown_schema(&self, number: String) -> ImportError {
        ImportError::UnknownSchema { name: self.name.clone(), number }
    }
}

/// Reads the dump on a separate thread and imports it on this one.
fn write_part(
    dump: DumpFile,
    folder: &Path,
    report: &mut dyn FnMut(ImportProgress),
) -> Result<CatalogInfo, ImportError> {
    let read = Arc::<InputState>::default();
    let DumpFile { name, input, size, date, stated_date, expected_sha256, is_unlisted } = dump;
    let input = HashingReader::new(input, read.clone());
    let (sender, messages) = sync_channel(WAITING_BLOCKS);
    let source = DumpSource { name, date, stated_date, expected_sha256, is_unlisted, folder, messages, read, size };
    std::thread::scope(|threads| {
        threads.spawn(move || send_dump(input, &sender));
        import_content(source, report)
    })
}

/// Waits until the type of the content is known, then imports it.
fn import_content(
    mut source: DumpSource<'_>,
    report: &mut dyn FnMut(ImportProgress),
) -> Result<CatalogInfo, ImportError> {
    loop {
        let database = match source.next_message()? {
            DumpMessage::Database(database) => database,
            DumpMessage::Date(date) => {
                source.date.get_or_insert(date);
                continue;
            }
            DumpMessage::NotReleases(found) => return Err(source.not_releases(found)),
            DumpMessage::UnknownSchema(number) => return Err(source.unknown_schema(number)),
            DumpMessage::Block(_) | DumpMessage::End(_) => return Err(ImportError::Empty { name: source.name }),
        };
        return match database {
            Database::Discogs => Import::<DiscogsFormat>::new(source)?.run(report),
            Database::MusicBrainz => Import::<MusicBrainzFormat>::new(source)?.run(report),
        };
    }
}

/// An import in progress.
struct Import<'a, F> {
    source: DumpSource<'a>,
    format: F,
    writer: CatalogWriter,
    skipped: SkippedReleases,
    /// Numbers of all releases in the dump.
    seen: IdSet,
    /// Numbers of the releases in the catalog.
    stored: IdSet,
    /// Barcodes per stored release, for releases that do not have exactly one.
    other_barcode_counts: HashMap<u64, u64>,
    barcodes: u64,
    tells_front_covers: bool,
}

impl<'a, F: DumpFormat> Import<'a, F> {
    fn new(source: DumpSource<'a>) -> Result<Self, ImportError> {
        let part = source.folder.join(F::Record::DATABASE.part_file_name());
        let writer = CatalogWriter::create(&part, source.folder).map_err(ImportError::Write)?;
        Ok(Self {
            source,
            format: F::default(),
            writer,
            skipped: SkippedReleases::default(),
            seen: IdSet::default(),
            stored: IdSet::default(),
            other_barcode_counts: HashMap::new(),
            barcodes: 0,
            tells_front_covers: false,
        })
    }

    /// Reads the whole dump, checks it, and completes the catalog file.
    fn run(mut self, report: &mut dyn FnMut(ImportProgress)) -> Result<CatalogInfo, ImportError> {
        let date = self.source.date::<F>()?;
        self.check_date(date)?;
        let sha256 = self.read_blocks(report)?;
        self.read_last_record()?;
        let (name, expected) = (self.source.name.clone(), self.source.expected_sha256.take());
        let checksum_verified = expected.is_some();
        if let Some(expected) = expected.filter(|expected| *expected != sha256) {
            return Err(ImportError::WrongChecksum { name, expected, found: sha256 });
        }
        self.check_content()?;
        self.check_size()?;
        report(self.source.progress(self.seen.len(), true));
        let info = CatalogInfo {
            database: F::Record::DATABASE,
            dump_date: date,
            source: name,
            sha256,
            checksum_verified,
            is_unlisted: self.source.is_unlisted,
            imported_at: Timestamp::now(),
            releases_in_dump: self.seen.len(),
            releases: self.stored.len(),
            barcodes: self.barcodes,
            tells_front_covers: self.tells_front_covers,
            skipped: self.skipped,
        };
        self.writer.finish(&info).map_err(ImportError::Write)?;
        Ok(info)
    }

    /// Processes all blocks and returns the SHA-256 digest of the file.
    fn read_blocks(&mut self, report: &mut dyn FnMut(ImportProgress)) -> Result<String, ImportError> {
        loop {
            match self.source.next_message()? {
                DumpMessage::Block(block) => self.read_block(&block)?,
                DumpMessage::End(sha256) => return Ok(sha256),
                DumpMessage::NotReleases(found) => return Err(self.source.not_releases(found)),
                DumpMessage::UnknownSchema(number) => return Err(self.source.unknown_schema(number)),
                DumpMessage::Database(_) | DumpMessage::Date(_) => {}
            }
            report(self.source.progress(self.seen.len(), false));
        }
    }

    fn read_block(&mut self, block: &[u8]) -> Result<(), ImportError> {
        self.format.push_block(block).map_err(|error| self.split_error(error))?;
        while let Some(text) = self.format.next_text() {
            self.read_record(&text).map_err(ImportError::Write)?;
        }
        self.record_damaged();
        Ok(())
    }

    fn record_damaged(&mut self) {
        for damaged in self.format.take_damaged() {
            self.skipped.record_broken(damaged.name, &damaged.reason);
        }
    }

    fn read_record(&mut self, text: &str) -> io::Result<()> {
        let (number, record, is_repeated) = match self.parse_record(text) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Ok(()),
            Err(reason) => {
                self.skipped.record_broken(self.format.describe(text), &reason);
                return Ok(());
            }
        };
        let is_accepted = record.is_accepted();
        let barcodes = if is_accepted { record.barcodes() } else { Vec::new() };
        self.forget_earlier(number);
        self.skipped.not_accepted += u64::from(!is_accepted);
        let has_index_key = !barcodes.is_empty() || !record.discogs_links().is_empty();
        if has_index_key {
            self.stored.insert(number);
            self.tells_front_covers |= record.has_front_cover();
            self.count_barcodes(number, barcodes.len() as u64);
        } else if !is_repeated {
            self.skipped.without_valid_barcode += u64::from(is_accepted);
            return Ok(());
        }
        self.writer.add_record(&record, &barcodes)
    }

    /// Parses a record that the catalog may keep. Returns its number, the record, and whether an earlier record has
    /// the same number; `None` for a record without a key.
    fn parse_record(&mut self, text: &str) -> Result<Option<(u64, F::Record, bool)>, String> {
        let scanned = self.format.scan(text)?;
        let is_repeated = !self.seen.insert(scanned.number);
        // A repeated release replaces its earlier form, even if it no longer has a barcode.
        self.skipped.repeated += u64::from(is_repeated);
        if !scanned.has_key && !is_repeated {
            self.skipped.without_barcode += 1;
            return Ok(None);
        }
        let record = scanned.record.map_or_else(|| self.format.parse(text), Ok)?;
        Ok(Some((scanned.number, record, is_repeated)))
    }

    fn count_barcodes(&mut self, number: u64, count: u64) {
        if count != 1 {
            self.other_barcode_counts.insert(number, count);
        }
        self.barcodes += count;
    }

    /// Subtracts an earlier form of the release from the counts.
    fn forget_earlier(&mut self, number: u64) {
        if self.stored.remove(number) {
            self.barcodes -= self.other_barcode_counts.remove(&number).unwrap_or(1);
        }
    }

    fn split_error(&self, error: SplitError) -> ImportError {
        self.source.split_error(error, self.seen.len())
    }

    /// Reads the last record and checks that the dump is complete.
    fn read_last_record(&mut self) -> Result<(), ImportError> {
        if let Some(last) = self.format.finish().map_err(|error| self.split_error(error))? {
            self.read_record(&last).map_err(ImportError::Write)?;
        }
        self.record_damaged();
        Ok(())
    }

    /// Checks that the dump has releases, and few broken ones.
    fn check_content(&self) -> Result<(), ImportError> {
        let name = self.source.name.clone();
        let SkippedReleases { broken, without_barcode, without_valid_barcode, not_accepted, .. } = self.skipped;
        let intact = self.stored.len() + without_barcode + without_valid_barcode + not_accepted;
        if broken > MAX_BROKEN_RELEASES.max(self.seen.len() / RELEASES_PER_BROKEN) || broken > intact {
            let example = self.skipped.broken_examples.first().cloned().unwrap_or_default();
            return Err(ImportError::TooManyBroken { name, broken, example });
        }
        if self.seen.len() == 0 {
            return Err(ImportError::Empty { name });
        }
        Ok(())
    }

    /// Rejects a dump that is older than the catalog, or that has a future date: later dumps would be older than it.
    fn check_date(&self, date: DumpDate) -> Result<(), ImportError> {
        if date.is_after(Timestamp::now()) {
            return Err(ImportError::FutureDate { name: self.source.name.clone(), date });
        }
        // An unreadable catalog may be replaced by any dump.
        let Ok(Some(previous)) = OfflineCatalog::<F::Record>::open(self.source.folder) else { return Ok(()) };
        let previous_date = previous.info().dump_date;
        if date < previous_date {
            return Err(ImportError::Older {
                name: self.source.name.clone(),
                date,
                previous_date,
                database: F::Record::DATABASE,
            });
        }
        Ok(())
    }

    /// Rejects a dump that has less than half as many releases as the previous one, in total or after filtering: a
    /// changed barcode format could leave none. Without a previous one, a single release is enough.
    fn check_size(&self) -> Result<(), ImportError> {
        let (name, releases, stored) = (self.source.name.clone(), self.seen.len(), self.stored.len());
        // An unreadable catalog may be replaced by any dump in which something can be found.
        let Ok(Some(previous)) = OfflineCatalog::<F::Record>::open(self.source.folder) else {
            return if stored == 0 { Err(ImportError::NoBarcodes { name, releases }) } else { Ok(()) };
        };
        let previous = previous.info();
        let (previous_date, database) = (previous.dump_date, F::Record::DATABASE);
        if releases < previous.releases_in_dump.div_ceil(2) {
            return Err(ImportError::Shrunk {
                name,
                releases,
                previous: previous.releases_in_dump,
                previous_date,
                database,
            });
        }
        if stored < previous.releases.div_ceil(2) {
            return Err(ImportError::FewerBarcodes {
                name,
                stored,
                previous: previous.releases,
                previous_date,
                database,
            });
        }
        Ok(())
    }
}
