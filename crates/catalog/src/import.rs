//! Imports a dump: one thread reads and unpacks it, the other one parses and writes.
//!
//! The new catalog is written under a temporary name and renamed when it is complete and on the disk. Whatever ends an
//! import before that leaves the old catalog in use; the next import removes what it left.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use files::{FileLock, LockError};
use jiff::Timestamp;
use memchr::memmem;

use super::dump_file::{DumpContent, DumpFile, HashingReader};
use super::id_set::{IdSet, MAX_RELEASE_ID};
use super::import_error::ImportError;
use super::info::{CatalogInfo, DumpDate, SkippedReleases};
use super::parse::parse_release;
use super::read::{CATALOG_FILE, OfflineCatalog, release_barcodes};
use super::split::{ReleaseSplitter, SplitError, read_id};
use super::write::CatalogWriter;

/// Name of a catalog that is not complete.
const PART_FILE: &str = "discogs.catalog.part";

/// Locked by the process that imports.
const LOCK_FILE: &str = "import.lock";

/// Bytes of unpacked text that the threads pass on at once.
const BLOCK_BYTES: usize = 1024 * 1024;

/// Blocks that may wait between the threads.
const WAITING_BLOCKS: usize = 8;

/// Broken releases up to which a dump is taken, whatever its size.
const MAX_BROKEN_RELEASES: u64 = 100;

/// The part of a large dump that may be broken: one release in this many.
const RELEASES_PER_BROKEN: u64 = 1_000;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes read of the file.
    pub bytes_read: u64,
    /// Size of the file, if it is known.
    pub size: Option<u64>,
    /// Releases seen.
    pub releases: u64,
    /// True while the index is sorted, after the file was read.
    pub is_sorting: bool,
}

/// Imports `dump` into `folder` and replaces the catalog there. `report` is called a few times a second.
///
/// # Errors
/// Returns [`ImportError`] if the dump was not imported; the catalog is then unchanged.
pub fn import_dump(
    dump: DumpFile,
    folder: &Path,
    report: &mut dyn FnMut(ImportProgress),
) -> Result<CatalogInfo, ImportError> {
    let _lock = FileLock::try_acquire(&folder.join(LOCK_FILE)).map_err(|error| match error {
        LockError::Held => ImportError::Busy,
        LockError::Io(error) => ImportError::Write(error),
    })?;
    let part = folder.join(PART_FILE);
    let result = write_part(dump, folder, report).and_then(|info| {
        std::fs::rename(&part, folder.join(CATALOG_FILE)).map_err(ImportError::Write)?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(ImportError::Write)?;
        Ok(info)
    });
    if result.is_err() {
        // It may not exist. What cannot be removed now is overwritten by the next import.
        let _ = std::fs::remove_file(&part);
    }
    result
}

