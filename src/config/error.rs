//! Errors in settings. All of them are found before anything is written: exit code 2.

use std::path::PathBuf;

/// An invalid setting and its place. The message contains no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {}: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{}, line {line}: {why}", path.display())]
    Syntax { path: PathBuf, line: usize, why: String },
    #[error("{origin}: unknown setting {key}{hint}", hint = nearest_hint(nearest.as_deref()))]
    UnknownKey { origin: String, key: String, nearest: Option<String> },
    #[error("{origin}: {key} is {found}; it must be {expected}")]
    WrongType { origin: String, key: String, found: String, expected: String },
    #[error("{name} in the environment is not valid UTF-8")]
    NotUtf8 { name: String },
    #[error("{origin}: {key}: {why}")]
    InvalidValue { origin: String, key: String, why: String },
    #[error(
        "{location}: {name} looks like {meant}, which is not set. Nothing was processed. Correct the name, or remove the \
         variable to work without it"
    )]
    MisspelledCredential { location: String, name: String, meant: &'static str },
    /// Like `InvalidValue`, with a message that names the setting.
    #[error("{origin}: {message}")]
    InvalidSetting { origin: String, message: String },
    #[error("settings [{section}]: {why}")]
    InvalidSection { section: String, why: String },
}

fn nearest_hint(nearest: Option<&str>) -> String {
    nearest
        .map_or_else(|| "; `draft-maker config` lists all settings".to_owned(), |key| format!("; did you mean {key}?"))
}
