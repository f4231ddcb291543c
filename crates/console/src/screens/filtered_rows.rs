//! The rows of a list in memory: filtered, sorted, and with a cursor.

use std::cmp::Ordering;
use std::ops::Range;

use super::filter_input::FilterInput;
use crate::command::KeyCommand;
use crate::cursor::Cursor;

/// The visible rows of a list, and their order.
#[derive(Clone, Default)]
pub(super) struct FilteredRows {
    pub(super) filter: FilterInput,
    pub(super) cursor: Cursor,
    pub(super) descending: bool,
    /// Indices into the list, in the order of the visible rows.
    visible: Vec<usize>,
}

impl FilteredRows {
    pub(super) fn len(&self) -> usize {
        self.visible.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Returns the index into the list of a visible row.
    pub(super) fn index_at(&self, row: usize) -> Option<usize> {
        self.visible.get(row).copied()
    }

    /// Returns the index into the list of the row under the cursor.
    pub(super) fn selected_index(&self) -> Option<usize> {
        self.index_at(self.cursor.selected())
    }

    /// Selects the rows whose text contains the filter, ignoring case, and sorts them. Rows that compare equal keep the
    /// order of the list.
    pub(super) fn refresh<Row>(
        &mut self,
        rows: &[Row],
        text: impl Fn(&Row) -> String,
        compare: impl Fn(&Row, &Row) -> Ordering,
    ) {
        let filter = self.filter.text().to_lowercase();
        let matches = |row: &Row| filter.is_empty() || text(row).to_lowercase().contains(&filter);
        self.visible = (0..rows.len()).filter(|index| matches(&rows[*index])).collect();
        self.visible.sort_by(|one, other| compare(&rows[*one], &rows[*other]));
        if self.descending {
            self.visible.reverse();
        }
    }

    /// Moves the cursor. Returns false for commands that do not move it.
    pub(super) fn move_cursor(&mut self, command: KeyCommand) -> bool {
        self.cursor.handle_command(command, self.visible.len())
    }

    /// Returns the rows to draw in `height` lines.
    pub(super) fn visible_range(&mut self, height: u16) -> Range<usize> {
        self.cursor.visible_range(self.visible.len(), usize::from(height))
    }
}
