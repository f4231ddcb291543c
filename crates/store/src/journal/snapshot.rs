//! Snapshots of large projections on disk: a job of a million items opens without reading all its events.
//!
//! ```text
//! boards/batch_20240318_143022_0.board := magic, chunk, chunk, …, head, length and CRC-32 of the head
//!     chunk: [`ItemList::CHUNK_LEN`] items (postcard)
//!     head:  the projection without its items, length and CRC-32 of each chunk (JSON)
//! ```
//!
//! Snapshots can be rebuilt: the events are authoritative. A snapshot names its last event; later events are applied
//! to it. A snapshot that is damaged, has another format or belongs to another journal is ignored.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use files::AtomicFile;
use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::model::DetailLevel;
use super::replay::catch_up;
use super::storage::StorageReader;
use crate::location::StoreLocation;
use crate::store_files::SNAPSHOT_DIR;
use domain::copy_terms::CopyTerms;
use domain::event::Seq;
use domain::item::{Item, Stage};
use domain::item_list::{ChunkLoader, ItemList};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::money::Money;
use domain::outcome::Status;
use domain::pricing::Confidence;
use domain::upc::Upc;

/// Magic bytes with the format number. Increase the number with every change of the format, here or in
/// [`SnapshotItem`]: snapshots with another number are ignored.
const FORMAT_MAGIC: &[u8; 8] = b"dmboard8";

/// Minimum items for a snapshot: the events of a smaller job are read as fast.
const MIN_SNAPSHOT_ITEMS: usize = 10_000;

/// Bytes of the footer: length and CRC-32 of the head, four bytes each, little-endian.
const FOOTER_LEN: usize = 8;

/// An item in a snapshot; postcard writes the fields in this order.
#[derive(Serialize, Deserialize)]
struct SnapshotItem<'a> {
    upc: u64,
    copies: u32,
    stage: u8,
    has_price: bool,
    has_cover: bool,
    paused: bool,
    artist: Option<&'a str>,
    title: Option<&'a str>,
    format: Option<&'a str>,
    /// Minor units and ISO 4217 code.
    price: Option<(i64, &'a str)>,
    score: Option<u8>,
    status: Option<u8>,
    error: Option<&'a str>,
    confidence: Option<Confidence>,
    offer_id: Option<&'a str>,
    located_sku: Option<&'a str>,
    drafts: u16,
    terms: Option<Cow<'a, CopyTerms>>,
    started_at: Option<NonZeroU32>,
    ended_at: Option<NonZeroU32>,
}

/// The snapshots of a store.
#[derive(Clone, Debug)]
pub(super) struct SnapshotStore {
    folder: PathBuf,
    location: StoreLocation,
}

impl SnapshotStore {
    pub(super) fn for_location(location: &StoreLocation) -> Self {
        Self { folder: location.data_dir().join(SNAPSHOT_DIR), location: location.clone() }
    }

    fn path_for(&self, job: &JobId) -> PathBuf {
        self.folder.join(format!("{job}.board"))
    }

    /// Removes the snapshot of a deleted job.
    pub(super) fn remove_snapshot(&self, job: &JobId) {
        std::fs::remove_file(self.path_for(job)).ok();
        self.remove_earlier_snapshot(job);
    }

    /// Removes the second snapshot of a job, which earlier versions wrote and nothing reads.
    fn remove_earlier_snapshot(&self, job: &JobId) {
        std::fs::remove_file(self.folder.join(format!("{job}.earlier.board"))).ok();
    }

