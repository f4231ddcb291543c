//! Parses a list from bytes as they arrive. Memory grows with the number of different UPCs, not with the bytes; workbooks and
//! JSON are collected first.

use std::io::Write as _;

use encoding_rs::{Decoder, Encoding};
use flate2::write::MultiGzDecoder;

use super::block_reader::BlockReader;
use super::error::ListError;
use super::json_list;
use super::line_splitter::LineSplitter;
use super::list::InputList;
use super::options::ReadOptions;
use super::sniff::{SNIFF_BYTES, SourceFormat};
use super::table_parser::TableParser;
use super::workbook;
use domain::list_preview::ReadProgress;

/// Why a sheet that is named is not read.
const NO_WORKBOOK: &str = "the list is not a workbook and has no sheets";

/// An incremental parser of one list.
pub struct ListParser {
    limit: u64,
    size: u64,
    options: ReadOptions,
    content: Content,
    lines: LineSplitter,
    blocks: BlockReader,
    table_parser: TableParser,
}

/// How the bytes are read.
enum Content {
    /// The first bytes, until there are enough to detect the format.
    Undecided(Vec<u8>),
    /// UTF-8 or an older encoding of one byte a character.
    Text,
    /// The same, with NULs instead of line ends.
    NulSeparated,
    Utf16(Box<Decoder>),
    /// The decoder, the parser of its bytes, and the number of NUL bytes that may belong to the stream or fill the last block.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>, Box<ListParser>, usize),
    Workbook(Vec<u8>),
    /// The bytes, and their encoding if it is UTF-16.
    Json(Vec<u8>, Option<&'static Encoding>),
}

impl ListParser {
    /// Creates a parser for a list of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self::with_options(limit, ReadOptions::default())
    }

    /// Creates a parser for a list of at most `limit` bytes that is read as `options` say.
    pub fn with_options(limit: u64, options: ReadOptions) -> Self {
        Self {
            limit,
            size: 0,
            content: Content::Undecided(Vec::new()),
            lines: LineSplitter::default(),
            blocks: BlockReader::default(),
            table_parser: TableParser::new(options.clone()),
            options,
        }
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// Returns a [`ListError`] as soon as it is clear that the source is not a usable list.
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

    /// Returns how much was read, of a source with `total` bytes if that is known.
    pub fn progress(&self, total: Option<u64>) -> ReadProgress {
        let lines = match &self.content {
            Content::Gzip(_, inner, _) => inner.lines.line_count(),
            _ => self.lines.line_count(),
        };
        ReadProgress::ReadingList { bytes: self.size, total, lines }
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Returns a [`ListError`] if the list has no UPC or cannot be read.
    pub fn finish(mut self) -> Result<InputList, ListError> {
        if matches!(self.content, Content::Undecided(_)) {
            self.start_reading()?;
        }
        self.read_bytes(&[], true)?;
        let Self { content, mut table_parser, mut lines, mut blocks, size, options, .. } = self;
        blocks.finish(&mut lines, &mut table_parser)?;
        let rows = match content {
            Content::Gzip(mut decoder, mut inner, held) => {
                finish_gzip(&mut decoder, held)?;
                inner.push(&std::mem::take(decoder.get_mut()))?;
                return inner.finish().map(|list| InputList { size, ..list });
            }
            Content::Workbook(bytes) => return workbook::read_workbook(bytes, size, &options),
            Content::Json(bytes, encoding) => {
                let text = json_list::decode_json(&bytes, encoding);
                if let Some(rows) = json_list::read_json(&text, &mut table_parser)? {
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
        // Only a workbook has sheets.
        let unused_sheet = options.list.sheet.as_ref();
        list.reading.notices.extend(unused_sheet.map(|name| format!("--sheet {name:?} is not used: {NO_WORKBOOK}")));
        Ok(list)
    }

    /// Decides the format and reads the first bytes.
    fn start_reading(&mut self) -> Result<(), ListError> {
        let Content::Undecided(start) = std::mem::replace(&mut self.content, Content::Text) else { return Ok(()) };
        self.content = match SourceFormat::from_first_bytes(&start)? {
            SourceFormat::Text => Content::Text,
            SourceFormat::NulSeparated => Content::NulSeparated,
            SourceFormat::Utf16(encoding) => Content::Utf16(Box::new(encoding.new_decoder_with_bom_removal())),
            SourceFormat::Gzip => {
                let inner = Self::with_options(self.limit, self.options.clone());
                Content::Gzip(Box::new(MultiGzDecoder::new(Vec::new())), Box::new(inner), 0)
            }
            SourceFormat::Workbook => Content::Workbook(Vec::new()),
            SourceFormat::Json(encoding) => Content::Json(Vec::new(), encoding),
        };
        self.read_bytes(&start, false)
    }

    fn read_bytes(&mut self, bytes: &[u8], last: bool) -> Result<(), ListError> {
        let Self { content, lines, blocks, table_parser, .. } = self;
        match content {
            Content::Utf16(decoder) => {
                // Every byte becomes at most three; half a character waits for its other half.
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                let _ = decoder.decode_to_string(bytes, &mut text, last);
                lines.push(text.as_bytes(), &mut |number, line| table_parser.push_bytes(number, line))
            }
            Content::Gzip(decoder, inner, held) => {
                let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                if end > 0 {
                    let zeros = std::mem::take(held);
                    decoder.write_all(&vec![0; zeros]).map_err(|_| ListError::DamagedGzip)?;
                }
                *held += bytes.len() - end;
                let bytes = &bytes[..end];
                // Small pieces, so that a small file that unpacks to a huge one is noticed in time.
                bytes.chunks(SNIFF_BYTES).try_for_each(|chunk| {
                    decoder.write_all(chunk).map_err(|_| ListError::DamagedGzip)?;
                    inner.push(&std::mem::take(decoder.get_mut()))
                })
            }
            Content::Workbook(collected) | Content::Json(collected, _) => {
                collected.extend_from_slice(bytes);
                Ok(())
            }
            Content::NulSeparated => {
                let text: Vec<u8> = bytes.iter().map(|byte| if *byte == 0 { b'\n' } else { *byte }).collect();
                lines.push(&text, &mut |number, line| table_parser.push_bytes(number, line))
            }
            // A shell that appends UTF-16 to a list, and a disk that lost power, leave NUL bytes.
            Content::Text if memchr::memchr(0, bytes).is_some() => {
                let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
                blocks.push(&text, lines, table_parser)
            }
            Content::Undecided(_) | Content::Text => blocks.push(bytes, lines, table_parser),
        }
    }
}

/// Ends a gzip stream. Of the NUL bytes after it, as many belong to it as it needs to be whole; the others fill the last block of a file.
fn finish_gzip(decoder: &mut MultiGzDecoder<Vec<u8>>, held: usize) -> Result<(), ListError> {
    for _ in 0..held {
        if decoder.try_finish().is_ok() {
            return Ok(());
        }
        decoder.write_all(&[0]).map_err(|_| ListError::DamagedGzip)?;
    }
    decoder.try_finish().map_err(|_| ListError::DamagedGzip)
}
