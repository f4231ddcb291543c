//! Bytes in, as they arrive; a list out. The memory that it takes depends on the different UPCs, not on the bytes.

use encoding_rs::Decoder;

use super::error::ListError;
use super::line_splitter::LineSplitter;
use super::list::InputList;
use super::sniff::{SNIFF_BYTES, SourceEncoding};
use super::table_parser::TableParser;
use domain::list_preview::ReadProgress;

/// A list that is being read.
#[derive(Default)]
pub struct ListParser {
    limit: u64,
    size: u64,
    /// The first bytes, until there are enough of them to tell what they are.
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
    /// Begins a list of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As soon as it is clear that this is no list: see [`Problem`].
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

    /// How far it has come, in a source of so many bytes.
    pub fn progress(&self, of: Option<u64>) -> ReadProgress {
        ReadProgress::ReadingList { bytes: self.size, total: of, lines: self.lines.line_count() }
    }

    /// The source has ended.
    ///
    /// # Errors
    /// Where there is no UPC in it: see [`Problem`].
    pub fn finish(mut self) -> Result<InputList, ListError> {
        if self.decoder.is_none() {
            self.start_decoding()?;
        }
        self.decode_bytes(&[], true)?;
        let Self { table_parser: mut sheet, mut lines, size, .. } = self;
        lines.flush(&mut |number, line| sheet.push_line(number, line))?;
        sheet.finish(lines.line_count(), size)
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
        let Self { decoder: decoding, lines, table_parser: sheet, .. } = self;
        let mut each = |number: u32, line: &[u8]| sheet.push_line(number, line);
        match decoding {
            Some(TextDecoder::Utf16(decoder)) => {
                // Every byte becomes at most three, and a halved character waits for its other half.
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                let _ = decoder.decode_to_string(bytes, &mut text, last);
                lines.push(text.as_bytes(), &mut each)
            }
            _ => lines.push(bytes, &mut each),
        }
    }
}
