//! Buffers blocks of a dump until a record is complete. A record can begin and end in different blocks.

use memchr::memmem;

use super::format::DamagedRecord;

/// The part of a dump that has been read but not returned, and the records that cannot be returned.
#[derive(Debug, Default)]
pub(crate) struct RecordBuffer {
    bytes: Vec<u8>,
    /// Start of the data that has not been returned yet.
    start: usize,
    /// No record ends between `start` and this position.
    scanned: usize,
    /// True if the beginning of an oversized record was dropped and its end has not been found yet.
    is_dropping: bool,
    damaged: Vec<DamagedRecord>,
}

/// The bytes up to the end of a record.
pub(crate) struct BufferedRecord<'a> {
    pub(crate) bytes: &'a [u8],
    /// True if the beginning of the record was dropped, because the record is oversized.
    pub(crate) is_rest: bool,
}

impl RecordBuffer {
    /// Adds the next block of the dump.
    pub(crate) fn push_block(&mut self, block: &[u8]) {
        self.bytes.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        self.bytes.extend_from_slice(block);
    }

    /// Returns the bytes that have not been returned yet.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Returns the bytes up to and including the next `terminator`; `None` until more blocks are added.
    pub(crate) fn next_record(&mut self, terminator: &[u8]) -> Option<BufferedRecord<'_>> {
        let Some(offset) = memmem::find(&self.bytes[self.scanned..], terminator) else {
            // The end of the buffer may be the beginning of a terminator.
            self.scanned = (self.bytes.len() + 1).saturating_sub(terminator.len()).max(self.start);
            return None;
        };
        let region = self.start..self.scanned + offset + terminator.len();
        (self.start, self.scanned) = (region.end, region.end);
        Some(BufferedRecord { bytes: &self.bytes[region], is_rest: std::mem::take(&mut self.is_dropping) })
    }

    /// Drops the beginning of a record if it has more than `max_bytes`. `name` returns its name for messages.
    pub(crate) fn drop_oversized(&mut self, max_bytes: usize, name: impl FnOnce(&[u8]) -> Option<String>) {
        if self.rest().len() > max_bytes {
            if !std::mem::replace(&mut self.is_dropping, true) {
                let name = name(self.rest());
                self.report_damaged(name, format!("larger than {max_bytes} bytes"));
            }
            self.start = self.scanned;
        }
    }

    /// Reports a record that cannot be returned.
    pub(crate) fn report_damaged(&mut self, name: Option<String>, reason: impl Into<String>) {
        self.damaged.push(DamagedRecord { name, reason: reason.into() });
    }

    /// Returns the records reported since the last call.
    pub(crate) fn take_damaged(&mut self) -> Vec<DamagedRecord> {
        std::mem::take(&mut self.damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the records of `text` and the names of the damaged ones, with blocks of one byte.
    fn split(text: &str, terminator: &str, max_bytes: usize) -> (Vec<String>, usize) {
        let (mut buffer, mut records, mut damaged) = (RecordBuffer::default(), Vec::new(), 0);
        for byte in text.as_bytes() {
            buffer.push_block(&[*byte]);
            while let Some(record) = buffer.next_record(terminator.as_bytes()) {
                if !record.is_rest {
                    records.push(String::from_utf8_lossy(record.bytes).into_owned());
                }
            }
            buffer.drop_oversized(max_bytes, |_| None);
            damaged += buffer.take_damaged().len();
        }
        (records, damaged)
    }

    #[test]
    fn records_and_terminators_can_begin_and_end_in_different_blocks() {
        assert_eq!(split("one</>two</>three", "</>", 100), (vec!["one</>".to_owned(), "two</>".to_owned()], 0));
    }

    #[test]
    fn an_oversized_record_is_reported_once_and_the_next_one_is_returned() {
        assert_eq!(split("1234567890\nab\n", "\n", 4), (vec!["ab\n".to_owned()], 1));
        assert_eq!(split("1234567890</>ab</>", "</>", 6), (vec!["ab</>".to_owned()], 1));
    }
}
