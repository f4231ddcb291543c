//! Boards of large jobs, kept beside the journal, so that a million items are there in a moment and not event by event.
//!
//! ```text
//! boards/batch_20240318_143022_0.board := mark, part, part, …, head, length and CRC-32 of the head
//!     part: [`Items::PART`] items (postcard)     head: the board without its items, length and CRC-32 of each part (JSON)
//! ```
//!
//! The journal stays the truth: a saved board says up to which event it goes, the events after that are folded in, and
//! one that is damaged, of another form, or of another journal is left aside.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroU32;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use domain::item::{Item, Stage};
use domain::item_list::{ChunkLoader, ItemList};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::money::Money;
use domain::outcome::Status;
use domain::pricing::Confidence;
use domain::upc::Upc;

/// Another number for every other form, here or in [`Kept`]: what was written before is then not read.
const FORMAT_MAGIC: &[u8; 8] = b"dmboard5";

/// Below this many items their events are read as fast.
const MIN_SNAPSHOT_ITEMS: usize = 10_000;

/// Length and checksum of the head, four bytes each, the lowest first.
const FOOTER_LEN: usize = 8;

const SNAPSHOT_DIR: &str = "boards";

/// An item, in the order of its bytes.
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
    /// Minor units, and the code of ISO 4217.
    price: Option<(i64, &'a str)>,
    score: Option<u8>,
    status: Option<u8>,
    error: Option<&'a str>,
    confidence: Option<Confidence>,
    offer_id: Option<&'a str>,
    started_at: Option<NonZeroU32>,
    ended_at: Option<NonZeroU32>,
}

/// Where the boards of a data directory are.
#[derive(Clone, Debug)]
pub(super) struct SnapshotStore {
    folder: PathBuf,
}

impl SnapshotStore {
    pub(super) fn for_data_dir(data_dir: &Path) -> Self {
        Self { folder: data_dir.join(SNAPSHOT_DIR) }
    }

    fn path_for(&self, job: &JobId) -> PathBuf {
        self.folder.join(format!("{job}.board"))
    }

    pub(super) fn should_snapshot(projection: &JobProjection) -> bool {
        projection.items().len() >= MIN_SNAPSHOT_ITEMS
    }

    /// Keeps a board, whole or not at all.
    ///
    /// # Errors
    /// Where the directory cannot be written.
    pub(super) fn write_snapshot(&self, projection: &JobProjection) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        file.write_all(FORMAT_MAGIC)?;
        let mut parts = Vec::new();
        let items = projection.items();
        for from in (0..items.len()).step_by(ItemList::CHUNK_LEN) {
            let mut places = from..items.len().min(from + ItemList::CHUNK_LEN);
            let part = places.try_fold(Vec::new(), |part, place| {
                let item = items.get(place).ok_or_else(|| io::Error::other("an item of it cannot be read"))?;
                postcard::to_extend(&to_snapshot_item(item), part).map_err(io::Error::other)
            })?;
            parts.push(PartChecksum::for_bytes(&part)?);
            file.write_all(&part)?;
        }
        let head = serde_json::to_vec(&SnapshotHead { projection, parts })?;
        let PartChecksum { length, crc } = PartChecksum::for_bytes(&head)?;
        file.write_all(&head)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(&crc.to_le_bytes())?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(self.path_for(&projection.job)).map_err(|error| error.error)?;
        Ok(())
    }

    /// The board that was kept of a job; `None` where there is none, or none that can be read.
    pub(super) fn read_snapshot(&self, job: &JobId) -> Option<JobProjection> {
        let path = self.path_for(job);
        let file = File::open(&path).ok()?;
        let projection = read_snapshot_file(&file, &path).filter(|projection| projection.job == *job);
        if projection.is_none() {
            tracing::warn!(path = %path.display(), "the saved board is damaged or of another version: events are read");
        }
        projection
    }
}

/// How long some bytes are, and their CRC-32.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct PartChecksum {
    length: u32,
    crc: u32,
}

impl PartChecksum {
    fn for_bytes(bytes: &[u8]) -> io::Result<Self> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(Self { length, crc: crc32fast::hash(bytes) })
    }

    /// The bytes that stand there; `None` where they are others than those that were written.
    fn read_verified(self, file: &File, at: u64) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.length as usize];
        file.read_exact_at(&mut bytes, at).ok()?;
        (crc32fast::hash(&bytes) == self.crc).then_some(bytes)
    }
}

#[derive(Serialize, Deserialize)]
struct SnapshotHead<B> {
    #[serde(rename = "board")]
    projection: B,
    parts: Vec<PartChecksum>,
}

