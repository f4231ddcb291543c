//! The items that are marked, and what can be done to all of them at once.

use std::collections::BTreeSet;

use crate::command::Command;
use domain::act::{Act, Acted};
use domain::upc::Upc;

/// The marks of one batch.
#[derive(Default)]
pub(super) struct Marks {
    marked: BTreeSet<Upc>,
    /// The row that was marked or unmarked last: from there to the cursor is a stretch.
    last: Option<usize>,
}

impl Marks {
    pub(super) fn has(&self, upc: Upc) -> bool {
        self.marked.contains(&upc)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.marked.len()
    }

    pub(super) fn all(&self) -> Vec<Upc> {
        self.marked.iter().copied().collect()
    }

    /// Marks an item, or unmarks it.
    pub(super) fn turn(&mut self, row: usize, upc: Upc) {
        self.last = Some(row);
        if !self.marked.remove(&upc) {
            self.marked.insert(upc);
        }
    }

    /// What a command does to the marks; `shown` are the rows in their order. False where it is none of theirs.
    pub(super) fn obey(&mut self, command: Command, row: usize, shown: impl Iterator<Item = Upc>) -> bool {
        match command {
            Command::MarkShown => self.marked.extend(shown),
            Command::MarkNone => self.marked.clear(),
            Command::MarkInvert => {
                for upc in shown {
                    if !self.marked.remove(&upc) {
                        self.marked.insert(upc);
                    }
                }
            }
            Command::MarkTo => {
                let from = self.last.unwrap_or(row);
                let (first, last) = (from.min(row), from.max(row));
                self.marked.extend(shown.skip(first).take(last - first + 1));
                self.last = Some(row);
            }
            _ => return false,
        }
        true
    }

    /// Those that it was not done to stay marked, and nothing else does.
    pub(super) fn keep_failed(&mut self, acted: &Acted) {
        self.marked = acted.refused.iter().map(|refused| refused.upc).collect();
    }
}

/// What a key does to marked items.
pub(super) const fn act_of(command: Command) -> Option<Act> {
    match command {
        Command::Pause => Some(Act::Pause),
        Command::Resume => Some(Act::Resume),
        Command::Cancel => Some(Act::Cancel),
        Command::Retry => Some(Act::Retry),
        _ => None,
    }
}
