//! What can be wrong with settings. All of these are found before anything is written: exit code 2.

use std::path::PathBuf;

/// A setting that cannot be taken, and where it stands. Values of secrets are not in the words.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the settings file {} cannot be read: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{}, line {line}: {why}", path.display())]
    Syntax { path: PathBuf, line: usize, why: String },
    #[error("{origin}: there is no setting {key}{hint}", hint = nearest_hint(nearest.as_deref()))]
    UnknownKey { origin: String, key: String, nearest: Option<String> },
    #[error("{origin}: {key} is {found}; it must be {expected}")]
    WrongType { origin: String, key: String, found: String, expected: String },
    #[error("{name} in the environment is not valid UTF-8")]
    NotUtf8 { name: String },
    #[error("{origin}: {key} cannot be taken: {why}")]
    InvalidValue { origin: String, key: String, why: String },
    #[error("the settings [{section}] cannot be taken: {why}")]
    InvalidSection { section: String, why: String },
}

fn nearest_hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "; `draft-maker config` lists all".to_owned(), |key| format!("; did you mean {key}?"))
}
