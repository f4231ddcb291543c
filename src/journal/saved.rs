//! Boards of large jobs, kept beside the journal, so that a million items are there in a moment and not event by event.
//!
//! ```text
//! boards/batch_20240318_143022_0.board :=  mark, length of the head, head (JSON), items (postcard), CRC-32 of all before
//! ```
//!
//! The journal stays the truth: a saved board says up to which event it goes, the events after that are folded in, and
//! one that is damaged, of another form, or of another journal is left aside.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use crate::domain::batch::JobId;
use crate::domain::board::Board;
use crate::domain::item::{Item, Stage};
use crate::domain::money::Money;
use crate::domain::outcome::Status;
use crate::domain::upc::Upc;

/// Another number for every other form, here or in [`Kept`]: what was written before is then not read.
const MARK: &[u8; 8] = b"dmboard2";

/// Below this many items their events are read as fast.
const WORTH_IT: usize = 10_000;

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
        let bytes = written(board)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.write_all(&crc32fast::hash(&bytes).to_le_bytes())?;
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

fn written(board: &Board) -> io::Result<Vec<u8>> {
    let head = serde_json::to_vec(board)?;
    let mut bytes = MARK.to_vec();
    bytes.extend(u32::try_from(head.len()).map_err(io::Error::other)?.to_le_bytes());
    bytes.extend(head);
    board
        .items()
        .iter()
        .try_fold(bytes, |bytes, item| postcard::to_extend(&kept(item), bytes))
        .map_err(io::Error::other)
}

fn read(bytes: &[u8]) -> Option<Board> {
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    let (mark, rest) = body.split_first_chunk::<8>()?;
    if mark != MARK || crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return None;
    }
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (head, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let board: Board = serde_json::from_slice(head).ok()?;
    let mut items = Vec::with_capacity(usize::try_from(board.counts.total).ok()?.min(rest.len()));
    while !rest.is_empty() {
        let (next, after) = postcard::take_from_bytes::<Kept<'_>>(rest).ok()?;
        items.push(item(&next)?);
        rest = after;
    }
    Some(board.with_items(items))
}

/// Every field of an item by its name: one that is new has to be thought of here, and [`MARK`] with it.
fn kept(item: &Item) -> Kept<'_> {
    let Item { upc, copies, stage, appraised, illustrated, held, artist, title, format, price, score, status, error } = item;
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
    })
}
