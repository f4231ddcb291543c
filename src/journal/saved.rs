//! Boards of large jobs, kept beside the journal, so that a million items are there in a moment and not event by event.
//!
//! ```text
//! boards/batch_20240318_143022_0.board := mark, head, part, part, …    a part: some items (postcard), read in parallel
//!                            head, part := length, CRC-32, bytes       the head: the board without its items (JSON)
//! ```
//!
//! The journal stays the truth: a saved board says up to which event it goes, the events after that are folded in, and
//! one that is damaged, of another form, or of another journal is left aside.

use std::io::{self, BufWriter, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use crate::domain::appraisal::Confidence;
use crate::domain::batch::JobId;
use crate::domain::board::Board;
use crate::domain::item::{Item, Stage};
use crate::domain::money::Money;
use crate::domain::outcome::Status;
use crate::domain::upc::Upc;

/// Another number for every other form, here or in [`Kept`]: what was written before is then not read.
const MARK: &[u8; 8] = b"dmboard4";

/// Below this many items their events are read as fast.
const WORTH_IT: usize = 10_000;

/// Items of a part.
const PART: usize = 1 << 15;

const FOLDER: &str = "boards";

/// An item, in the order of its bytes.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    upc: u64,
    copies: u32,
    stage: u8,
    appraised: bool,
    illustrated: bool,
    held: bool,
    artist: Option<&'a str>,
    title: Option<&'a str>,
    format: Option<&'a str>,
    /// Minor units, and the code of ISO 4217.
    price: Option<(i64, &'a str)>,
    score: Option<u8>,
    status: Option<u8>,
    error: Option<&'a str>,
    confidence: Option<Confidence>,
    offer: Option<&'a str>,
    began: Option<NonZeroU32>,
    ended: Option<NonZeroU32>,
}

/// Where the boards of a data directory are.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    folder: PathBuf,
}

impl Saved {
    pub(super) fn of(data_dir: &Path) -> Self {
        Self { folder: data_dir.join(FOLDER) }
    }

    fn path(&self, job: &JobId) -> PathBuf {
        self.folder.join(format!("{job}.board"))
    }

    pub(super) fn is_worth_it(board: &Board) -> bool {
        board.items().len() >= WORTH_IT
    }

    /// Keeps a board, whole or not at all.
    ///
    /// # Errors
    /// Where the directory cannot be written.
    pub(super) fn save(&self, board: &Board) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        file.write_all(MARK)?;
        write_block(&mut file, &serde_json::to_vec(board)?)?;
        for items in board.items().chunks(PART) {
            let part = items.iter().try_fold(Vec::new(), |part, item| postcard::to_extend(&kept(item), part));
            write_block(&mut file, &part.map_err(io::Error::other)?)?;
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(self.path(&board.job)).map_err(|error| error.error)?;
        Ok(())
    }

    /// The board that was kept of a job; `None` where there is none, or none that can be read.
    pub(super) fn load(&self, job: &JobId) -> Option<Board> {
        let path = self.path(job);
        let bytes = std::fs::read(&path).ok()?;
        let board = read(&bytes).filter(|board| board.job == *job);
        if board.is_none() {
            tracing::warn!(path = %path.display(), "the saved board is damaged or of another version: events are read");
        }
        board
    }
}

fn write_block(file: &mut impl Write, block: &[u8]) -> io::Result<()> {
    file.write_all(&u32::try_from(block.len()).map_err(io::Error::other)?.to_le_bytes())?;
    file.write_all(&crc32fast::hash(block).to_le_bytes())?;
    file.write_all(block)
}

/// A block that is what was written, and what stands behind it.
struct Block<'a> {
    sum: u32,
    bytes: &'a [u8],
}

impl Block<'_> {
    fn split(bytes: &[u8]) -> Option<(Block<'_>, &[u8])> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (sum, rest) = rest.split_first_chunk::<4>()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((Block { sum: u32::from_le_bytes(*sum), bytes }, rest))
    }

    fn is_whole(&self) -> bool {
        crc32fast::hash(self.bytes) == self.sum
    }

    /// Puts the items of a part behind those that are there already.
    fn read_into(&self, items: &mut Vec<Item>) -> Option<()> {
        if !self.is_whole() {
            return None;
        }
        let mut rest = self.bytes;
        while !rest.is_empty() {
            let (next, after) = postcard::take_from_bytes::<Kept<'_>>(rest).ok()?;
            items.push(item(&next)?);
            rest = after;
        }
        Some(())
    }
}

fn read(bytes: &[u8]) -> Option<Board> {
    let (head, mut rest) = Block::split(bytes.strip_prefix(MARK)?)?;
    let board: Board = head.is_whole().then(|| serde_json::from_slice(head.bytes).ok()).flatten()?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = Block::split(rest)?;
        parts.push(part);
        rest = after;
    }
    let total = usize::try_from(board.counts.total).ok()?;
    let items = read_parts(&parts, total.min(bytes.len()))?;
    (items.len() == total).then(|| board.with_items(items))
}

/// The first half here and the second one in a thread beside it: making a million small texts takes longest.
fn read_parts(parts: &[Block<'_>], total: usize) -> Option<Vec<Item>> {
    let (first, second) = parts.split_at(parts.len().div_ceil(2));
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let mut items = Vec::with_capacity(second.len() * PART);
            second.iter().try_for_each(|part| part.read_into(&mut items)).map(|()| items)
        });
        let mut items = Vec::with_capacity(total);
        first.iter().try_for_each(|part| part.read_into(&mut items))?;
        items.append(&mut beside.join().ok()??);
        Some(items)
    })
}

/// Every field of an item by its name: one that is new has to be thought of here, and [`MARK`] with it.
fn kept(item: &Item) -> Kept<'_> {
    let Item {
        upc,
        copies,
        stage,
        appraised,
        illustrated,
        held,
        artist,
        title,
        format,
        price,
        score,
        status,
        error,
        confidence,
        offer,
        began,
        ended,
    } = item;
    Kept {
        upc: upc.number(),
        copies: *copies,
        stage: *stage as u8,
        appraised: *appraised,
        illustrated: *illustrated,
        held: *held,
        artist: artist.as_deref(),
        title: title.as_deref(),
        format: format.as_deref(),
        price: price.map(|price| (price.minor, price.currency.code())),
        score: *score,
        status: status.map(|status| status as u8),
        error: error.as_deref(),
        confidence: *confidence,
        offer: offer.as_deref(),
        began: *began,
        ended: *ended,
    }
}

fn item(kept: &Kept<'_>) -> Option<Item> {
    let status = match kept.status {
        Some(number) => Some(*Status::ALL.get(usize::from(number))?),
        None => None,
    };
    let price = match kept.price {
        Some((minor, code)) => Some(Money::of_minor(minor, Currency::from_code(code)?)),
        None => None,
    };
    Some(Item {
        upc: Upc::of_number(kept.upc).ok()?,
        copies: kept.copies,
        stage: *Stage::ALL.get(usize::from(kept.stage))?,
        appraised: kept.appraised,
        illustrated: kept.illustrated,
        held: kept.held,
        artist: kept.artist.map(Into::into),
        title: kept.title.map(Into::into),
        format: kept.format.map(Into::into),
        price,
        score: kept.score,
        status,
        error: kept.error.map(Into::into),
        confidence: kept.confidence,
        offer: kept.offer.map(Into::into),
        began: kept.began,
        ended: kept.ended,
    })
}