/// Removes the catalog and what an ended import left. Returns false if there was none.
///
/// # Errors
/// Returns the error of the system if a file cannot be removed.
pub fn remove_catalog(folder: &Path) -> io::Result<bool> {
    let mut is_removed = false;
    for name in [CATALOG_FILE, PART_FILE] {
        match std::fs::remove_file(folder.join(name)) {
            Ok(()) => is_removed |= name == CATALOG_FILE,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(is_removed)
}

fn write_part(
    dump: DumpFile,
    folder: &Path,
    report: &mut dyn FnMut(ImportProgress),
) -> Result<CatalogInfo, ImportError> {
    let writer = CatalogWriter::create(&folder.join(PART_FILE), folder).map_err(ImportError::Write)?;
    let bytes = Arc::new(AtomicU64::new(0));
    let DumpFile { name, input, size, date, expected_sha256 } = dump;
    let input = HashingReader::new(input, bytes.clone());
    let (sender, blocks) = sync_channel(WAITING_BLOCKS);
    let mut import = Import::new(name, writer);
    let progress =
        |releases, is_sorting| ImportProgress { bytes_read: bytes.load(Ordering::Relaxed), size, releases, is_sorting };
    let sha256 = std::thread::scope(|threads| {
        threads.spawn(move || send_blocks(input, &sender));
        import.read_blocks(&blocks, &mut |releases| report(progress(releases, false)))
    })
    .map_err(|error| with_position(error, bytes.load(Ordering::Relaxed)))?;
    import.check_complete()?;
    if let Some(expected) = expected_sha256.clone().filter(|expected| *expected != sha256) {
        return Err(ImportError::WrongChecksum { name: import.name, expected, found: sha256 });
    }
    import.check_size(folder)?;
    report(progress(import.seen.len(), true));
    let info = import.describe(date, sha256, expected_sha256.is_some());
    import.writer.finish(&info).map_err(ImportError::Write)?;
    Ok(info)
}

/// A message of the reading thread.
enum BlockMessage {
    Block(Vec<u8>),
    /// All was read; the SHA-256 of the file.
    End(String),
}

type BlockResult = Result<BlockMessage, io::Error>;

/// Reads and unpacks the dump, and sends it in blocks. Ends early if nobody receives them.
fn send_blocks(input: HashingReader, sender: &SyncSender<BlockResult>) {
    let end = DumpContent::new(input).and_then(|mut content| {
        loop {
            let mut block = Vec::with_capacity(BLOCK_BYTES);
            content.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
            if block.is_empty() {
                return content.into_sha256().map(BlockMessage::End);
            }
            if sender.send(Ok(BlockMessage::Block(block))).is_err() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
    });
    let _ = sender.send(end);
}

/// An import in progress.
struct Import {
    name: String,
    splitter: ReleaseSplitter,
    writer: CatalogWriter,
    barcode_finder: memmem::Finder<'static>,
    skipped: SkippedReleases,
    /// Ids of all releases of the dump.
    seen: IdSet,
    /// Ids of the releases with a valid barcode.
    stored: IdSet,
    /// How many barcodes these have, if it is not one.
    several_barcodes: HashMap<u64, u64>,
    barcodes: u64,
}

impl Import {
    fn new(name: String, writer: CatalogWriter) -> Self {
        Self {
            name,
            splitter: ReleaseSplitter::default(),
            writer,
            barcode_finder: memmem::Finder::new(b"\"Barcode\""),
            skipped: SkippedReleases::default(),
            seen: IdSet::default(),
            stored: IdSet::default(),
            several_barcodes: HashMap::new(),
            barcodes: 0,
        }
    }

    /// Takes all blocks in, and returns the SHA-256 of the file.
    fn read_blocks(
        &mut self,
        blocks: &Receiver<BlockResult>,
        report: &mut dyn FnMut(u64),
    ) -> Result<String, ImportError> {
        let damaged = |name: &str, error| ImportError::Damaged { name: name.to_owned(), error, bytes: 0 };
        loop {
            let message = blocks.recv().map_err(|_| damaged(&self.name, io::ErrorKind::BrokenPipe.into()))?;
            match message.map_err(|error| damaged(&self.name, error))? {
                BlockMessage::Block(block) => self.read_block(&block)?,
                BlockMessage::End(sha256) => return Ok(sha256),
            }
            report(self.seen.len());
        }
    }

    fn read_block(&mut self, block: &[u8]) -> Result<(), ImportError> {
        self.splitter.push_block(block).map_err(|error| self.split_error(error))?;
        while let Some(xml) = self.splitter.next_release() {
            self.read_release(&xml).map_err(ImportError::Write)?;
        }
        for damaged in self.splitter.take_damaged() {
            self.skipped.record_broken(damaged.id, &damaged.reason);
        }
        Ok(())
    }

    fn read_release(&mut self, xml: &str) -> io::Result<()> {
        let id = read_id(xml.as_bytes());
        let has_barcode = self.barcode_finder.find(xml.as_bytes()).is_some();
        let is_repeated = id.is_some_and(|id| !self.seen.insert(id));
        match id {
            // A release that occurs again replaces its earlier form, also if it has no barcode any more.
            Some(id) if id <= MAX_RELEASE_ID => self.skipped.repeated += u64::from(is_repeated),
            _ => {
                self.skipped.record_broken(id, "the id is missing or too large");
                return Ok(());
            }
        }
        if !has_barcode && !is_repeated {
            self.skipped.without_barcode += 1;
            return Ok(());
        }
        let release = match parse_release(xml) {
            Ok(release) => release,
            Err(reason) => {
                self.skipped.record_broken(id, &reason);
                return Ok(());
            }
        };
        let barcodes = release_barcodes(&release);
        self.forget_barcodes(release.id);
        if barcodes.is_empty() && !is_repeated {
            self.skipped.without_valid_barcode += 1;
            return Ok(());
        }
        self.count_barcodes(release.id, barcodes.len() as u64);
        self.writer.add_release(&release, &barcodes)
    }

    fn count_barcodes(&mut self, id: u64, count: u64) {
        if count > 0 {
            self.stored.insert(id);
        }
        if count > 1 {
            self.several_barcodes.insert(id, count);
        }
        self.barcodes += count;
    }

    /// Takes back the count of an earlier form of the release.
    fn forget_barcodes(&mut self, id: u64) {
        if self.stored.remove(id) {
            self.barcodes -= self.several_barcodes.remove(&id).unwrap_or(1);
        }
    }

    fn split_error(&self, error: SplitError) -> ImportError {
        let name = self.name.clone();
        match error {
            SplitError::NotReleases(found) if found.is_empty() => ImportError::Empty { name },
            SplitError::NotReleases(found) => ImportError::NotReleases { name, found },
            SplitError::Truncated => ImportError::Truncated { name, releases: self.seen.len() },
        }
    }

    /// Checks that the dump is whole and sound.
    fn check_complete(&mut self) -> Result<(), ImportError> {
        self.splitter.finish().map_err(|error| self.split_error(error))?;
        let name = self.name.clone();
        if self.seen.len() == 0 {
            return Err(ImportError::Empty { name });
        }
        let broken = self.skipped.broken;
        if broken > MAX_BROKEN_RELEASES.max(self.seen.len() / RELEASES_PER_BROKEN) {
            let example = self.skipped.broken_examples.first().cloned().unwrap_or_default();
            return Err(ImportError::TooManyBroken { name, broken, example });
        }
        Ok(())
    }

    /// Refuses a dump with less than half of the releases in the catalog.
    fn check_size(&self, folder: &Path) -> Result<(), ImportError> {
        // A catalog that cannot be read is replaced by any dump.
        let Ok(Some(previous)) = OfflineCatalog::open(folder) else { return Ok(()) };
        let (releases, previous) = (self.seen.len(), previous.info());
        if releases >= previous.releases_in_dump.div_ceil(2) {
            return Ok(());
        }
        Err(ImportError::Shrunk {
            name: self.name.clone(),
            releases,
            previous: previous.releases_in_dump,
            previous_date: previous.dump_date,
        })
    }

    fn describe(&self, dump_date: DumpDate, sha256: String, checksum_verified: bool) -> CatalogInfo {
        CatalogInfo {
            dump_date,
            source: self.name.clone(),
            sha256,
            checksum_verified,
            imported_at: Timestamp::now(),
            releases_in_dump: self.seen.len(),
            releases: self.stored.len(),
            barcodes: self.barcodes,
            skipped: self.skipped.clone(),
        }
    }
}

/// Adds to an error how much was read.
fn with_position(error: ImportError, bytes: u64) -> ImportError {
    match error {
        ImportError::Damaged { name, error, .. } => ImportError::Damaged { name, error, bytes },
        other => other,
    }
}
