//! Splits bytes into lines that end in LF, CRLF, or CR alone (old Macintosh exports).

use super::error::ListError;

/// Splits a stream of bytes into lines, numbered from 1 as in an editor.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    pending: Vec<u8>,
    /// True if the last chunk ended in CR, so that a following LF belongs to the same line end.
    after_cr: bool,
    line_count: u32,
}

/// Maximum length of a line in bytes. Lines of spreadsheets are far shorter, but a whole list of codes may be on one
/// line.
pub(super) const MAX_LINE_BYTES: usize = 1 << 20;

impl LineSplitter {
    /// Passes each line that `bytes` complete to `each`, with its number.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        if self.after_cr && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.after_cr = false;
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', bytes) {
            self.emit_line(&bytes[..end], each)?;
            let rest = &bytes[end + 1..];
            self.after_cr = bytes[end] == b'\r' && rest.is_empty();
            bytes = if bytes[end] == b'\r' { rest.strip_prefix(b"\n").unwrap_or(rest) } else { rest };
        }
        self.check_length(bytes.len())?;
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    /// Passes the last line to `each` if it has no line end.
    pub(super) fn flush(
        &mut self,
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        if self.pending.is_empty() { Ok(()) } else { self.emit_line(&[], each) }
    }

    /// Returns the number of lines so far.
    pub(super) fn line_count(&self) -> u64 {
        u64::from(self.line_count)
    }

    /// Returns the number of the next line to be completed.
    pub(super) fn next_line(&self) -> u32 {
        self.line_count + 1
    }

    /// Returns whether a leading LF in the next bytes belongs to the end of the last line.
    pub(super) fn is_after_cr(&self) -> bool {
        self.after_cr
    }

    /// Returns the bytes of the unfinished line and removes them, because they are read elsewhere.
    pub(super) fn take_pending(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// Adds lines that were read elsewhere to the line count.
    pub(super) fn skip_lines(&mut self, count: u32) {
        self.line_count += count;
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
