//! The `[intake]` settings, and the options for reading one list.

use std::num::NonZeroU64;

use serde::Deserialize;

use domain::list_options::ListOptions;

use super::gcs;

/// Default size limit: 256 MiB.
const DEFAULT_MAX_BYTES: NonZeroU64 = NonZeroU64::new(256 << 20).unwrap();

/// The operator's choices for one list, and settings for all lists.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub list: ListOptions,
    /// If a row has two different barcodes, true uses the first one, and false skips the row.
    pub take_first_code: bool,
    /// True if the list is one of several that are read together. The chosen columns apply only to lists with columns.
    pub is_one_of_several: bool,
}

/// The table `[intake]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Maximum size of a list in bytes. The default of 256 MiB is enough for about 19 million codes, ten times
    /// `InputList::MAX_ITEMS`; a larger file is not a list.
    pub largest_bytes: NonZeroU64,
    /// If a row has two different barcodes, true uses the first one, and false skips the row with a notice.
    pub take_first_code: bool,
    /// Maximum average number of copies per row before a batch asks for confirmation; 0 means no limit.
    pub max_average_copies: u64,
    /// Bucket folder whose new objects the service runs once each; empty for none.
    pub watch: String,
    /// Interval between two listings of that folder, in seconds.
    pub watch_interval_s: u64,
    /// The operator's choices for the next list; not part of the settings file.
    #[serde(skip)]
    pub list: ListOptions,
    /// True if the next list is one of several; see [`ReadOptions::is_one_of_several`].
    #[serde(skip)]
    pub is_one_of_several: bool,
    /// Settings for Google Cloud Storage.
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
            is_one_of_several: false,
            gcs: gcs::Settings::default(),
        }
    }
}

impl Settings {
    /// Returns these settings with the options for one list.
    #[must_use]
    pub fn for_list(&self, list: &ListOptions) -> Self {
        Self { list: list.clone(), ..self.clone() }
    }

    /// Returns these settings for each of several lists that are read together.
    #[must_use]
    pub(super) fn for_one_of_several(&self) -> Self {
        Self { is_one_of_several: true, ..self.clone() }
    }

    pub(super) fn read_options(&self) -> ReadOptions {
        let Self { take_first_code, is_one_of_several, .. } = *self;
        ReadOptions { list: self.list.clone(), take_first_code, is_one_of_several }
    }
}
