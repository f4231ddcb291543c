//! Bytes in, as they arrive; a list out. The memory that it takes depends on the different UPCs, not on the bytes.

use encoding_rs::Decoder;

use super::error::Problem;
use super::kind::{Kind, LOOKED_AT};
use super::lines::Lines;
use super::list::List;
use super::sheet::Sheet;
use domain::survey::SoFar;

/// A list that is being read.
#[derive(Default)]
pub struct Reading {
    limit: u64,
    size: u64,
    /// The first bytes, until there are enough of them to tell what they are.
    start: Vec<u8>,
    decoding: Option<Decoding>,
    lines: Lines,
    sheet: Sheet,
}

enum Decoding {
    AsItIs,
    Utf16(Decoder),
}

impl Reading {
    /// Begins a list of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As soon as it is clear that this is no list: see [`Problem`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(Problem::Endless { limit: self.limit });
        }
        if self.decoding.is_some() {
            return self.decode(bytes, false);
        }
        self.start.extend_from_slice(bytes);
        if self.start.len() < LOOKED_AT { Ok(()) } else { self.begin() }
    }

    /// How far it has come, in a source of so many bytes.
    pub fn so_far(&self, of: Option<u64>) -> SoFar {
        SoFar::Read { bytes: self.size, of, lines: self.lines.count() }
    }

    /// The source has ended.
    ///
    /// # Errors
    /// Where there is no UPC in it: see [`Problem`].
    pub fn finish(mut self) -> Result<List, Problem> {
        if self.decoding.is_none() {
            self.begin()?;
        }
        self.decode(&[], true)?;
        let Self { mut sheet, mut lines, size, .. } = self;
        lines.end(&mut |number, line| sheet.line(number, line))?;
        sheet.finish(lines.count(), size)
    }

    fn begin(&mut self) -> Result<(), Problem> {
        let start = std::mem::take(&mut self.start);
        self.decoding = Some(match Kind::of(&start)? {
            Kind::Ascii => Decoding::AsItIs,
            Kind::Utf16(encoding) => Decoding::Utf16(encoding.new_decoder_with_bom_removal()),
        });
        self.decode(&start, false)
    }

    fn decode(&mut self, bytes: &[u8], last: bool) -> Result<(), Problem> {
        let Self { decoding, lines, sheet, .. } = self;
        let mut each = |number: u32, line: &[u8]| sheet.line(number, line);
        match decoding {
            Some(Decoding::Utf16(decoder)) => {
                // Every byte becomes at most three, and a halved character waits for its other half.
                let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                let _ = decoder.decode_to_string(bytes, &mut text, last);
                lines.push(text.as_bytes(), &mut each)
            }
            _ => lines.push(bytes, &mut each),
        }
    }
}
