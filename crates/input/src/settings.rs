//! What an operator may set about intake.

use serde::Deserialize;

use super::gcs;

/// The `[intake]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// A list larger than this is refused, in bytes. 256 MiB hold some 19 million codes, ten times more than
    /// [`super::List::MOST_ITEMS`]: whatever is larger is not a list, and reading it would only take time.
    pub largest_bytes: u64,
    /// Google Cloud Storage.
    pub gcs: gcs::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self { largest_bytes: 256 << 20, gcs: gcs::Settings::default() }
    }
}