    /// Removes all snapshots, because they do not match the events of another journal file.
    ///
    /// # Errors
    /// Returns the I/O error if the folder cannot be removed.
    pub(super) fn remove_all(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn should_snapshot(projection: &JobProjection) -> bool {
        projection.items().len() >= MIN_SNAPSHOT_ITEMS
    }

    /// Writes a snapshot atomically.
    ///
    /// # Errors
    /// Returns the I/O error if the snapshot cannot be written.
    pub(super) fn write_snapshot(&self, projection: &JobProjection) -> io::Result<()> {
        files::create_inner_folder(&self.folder)?;
        let mut file = AtomicFile::create_in(&self.folder, ".", ".tmp")?;
        file.write_all(FORMAT_MAGIC)?;
        let mut chunks = Vec::new();
        let items = projection.items();
        for start in (0..items.len()).step_by(ItemList::CHUNK_LEN) {
            let mut positions = start..items.len().min(start + ItemList::CHUNK_LEN);
            let chunk = positions.try_fold(Vec::new(), |chunk, position| {
                let item = items.get(position).ok_or_else(|| io::Error::other("an item of it cannot be read"))?;
                postcard::to_extend(&to_snapshot_item(item), chunk).map_err(io::Error::other)
            })?;
            chunks.push(Checksum::for_bytes(&chunk)?);
            file.write_all(&chunk)?;
        }
        let head = serde_json::to_vec(&SnapshotHead { projection, chunks })?;
        let Checksum { length, crc } = Checksum::for_bytes(&head)?;
        file.write_all(&head)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&crc.to_le_bytes())?;
        self.remove_earlier_snapshot(&projection.job);
        file.finish()?.replace(&self.path_for(&projection.job))
    }

    /// Reads a snapshot of a job; `None` if there is no usable one.
    pub(super) fn read_snapshot(&self, job: &JobId) -> Option<JobProjection> {
        let path = self.path_for(job);
        let file = File::open(&path).ok()?;
        let projection = read_snapshot_file(&file, &path, &self.location).filter(|projection| projection.job == *job);
        if projection.is_none() {
            tracing::warn!(path = %path.display(), "the snapshot is damaged or from another version; reading the events instead");
        }
        projection
    }
}

/// Length and CRC-32 of a byte sequence.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Checksum {
    length: u32,
    crc: u32,
}

impl Checksum {
    fn for_bytes(bytes: &[u8]) -> io::Result<Self> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(Self { length, crc: crc32fast::hash(bytes) })
    }

    /// Reads the bytes at an offset; `None` if they do not match this checksum.
    fn read_verified(self, file: &File, offset: u64) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.length as usize];
        file.read_exact_at(&mut bytes, offset).ok()?;
        (crc32fast::hash(&bytes) == self.crc).then_some(bytes)
    }
}

/// The part of a snapshot after the chunks; see the module documentation.
#[derive(Serialize, Deserialize)]
struct SnapshotHead<P> {
    #[serde(rename = "board")]
    projection: P,
    #[serde(rename = "parts")]
    chunks: Vec<Checksum>,
}

/// Reads the whole file and verifies its checksums. Decodes only the items of the first and the last chunk, to detect
/// another format; the other chunks are decoded on first use.
fn read_snapshot_file(file: &File, path: &Path, location: &StoreLocation) -> Option<JobProjection> {
    let length = file.metadata().ok()?.len();
    let mut magic = [0; FORMAT_MAGIC.len()];
    file.read_exact_at(&mut magic, 0).ok()?;
    let (head_offset, head) = read_head(file, length).filter(|_| magic == *FORMAT_MAGIC)?;
    let count = usize::try_from(head.projection.counts.total).ok()?;
    let chunks = chunk_offsets(&head.chunks);
    let end = chunks.last().map_or(FORMAT_MAGIC.len() as u64, |(offset, sum)| offset + u64::from(sum.length));
    if end != head_offset || chunks.len() != count.div_ceil(ItemList::CHUNK_LEN) {
        return None;
    }
    let chunks = read_chunks(file, &chunks)?;
    let positions = |index: usize| index * ItemList::CHUNK_LEN..count.min((index + 1) * ItemList::CHUNK_LEN);
    let is_readable =
        |index: usize| decode_items(&chunks[index]).is_some_and(|items| items.len() == positions(index).len());
    if count > 0 && !(is_readable(0) && is_readable(chunks.len() - 1)) {
        return None;
    }
    let replay = Arc::new(LazyReplay::new(&head.projection, path, location));
    let loaders = chunks.into_iter().enumerate().map(|(index, chunk)| {
        let (positions, replay) = (positions(index), replay.clone());
        Box::new(move || load_chunk(&chunk, positions, &replay)) as ChunkLoader
    });
    Some(head.projection.with_items(ItemList::from_lazy_chunks(count, loaders)))
}

