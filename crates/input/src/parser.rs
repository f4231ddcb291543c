//! Parses a list incrementally from bytes. Memory grows with the number of different UPCs, not with the number of
//! bytes, except for workbooks, JSON and SQL, which are collected first.
//!
//! `ListParser` detects the format, decodes the bytes, and passes lines to a [`TableParser`], or to the reader of
//! workbooks, JSON or SQL.

use std::io::Write as _;

use encoding_rs::{Decoder, Encoding};
use flate2::write::MultiGzDecoder;

use super::block_reader::BlockReader;
use super::error::ListError;
use super::json_list;
use super::line_splitter::LineSplitter;
use super::list::InputList;
use super::settings::ReadOptions;
use super::sniff::{SNIFF_BYTES, SourceFormat};
use super::sql_list;
use super::table_parser::TableParser;
use super::workbook;
use domain::list_preview::ReadProgress;

/// Reason why the option for a sheet is not used.
const NO_WORKBOOK: &str = "the list is not a workbook and has no sheets";

/// Maximum compressions around a list. A file can unpack to itself without an end.
const MAX_UNPACKINGS: u32 = 2;

/// An incremental parser of one list.
pub struct ListParser {
    limit: u64,
    /// How many compressions the bytes were unpacked from.
    unpacked: u32,
    size: u64,
    options: ReadOptions,
    content: Content,
    lines: LineSplitter,
    blocks: BlockReader,
    table_parser: TableParser,
}

/// Format of the bytes, with its state.
enum Content {
    /// The first bytes, until there are enough to detect the format.
    Undecided(Vec<u8>),
    /// UTF-8, or an older encoding.
    Text,
    /// Like `Text`, with NUL instead of line ends.
    NulSeparated,
    Utf16(Box<Decoder>),
    /// The decoder, the parser of its output, and the number of NUL bytes held back, which may be part of the stream or
    /// padding.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>, Box<ListParser>, usize),
    Workbook(Vec<u8>),
    /// The bytes, and the encoding if it is UTF-16.
    Json(Vec<u8>, Option<&'static Encoding>),
    /// Like `Json`, for an SQL script.
    Sql(Vec<u8>, Option<&'static Encoding>),
}

impl ListParser {
    /// Creates a parser for a list of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self::with_options(limit, ReadOptions::default())
    }

    /// Creates a parser for a list of at most `limit` bytes, with options.
    pub fn with_options(limit: u64, options: ReadOptions) -> Self {
        Self {
            limit,
            unpacked: 0,
            size: 0,
            content: Content::Undecided(Vec::new()),
            lines: LineSplitter::default(),
            blocks: BlockReader::default(),
            table_parser: TableParser::new(options.clone()),
            options,
        }
    }

    /// Sets the number of bytes that the list will have, to reserve memory for its items.
    pub(super) fn expect_bytes(&mut self, total: u64) {
        self.blocks.expect_bytes(total);
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// Returns a [`ListError`] as soon as it is certain that the source is not a usable list.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(ListError::StreamTooLarge { limit: self.limit });
        }
        match &mut self.content {
            Content::Undecided(start) => {
                start.extend_from_slice(bytes);
                if start.len() < SNIFF_BYTES { Ok(()) } else { self.start_reading() }
            }
            _ => self.read_bytes(bytes, false),
        }
    }

    /// Returns the progress within a source of `total` bytes, if the total is known.
    pub fn progress(&self, total: Option<u64>) -> ReadProgress {
        let lines = match &self.content {
            Content::Gzip(_, inner, _) => inner.lines.line_count(),
            _ => self.lines.line_count(),
        };
        ReadProgress::ReadingList { bytes: self.size, total, lines }
    }

    /// Ends the list and returns it.
    ///
    /// # Errors
    /// Returns a [`ListError`] if the list has no UPC or cannot be read.
    pub fn finish(mut self) -> Result<InputList, ListError> {
        if matches!(self.content, Content::Undecided(_)) {
            self.start_reading()?;
        }
        self.read_bytes(&[], true)?;
        let Self { content, mut table_parser, mut lines, mut blocks, size, limit, options, .. } = self;
        blocks.finish(&mut lines, &mut table_parser)?;
        let rows = match content {
            Content::Gzip(mut decoder, mut inner, nul_count) => {
                finish_gzip(&mut decoder, &mut inner, nul_count)?;
                return inner.finish().map(|list| InputList { size, ..list });
            }
            Content::Workbook(bytes) => return workbook::read_workbook(bytes, (size, limit), &options),
            Content::Json(ref bytes, encoding) | Content::Sql(ref bytes, encoding) => {
                let text = json_list::decode_text(bytes, encoding);
                let read = match content {
                    Content::Sql(..) => sql_list::read_sql(&text, &mut table_parser)?,
                    _ => json_list::read_json(&text, limit, &mut table_parser)?,
                };
                if let Some(rows) = read {
                    rows
                } else {
                    lines.push(text.as_bytes(), &mut |number, line| table_parser.push_bytes(number, line))?;
                    lines.line_count()
                }
            }
            Content::Undecided(_) | Content::Text | Content::NulSeparated | Content::Utf16(_) => lines.line_count(),
        };
        lines.flush(&mut |number, line| table_parser.push_bytes(number, line))?;
        let mut list = table_parser.finish(rows.max(lines.line_count()), size)?;
        // The option for a sheet applies only to workbooks.
        let unused_sheet = options.list.sheet.as_ref();
        list.reading.notices.extend(unused_sheet.map(|name| format!("--sheet {name:?} is not used: {NO_WORKBOOK}")));
        Ok(list)
    }

