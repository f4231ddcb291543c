//! A place in a long list, and the part of it that fits. Only that part is ever drawn: a million rows cost what fifty do.

use std::ops::Range;

use super::command::KeyCommand;

/// Where the cursor is, and which rows are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    selected: usize,
    top: usize,
    /// Rows that the last drawing had room for; for the keys that go a screen.
    page_rows: usize,
    /// Keeps to the end as the list grows.
    follow_end: bool,
}

impl Cursor {
    /// The row that the cursor is on.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Goes to a row.
    pub fn select(&mut self, to: usize) {
        self.selected = to;
        self.follow_end = false;
    }

    /// True while it keeps to the end.
    pub fn follows_end(&self) -> bool {
        self.follow_end
    }

    /// Moves as the command says in a list of `rows`; false for commands that move nothing.
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

    /// Goes to the row that is drawn in this line; true where it was there already, `None` where no row is drawn.
    pub fn select_line(&mut self, line: usize, rows: usize) -> Option<bool> {
        let row = self.top + line;
        let is_drawn = line < self.page_rows && row < rows;
        let was_there = self.selected == row;
        is_drawn.then(|| self.select(row))?;
        Some(was_there)
    }

    /// The rows to draw where `rows` are there and `room` fit; the cursor is among them.
    pub fn visible_range(&mut self, rows: usize, room: usize) -> Range<usize> {
        let last = rows.saturating_sub(1);
        self.selected = if self.follow_end { last } else { self.selected.min(last) };
        self.page_rows = room;
        let lowest = (self.selected + 1).saturating_sub(room);
        self.top = self.top.clamp(lowest, self.selected.max(lowest)).min(rows.saturating_sub(room));
        self.top..rows.min(self.top + room)
    }
}

/// A long text without a cursor: keys move it at once.
#[derive(Clone, Debug, Default)]
pub struct ScrollState {
    top: usize,
    page_rows: usize,
    follow_end: bool,
}

impl ScrollState {
    /// One that begins at the end, and keeps to it.
    pub fn following_end() -> Self {
        Self { follow_end: true, ..Self::default() }
    }

    /// Moves as the command says in a text of `rows`; false for commands that move nothing.
    pub fn handle_command(&mut self, command: KeyCommand, rows: usize) -> bool {
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

    /// The rows to draw where `rows` are there and `room` fit.
    pub fn visible_range(&mut self, rows: usize, room: usize) -> Range<usize> {
        self.page_rows = room;
        let last = rows.saturating_sub(room);
        self.top = if self.follow_end { last } else { self.top.min(last) };
        self.top..rows.min(self.top + room)
    }
}