/// The bytes of the whole file are read and compared with their sums; what they mean is read of the first and the last
/// part only, which would be of another form too.
fn read_snapshot_file(file: &File, path: &Path) -> Option<JobProjection> {
    let length = file.metadata().ok()?.len();
    let mut mark = [0; FORMAT_MAGIC.len()];
    file.read_exact_at(&mut mark, 0).ok()?;
    let (head_at, head) = read_head(file, length).filter(|_| mark == *FORMAT_MAGIC)?;
    let count = usize::try_from(head.projection.counts.total).ok()?;
    let parts = part_offsets(&head.parts);
    let end = parts.last().map_or(FORMAT_MAGIC.len() as u64, |(at, sum)| at + u64::from(sum.length));
    if end != head_at || parts.len() != count.div_ceil(ItemList::CHUNK_LEN) {
        return None;
    }
    let from = (0..count).step_by(ItemList::CHUNK_LEN);
    let readings = from.zip(read_parts(file, &parts)?).map(|(from, part)| {
        let (wanted, path) = (ItemList::CHUNK_LEN.min(count - from), path.to_owned());
        Box::new(move || load_part_items(&part, wanted, &path)) as ChunkLoader
    });
    let items = ItemList::from_lazy_chunks(count, readings);
    let is_of_this_form = count == 0 || (items.get(0).is_some() && items.last().is_some());
    is_of_this_form.then(|| head.projection.with_items(items))
}

/// The head, and where it begins.
fn read_head(file: &File, length: u64) -> Option<(u64, SnapshotHead<JobProjection>)> {
    let mut foot = [0; FOOTER_LEN];
    let foot_at = length.checked_sub(FOOTER_LEN as u64)?;
    file.read_exact_at(&mut foot, foot_at).ok()?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = foot;
    let sum = PartChecksum { length: u32::from_le_bytes([l0, l1, l2, l3]), crc: u32::from_le_bytes([c0, c1, c2, c3]) };
    let head_at = foot_at.checked_sub(u64::from(sum.length))?;
    Some((head_at, serde_json::from_slice(&sum.read_verified(file, head_at)?).ok()?))
}

/// Each part with the place where it begins.
fn part_offsets(parts: &[PartChecksum]) -> Vec<(u64, PartChecksum)> {
    let mut at = FORMAT_MAGIC.len() as u64;
    let place = |sum: &PartChecksum| {
        let begins = at;
        at += u64::from(sum.length);
        (begins, *sum)
    };
    parts.iter().map(place).collect()
}

/// The first half here and the second one in a thread beside it.
fn read_parts(file: &File, parts: &[(u64, PartChecksum)]) -> Option<Vec<Vec<u8>>> {
    let read = |parts: &[(u64, PartChecksum)]| -> Option<Vec<Vec<u8>>> {
        parts.iter().map(|(at, sum)| sum.read_verified(file, *at)).collect()
    };
    let (first, second) = parts.split_at(parts.len().div_ceil(2));
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| read(second));
        let mut all = read(first)?;
        all.append(&mut beside.join().ok()??);
        Some(all)
    })
}

/// The items of a part. Where its sum is right and it still cannot be read, its places stay empty, and the next time the
/// events are read.
fn load_part_items(part: &[u8], wanted: usize, path: &Path) -> Vec<Item> {
    decode_items(part).filter(|items| items.len() == wanted).unwrap_or_else(|| {
        let removed = std::fs::remove_file(path).is_ok();
        tracing::error!(path = %path.display(), removed, "a part of the saved board is of another form: open the batch again");
        Vec::new()
    })
}

fn decode_items(part: &[u8]) -> Option<Vec<Item>> {
    let (mut items, mut rest) = (Vec::with_capacity(ItemList::CHUNK_LEN), part);
    while !rest.is_empty() {
        let (next, after) = postcard::take_from_bytes::<SnapshotItem<'_>>(rest).ok()?;
        items.push(from_snapshot_item(&next)?);
        rest = after;
    }
    Some(items)
}

/// Every field of an item by its name: one that is new has to be thought of here, and [`MARK`] with it.
fn to_snapshot_item(item: &Item) -> SnapshotItem<'_> {
    let Item {
        upc,
        copies,
        stage,
        has_price: appraised,
        has_cover: illustrated,
        paused: held,
        artist,
        title,
        format,
        price,
        score,
        status,
        error,
        confidence,
        offer_id: offer,
        started_at: began,
        ended_at: ended,
    } = item;
    SnapshotItem {
        upc: upc.number(),
        copies: *copies,
        stage: *stage as u8,
        has_price: *appraised,
        has_cover: *illustrated,
        paused: *held,
        artist: artist.as_deref(),
        title: title.as_deref(),
        format: format.as_deref(),
        price: price.map(|price| (price.minor, price.currency.code())),
        score: *score,
        status: status.map(|status| status as u8),
        error: error.as_deref(),
        confidence: *confidence,
        offer_id: offer.as_deref(),
        started_at: *began,
        ended_at: *ended,
    }
}

fn from_snapshot_item(stored: &SnapshotItem<'_>) -> Option<Item> {
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
        error: stored.error.map(Into::into),
        confidence: stored.confidence,
        offer_id: stored.offer_id.map(Into::into),
        started_at: stored.started_at,
        ended_at: stored.ended_at,
    })
}
