//! Preview of a list before a batch starts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalog_coverage::CatalogCoverage;
use super::job_spec::{JobId, RejectedLine};
use super::list_reading::ListReading;
use super::upc::Upc;

/// Preview of a list that was read completely.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListPreview {
    /// Number of distinct UPCs.
    pub items: u64,
    /// Number of copies in addition to the first of each UPC.
    pub repeats: u64,
    /// Number of non-empty lines without a UPC.
    #[serde(rename = "refused")]
    pub rejected: u64,
    /// The first rejected lines.
    #[serde(rename = "first_refused")]
    pub first_rejected: Vec<RejectedLine>,
    /// The first UPCs.
    #[schema(value_type = Vec<String>)]
    #[serde(rename = "first")]
    pub first_upcs: Vec<Upc>,
    /// Number of items for which earlier batches created drafts.
    #[serde(rename = "drafted_before")]
    pub previously_drafted: u64,
    /// The newest of these drafts.
    #[serde(rename = "last_drafted")]
    pub latest_drafts: Vec<PreviousDraft>,
    /// How the list was read.
    #[serde(default)]
    pub reading: ListReading,
    /// True if the list has so many copies per row that a batch needs confirmation.
    #[serde(default)]
    pub has_excess_copies: bool,
    /// True if the list states a condition or a media grade for any item.
    #[serde(default)]
    pub states_condition: bool,
    /// How many items are in the offline catalogs, and how many have no barcode; `null` if there are no such catalogs
    /// and no such items.
    #[serde(default)]
    pub catalog: Option<CatalogCoverage>,
}

/// A draft of an earlier batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PreviousDraft {
    #[schema(value_type = String)]
    pub upc: Upc,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub job_id: JobId,
}

/// Number of items and copies in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Number of distinct UPCs.
    #[schema(maximum = 1_000_000_000)]
    pub items: u64,
    /// Number of copies of all items.
    #[schema(maximum = 1_000_000_000)]
    pub copies: u64,
    /// True if the list states a condition or a media grade for any item.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub states_condition: bool,
    /// How many items are in the offline catalogs, and how many have no barcode. If it is missing, all are assumed to
    /// be in the catalogs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogCoverage>,
}

impl Workload {
    /// Maximum of each number; more than any list has.
    pub const MAX: u64 = 1_000_000_000;

    /// Returns the name of a number above [`Self::MAX`]; `None` if there is none.
    pub fn name_of_excess(&self) -> Option<&'static str> {
        let CatalogCoverage { items, found, discogs, musicbrainz, without_barcode } = self.catalog.unwrap_or_default();
        let numbers = [
            ("items", Some(self.items)),
            ("copies", Some(self.copies)),
            ("catalog.items", Some(items)),
            ("catalog.found", Some(found)),
            ("catalog.discogs", discogs),
            ("catalog.musicbrainz", musicbrainz),
            ("catalog.without_barcode", Some(without_barcode)),
        ];
        numbers.into_iter().find(|(_, number)| number.is_some_and(|number| number > Self::MAX)).map(|(name, _)| name)
    }
}

impl ListPreview {
    /// Returns the number of items and copies.
    pub const fn workload(&self) -> Workload {
        Workload {
            items: self.items,
            copies: self.items.saturating_add(self.repeats),
            states_condition: self.states_condition,
            catalog: self.catalog,
        }
    }
}

/// Progress of reading a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadProgress {
    /// Bytes and lines read so far. `total` is the size of the list, if known.
    ReadingList { bytes: u64, total: Option<u64>, lines: u64 },
    /// Items that have been checked for earlier drafts.
    CheckingDrafts { items: u64, total: u64 },
}

impl ReadProgress {
    /// Returns the progress in percent; `None` if the total is unknown.
    pub fn percent_done(self) -> Option<u8> {
        let (done, of) = match self {
            Self::ReadingList { bytes, total: of, .. } => (bytes, of?),
            Self::CheckingDrafts { items, total: of } => (items, of),
        };
        // A decompressed object has more bytes than its stored size.
        u8::try_from(done.min(of).saturating_mul(100).checked_div(of)?).ok()
    }
}
