//! The result of reading a list: items and rejected lines.
//!
//! `InputListBuilder` collects the rows of a parser: it merges rows with the same barcode into one item, counts
//! rejected lines, and decides whether the source is a list at all.

use std::collections::HashMap;

use domain::job_spec::{CopyGroup, InputItem, RejectedLine};
use domain::line_numbers::LineNumbers;
use domain::list_reading::{ListReading, SkipReason};
use domain::seller_data::SellerData;
use domain::source_type::SourceType;
use domain::text::sanitize::sanitize_line;
use domain::upc::{ParsedUpc, Upc};

use super::error::ListError;
use super::item_index::ItemIndex;
use super::row::AcceptedRow;
use super::table_rows::RowSink;

/// A completely read list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputList {
    /// One item per UPC, in the order of their first occurrence.
    pub items: Vec<InputItem>,
    /// Rejected lines, at most [`Self::MAX_REJECTED_LINES`].
    pub rejected: Vec<RejectedLine>,
    /// Number of all rejected lines, including those beyond the limit.
    pub rejected_count: u64,
    /// Number of all lines of the source.
    pub line_count: u64,
    /// Generation of the object; `None` if the source has no generations.
    pub generation: Option<i64>,
    pub source_type: SourceType,
    /// Number of bytes read.
    pub size: u64,
    /// Report about how the list was read.
    pub reading: ListReading,
}

impl InputList {
    /// Maximum number of stored rejected lines, so that a file that is not a list does not fill the memory.
    pub const MAX_REJECTED_LINES: usize = 50_000;
    /// Maximum number of items in a job.
    pub(crate) const MAX_ITEMS: usize = 2_000_000;

    /// Returns whether an item of the list states a condition or a media grade.
    pub fn states_condition(&self) -> bool {
        self.items.iter().any(InputItem::states_condition)
    }
}

/// Maximum number of different reasons that are counted, and maximum number of those that are named.
const MAX_COUNTED_REASONS: usize = 50;
const MAX_NAMED_REASONS: usize = 3;

/// Minimum number of invalid codes before the whole list can be rejected because of them.
const MIN_INVALID_CODES: u64 = 6;

/// Builds an [`InputList`] from parsed rows.
#[derive(Debug, Default)]
pub(super) struct InputListBuilder {
    list: InputList,
    item_index: ItemIndex,
    /// Index of the item of each row of a block.
    indices: Vec<u32>,
    rows: u64,
    invalid_codes: u64,
    reasons: HashMap<String, (u64, String)>,
    /// True if rows with a known barcode are further tracks, not copies.
    lists_tracks: bool,
    /// Number of items whose rows describe different copies.
    conflicts: u64,
}

impl RowSink for InputListBuilder {
    fn add_item(&mut self, line: u32, row: AcceptedRow) -> Result<(), ListError> {
        let index = self.item_index.find_or_insert(row.code.upc, &self.list.items);
        self.store_row(index, line, row)
    }

    fn add_rejected(&mut self, line: RejectedLine) {
        self.list.rejected_count += 1;
        self.count_reason(&line.reason);
        if self.list.rejected.len() < InputList::MAX_REJECTED_LINES {
            self.list.rejected.push(line);
        }
    }

    fn add_invalid(&mut self, line: RejectedLine) {
        self.invalid_codes += 1;
        self.add_rejected(line);
    }
}

impl InputListBuilder {
    /// Adds the rows of a block, each with its line number.
    pub(super) fn add_items(&mut self, rows: &mut Vec<(u32, AcceptedRow)>) -> Result<(), ListError> {
        let mut indices = std::mem::take(&mut self.indices);
        let upcs = rows.iter().map(|(_, row)| row.code.upc);
        self.item_index.find_or_insert_all(upcs, &self.list.items, &mut indices);
        let mut numbered = indices.iter().zip(rows.drain(..));
        numbered.try_for_each(|(index, (line, row))| self.store_row(*index, line, row))?;
        drop(numbered);
        self.indices = indices;
        Ok(())
    }

    /// Reserves memory for a list that will have about this number of items.
    pub(super) fn reserve(&mut self, expected_items: usize) {
        let more = expected_items.min(InputList::MAX_ITEMS).saturating_sub(self.list.items.len());
        self.list.items.reserve_exact(more);
        self.item_index.reserve(more, &self.list.items);
    }

    /// Sets whether the following rows are the tracks of releases.
    pub(super) fn set_tracks(&mut self, lists_tracks: bool) {
        self.lists_tracks = lists_tracks;
    }

    /// Returns the number of items so far.
    pub(super) fn item_count(&self) -> usize {
        self.list.items.len()
    }

