//! Splits a dump into its `<release>` elements without parsing them.

use memchr::{memchr, memmem};

use super::super::format::{DamagedRecord, DumpFormat, INVALID_UTF8, NUL_BYTES, ScannedRecord, SplitError};
use super::super::id_set::MAX_DENSE_ID;
use super::super::record_buffer::RecordBuffer;
use super::parse::parse_release;
use super::record::DiscogsRecord;

/// Maximum bytes of a release. The largest known one has 0.1 MB.
const MAX_RELEASE_BYTES: usize = 16 * 1024 * 1024;

/// Bytes within which the first element of a dump must begin.
const FIRST_ELEMENT_BYTES: usize = 64 * 1024;

const RELEASE_START: &[u8] = b"<release ";
const RELEASE_END: &[u8] = b"</release>";
const ROOT_START: &[u8] = b"<releases";
const ROOT_END: &[u8] = b"</releases>";

/// Type of an identifier that is a barcode.
const BARCODE_TYPE: &[u8] = b"\"Barcode\"";

/// Splits a dump into release elements.
#[derive(Debug, Default)]
pub(crate) struct DiscogsFormat {
    buffer: RecordBuffer,
    /// The beginning of the dump, until it has been checked.
    beginning: Vec<u8>,
    is_beginning_checked: bool,
    is_root_open: bool,
}

impl DumpFormat for DiscogsFormat {
    type Record = DiscogsRecord;

    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError> {
        self.buffer.push_block(block);
        if !self.is_beginning_checked {
            self.beginning.extend_from_slice(block);
            if self.beginning.len() >= FIRST_ELEMENT_BYTES {
                self.check_beginning()?;
            }
        }
        Ok(())
    }

    fn next_text(&mut self) -> Option<String> {
        while let Some(record) = self.buffer.next_record(RELEASE_END) {
            let (region, is_rest) = (record.bytes.to_vec(), record.is_rest);
            if let Some(xml) = self.find_release(&region, is_rest) {
                return Some(xml);
            }
        }
        self.buffer.drop_oversized(MAX_RELEASE_BYTES, |beginning| {
            let start = memmem::find(beginning, RELEASE_START)?;
            read_id(&beginning[start..]).map(name_release)
        });
        None
    }

    fn take_damaged(&mut self) -> Vec<DamagedRecord> {
        self.buffer.take_damaged()
    }

    fn finish(&mut self) -> Result<Option<String>, SplitError> {
        if !self.is_beginning_checked {
            self.check_beginning()?;
        }
        let rest = self.buffer.rest().to_vec();
        self.read_root_tags(&rest);
        if self.is_root_open || memmem::find(&rest, RELEASE_START).is_some() {
            return Err(SplitError::Truncated);
        }
        Ok(None)
    }

    fn scan(&self, text: &str) -> Result<ScannedRecord<DiscogsRecord>, String> {
        let number = read_id(text.as_bytes()).filter(|id| *id <= MAX_DENSE_ID);
        let number = number.ok_or("the id is missing or too large")?;
        let has_key = memmem::find(text.as_bytes(), BARCODE_TYPE).is_some();
        Ok(ScannedRecord { number, has_key, record: None })
    }

    fn parse(&self, text: &str) -> Result<DiscogsRecord, String> {
        parse_release(text)
    }

    fn describe(&self, text: &str) -> Option<String> {
        read_id(text.as_bytes()).map(name_release)
    }
}

impl DiscogsFormat {
    /// Returns the release at the end of this region. An earlier start tag belongs to a release without an end tag.
    fn find_release(&mut self, region: &[u8], is_rest: bool) -> Option<String> {
        let starts = memmem::find_iter(region, RELEASE_START).collect::<Vec<_>>();
        let Some((&last, others)) = starts.split_last() else {
            if !is_rest {
                self.buffer.report_damaged(None, "an end tag without a start tag");
            }
            return None;
        };
        self.read_root_tags(&region[..starts[0]]);
        for start in others {
            self.buffer.report_damaged(read_id(&region[*start..]).map(name_release), "its end tag is missing");
        }
        let release = &region[last..];
        let damage = if memchr(0, release).is_some() { NUL_BYTES } else { INVALID_UTF8 };
        let text = String::from_utf8(release.to_vec()).ok().filter(|_| damage != NUL_BYTES);
        if text.is_none() {
            self.buffer.report_damaged(read_id(release).map(name_release), damage);
        }
        text
    }

    fn read_root_tags(&mut self, between: &[u8]) {
        let (opened, closed) = (memmem::rfind(between, ROOT_START), memmem::rfind(between, ROOT_END));
        match (opened, closed) {
            (Some(opened), closed) => self.is_root_open = closed.is_none_or(|closed| closed < opened),
            (None, Some(_)) => self.is_root_open = false,
            (None, None) => {}
        }
    }

    /// Checks the first element of the dump.
    fn check_beginning(&mut self) -> Result<(), SplitError> {
        let beginning = std::mem::take(&mut self.beginning);
        let beginning = String::from_utf8_lossy(&beginning[..beginning.len().min(FIRST_ELEMENT_BYTES)]);
        // An end tag comes first if the data starts in the middle of a dump.
        let tags = beginning.split('<').skip(1).filter(|tag| !tag.starts_with(['?', '!']));
        let first = tags.map(|tag| tag.split([' ', '>', '\n']).next().unwrap_or_default().trim_end_matches('/')).next();
        match first {
            Some("releases" | "release") => {
                self.is_beginning_checked = true;
                Ok(())
            }
            None | Some("") => Err(SplitError::Empty),
            Some(other) if other.contains(['\0', char::REPLACEMENT_CHARACTER]) => {
                Err(SplitError::NotReleases("it is not a text file".to_owned()))
            }
            Some(other) => {
                let other = other.chars().take(40).collect::<String>();
                Err(SplitError::NotReleases(format!("it begins with <{other}>")))
            }
        }
    }
}

fn name_release(id: u64) -> String {
    format!("release {id}")
}

/// Parses the ID in a start tag.
fn read_id(tag: &[u8]) -> Option<u64> {
    let tag = &tag[..tag.len().min(200)];
    let at = memmem::find(tag, b"id=\"")? + 4;
    let digits = tag[at..].iter().take_while(|byte| byte.is_ascii_digit()).copied().collect();
    String::from_utf8(digits).ok()?.parse().ok()
}
