//! Which items of a board are shown and in which order. Without filter and sort that is the list itself, and nothing is
//! counted or kept, however long it is. Of a long list the rows are chosen in a task, see [`super::arranging`].

use super::arranging::{self, Arranged, Arranging};
use super::operations::SharedBoard;
use domain::board::Board;
use domain::item::Item;
use domain::outcome::Status;

/// Up to so many items the rows are chosen between a key and its drawing.
const AT_ONCE: usize = 20_000;

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

/// What the operator wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Text that an item holds somewhere.
    pub filter: String,
    pub status: Option<Status>,
    pub by: Column,
    pub reverse: bool,
}

impl Choice {
    /// True for the list as it is.
    pub(super) fn is_plain(&self) -> bool {
        self.filter.is_empty() && self.status.is_none() && self.by == Column::Place && !self.reverse
    }
}

/// The choice, and what it comes to.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) choice: Choice,
    /// Places on the board; `None` where the rows are the board's own.
    rows: Option<Vec<u32>>,
    /// True where something has happened since the rows were chosen.
    is_stale: bool,
    /// The choice that the rows were last made for, where that took a task.
    made_for: Option<Choice>,
    is_under_way: bool,
}

impl View {
    /// Something has happened: the next drawing chooses anew, and no event does.
    pub(super) fn has_aged(&mut self) {
        self.is_stale = true;
    }

    /// True while other rows are wanted than are shown.
    pub(super) fn is_under_way(&self) -> bool {
        self.is_under_way && !self.choice.is_plain() && self.made_for.as_ref() != Some(&self.choice)
    }

    /// Chooses the rows where something has happened.
    pub(super) fn freshen(&mut self, board: &Board) {
        if self.is_stale {
            self.arrange(board);
        }
    }

    /// Chooses the rows, where that is done in a moment; else they stay until a task has chosen them.
    pub(super) fn arrange(&mut self, board: &Board) {
        self.is_stale = !self.choice.is_plain() && board.items().len() > AT_ONCE;
        if !self.is_stale {
            self.rows = arranging::rows(board, &self.choice);
        }
    }

    /// The task that the view waits for, where none is under way.
    pub(super) fn wants(&mut self, board: &SharedBoard) -> Option<Arranging> {
        if !self.is_stale || self.is_under_way || self.choice.is_plain() {
            return None;
        }
        self.is_under_way = true;
        let is_again = self.made_for.as_ref() == Some(&self.choice);
        Some(Arranging { board: board.clone(), choice: self.choice.clone(), is_again })
    }

    /// Takes over what a task has chosen; what was wanted before something else is not shown.
    pub(super) fn learn(&mut self, arranged: &Arranged, board: Option<&SharedBoard>) {
        self.is_under_way = false;
        if self.choice == arranged.choice && board.is_some_and(|board| std::sync::Arc::ptr_eq(board, &arranged.board)) {
            self.rows = Some(arranged.rows.clone());
            self.made_for = Some(arranged.choice.clone());
            self.is_stale = false;
        }
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

/// Seconds from the first answer to the end state.
pub(super) fn took(item: &Item) -> Option<u32> {
    Some(item.ended?.get().saturating_sub(item.began?.get()))
}
