//! Reads long tables with several threads. In a large list, most rows do not depend on each other.
//!
//! The lines are cut into blocks, worker threads parse the rows of the blocks, and the rows are added in the order of
//! the list. The rows of a block may depend on others: a quoted field that continues, a new header, an older encoding.
//! The worker's result is then discarded, and the block is read again line by line, like a short list.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::error::ListError;
use super::line_splitter::{LineSplitter, MAX_LINE_BYTES};
use super::table_block::{BlockParser, BlockRows};
use super::table_parser::TableParser;

/// Number of bytes read line by line before threads are started.
const MIN_PARALLEL_BYTES: usize = 1 << 19;
/// Size of a block in bytes: some thousands of rows, which fit into the caches of a core.
const BLOCK_BYTES: usize = 128 << 10;
/// Maximum number of blocks of each worker that wait to be parsed or to be added to the list.
const BLOCKS_PER_WORKER: usize = 3;
/// Maximum number of workers. More would not be faster, because a single thread stores the items.
const MAX_WORKERS: usize = 4;

/// Complete lines of a list.
#[derive(Debug, Default)]
struct Block {
    first_line: u32,
    bytes: Vec<u8>,
    /// Parsed rows; `None` if the block must be read line by line.
    rows: Option<BlockRows>,
}

/// A thread that parses blocks in the order in which it receives them.
#[derive(Debug)]
struct Worker {
    blocks: SyncSender<Block>,
    parsed: Receiver<Block>,
    thread: JoinHandle<()>,
}

/// Reads the lines of a table, in blocks if the table is long.
#[derive(Debug, Default)]
pub(super) struct BlockReader {
    /// Number of bytes read before the workers were started.
    size: usize,
    workers: Vec<Worker>,
    /// Number of blocks sent to workers and received from them. Workers take turns.
    sent: usize,
    received: usize,
    /// Number of the line after the last block.
    next_line: u32,
    /// Bytes that are not in a block yet.
    tail: Vec<u8>,
    /// True if the rest of the list is read line by line.
    is_sequential: bool,
    /// Number of bytes of the whole list, if it is known.
    total: Option<u64>,
}

impl BlockReader {
    /// Sets the number of bytes of the whole list.
    pub(super) fn expect_bytes(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// Reads the next bytes.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        lines: &mut LineSplitter,
        table: &mut TableParser,
    ) -> Result<(), ListError> {
        if self.workers.is_empty() {
            self.size += bytes.len();
            if !self.start(lines, table) {
                return lines.push(bytes, &mut |number, line| table.push_bytes(number, line));
            }
            self.total.into_iter().for_each(|total| table.reserve(self.size as u64, total));
        }
        self.tail.extend_from_slice(bytes);
        while let Some(length) = block_length(&self.tail) {
            self.send_block(length, lines, table)?;
        }
        if self.tail.len() > MAX_LINE_BYTES { self.finish(lines, table) } else { Ok(()) }
    }

    /// Reads everything that is left, and switches to reading line by line.
    pub(super) fn finish(&mut self, lines: &mut LineSplitter, table: &mut TableParser) -> Result<(), ListError> {
        while self.received < self.sent {
            self.receive_block(lines, table)?;
        }
        self.is_sequential = true;
        self.workers.clear();
        let tail = std::mem::take(&mut self.tail);
        lines.push(&tail, &mut |number, line| table.push_bytes(number, line))
    }

    /// Starts workers if the list is long enough and its layout is known. Returns whether workers are running.
    fn start(&mut self, lines: &mut LineSplitter, table: &TableParser) -> bool {
        if self.is_sequential || self.size < MIN_PARALLEL_BYTES || lines.is_after_cr() {
            return false;
        }
        let count = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
        let Some(parser) = table.block_parser().filter(|_| count > 1) else { return false };
        let workers: std::io::Result<Vec<Worker>> = (0..count).map(|_| Worker::spawn(parser.clone())).collect();
        // If no thread can be started, read the list line by line.
        self.workers = workers.unwrap_or_default();
        self.is_sequential = self.workers.is_empty();
        if !self.is_sequential {
            (self.next_line, self.tail) = (lines.next_line(), lines.take_pending());
        }
        !self.is_sequential
    }

    /// Sends the beginning of the tail to the next worker.
    fn send_block(
        &mut self,
        length: usize,
        lines: &mut LineSplitter,
        table: &mut TableParser,
    ) -> Result<(), ListError> {
        let mut block = Block::default();
        if self.sent - self.received >= self.workers.len() * BLOCKS_PER_WORKER {
            block = self.receive_block(lines, table)?;
        }
        // Only the rest is copied, which is short.
        std::mem::swap(&mut block.bytes, &mut self.tail);
        self.tail.clear();
        self.tail.extend_from_slice(&block.bytes[length..]);
        block.bytes.truncate(length);
        block.first_line = self.next_line;
        self.next_line += u32::try_from(memchr::memchr_iter(b'\n', &block.bytes).count()).unwrap_or(u32::MAX);
        let turn = self.sent % self.workers.len();
        self.sent += 1;
        // A worker ends only if it panics, which is detected when its block is received.
        let _ = self.workers[turn].blocks.send(block);
        Ok(())
    }

    /// Adds the rows of the next block of the list. Returns the block, to reuse its memory.
    fn receive_block(&mut self, lines: &mut LineSplitter, table: &mut TableParser) -> Result<Block, ListError> {
        let turn = self.received % self.workers.len();
        let Ok(mut block) = self.workers[turn].parsed.recv() else {
            return match self.workers.swap_remove(turn).thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => Err(ListError::Io(std::io::Error::other("a thread that reads the list ended"))),
            };
        };
        self.received += 1;
        match &mut block.rows {
            Some(rows) if lines.next_line() == block.first_line && table.can_add_block(rows) => {
                table.add_block(rows)?;
                lines.skip_lines(rows.line_count);
            }
            _ => lines.push(&block.bytes, &mut |number, line| table.push_bytes(number, line))?,
        }
        Ok(block)
    }
}

impl Worker {
    fn spawn(mut parser: BlockParser) -> std::io::Result<Self> {
        // No channel is ever full: a worker has at most this number of blocks, parsed or unparsed.
        let (blocks, waiting) = sync_channel::<Block>(BLOCKS_PER_WORKER);
        let (finished, parsed) = sync_channel(BLOCKS_PER_WORKER);
        let thread = std::thread::Builder::new().name("list-reader".to_owned()).spawn(move || {
            for mut block in waiting {
                let used = block.rows.take().unwrap_or_default();
                block.rows = parser.parse_block(block.first_line, &block.bytes, used);
                if finished.send(block).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { blocks, parsed, thread })
    }
}

/// Returns the length of the next block, which ends at a line end; `None` if there are not enough bytes.
fn block_length(bytes: &[u8]) -> Option<usize> {
    let within = memchr::memrchr(b'\n', bytes.get(..BLOCK_BYTES)?);
    let end = within.or_else(|| memchr::memchr(b'\n', &bytes[BLOCK_BYTES..]).map(|end| BLOCK_BYTES + end));
    end.map(|end| end + 1)
}
