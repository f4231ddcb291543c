//! A folder in a bucket: `gs://bucket` or `gs://bucket/prefix`.

use std::fmt;
use std::str::FromStr;

use super::name::{BucketName, ObjectName, ParseGcsNameError};
use domain::source_type::strip_gcs_scheme;

/// A folder in a bucket. Its neighbors whose names begin with its name are not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketFolder {
    bucket: BucketName,
    /// Empty, or a prefix with a trailing slash.
    prefix: String,
}

/// Error of a text that begins with `gs://` but is not a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}: {why}; write gs://bucket/folder")]
pub struct InvalidBucketFolder {
    text: String,
    why: ParseGcsNameError,
}

impl BucketFolder {
    /// Returns the bucket.
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// Returns the prefix of the names of the objects in the folder: empty, or with a trailing slash.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the full name of an object in the folder.
    ///
    /// # Errors
    /// Returns [`ParseGcsNameError`] if the name is not valid for an object.
    pub fn object(&self, name: &str) -> Result<ObjectName, ParseGcsNameError> {
        format!("{}{name}", self.prefix).parse()
    }

    /// Returns the address of an object in the bucket.
    pub fn address(&self, object: &str) -> String {
        format!("gs://{}/{object}", self.bucket)
    }
}

impl FromStr for BucketFolder {
    type Err = InvalidBucketFolder;

    fn from_str(text: &str) -> Result<Self, InvalidBucketFolder> {
        let invalid = |why| InvalidBucketFolder { text: text.to_owned(), why };
        let rest = strip_gcs_scheme(text).unwrap_or(text);
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let folder = folder.trim_end_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        // Check the prefix with the longest name of an object that is written.
        format!("{prefix}batch_results_20240318_143022_0.json").parse::<ObjectName>().map_err(invalid)?;
        Ok(Self { bucket: bucket.parse().map_err(invalid)?, prefix })
    }
}

impl fmt::Display for BucketFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gs://{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_written_with_or_without_slashes() {
        for (text, shown) in [
            ("gs://my-bucket", "gs://my-bucket/"),
            ("gs://my-bucket/", "gs://my-bucket/"),
            ("gs://my-bucket/results", "gs://my-bucket/results/"),
            ("GS://my-bucket/Results", "gs://my-bucket/Results/"),
            ("gs://my-bucket/2026/results/", "gs://my-bucket/2026/results/"),
        ] {
            let folder = text.parse::<BucketFolder>().expect("a folder");
            assert_eq!(folder.to_string(), shown, "{text}");
            let object = folder.object("a.csv").expect("a name");
            assert_eq!(folder.address(object.as_str()), format!("{shown}a.csv"));
        }
        for text in ["gs://", "gs:///results", "gs://My-Bucket", &format!("gs://my-bucket/{}", "x".repeat(1_000))] {
            let error = text.parse::<BucketFolder>().expect_err(text);
            assert!(error.to_string().contains("write gs://bucket/folder"), "{error}");
        }
    }
}
