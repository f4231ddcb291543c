//! Types of sources of a batch.

use serde::{Deserialize, Serialize};

/// Type of the source of a batch. Journals and result files store its name, such as `gcs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString)]
#[serde(from = "String", into = "String")]
#[strum(serialize_all = "lowercase")]
pub enum SourceType {
    /// An object in Google Cloud Storage.
    Gcs,
    /// A local file.
    #[default]
    File,
    /// Standard input.
    Stdin,
    /// The scans of a session.
    Scan,
    /// A text that an earlier or later version stored.
    #[strum(default)]
    Unknown(String),
}

impl SourceType {
    /// Returns true if the list can be read a second time at the same address.
    pub const fn can_be_read_again(&self) -> bool {
        !matches!(self, Self::Stdin | Self::Scan)
    }
}

impl From<String> for SourceType {
    fn from(word: String) -> Self {
        word.parse().unwrap_or(Self::Unknown(word))
    }
}

impl From<SourceType> for String {
    fn from(source_type: SourceType) -> Self {
        source_type.to_string()
    }
}
