//! The source of a list: `gs://bucket/object`, a local path, or `-` for standard input.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::gcs::{BucketName, ObjectName, ParseGcsNameError, parse_web_address, split_generation};
use domain::source_type::SourceType;
use domain::uploaded_list::SOURCE_SEPARATOR;

/// A source of a list. It is parsed only once, and no part of it is spliced into a command or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An object in Google Cloud Storage.
    Gcs {
        bucket: BucketName,
        object: ObjectName,
        /// Requested generation (`gs://bucket/object#1700000000000000`); `None` for the newest one.
        generation: Option<i64>,
    },
    /// A local file or named pipe.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// Several single sources, read one after another as one list.
    Several(Vec<Source>),
}

/// Reason why a text is not a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSourceError {
    #[error("no list is named: use gs://bucket/object, a file, or - for standard input")]
    Empty,
    #[error("{0} has no bucket: write gs://bucket/object")]
    NoBucket(String),
    #[error("{0} has no object: write gs://bucket/object, for example {0}/upcs.txt")]
    NoObject(String),
    #[error("{text}: {why}")]
    Name { text: String, why: ParseGcsNameError },
    #[error("{0:?}: {1}:// is not supported; use gs://bucket/object, a local file, or - for standard input")]
    Scheme(String, String),
    #[error(
        "{0:?}: Draft Maker downloads no web pages: save the list as a file, for example as CSV, and name that file"
    )]
    WebPage(String),
    #[error("{0:?} contains a NUL character, which no path can")]
    Nul(String),
}

impl Source {
    /// Joins the addresses of several sources into one text, which parses as [`Source::Several`]. A single address is
    /// unchanged.
    pub fn join_addresses(addresses: &[String]) -> String {
        addresses.join(SOURCE_SEPARATOR)
    }

    /// Returns the type of the source; that of the first one of several.
    pub fn source_type(&self) -> SourceType {
        match self {
            Self::Gcs { .. } => SourceType::Gcs,
            Self::File(_) => SourceType::File,
            Self::Stdin => SourceType::Stdin,
            Self::Several(sources) => sources.first().map_or(SourceType::File, Self::source_type),
        }
    }
}

impl FromStr for Source {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, ParseSourceError> {
        if text.contains(SOURCE_SEPARATOR) {
            return text.split(SOURCE_SEPARATOR).map(str::parse).collect::<Result<_, _>>().map(Self::Several);
        }
        match (text, split_scheme(text)) {
            ("", _) => Err(ParseSourceError::Empty),
            ("-", _) => Ok(Self::Stdin),
            (_, Some((scheme, rest))) if scheme.eq_ignore_ascii_case("gs") => parse_gcs_url(text, rest),
            (_, Some((scheme, _))) => match parse_web_address(text) {
                Some((bucket, object)) => {
                    parse_gcs_url(&format!("gs://{bucket}/{object}"), &format!("{bucket}/{object}"))
                }
                None if scheme.to_ascii_lowercase().starts_with("http") => {
                    Err(ParseSourceError::WebPage(text.to_owned()))
                }
                None => Err(ParseSourceError::Scheme(text.to_owned(), scheme.to_owned())),
            },
            _ if text.contains('\0') => Err(ParseSourceError::Nul(text.to_owned())),
            _ => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gcs { bucket, object, generation: None } => write!(f, "gs://{bucket}/{object}"),
            Self::Gcs { bucket, object, generation: Some(generation) } => {
                write!(f, "gs://{bucket}/{object}#{generation}")
            }
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Stdin => f.write_str("-"),
            Self::Several(sources) => {
                let addresses: Vec<String> = sources.iter().map(ToString::to_string).collect();
                f.write_str(&addresses.join(SOURCE_SEPARATOR))
            }
        }
    }
}

/// Splits off a scheme (RFC 3986, section 3.1). A single letter is a Windows drive, not a scheme.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let letters = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (scheme.len() > 1 && letters).then_some((scheme, rest))
}

fn parse_gcs_url(text: &str, rest: &str) -> Result<Source, ParseSourceError> {
    let (bucket, object) = rest.split_once('/').unwrap_or((rest, ""));
    let name = |why| ParseSourceError::Name { text: text.to_owned(), why };
    if bucket.is_empty() {
        return Err(ParseSourceError::NoBucket(text.to_owned()));
    }
    let bucket: BucketName = bucket.parse().map_err(name)?;
    if object.is_empty() {
        return Err(ParseSourceError::NoObject(text.trim_end_matches('/').to_owned()));
    }
    let (object, generation) = split_generation(object);
    Ok(Source::Gcs { bucket, object: object.parse().map_err(name)?, generation })
}