/// Reads the head and returns it with its offset; `None` if it is damaged.
fn read_head(file: &File, length: u64) -> Option<(u64, SnapshotHead<JobProjection>)> {
    let mut footer = [0; FOOTER_LEN];
    let footer_offset = length.checked_sub(FOOTER_LEN as u64)?;
    file.read_exact_at(&mut footer, footer_offset).ok()?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = footer;
    let sum = Checksum { length: u32::from_le_bytes([l0, l1, l2, l3]), crc: u32::from_le_bytes([c0, c1, c2, c3]) };
    let head_offset = footer_offset.checked_sub(u64::from(sum.length))?;
    Some((head_offset, serde_json::from_slice(&sum.read_verified(file, head_offset)?).ok()?))
}

/// Returns each chunk's checksum with its offset.
fn chunk_offsets(chunks: &[Checksum]) -> Vec<(u64, Checksum)> {
    let mut offset = FORMAT_MAGIC.len() as u64;
    let with_offset = |sum: &Checksum| {
        let start = offset;
        offset += u64::from(sum.length);
        (start, *sum)
    };
    chunks.iter().map(with_offset).collect()
}

/// Reads the first half of the chunks on this thread and the second half on another thread.
fn read_chunks(file: &File, chunks: &[(u64, Checksum)]) -> Option<Vec<Vec<u8>>> {
    let read = |chunks: &[(u64, Checksum)]| -> Option<Vec<Vec<u8>>> {
        chunks.iter().map(|(offset, sum)| sum.read_verified(file, *offset)).collect()
    };
    let (first, second) = chunks.split_at(chunks.len().div_ceil(2));
    std::thread::scope(|scope| {
        let second_half = scope.spawn(|| read(second));
        let mut all = read(first)?;
        all.append(&mut second_half.join().ok()??);
        Some(all)
    })
}

/// Decodes the items of a chunk. If decoding fails despite a valid checksum, another version wrote the chunk, and the
/// items are replayed from the events.
fn load_chunk(chunk: &[u8], positions: Range<usize>, replay: &LazyReplay) -> Vec<Item> {
    decode_items(chunk).filter(|items| items.len() == positions.len()).unwrap_or_else(|| replay.items(positions))
}

/// Replays the items of a snapshot from its events on first use, for chunks that cannot be decoded.
struct LazyReplay {
    job: JobId,
    /// Position of the snapshot's last event.
    position: Seq,
    path: PathBuf,
    location: StoreLocation,
    items: OnceLock<Option<ItemList>>,
}

impl LazyReplay {
    fn new(projection: &JobProjection, path: &Path, location: &StoreLocation) -> Self {
        let (job, position) = (projection.job.clone(), projection.position);
        Self { job, position, path: path.to_owned(), location: location.clone(), items: OnceLock::new() }
    }

    fn items(&self, positions: Range<usize>) -> Vec<Item> {
        let items = self.items.get_or_init(|| {
            let removed = std::fs::remove_file(&self.path).is_ok();
            tracing::error!(path = %self.path.display(), removed, "part of the snapshot has another format; reading the events instead");
            self.replay().inspect_err(|error| tracing::error!(%error, job = %self.job, "cannot read the events")).ok()
        });
        let items = items.iter().flat_map(|items| items.iter_from(positions.start));
        items.take(positions.len()).cloned().collect()
    }

