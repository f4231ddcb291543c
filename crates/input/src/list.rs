//! What was read: the items, and the lines that were not taken.

use std::collections::HashMap;

use super::error::Problem;
use domain::batch::{BadLine, Listed};
use domain::upc::{Scanned, Upc};

/// A list, read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// One item for each UPC, in the order in which they first appear.
    pub items: Vec<Listed>,
    /// The lines that were not taken, at most [`List::REFUSED_KEPT`] of them.
    pub refused: Vec<BadLine>,
    /// How many lines were not taken, kept or not.
    pub refused_count: u64,
    /// How many lines the source has, of every sort.
    pub lines: u64,
    /// The generation that was read, where the source has them.
    pub generation: Option<i64>,
    /// `gcs`, `file` or `stdin`.
    pub source_type: &'static str,
    /// How many bytes were read.
    pub size: u64,
}

impl List {
    /// A file that is no list must not become a million kept lines.
    pub const REFUSED_KEPT: usize = 50_000;
    /// More items than a job holds in memory.
    pub const MOST_ITEMS: usize = 2_000_000;
}

/// Counts lines into a [`List`].
#[derive(Debug, Default)]
pub(super) struct Tally {
    list: List,
    place: HashMap<Upc, u32>,
}

impl Tally {
    pub(super) fn take(&mut self, line: u32, scanned: Scanned, copies: u32) -> Result<(), Problem> {
        let Scanned { upc, zeros_restored } = scanned;
        if let Some(place) = self.place.get(&upc) {
            let listed = &mut self.list.items[*place as usize];
            listed.copies = listed.copies.saturating_add(copies);
            listed.zeros_restored = listed.zeros_restored.max(zeros_restored);
            if listed.lines.len() < Listed::LINES_KEPT {
                listed.lines.push(line);
            }
            return Ok(());
        }
        let place = u32::try_from(self.list.items.len()).unwrap_or(u32::MAX);
        if place as usize >= List::MOST_ITEMS {
            return Err(Problem::TooManyItems);
        }
        self.place.insert(upc, place);
        self.list.items.push(Listed { upc, copies, lines: vec![line], zeros_restored });
        Ok(())
    }

    pub(super) fn refuse(&mut self, line: BadLine) {
        self.list.refused_count += 1;
        if self.list.refused.len() < List::REFUSED_KEPT {
            self.list.refused.push(line);
        }
    }

    /// The list, or why there is none in it.
    pub(super) fn finish(self, lines: u64, size: u64) -> Result<List, Problem> {
        let refused = self.list.refused_count;
        match self.list.refused.first() {
            _ if !self.list.items.is_empty() => Ok(List { lines, size, ..self.list }),
            _ if size == 0 => Err(Problem::Empty),
            None => Err(Problem::NothingInIt),
            Some(BadLine { line, text, reason }) => {
                Err(Problem::NoUpc { refused, line: *line, text: text.clone(), reason: reason.clone() })
            }
        }
    }
}
