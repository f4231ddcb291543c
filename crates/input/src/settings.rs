//! The `[intake]` settings.

use std::num::NonZeroU64;

use serde::Deserialize;

use domain::list_options::ListOptions;

use super::gcs;
use super::options::ReadOptions;

/// 256 MiB.
const DEFAULT_MAX_BYTES: NonZeroU64 = NonZeroU64::new(256 << 20).unwrap();

/// The `[intake]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Maximum size of a list, in bytes. The default of 256 MiB holds about 19 million codes, ten times
    /// [`InputList::MAX_ITEMS`](super::InputList::MAX_ITEMS); a larger file is not a list.
    pub largest_bytes: NonZeroU64,
    /// True takes the first of two different barcodes of a row; false skips such a row and says so.
    pub take_first_code: bool,
    /// Maximum copies for each row, on average, before a batch asks; 0 means no limit.
    pub max_average_copies: u64,
    /// Folder of a bucket whose new objects the service runs once each; empty for none.
    pub watch: String,
    /// Seconds between two listings of that folder.
    pub watch_interval_s: u64,
    /// Choices of the operator for the list that is read next; not part of the settings.
    #[serde(skip)]
    pub list: ListOptions,
    /// Google Cloud Storage.
    pub gcs: gcs::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            largest_bytes: DEFAULT_MAX_BYTES,
            take_first_code: false,
            max_average_copies: 10,
            watch: String::new(),
            watch_interval_s: 60,
            list: ListOptions::default(),
            gcs: gcs::Settings::default(),
        }
    }
}

impl Settings {
    /// Returns these settings for a list that is read as `list` says.
    #[must_use]
    pub fn for_list(&self, list: &ListOptions) -> Self {
        Self { list: list.clone(), ..self.clone() }
    }

    pub(super) fn read_options(&self) -> ReadOptions {
        ReadOptions { list: self.list.clone(), take_first_code: self.take_first_code }
    }
}
