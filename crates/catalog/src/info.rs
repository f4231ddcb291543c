//! Description of a catalog file: its dump, its counts, and the skipped releases.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The date of a dump, such as `2026-10-01`. Discogs dates its dumps on the first of a month; MusicBrainz publishes
/// two a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DumpDate(jiff::civil::Date);

/// Offset of the time zone in which a day begins first (IANA: Pacific/Kiritimati).
const MAX_OFFSET_HOURS: i8 = 14;

impl DumpDate {
    /// Returns the date in the file name of a dump, such as `discogs_20261001_releases.xml.gz` or `20261003-001001`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let digits = name.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 8)?;
        digits.parse().ok()
    }

    /// Returns year and month, such as `2026-10`, as shown in the source of a field.
    pub fn month(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// Returns true if no time zone has reached this date at `now`.
    pub(crate) fn is_after(self, now: Timestamp) -> bool {
        self.0 > jiff::tz::offset(MAX_OFFSET_HOURS).to_datetime(now).date()
    }

    /// Returns the number of whole days from this date to `now`; 0 for a future date.
    pub fn age_days(self, now: Timestamp) -> u64 {
        let today = jiff::tz::Offset::UTC.to_datetime(now).date();
        today.since(self.0).ok().and_then(|span| u64::try_from(span.get_days()).ok()).unwrap_or(0)
    }
}

impl FromStr for DumpDate {
    type Err = jiff::Error;

    /// Parses `2026-10-01`, `20261001` or `2026-10`.
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let text = text.trim();
        let whole = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
        whole.parse().map(Self)
    }
}

impl fmt::Display for DumpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A music database whose data dump can be imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    #[default]
    Discogs,
    MusicBrainz,
}

impl Database {
    /// All databases.
    pub const ALL: [Self; 2] = [Self::Discogs, Self::MusicBrainz];

    /// Returns the name of the database in commands and file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discogs => "discogs",
            Self::MusicBrainz => "musicbrainz",
        }
    }

    /// Returns the file name of the database's catalog.
    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Discogs => "discogs.catalog",
            Self::MusicBrainz => "musicbrainz.catalog",
        }
    }

    /// Returns the file name of the database's catalog during an import.
    pub(crate) fn part_file_name(self) -> String {
        format!("{}.part", self.file_name())
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discogs => "Discogs",
            Self::MusicBrainz => "MusicBrainz",
        })
    }
}

/// Description of a catalog file, which is stored in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogInfo {
    #[serde(default)]
    pub database: Database,
    /// Date of the dump.
    pub dump_date: DumpDate,
    /// Name of the imported file; `-` for standard input.
    pub source: String,
    /// SHA-256 digest of the imported file, in hexadecimal.
    pub sha256: String,
    /// True if a checksum file confirmed the digest.
    pub checksum_verified: bool,
    /// True if there was a checksum file without a checksum of the imported file.
    #[serde(default)]
    pub is_unlisted: bool,
    pub imported_at: Timestamp,
    /// Releases in the dump, counting each ID once.
    pub releases_in_dump: u64,
    /// Releases in the catalog: those with a valid barcode and, for MusicBrainz, also those with a link to Discogs.
    pub releases: u64,
    /// Barcodes in the catalog, counted per release.
    pub barcodes: u64,
    /// True if the dump states which releases have a front cover. Discogs' dumps do not. A MusicBrainz dump without
    /// any front cover did not fill the field.
    #[serde(default)]
    pub tells_front_covers: bool,
    pub skipped: SkippedReleases,
}

/// Releases of a dump that are not in the catalog, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedReleases {
    /// Releases without a barcode and, for MusicBrainz, without a link to Discogs.
    pub without_barcode: u64,
    /// Releases whose barcodes are not valid GTINs.
    pub without_valid_barcode: u64,
    /// Releases with a barcode that Discogs does not show: drafts, and deleted or rejected ones.
    #[serde(default)]
    pub not_accepted: u64,
    /// Releases that are repeated later in the dump. The last occurrence is used.
    pub repeated: u64,
    /// Releases that cannot be parsed.
    pub broken: u64,
    /// Examples of broken releases, such as `release 17: its end is missing`.
    pub broken_examples: Vec<String>,
}

/// Maximum number of broken releases to list.
const MAX_BROKEN_EXAMPLES: usize = 20;

/// Maximum characters of the reason for a broken release, which may quote the dump.
const MAX_REASON_CHARS: usize = 160;

impl SkippedReleases {
    /// Counts a broken release and keeps its name and the reason as an example.
    pub(crate) fn record_broken(&mut self, name: Option<String>, reason: &str) {
        self.broken += 1;
        if self.broken_examples.len() < MAX_BROKEN_EXAMPLES {
            let name = name.unwrap_or_else(|| "a release without an id".to_owned());
            let reason: String = domain::display_text::clean_text(reason).chars().take(MAX_REASON_CHARS).collect();
            self.broken_examples.push(format!("{name}: {reason}"));
        }
    }
}