    /// Detects the format and reads the first bytes.
    fn start_reading(&mut self) -> Result<(), ListError> {
        let Content::Undecided(start) = std::mem::replace(&mut self.content, Content::Text) else { return Ok(()) };
        self.content = match SourceFormat::from_first_bytes(&start)? {
            SourceFormat::Text => Content::Text,
            SourceFormat::NulSeparated => Content::NulSeparated,
            SourceFormat::Utf16(encoding) => Content::Utf16(Box::new(encoding.new_decoder_with_bom_removal())),
            SourceFormat::Gzip => {
                if self.unpacked == MAX_UNPACKINGS {
                    return Err(ListError::NotText { what: "gzip within gzip", remedy: "unpack it first" });
                }
                let inner = Self::with_options(self.limit, self.options.clone());
                let inner = Self { unpacked: self.unpacked + 1, ..inner };
                Content::Gzip(Box::new(MultiGzDecoder::new(Vec::new())), Box::new(inner), 0)
            }
            SourceFormat::Workbook => Content::Workbook(Vec::new()),
            SourceFormat::Json(encoding) => Content::Json(Vec::new(), encoding),
            SourceFormat::Sql(encoding) => Content::Sql(Vec::new(), encoding),
        };
        self.read_bytes(&start, false)
    }

    fn read_bytes(&mut self, bytes: &[u8], last: bool) -> Result<(), ListError> {
        let Self { content, lines, blocks, table_parser, .. } = self;
        match content {
            Content::Utf16(decoder) => {
                // Each byte becomes at most three, and an incomplete character waits for its second half.
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                let _ = decoder.decode_to_string(bytes, &mut text, last);
                lines.push(text.as_bytes(), &mut |number, line| table_parser.push_bytes(number, line))
            }
            Content::Gzip(decoder, inner, nul_count) => {
                let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                if end > 0 {
                    unpack_zeros(decoder, inner, std::mem::take(nul_count))?;
                }
                *nul_count += bytes.len() - end;
                unpack_gzip(decoder, inner, &bytes[..end])
            }
            Content::Workbook(collected) | Content::Json(collected, _) | Content::Sql(collected, _) => {
                collected.extend_from_slice(bytes);
                Ok(())
            }
            Content::NulSeparated => {
                let text: Vec<u8> = bytes.iter().map(|byte| if *byte == 0 { b'\n' } else { *byte }).collect();
                lines.push(&text, &mut |number, line| table_parser.push_bytes(number, line))
            }
            // Both a shell that appends UTF-16 to a list and a disk that lost power leave NUL bytes.
            Content::Text if memchr::memchr(0, bytes).is_some() => {
                let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
                blocks.push(&text, lines, table_parser)
            }
            Content::Undecided(_) | Content::Text => blocks.push(bytes, lines, table_parser),
        }
    }
}

/// Unpacks bytes of a gzip stream into the parser of its content, in small pieces, to notice in time if a small file
/// decompresses to a huge one.
fn unpack_gzip(decoder: &mut MultiGzDecoder<Vec<u8>>, inner: &mut ListParser, bytes: &[u8]) -> Result<(), ListError> {
    bytes.chunks(SNIFF_BYTES).try_for_each(|chunk| {
        decoder.write_all(chunk).map_err(|_| ListError::DamagedGzip)?;
        inner.push(&std::mem::take(decoder.get_mut()))
    })
}

/// Unpacks NUL bytes, which a stream can contain: each may mean a kilobyte of its content.
fn unpack_zeros(
    decoder: &mut MultiGzDecoder<Vec<u8>>,
    inner: &mut ListParser,
    mut count: usize,
) -> Result<(), ListError> {
    while count > 0 {
        let chunk_bytes = count.min(SNIFF_BYTES);
        unpack_gzip(decoder, inner, &[0; SNIFF_BYTES][..chunk_bytes])?;
        count -= chunk_bytes;
    }
    Ok(())
}

/// Maximum number of NUL bytes at the end of a gzip stream: those of its last block, checksum and size (RFC 1952, 2.3).
const MAX_FINAL_NULS: usize = 16;

/// Ends a gzip stream. Of the held NUL bytes, feeds as many as the stream needs to be complete; the others are padding
/// of a file's last block.
fn finish_gzip(
    decoder: &mut MultiGzDecoder<Vec<u8>>,
    inner: &mut ListParser,
    nul_count: usize,
) -> Result<(), ListError> {
    let mut is_complete = decoder.try_finish().is_ok();
    for _ in 0..nul_count.min(MAX_FINAL_NULS) {
        if is_complete {
            break;
        }
        unpack_zeros(decoder, inner, 1)?;
        is_complete = decoder.try_finish().is_ok();
    }
    inner.push(&std::mem::take(decoder.get_mut()))?;
    if is_complete { Ok(()) } else { Err(ListError::DamagedGzip) }
}
