//! Parses the rows of one block of a table, independently of the rows before and after it.

use domain::job_spec::RejectedLine;
use domain::seller_data::SellerData;
use domain::text::BYTE_ORDER_MARK;

use super::error::ListError;
use super::line_splitter::MAX_LINE_BYTES;
use super::row::AcceptedRow;
use super::table_row::UnreadTexts;
use super::table_rows::{PushedLine, RowSink, TableRows};

/// Parser of blocks of complete lines, with the layout of the list.
#[derive(Clone, Debug)]
pub(super) struct BlockParser {
    rows: TableRows,
    /// Number of parts with their own header above these lines.
    earlier_parts: usize,
}

/// Content of the rows of a block.
#[derive(Debug, Default)]
pub(super) struct BlockRows {
    pub(super) line_count: u32,
    pub(super) earlier_parts: usize,
    pub(super) items: Vec<(u32, AcceptedRow)>,
    /// Lines that are not items, each with a flag for an invalid code.
    pub(super) rejected: Vec<(RejectedLine, bool)>,
    pub(super) unread: UnreadTexts,
}

impl BlockParser {
    pub(super) fn new(rows: TableRows, earlier_parts: usize) -> Self {
        Self { rows, earlier_parts }
    }

    /// Parses the lines of a block, which all end in LF. Returns `None` if they cannot be parsed independently. Reuses
    /// the memory of `used`.
    pub(super) fn parse_block(&mut self, first_line: u32, block: &[u8], mut used: BlockRows) -> Option<BlockRows> {
        used.items.clear();
        let mut read = BlockRows { earlier_parts: self.earlier_parts, items: used.items, ..BlockRows::default() };
        let is_read = self.parse_lines(first_line, block, &mut read).is_some();
        let is_whole = self.rows.is_between_records();
        read.unread = self.rows.take_unread();
        if !is_whole {
            self.rows.clear();
        }
        (is_read && is_whole).then_some(read)
    }

    fn parse_lines(&mut self, first_line: u32, block: &[u8], read: &mut BlockRows) -> Option<()> {
        let text = std::str::from_utf8(block).ok().filter(|_| is_plain(block))?;
        let (mut start, mut number) = (0, first_line);
        for end in memchr::memchr_iter(b'\n', block) {
            let line = &text[start..end];
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.len() > MAX_LINE_BYTES || self.rows.push_line(number, line, read).ok()? != PushedLine::Read {
                return None;
            }
            (start, number) = (end + 1, number + 1);
        }
        read.line_count = number - first_line;
        Some(())
    }
}

/// Returns whether lines end in LF or CRLF only, and none has a byte order mark, as pasted lists do in the middle.
fn is_plain(block: &[u8]) -> bool {
    // Most blocks have only these bytes.
    (block.is_ascii() && memchr::memchr(b'\r', block).is_none())
        || memchr::memchr_iter(b'\r', block).all(|at| block.get(at + 1) == Some(&b'\n'))
            && memchr::memmem::find(block, BYTE_ORDER_MARK.as_bytes()).is_none()
}

/// Bytes by which the memory of a worker grows, and the number of items that fit into them. Smaller than what the
/// allocator of glibc returns to the system at once (`M_TRIM_THRESHOLD`, `M_MMAP_THRESHOLD` in mallopt(3)).
const HEAP_STEP_BYTES: usize = 96 << 10;
const ITEMS_PER_HEAP_STEP: usize = HEAP_STEP_BYTES / (size_of::<SellerData>() + 2 * size_of::<usize>());

/// Makes the heap of this thread larger. The allocator of glibc would ask the system for each page by itself.
fn grow_heap() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(HEAP_STEP_BYTES)));
}

impl RowSink for BlockRows {
    fn add_item(&mut self, line: u32, row: AcceptedRow) -> Result<(), ListError> {
        if self.items.len().is_multiple_of(ITEMS_PER_HEAP_STEP) {
            grow_heap();
        }
        self.items.push((line, row));
        Ok(())
    }

    fn add_rejected(&mut self, line: RejectedLine) {
        self.rejected.push((line, false));
    }

    fn add_invalid(&mut self, line: RejectedLine) {
        self.rejected.push((line, true));
    }
}
