//! The place where a batch stores its result files.

use serde::{Deserialize, Serialize};

use super::source_type::strip_gcs_scheme;

/// Where a batch stores its result files. Journals and settings contain the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum OutputLocation {
    /// Path of a local folder.
    Folder(String),
    /// Address of a folder in a bucket of Cloud Storage, such as `gs://bucket/folder`. The address may be malformed.
    Bucket(String),
}

impl OutputLocation {
    /// Returns true for a bucket.
    pub const fn is_bucket(&self) -> bool {
        matches!(self, Self::Bucket(_))
    }

    /// Returns the path or the address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Folder(text) | Self::Bucket(text) => text,
        }
    }
}

impl From<String> for OutputLocation {
    fn from(text: String) -> Self {
        if strip_gcs_scheme(&text).is_some() { Self::Bucket(text) } else { Self::Folder(text) }
    }
}

impl From<&str> for OutputLocation {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<OutputLocation> for String {
    fn from(location: OutputLocation) -> Self {
        match location {
            OutputLocation::Folder(text) | OutputLocation::Bucket(text) => text,
        }
    }
}

impl std::fmt::Display for OutputLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
