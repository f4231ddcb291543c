//! The result of reading a list: its items and its rejected lines.

use std::collections::HashMap;

use super::error::ListError;
use domain::job_spec::{InputItem, RejectedLine};
use domain::upc::{ParsedUpc, Upc};

/// A list that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputList {
    /// One item for each UPC, in the order in which they first appear.
    pub items: Vec<InputItem>,
    /// The rejected lines, at most [`Self::MAX_REJECTED_LINES`] of them.
    pub rejected: Vec<RejectedLine>,
    /// Number of rejected lines, including those beyond that limit.
    pub rejected_count: u64,
    /// Number of lines of the source, of every kind.
    pub line_count: u64,
    /// The object generation that was read; `None` if the source has none.
    pub generation: Option<i64>,
    /// `gcs`, `file` or `stdin`.
    pub source_type: &'static str,
    /// Bytes that were read.
    pub size: u64,
}

impl InputList {
    /// Maximum rejected lines in memory, so that a file that is no list does not fill it.
    pub const MAX_REJECTED_LINES: usize = 50_000;
    /// Maximum items of a job.
    pub const MAX_ITEMS: usize = 2_000_000;
}

/// Builds an [`InputList`] from parsed lines.
#[derive(Debug, Default)]
pub(super) struct InputListBuilder {
    list: InputList,
    index_by_upc: HashMap<Upc, u32>,
}

impl InputListBuilder {
    pub(super) fn add_item(&mut self, line: u32, scanned: ParsedUpc, copies: u32) -> Result<(), ListError> {
        let ParsedUpc { upc, zeros_restored } = scanned;
        if let Some(place) = self.index_by_upc.get(&upc) {
            let listed = &mut self.list.items[*place as usize];
            listed.copies = listed.copies.saturating_add(copies);
            listed.zeros_restored = listed.zeros_restored.max(zeros_restored);
            if listed.lines.len() < InputItem::MAX_LINES {
                listed.lines.push(line);
            }
            return Ok(());
        }
        let place = u32::try_from(self.list.items.len()).unwrap_or(u32::MAX);
        if place as usize >= InputList::MAX_ITEMS {
            return Err(ListError::TooManyItems { limit: InputList::MAX_ITEMS });
        }
        self.index_by_upc.insert(upc, place);
        self.list.items.push(InputItem { upc, copies, lines: vec![line], zeros_restored });
        Ok(())
    }

    pub(super) fn add_rejected(&mut self, line: RejectedLine) {
        self.list.rejected_count += 1;
        if self.list.rejected.len() < InputList::MAX_REJECTED_LINES {
            self.list.rejected.push(line);
        }
    }

    /// Returns the list.
    ///
    /// # Errors
    /// Returns why there is no item in it: empty, blank, or no line with a code.
    pub(super) fn build(self, lines: u64, size: u64) -> Result<InputList, ListError> {
        let refused = self.list.rejected_count;
        match self.list.rejected.first() {
            _ if !self.list.items.is_empty() => Ok(InputList { line_count: lines, size, ..self.list }),
            _ if size == 0 => Err(ListError::Empty),
            None => Err(ListError::NoContent),
            Some(RejectedLine { line, text, reason }) => {
                Err(ListError::NoUpc { refused, line: *line, text: text.clone(), reason: reason.clone() })
            }
        }
    }
}
