//! A place in a long list, and the part of it that fits. Only that part is ever drawn: a million rows cost what fifty do.

use std::ops::Range;

use super::command::Command;

/// Where the cursor is, and which rows are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    at: usize,
    top: usize,
    /// Rows that the last drawing had room for; for the keys that go a screen.
    shown: usize,
    /// Keeps to the end as the list grows.
    at_end: bool,
}

impl Cursor {
    /// The row that the cursor is on.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes to a row.
    pub fn go(&mut self, to: usize) {
        self.at = to;
        self.at_end = false;
    }

    /// True while it keeps to the end.
    pub fn keeps_to_the_end(&self) -> bool {
        self.at_end
    }

    /// Moves as the command says in a list of `rows`; false for commands that move nothing.
    pub fn obey(&mut self, command: Command, rows: usize) -> bool {
        let last = rows.saturating_sub(1);
        let page = self.shown.max(2) - 1;
        let to = match command {
            Command::Up => self.at.saturating_sub(1),
            Command::Down => self.at + 1,
            Command::HalfUp => self.at.saturating_sub(page.div_ceil(2)),
            Command::HalfDown => self.at + page.div_ceil(2),
            Command::PageUp => self.at.saturating_sub(page),
            Command::PageDown => self.at + page,
            Command::First => 0,
            Command::Last => last,
            _ => return false,
        };
        self.at = to.min(last);
        self.at_end = command == Command::Last;
        true
    }

    /// Goes to the row that is drawn in this line; true where it was there already, `None` where no row is drawn.
    pub fn point(&mut self, line: usize, rows: usize) -> Option<bool> {
        let row = self.top + line;
        let is_drawn = line < self.shown && row < rows;
        let was_there = self.at == row;
        is_drawn.then(|| self.go(row))?;
        Some(was_there)
    }

    /// The rows to draw where `rows` are there and `room` fit; the cursor is among them.
    pub fn window(&mut self, rows: usize, room: usize) -> Range<usize> {
        let last = rows.saturating_sub(1);
        self.at = if self.at_end { last } else { self.at.min(last) };
        self.shown = room;
        let lowest = (self.at + 1).saturating_sub(room);
        self.top = self.top.clamp(lowest, self.at.max(lowest)).min(rows.saturating_sub(room));
        self.top..rows.min(self.top + room)
    }
}

/// A long text without a cursor: keys move it at once.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    top: usize,
    shown: usize,
    at_end: bool,
}

impl Scroll {
    /// One that begins at the end, and keeps to it.
    pub fn at_the_end() -> Self {
        Self { at_end: true, ..Self::default() }
    }

    /// Moves as the command says in a text of `rows`; false for commands that move nothing.
    pub fn obey(&mut self, command: Command, rows: usize) -> bool {
        let last = rows.saturating_sub(self.shown);
        let page = self.shown.max(2) - 1;
        let to = match command {
            Command::Up => self.top.saturating_sub(1),
            Command::Down => self.top + 1,
            Command::HalfUp => self.top.saturating_sub(page.div_ceil(2)),
            Command::HalfDown => self.top + page.div_ceil(2),
            Command::PageUp => self.top.saturating_sub(page),
            Command::PageDown => self.top + page,
            Command::First => 0,
            Command::Last => last,
            _ => return false,
        };
        self.top = to.min(last);
        self.at_end = command == Command::Last;
        true
    }

    /// The rows to draw where `rows` are there and `room` fit.
    pub fn window(&mut self, rows: usize, room: usize) -> Range<usize> {
        self.shown = room;
        let last = rows.saturating_sub(room);
        self.top = if self.at_end { last } else { self.top.min(last) };
        self.top..rows.min(self.top + room)
    }
}
