//! A cursor in a long list, and the visible part of the list. Only the visible part is drawn, so a million rows cost no
//! more than fifty.

use std::ops::Range;

use super::command::KeyCommand;

/// The selected row and the visible rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    selected: usize,
    top: usize,
    /// Number of rows that fit into the last frame, for the keys that move by a page.
    page_rows: usize,
    /// True while the cursor stays on the last row as the list grows.
    follow_end: bool,
}

impl Cursor {
    /// Returns the selected row.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Selects a row.
    pub fn select(&mut self, row: usize) {
        self.selected = row;
        self.follow_end = false;
    }

    /// Selects a row and shows it at the top, so that the rows that belong to it are visible.
    pub(crate) fn select_at_top(&mut self, row: usize) {
        self.select(row);
        self.top = row;
    }

    /// Returns true while the cursor stays on the last row as the list grows.
    pub(crate) fn follows_end(&self) -> bool {
        self.follow_end
    }

    /// Moves the cursor in a list of `rows` rows. Returns false for commands that do not move it.
    pub fn handle_command(&mut self, command: KeyCommand, rows: usize) -> bool {
        let last = rows.saturating_sub(1);
        let page = self.page_rows.max(2) - 1;
        let to = match command {
            KeyCommand::Up => self.selected.saturating_sub(1),
            KeyCommand::Down => self.selected + 1,
            KeyCommand::HalfUp => self.selected.saturating_sub(page.div_ceil(2)),
            KeyCommand::HalfDown => self.selected + page.div_ceil(2),
            KeyCommand::PageUp => self.selected.saturating_sub(page),
            KeyCommand::PageDown => self.selected + page,
            KeyCommand::First => 0,
            KeyCommand::Last => last,
            _ => return false,
        };
        self.selected = to.min(last);
        self.follow_end = command == KeyCommand::Last;
        true
    }

    /// Returns the screen line, counted from the top of the list, where the selected row was last drawn.
    pub(crate) fn selected_line(&self) -> usize {
        self.selected.saturating_sub(self.top)
    }

    /// Selects the row that is drawn on a screen line of the list. Returns whether it was already selected; `None` if
    /// the line shows no row.
    pub(crate) fn select_line(&mut self, line: usize, rows: usize) -> Option<bool> {
        let row = self.top + line;
        let is_visible = line < self.page_rows && row < rows;
        let was_selected = self.selected == row;
        is_visible.then(|| self.select(row))?;
        Some(was_selected)
    }

    /// Returns the rows to draw if `page_rows` fit. They include the selected row.
    pub fn visible_range(&mut self, rows: usize, page_rows: usize) -> Range<usize> {
        let last = rows.saturating_sub(1);
        self.selected = if self.follow_end { last } else { self.selected.min(last) };
        self.page_rows = page_rows;
        let lowest = (self.selected + 1).saturating_sub(page_rows);
        self.top = self.top.clamp(lowest, self.selected.max(lowest)).min(rows.saturating_sub(page_rows));
        self.top..rows.min(self.top + page_rows)
    }
}

/// Scroll position of a long text without a cursor.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScrollState {
    top: usize,
    page_rows: usize,
    follow_end: bool,
}

impl ScrollState {
    /// Returns a position at the end, which stays there as the text grows.
    pub(crate) fn following_end() -> Self {
        Self { follow_end: true, ..Self::default() }
    }

    /// Scrolls a text of `rows` lines. Returns false for commands that do not scroll.
    pub(crate) fn handle_command(&mut self, command: KeyCommand, rows: usize) -> bool {
        let last = rows.saturating_sub(self.page_rows);
        let page = self.page_rows.max(2) - 1;
        let to = match command {
            KeyCommand::Up => self.top.saturating_sub(1),
            KeyCommand::Down => self.top + 1,
            KeyCommand::HalfUp => self.top.saturating_sub(page.div_ceil(2)),
            KeyCommand::HalfDown => self.top + page.div_ceil(2),
            KeyCommand::PageUp => self.top.saturating_sub(page),
            KeyCommand::PageDown => self.top + page,
            KeyCommand::First => 0,
            KeyCommand::Last => last,
            _ => return false,
        };
        self.top = to.min(last);
        self.follow_end = command == KeyCommand::Last;
        true
    }

    /// Returns the lines to draw if `page_rows` fit.
    pub(crate) fn visible_range(&mut self, rows: usize, page_rows: usize) -> Range<usize> {
        self.page_rows = page_rows;
        let last = rows.saturating_sub(page_rows);
        self.top = if self.follow_end { last } else { self.top.min(last) };
        self.top..rows.min(self.top + page_rows)
    }
}
