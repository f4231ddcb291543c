//! Which items of a board are shown and in which order. Without filter and sort that is the list itself, and nothing is
//! counted or kept, however long it is.

use std::cmp::Ordering;

use crate::domain::board::Board;
use crate::domain::item::Item;
use crate::domain::outcome::Status;

/// What can be shown in a column, and sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// As the list has them.
    #[default]
    Place,
    State,
    Way,
    Upc,
    Copies,
    Artist,
    Title,
    Format,
    Price,
    Score,
    Confidence,
    Draft,
    Ended,
    Took,
    Error,
}

/// The wishes, and what they come to.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) filter: String,
    pub(super) status: Option<Status>,
    pub(super) by: Column,
    pub(super) reverse: bool,
    /// Places on the board; `None` where the rows are the board's own.
    rows: Option<Vec<u32>>,
}

impl View {
    fn is_plain(&self) -> bool {
        self.filter.is_empty() && self.status.is_none() && self.by == Column::Place && !self.reverse
    }

    /// Looks at the board again.
    pub(super) fn arrange(&mut self, board: &Board) {
        if self.is_plain() {
            self.rows = None;
            return;
        }
        let wanted = self.filter.to_lowercase();
        let items = board.items();
        let fits = |at: &u32| {
            let item = &items[*at as usize];
            self.status.is_none_or(|status| item.status == Some(status)) && (wanted.is_empty() || holds(item, &wanted))
        };
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let mut rows = (0..count).filter(fits).collect::<Vec<_>>();
        if self.by != Column::Place {
            rows.sort_by(|one, other| compare(self.by, &items[*one as usize], &items[*other as usize]));
        }
        if self.reverse {
            rows.reverse();
        }
        self.rows = Some(rows);
    }

    /// How many rows there are.
    pub(super) fn count(&self, board: &Board) -> usize {
        self.rows.as_ref().map_or(board.items().len(), Vec::len)
    }

    /// The place on the board of a row.
    pub(super) fn place(&self, row: usize) -> usize {
        self.rows.as_ref().map_or(row, |rows| rows.get(row).map_or(usize::MAX, |at| *at as usize))
    }

    /// The row of a place on the board; `None` where it is not shown.
    pub(super) fn row_of(&self, place: usize) -> Option<usize> {
        match &self.rows {
            None => Some(place),
            Some(rows) => rows.iter().position(|at| *at as usize == place),
        }
    }

    /// The item of a row.
    pub(super) fn item<'a>(&self, board: &'a Board, row: usize) -> Option<&'a Item> {
        board.items().get(self.place(row))
    }
}

fn holds(item: &Item, wanted: &str) -> bool {
    let texts = [item.artist.as_deref(), item.title.as_deref(), item.format.as_deref(), item.error.as_deref()];
    item.upc.to_string().contains(wanted)
        || texts.into_iter().flatten().any(|text| text.to_lowercase().contains(wanted))
}

/// What is not known stands at the end.
fn compare(by: Column, one: &Item, other: &Item) -> Ordering {
    fn known<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }
    match by {
        Column::Place => Ordering::Equal,
        Column::State => known(one.status, other.status),
        Column::Way => one.stage.cmp(&other.stage).then_with(|| halves(one).cmp(&halves(other))),
        Column::Upc => one.upc.cmp(&other.upc),
        Column::Copies => one.copies.cmp(&other.copies),
        Column::Artist => known(one.artist.as_deref(), other.artist.as_deref()),
        Column::Title => known(one.title.as_deref(), other.title.as_deref()),
        Column::Format => known(one.format.as_deref(), other.format.as_deref()),
        Column::Price => known(one.price.map(|price| price.minor), other.price.map(|price| price.minor)),
        Column::Score => known(one.score, other.score),
        Column::Confidence => known(one.confidence, other.confidence),
        Column::Draft => known(draft(one), draft(other)),
        Column::Ended => known(one.ended, other.ended),
        Column::Took => known(took(one), took(other)),
        Column::Error => known(one.error.as_deref(), other.error.as_deref()),
    }
}

/// Of the two steps that come in any order, those that are done.
fn halves(item: &Item) -> u8 {
    u8::from(item.appraised) + u8::from(item.illustrated)
}

/// Those with a number at the market before those whose SKU is all there is.
fn draft(item: &Item) -> Option<(bool, Option<&str>, crate::domain::upc::Upc)> {
    item.status.filter(|status| status.is_success()).map(|_| (item.offer.is_none(), item.offer.as_deref(), item.upc))
}

/// Seconds from the first answer to the end state.
pub(super) fn took(item: &Item) -> Option<u32> {
    Some(item.ended?.get().saturating_sub(item.began?.get()))
}
