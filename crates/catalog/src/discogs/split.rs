//! Splits a dump into its `<release>` elements without parsing them.

use memchr::memmem;

use super::super::format::{DamagedRecord, DumpFormat, ScannedRecord, SplitError};
use super::super::id_set::MAX_DENSE_ID;
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

/// Buffers blocks of a dump and returns the release elements in them.
#[derive(Debug, Default)]
pub(crate) struct DiscogsFormat {
    buffer: Vec<u8>,
    /// Start of the data that has not been returned yet.
    start: usize,
    /// There is no end of an element before this position.
    scanned: usize,
    is_root_open: bool,
    has_begun: bool,
    /// True if the beginning of an oversized element was dropped and its end has not been found yet.
    is_dropping: bool,
    damaged: Vec<DamagedRecord>,
}

impl DumpFormat for DiscogsFormat {
    type Record = DiscogsRecord;

    fn push_block(&mut self, block: &[u8]) -> Result<(), SplitError> {
        // The beginning is kept until it has been checked.
        if self.has_begun {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(block);
        if !self.has_begun && self.buffer.len() >= FIRST_ELEMENT_BYTES {
            self.check_first_element()?;
        }
        Ok(())
    }

    fn next_text(&mut self) -> Option<String> {
        loop {
            let Some(offset) = memmem::find(&self.buffer[self.scanned..], RELEASE_END) else {
                self.scanned = self.buffer.len().saturating_sub(RELEASE_END.len()).max(self.start);
                self.drop_oversized();
                return None;
            };
            let region = self.start..self.scanned + offset + RELEASE_END.len();
            (self.start, self.scanned) = (region.end, region.end);
            let region = self.buffer[region].to_vec();
            if let Some(xml) = self.find_release(&region) {
                return Some(xml);
            }
        }
    }

    fn take_damaged(&mut self) -> Vec<DamagedRecord> {
        std::mem::take(&mut self.damaged)
    }

    fn finish(&mut self) -> Result<Option<String>, SplitError> {
        self.check_first_element()?;
        let rest = self.buffer[self.start..].to_vec();
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
    fn find_release(&mut self, region: &[u8]) -> Option<String> {
        let starts = memmem::find_iter(region, RELEASE_START).collect::<Vec<_>>();
        let is_rest = std::mem::take(&mut self.is_dropping);
        let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else {
            if is_rest {
                return None;
            }
            self.damaged.push(DamagedRecord { name: None, reason: "an end tag without a start tag".to_owned() });
            return None;
        };
        self.read_root_tags(&region[..first]);
        for start in &starts[..starts.len() - 1] {
            let name = read_id(&region[*start..]).map(name_release);
            self.damaged.push(DamagedRecord { name, reason: "its end tag is missing".to_owned() });
        }
        Some(String::from_utf8_lossy(&region[last..]).into_owned())
    }

    fn read_root_tags(&mut self, between: &[u8]) {
        let (opened, closed) = (memmem::rfind(between, ROOT_START), memmem::rfind(between, ROOT_END));
        match (opened, closed) {
            (Some(opened), closed) => self.is_root_open = closed.is_none_or(|closed| closed < opened),
            (None, Some(_)) => self.is_root_open = false,
            (None, None) => {}
        }
    }

    fn check_first_element(&mut self) -> Result<(), SplitError> {
        if self.has_begun {
            return Ok(());
        }
        let beginning = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(FIRST_ELEMENT_BYTES)]);
        // An end tag comes first if the data starts in the middle of a dump.
        let tags = beginning.split('<').skip(1).filter(|tag| !tag.starts_with(['?', '!']));
        let first = tags.map(|tag| tag.split([' ', '>', '\n']).next().unwrap_or_default().trim_end_matches('/')).next();
        match first {
            Some("releases" | "release") => {
                self.has_begun = true;
                Ok(())
            }
            None | Some("") => Err(SplitError::Empty),
            Some(other) => {
                let other = other.chars().take(40).collect::<String>();
                Err(SplitError::NotReleases(format!("it begins with <{other}>")))
            }
        }
    }

    fn drop_oversized(&mut self) {
        if self.buffer.len() - self.start > MAX_RELEASE_BYTES {
            if !std::mem::replace(&mut self.is_dropping, true) {
                let rest = &self.buffer[self.start..];
                let id = memmem::find(rest, RELEASE_START).and_then(|at| read_id(&rest[at..]));
                let name = id.map(name_release);
                self.damaged.push(DamagedRecord { name, reason: format!("larger than {MAX_RELEASE_BYTES} bytes") });
            }
            self.start = self.scanned;
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
