//! The origin of a setting, described so that the operator can find the place to change it.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// Layer of a setting, and the place in that layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    #[default]
    Default,
    /// Default that applies because its file exists.
    Detected,
    File {
        path: PathBuf,
        line: usize,
    },
    DotEnv {
        path: PathBuf,
        name: String,
    },
    Environment {
        name: String,
    },
    Flag {
        flag: String,
    },
}

/// Serializes the description.
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Detected => f.write_str("default, because the file exists"),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::DotEnv { path, name } => write!(f, "{name} in {}", path.display()),
            Self::Environment { name } => write!(f, "{name} in the environment"),
            Self::Flag { flag } => write!(f, "flag {flag}"),
        }
    }
}
