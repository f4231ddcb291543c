//! Bytes become lines, whichever way they end: LF, CRLF, or CR alone (old Macintosh exports).

use super::error::Problem;

/// Cuts a stream of bytes into lines and numbers them from 1, as an editor would.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: Vec<u8>,
    /// The last chunk ended in CR: an LF that follows belongs to it.
    after_cr: bool,
    ended: u32,
}

/// The longest line, in bytes. A line of any spreadsheet is far shorter.
const LONGEST: usize = 64 << 10;

impl Lines {
    /// Hands every line that `bytes` finish to `each`, with its number.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if self.after_cr && !bytes.is_empty() {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.after_cr = false;
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            self.finish(&bytes[..end], each)?;
            let rest = &bytes[end + 1..];
            self.after_cr = bytes[end] == b'\r' && rest.is_empty();
            bytes = if bytes[end] == b'\r' { rest.strip_prefix(b"\n").unwrap_or(rest) } else { rest };
        }
        self.fits(bytes.len())?;
        self.unfinished.extend_from_slice(bytes);
        Ok(())
    }

    /// Hands over the last line where it does not end.
    pub(super) fn end(&mut self, each: &mut impl FnMut(u32, &[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
        if self.unfinished.is_empty() { Ok(()) } else { self.finish(&[], each) }
    }

    /// How many lines there were.
    pub(super) fn count(&self) -> u64 {
        u64::from(self.ended)
    }

    fn finish(&mut self, last: &[u8], each: &mut impl FnMut(u32, &[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
        self.fits(last.len())?;
        self.ended += 1;
        if self.unfinished.is_empty() {
            return each(self.ended, last);
        }
        self.unfinished.extend_from_slice(last);
        let line = std::mem::take(&mut self.unfinished);
        each(self.ended, &line)
    }

    fn fits(&self, more: usize) -> Result<(), Problem> {
        if self.unfinished.len() + more > LONGEST {
            return Err(Problem::LongLine { line: self.ended + 1, limit: LONGEST });
        }
        Ok(())
    }
}
