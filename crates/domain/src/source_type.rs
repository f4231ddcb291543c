//! Types of sources of a batch, and the scheme of those in Google Cloud Storage.

use serde::{Deserialize, Serialize};

/// Start of an address in Google Cloud Storage.
const GCS_SCHEME: &str = "gs://";

/// Returns `bucket/object` of an address `gs://bucket/object`; `None` for another address. A scheme may have capitals
/// (RFC 3986, section 3.1).
pub fn strip_gcs_scheme(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_at_checked(GCS_SCHEME.len())?;
    scheme.eq_ignore_ascii_case(GCS_SCHEME).then_some(rest)
}

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

#[cfg(test)]
mod tests {
    use super::strip_gcs_scheme;

    #[test]
    fn the_scheme_may_have_capitals() {
        for (address, rest) in [
            ("gs://my-bucket/Upcs.txt", Some("my-bucket/Upcs.txt")),
            ("GS://my-bucket/Upcs.txt", Some("my-bucket/Upcs.txt")),
            ("Gs://", Some("")),
            ("gs:/my-bucket", None),
            ("s3://my-bucket", None),
            ("größe.txt", None),
            ("", None),
        ] {
            assert_eq!(strip_gcs_scheme(address), rest, "{address}");
        }
    }
}
