//! The origin of a setting, described so that the operator finds the place to change it.

use std::fmt;
use std::path::PathBuf;

/// The layer of a setting and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    Detected,
    File { path: PathBuf, line: usize },
    DotEnv { path: PathBuf, name: String },
    Environment { name: String },
    Flag { flag: String },
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
