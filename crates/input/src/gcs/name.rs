//! Names of buckets and objects, validated when they are parsed.
//!
//! Rules: <https://cloud.google.com/storage/docs/buckets#naming> and <https://cloud.google.com/storage/docs/objects#naming>.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// The name of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BucketName(String);

/// The name of an object in a bucket, including slashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectName(String);

/// Reason why a text is not a valid name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseGcsNameError {
    #[error("a bucket's name has 3 to 63 characters (to 222 with dots in it), this one has {0}")]
    BucketLength(usize),
    #[error("a bucket's name cannot contain {0:?}; it has lower-case letters, digits, - _ and .")]
    BucketCharacter(char),
    #[error("a bucket's name begins and ends with a letter or a digit")]
    BucketEnds,
    #[error("a bucket's name has no two dots in a row, and at most 63 characters between dots")]
    BucketDots,
    #[error("a bucket's name is not an IP address")]
    BucketAddress,
    #[error("a bucket's name does not begin with goog")]
    BucketGoog,
    #[error("an object's name has at most 1,024 bytes, this one has {0}")]
    ObjectLength(usize),
    #[error("an object's name has no line breaks")]
    ObjectLineBreak,
    #[error("an object's name is not {0:?}")]
    ObjectDots(String),
}

impl BucketName {
    /// Returns the name without `gs://`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ObjectName {
    /// Returns the full name, including slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BucketName {
    type Err = ParseGcsNameError;

    fn from_str(text: &str) -> Result<Self, ParseGcsNameError> {
        let belongs = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let longest = if text.contains('.') { 222 } else { 63 };
        if let Some(stranger) = text.chars().find(|c| !belongs(*c)) {
            return Err(ParseGcsNameError::BucketCharacter(stranger));
        }
        if !(3..=longest).contains(&text.len()) {
            return Err(ParseGcsNameError::BucketLength(text.len()));
        }
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !text.ends_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Err(ParseGcsNameError::BucketEnds);
        }
        if text.split('.').any(|part| part.is_empty() || part.len() > 63) {
            return Err(ParseGcsNameError::BucketDots);
        }
        if text.parse::<Ipv4Addr>().is_ok() {
            return Err(ParseGcsNameError::BucketAddress);
        }
        if text.starts_with("goog") {
            return Err(ParseGcsNameError::BucketGoog);
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ObjectName {
    type Err = ParseGcsNameError;

    fn from_str(text: &str) -> Result<Self, ParseGcsNameError> {
        match text {
            _ if text.is_empty() || text.len() > 1024 => Err(ParseGcsNameError::ObjectLength(text.len())),
            _ if text.contains(['\r', '\n']) => Err(ParseGcsNameError::ObjectLineBreak),
            "." | ".." => Err(ParseGcsNameError::ObjectDots(text.to_owned())),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
