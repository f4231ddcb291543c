//! The operator's preferences: columns and their order, initial sort order, mouse, sound and notifications.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::columns::{ItemColumn, UnknownColumn, VisibleColumns};

/// Preferences from the settings and from choices made in the console.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub columns: VisibleColumns,
    /// Columns from the settings, to which the operator can reset.
    pub default_columns: VisibleColumns,
    /// Columns for a batch that is opened: those of the settings, or those that were chosen in the console.
    pub chosen_columns: VisibleColumns,
    pub sort: Sort,
    /// Whether the console captures the mouse.
    pub capture_mouse: bool,
    /// Whether the terminal's bell rings for scans that need attention.
    pub audible_alert: bool,
    /// Whether the terminal shows the batch in its title and taskbar, and notifies the operator.
    pub notifications: bool,
    /// Time without a key that ends a scan; zero if only a key of the scanner ends it.
    pub scan_idle_timeout: Duration,
    /// File for columns that are chosen in the console; `None` if the choice is not saved.
    pub columns_file: Option<PathBuf>,
}

/// A setting or file of the preferences that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreferencesError {
    #[error("console.columns: {0}")]
    Columns(UnknownColumn),
    #[error("console.sort: {0}")]
    Sort(UnknownColumn),
    #[error("{}: {why}", file.display())]
    ColumnsFile { file: PathBuf, why: String },
}

/// A sort order. Its text is the name of a column; a `-` before the name means descending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub column: ItemColumn,
    pub descending: bool,
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.column.name())
    }
}

impl FromStr for Sort {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let name = text.strip_prefix('-').unwrap_or(text);
        let column = if name.is_empty() { ItemColumn::ListOrder } else { name.parse()? };
        Ok(Self { column, descending: text.starts_with('-') })
    }
}

/// A file to write or remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWrite {
    pub file: PathBuf,
    /// The new content; `None` to remove the file.
    pub text: Option<String>,
}

impl FileWrite {
    /// Writes the file completely or not at all, or removes it.
    ///
    /// # Errors
    /// Returns a message that names the file if it cannot be written or removed.
    pub(super) async fn write_atomically(self) -> Result<(), String> {
        let name = self.file.display().to_string();
        let write = files::run_blocking(move || match self.text {
            Some(text) => files::write_atomic(&self.file, text.as_bytes()),
            None => remove_if_exists(&self.file),
        });
        write.await.map_err(|error| format!("{name}: {error}"))
    }
}

fn remove_if_exists(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Preferences {
    /// Reads preferences from the settings. Columns saved in `file` replace those of the settings.
    ///
    /// # Errors
    /// Returns [`PreferencesError`].
    pub fn from_settings(columns: &str, sort: &str, file: PathBuf) -> Result<Self, PreferencesError> {
        let default_columns = columns.parse::<VisibleColumns>().map_err(PreferencesError::Columns)?;
        let sort = sort.parse().map_err(PreferencesError::Sort)?;
        let unusable = |why| PreferencesError::ColumnsFile { file: file.clone(), why };
        let chosen_columns = match std::fs::read_to_string(&file) {
            Ok(text) => Some(parse_saved_columns(&text).map_err(unusable)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(files::describe_io_error(&error))),
        };
        let columns = chosen_columns.unwrap_or_else(|| default_columns.clone());
        Ok(Self {
            chosen_columns: columns.clone(),
            columns,
            default_columns,
            sort,
            columns_file: Some(file),
            ..Self::default()
        })
    }

    /// Returns how to save the chosen columns. The file is removed if they are the columns of the settings.
    pub(super) fn columns_file_write(&self) -> Option<FileWrite> {
        let is_default = self.columns == self.default_columns;
        let text = (!is_default).then(|| format!("# Chosen in the console.\ncolumns = \"{}\"\n", self.columns));
        self.columns_file.clone().map(|file| FileWrite { file, text })
    }
}

fn parse_saved_columns(text: &str) -> Result<VisibleColumns, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct SavedColumns {
        columns: String,
    }
    let saved = toml::from_str::<SavedColumns>(text).map_err(|error| error.to_string())?;
    saved.columns.parse().map_err(|error: UnknownColumn| error.to_string())
}
