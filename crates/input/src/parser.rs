//! Parses a list from bytes as they arrive. Memory grows with the number of different UPCs, not with the bytes.

use encoding_rs::Decoder;

use super::error::ListError;
use super::line_splitter::LineSplitter;
use super::list::InputList;
use super::sniff::{SNIFF_BYTES, SourceEncoding};
use super::table_parser::TableParser;
use domain::list_preview::ReadProgress;

/// An incremental parser of one list.
#[derive(Default)]
pub struct ListParser {
    limit: u64,
    size: u64,
    /// The first bytes, until there are enough to detect the encoding.
    first_bytes: Vec<u8>,
    decoder: Option<TextDecoder>,
    lines: LineSplitter,
    table_parser: TableParser,
}

enum TextDecoder {
    Passthrough,
    Utf16(Decoder),
}

impl ListParser {
    /// Creates a parser for a list of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
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
        if self.decoder.is_some() {
            return self.decode_bytes(bytes, false);
        }
        self.first_bytes.extend_from_slice(bytes);
        if self.first_bytes.len() < SNIFF_BYTES { Ok(()) } else { self.start_decoding() }
    }

    /// Returns how much was read, of a source with `total` bytes if that is known.
    pub fn progress(&self, total: Option<u64>) -> ReadProgress {
        ReadProgress::ReadingList { bytes: self.size, total, lines: self.lines.line_count() }
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Returns a [`ListError`] if the list has no UPC or cannot be read.
    pub fn finish(mut self) -> Result<InputList, ListError> {
        if self.decoder.is_none() {
            self.start_decoding()?;
        }
        self.decode_bytes(&[], true)?;
        let Self { mut table_parser, mut lines, size, .. } = self;
        lines.flush(&mut |number, line| table_parser.push_line(number, line))?;
        table_parser.finish(lines.line_count(), size)
    }

    fn start_decoding(&mut self) -> Result<(), ListError> {
        let start = std::mem::take(&mut self.first_bytes);
        self.decoder = Some(match SourceEncoding::from_first_bytes(&start)? {
            SourceEncoding::AsciiCompatible => TextDecoder::Passthrough,
            SourceEncoding::Utf16(encoding) => TextDecoder::Utf16(encoding.new_decoder_with_bom_removal()),
        });
        self.decode_bytes(&start, false)
    }

    fn decode_bytes(&mut self, bytes: &[u8], last: bool) -> Result<(), ListError> {
        let Self { decoder, lines, table_parser, .. } = self;
        let mut each = |number: u32, line: &[u8]| table_parser.push_line(number, line);
        match decoder {
            Some(TextDecoder::Utf16(decoder)) => {
                // Every byte becomes at most three; half a character waits for its other half.
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                let _ = decoder.decode_to_string(bytes, &mut text, last);
                lines.push(text.as_bytes(), &mut each)
            }
            _ => lines.push(bytes, &mut each),
        }
    }
}