    /// Replays the events up to the snapshot's position on a separate thread with its own runtime, because synchronous
    /// code on any thread loads chunks.
    fn replay(&self) -> io::Result<ItemList> {
        let (location, empty, last) = (self.location.clone(), JobProjection::new(self.job.clone()), self.position);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let reader = StorageReader::open(&location).await.map_err(io::Error::other)?;
                let projection = catch_up(&reader, empty, DetailLevel::Rows, Some(last)).await;
                projection.map(|projection| projection.items().clone()).map_err(io::Error::other)
            })
        });
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the replay panicked")))
    }
}

fn decode_items(chunk: &[u8]) -> Option<Vec<Item>> {
    let (mut items, mut rest) = (Vec::with_capacity(ItemList::CHUNK_LEN), chunk);
    let mut errors = HashSet::new();
    while !rest.is_empty() {
        let (item, after) = postcard::take_from_bytes::<SnapshotItem<'_>>(rest).ok()?;
        let previous = items.last().and_then(|item: &Item| item.terms.clone());
        items.push(from_snapshot_item(item, &mut errors, previous)?);
        rest = after;
    }
    Some(items)
}

/// Converts an item. Names every field, so that a new field does not compile until it is added here; then change
/// [`FORMAT_MAGIC`] too.
fn to_snapshot_item(item: &Item) -> SnapshotItem<'_> {
    let Item {
        upc,
        copies,
        stage,
        has_price,
        has_cover,
        paused,
        artist,
        title,
        format,
        price,
        score,
        status,
        error,
        confidence,
        offer_id,
        located_sku,
        drafts,
        terms,
        started_at,
        ended_at,
    } = item;
    SnapshotItem {
        upc: upc.number(),
        copies: *copies,
        stage: *stage as u8,
        has_price: *has_price,
        has_cover: *has_cover,
        paused: *paused,
        artist: artist.as_deref(),
        title: title.as_deref(),
        format: format.as_deref(),
        price: price.map(|price| (price.minor, price.currency.code())),
        score: *score,
        status: status.map(|status| status as u8),
        error: error.as_deref(),
        confidence: *confidence,
        offer_id: offer_id.as_deref(),
        located_sku: located_sku.as_deref(),
        drafts: *drafts,
        terms: terms.as_deref().map(Cow::Borrowed),
        started_at: *started_at,
        ended_at: *ended_at,
    }
}

/// Converts an item. Items with the same error share its text, which is one of `errors`; an item with the terms of the
/// previous one shares them.
fn from_snapshot_item(
    stored: SnapshotItem<'_>,
    errors: &mut HashSet<Arc<str>>,
    previous: Option<Arc<CopyTerms>>,
) -> Option<Item> {
    let status = match stored.status {
        Some(number) => Some(*Status::ALL.get(usize::from(number))?),
        None => None,
    };
    let price = match stored.price {
        Some((minor, code)) => Some(Money::from_minor(minor, Currency::from_code(code)?)),
        None => None,
    };
    Some(Item {
        upc: Upc::from_number(stored.upc).ok()?,
        copies: stored.copies,
        stage: *Stage::ALL.get(usize::from(stored.stage))?,
        has_price: stored.has_price,
        has_cover: stored.has_cover,
        paused: stored.paused,
        artist: stored.artist.map(Into::into),
        title: stored.title.map(Into::into),
        format: stored.format.map(Into::into),
        price,
        score: stored.score,
        status,
        error: stored.error.map(|text| share_text(errors, text)),
        confidence: stored.confidence,
        offer_id: stored.offer_id.map(Into::into),
        located_sku: stored.located_sku.map(Into::into),
        drafts: stored.drafts,
        terms: stored.terms.map(|terms| share_terms(previous, terms)),
        started_at: stored.started_at,
        ended_at: stored.ended_at,
    })
}

fn share_terms(known: Option<Arc<CopyTerms>>, terms: Cow<'_, CopyTerms>) -> Arc<CopyTerms> {
    known.filter(|known| **known == *terms).unwrap_or_else(|| Arc::new(terms.into_owned()))
}

fn share_text(texts: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return known.clone();
    }
    let new: Arc<str> = text.into();
    texts.insert(new.clone());
    new
}
