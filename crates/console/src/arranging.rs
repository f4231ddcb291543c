//! Rows chosen out of a board and put in order. Of a million items that takes as long as many drawings, so it is done in
//! a task; what the rows are ordered by is copied first, for whoever writes to the board must not wait for a sort.

use std::sync::PoisonError;
use std::time::Duration;

use compact_str::CompactString;

use super::operations::SharedBoard;
use super::view::{Choice, Column, took};
use domain::board::Board;
use domain::item::Item;
use domain::items::Items;
use domain::upc::Upc;

/// Between two choices of the same rows, where only news have come.
const BETWEEN: Duration = Duration::from_secs(2);

/// What is to be chosen.
#[derive(Clone, Debug)]
pub struct Arranging {
    pub(super) board: SharedBoard,
    pub(super) choice: Choice,
    /// True where the rows of the same choice are shown already.
    pub(super) is_again: bool,
}

/// Two of the same board and choice.
impl PartialEq for Arranging {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.board, &other.board) && self.choice == other.choice
    }
}

impl Eq for Arranging {}

/// What was chosen: places on the board, in their order.
#[derive(Debug)]
pub struct Arranged {
    pub(super) board: SharedBoard,
    pub(super) choice: Choice,
    pub(super) rows: Vec<u32>,
}

/// What an item is sorted by; two of one column are alike, and what is not known stands at the end.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(CompactString),
    /// Those with a number at the market before those whose SKU is all there is.
    Draft(bool, Option<CompactString>, Upc),
    Unknown,
}

impl Arranging {
    /// Chooses in a thread of its own, a moment later where the rows of the same choice are shown already. `None` where
    /// the program ends.
    pub async fn done(self) -> Option<Arranged> {
        if self.is_again {
            tokio::time::sleep(BETWEEN).await;
        }
        tokio::task::spawn_blocking(move || {
            let Self { board, choice, .. } = self;
            let rows = in_order(chosen(&board, &choice), &choice);
            Arranged { board, choice, rows }
        })
        .await
        .ok()
    }
}

/// The rows of a board that is held; `None` where they are the board's own.
pub(super) fn rows(board: &Board, choice: &Choice) -> Option<Vec<u32>> {
    (!choice.is_plain()).then(|| in_order(Chooser::of(choice).choose(board.items().iter(), 0).collect(), choice))
}

fn chosen(board: &SharedBoard, choice: &Choice) -> Vec<(Key, u32)> {
    let (chooser, mut all, mut from) = (Chooser::of(choice), Vec::new(), 0);
    loop {
        // Items stay where they are, and new ones come behind them.
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let upto = board.items().len().min(from + Items::PART);
        if from == upto {
            return all;
        }
        all.extend(chooser.choose(board.items().from(from).take(upto - from), from));
        from = upto;
    }
}

fn in_order(mut chosen: Vec<(Key, u32)>, choice: &Choice) -> Vec<u32> {
    if choice.by != Column::Place {
        // By the place where the keys are equal, so that it is the same each time.
        chosen.sort_unstable();
    }
    let mut rows = chosen.into_iter().map(|(_, place)| place).collect::<Vec<_>>();
    if choice.reverse {
        rows.reverse();
    }
    rows
}

struct Chooser<'a> {
    choice: &'a Choice,
    wanted: String,
}

impl<'a> Chooser<'a> {
    fn of(choice: &'a Choice) -> Self {
        Self { choice, wanted: choice.filter.to_lowercase() }
    }

    /// Those of these items that fit, of which the first has that place on the board.
    fn choose<'b>(&self, items: impl Iterator<Item = &'b Item>, from: usize) -> impl Iterator<Item = (Key, u32)> {
        let places = u32::try_from(from).unwrap_or(u32::MAX)..;
        places.zip(items).filter(|(_, item)| self.fits(item)).map(|(place, item)| (key(self.choice.by, item), place))
    }

    fn fits(&self, item: &Item) -> bool {
        let is_wanted = self.choice.status.is_none_or(|status| item.status == Some(status));
        is_wanted && (self.wanted.is_empty() || self.holds(item))
    }

    fn holds(&self, item: &Item) -> bool {
        let texts = [item.artist.as_deref(), item.title.as_deref(), item.format.as_deref(), item.error.as_deref()];
        item.upc.to_string().contains(&self.wanted)
            || texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&self.wanted))
    }
}

fn key(by: Column, item: &Item) -> Key {
    fn number(number: Option<impl Into<i64>>) -> Key {
        number.map_or(Key::Unknown, |number| Key::Number(number.into()))
    }
    fn text(text: Option<&str>) -> Key {
        text.map_or(Key::Unknown, |text| Key::Text(text.into()))
    }
    match by {
        Column::Place => Key::Unknown,
        Column::State => number(item.status.map(|status| status as u8)),
        // Of the two steps that come in any order, those that are done.
        Column::Way => number(Some(item.stage as u8 * 4 + u8::from(item.appraised) + u8::from(item.illustrated))),
        Column::Upc => number(i64::try_from(item.upc.number()).ok()),
        Column::Copies => number(Some(item.copies)),
        Column::Artist => text(item.artist.as_deref()),
        Column::Title => text(item.title.as_deref()),
        Column::Format => text(item.format.as_deref()),
        Column::Price => number(item.price.map(|price| price.minor)),
        Column::Score => number(item.score),
        Column::Confidence => number(item.confidence.map(|confidence| confidence as u8)),
        Column::Draft => match item.status.filter(|status| status.is_success()) {
            Some(_) => Key::Draft(item.offer.is_none(), item.offer.clone(), item.upc),
            None => Key::Unknown,
        },
        Column::Ended => number(item.ended.map(std::num::NonZeroU32::get)),
        Column::Took => number(took(item)),
        Column::Error => text(item.error.as_deref()),
    }
}