    /// Stores a row as a new item, or with the item at `index` that has its barcode.
    fn store_row(&mut self, index: u32, line: u32, row: AcceptedRow) -> Result<(), ListError> {
        let AcceptedRow { code: ParsedUpc { upc, zeros_restored }, copies, seller } = row;
        if self.lists_tracks && (index as usize) < self.list.items.len() {
            let reason = "another track of a barcode above: the list has one row for each track".to_owned();
            self.add_rejected(RejectedLine { line, text: upc.to_string(), reason });
            return Ok(());
        }
        if let Some(listed) = self.list.items.get_mut(index as usize) {
            let group = CopyGroup { copies, lines: single_line(line), seller };
            if let Err(why) = listed.check_copies(&group) {
                self.add_rejected(RejectedLine { line, text: row_text(upc, &group), reason: why.to_string() });
                return Ok(());
            }
            listed.zeros_restored = listed.zeros_restored.max(zeros_restored);
            self.conflicts += u64::from(!listed.add_copies(group));
            self.rows += 1;
            return Ok(());
        }
        self.rows += 1;
        if self.list.items.len() >= InputList::MAX_ITEMS {
            return Err(ListError::TooManyItems { limit: InputList::MAX_ITEMS });
        }
        self.list.items.push(InputItem {
            upc,
            copies,
            lines: single_line(line),
            zeros_restored,
            seller,
            differing: Vec::new(),
        });
        Ok(())
    }

    fn count_reason(&mut self, reason: &str) {
        let kind = generalize_reason(reason);
        if self.reasons.len() < MAX_COUNTED_REASONS || self.reasons.contains_key(&kind) {
            self.reasons.entry(kind).or_insert_with(|| (0, reason.to_owned())).0 += 1;
        }
    }

    /// Returns the list. `reading` contains the decisions; the counts are added here. `origin` names the program that
    /// wrote the list, if its exports are known to lack barcodes.
    ///
    /// # Errors
    /// Returns the reason why the list has no item: it is empty, blank, has no line with a code, or its numbers are not
    /// barcodes.
    pub(super) fn build(
        mut self,
        lines: u64,
        size: u64,
        reading: ListReading,
        origin: Option<&'static str>,
    ) -> Result<InputList, ListError> {
        // Rows that several threads parse are stored after the rejected rows of their block.
        self.list.rejected.sort_by_key(|rejected| rejected.line);
        let refused = self.list.rejected_count;
        if self.invalid_codes >= MIN_INVALID_CODES && self.rows * 3 < self.invalid_codes {
            return Err(ListError::NoBarcodes { valid: self.rows, invalid: self.invalid_codes, origin });
        }
        match self.list.rejected.first() {
            _ if !self.list.items.is_empty() => {
                let reading = self.complete_reading(reading);
                Ok(InputList { line_count: lines, size, reading, ..self.list })
            }
            _ if size == 0 => Err(ListError::Empty),
            None => Err(ListError::NoContent),
            Some(RejectedLine { line, text, reason }) => {
                Err(ListError::NoUpc { refused, line: *line, text: text.clone(), reason: reason.clone(), origin })
            }
        }
    }

    fn complete_reading(&mut self, mut reading: ListReading) -> ListReading {
        let mut reasons: Vec<(u64, String)> = self.reasons.drain().map(|(_, reason)| reason).collect();
        reasons.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        reasons.truncate(MAX_NAMED_REASONS);
        if self.conflicts > 0 {
            let rows = if self.conflicts == 1 { "row repeats" } else { "rows repeat" };
            let notice = "a barcode with another condition, grade, price or note; such copies get separate drafts";
            reading.notices.push(format!("{} {rows} {notice}", self.conflicts));
        }
        ListReading {
            rows: self.rows,
            items: self.list.items.len() as u64,
            copies: self.list.items.iter().map(|item| u64::from(item.copies)).sum(),
            skipped: self.list.rejected_count,
            skip_reasons: reasons.into_iter().map(|(rows, reason)| SkipReason { reason, rows }).collect(),
            ..reading
        }
    }
}

/// Returns what identifies the refused rows of a list: the barcode, or what they state instead of one.
pub(super) fn row_text(upc: Upc, group: &CopyGroup) -> String {
    let texts = group.seller.as_deref().filter(|_| upc.is_substitute()).map(SellerData::search_texts);
    texts.map_or_else(|| upc.to_string(), |texts| sanitize_line(&texts.join(", ")))
}

/// Returns the numbers of an item with one line, which are not copied from memory.
fn single_line(line: u32) -> LineNumbers {
    LineNumbers::from_buf_and_len([line, 0], 1)
}

/// Removes numbers and quoted texts from a reason, because they differ from line to line.
fn generalize_reason(reason: &str) -> String {
    let mut kind = String::with_capacity(reason.len());
    let mut quoted = false;
    for character in reason.chars() {
        match character {
            '"' | '\'' => quoted = !quoted,
            _ if quoted || character.is_ascii_digit() => {}
            _ => kind.push(character),
        }
    }
    kind
}
