//! The `[intake]` settings.

use serde::Deserialize;

use super::gcs;

/// The `[intake]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Maximum size of a list, in bytes. The default of 256 MiB holds about 19 million codes, ten times
    /// [`InputList::MAX_ITEMS`](super::InputList::MAX_ITEMS); a larger file is not a list.
    pub largest_bytes: u64,
    /// Google Cloud Storage.
    pub gcs: gcs::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self { largest_bytes: 256 << 20, gcs: gcs::Settings::default() }
    }
}
