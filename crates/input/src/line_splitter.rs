//! Bytes become lines, whichever way they end: LF, CRLF, or CR alone (old Macintosh exports).

use super::error::ListError;

/// Cuts a stream of bytes into lines and numbers them from 1, as an editor would.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    pending: Vec<u8>,
    /// The last chunk ended in CR: an LF that follows belongs to it.
    after_cr: bool,
    line_count: u32,
}

/// The longest line, in bytes. A line of any spreadsheet is far shorter.
const MAX_LINE_BYTES: usize = 64 << 10;

impl LineSplitter {
    /// Hands every line that `bytes` finish to `each`, with its number.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        if self.after_cr && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.after_cr = false;
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            self.emit_line(&bytes[..end], each)?;
            let rest = &bytes[end + 1..];
            self.after_cr = bytes[end] == b'\r' && rest.is_empty();
            bytes = if bytes[end] == b'\r' { rest.strip_prefix(b"\n").unwrap_or(rest) } else { rest };
        }
        self.check_length(bytes.len())?;
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    /// Hands over the last line where it does not end.
    pub(super) fn flush(
        &mut self,
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        if self.pending.is_empty() { Ok(()) } else { self.emit_line(&[], each) }
    }

    /// How many lines there were.
    pub(super) fn line_count(&self) -> u64 {
        u64::from(self.line_count)
    }

    fn emit_line(
        &mut self,
        last: &[u8],
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        self.check_length(last.len())?;
        self.line_count += 1;
        if self.pending.is_empty() {
            return each(self.line_count, last);
        }
        self.pending.extend_from_slice(last);
        let line = std::mem::take(&mut self.pending);
        each(self.line_count, &line)
    }

    fn check_length(&self, more: usize) -> Result<(), ListError> {
        if self.pending.len() + more > MAX_LINE_BYTES {
            return Err(ListError::LineTooLong { line: self.line_count + 1, limit: MAX_LINE_BYTES });
        }
        Ok(())
    }
}
