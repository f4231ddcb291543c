//! How the operator likes his console: which columns in which order, sorted by what when a batch is opened, what is heard.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::columns::{UnknownColumn, VisibleColumns};
use super::table_view::ItemColumn;

/// His wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub columns: VisibleColumns,
    /// What the settings say of columns, for going back to it.
    pub default_columns: VisibleColumns,
    pub sort: Sort,
    /// True while the mouse is the console's.
    pub capture_mouse: bool,
    /// True where the terminal's bell is rung for what somebody who looks away has to hear.
    pub audible_alert: bool,
    /// So much silence ends a scan; none, and a scanner ends it by a key.
    pub scan_idle_timeout: Duration,
    /// Where chosen columns are kept; `None` and they are forgotten with the console.
    pub columns_file: Option<PathBuf>,
}

/// `price`, or `-price` for the greatest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub column: ItemColumn,
    pub descending: bool,
}

impl FromStr for Sort {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let name = text.strip_prefix('-').unwrap_or(text);
        let by = if name.is_empty() { ItemColumn::ListOrder } else { name.parse()? };
        Ok(Self { column: by, descending: text.starts_with('-') })
    }
}

/// What a file is to hold from now on; `None` and it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWrite {
    pub file: PathBuf,
    pub text: Option<String>,
}

impl FileWrite {
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// In words, with the file.
    pub(super) async fn write_atomically(self) -> Result<(), String> {
        let shown = self.file.display().to_string();
        let written = tokio::task::spawn_blocking(move || match self.text {
            Some(text) => replace_file(&self.file, &text),
            None => remove_if_exists(&self.file),
        });
        let written = written.await.map_err(|error| error.to_string())?;
        written.map_err(|error| format!("{shown}: {error}"))
    }
}

fn replace_file(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut anew = tempfile::NamedTempFile::new_in(folder)?;
    anew.write_all(text.as_bytes())?;
    anew.persist(file).map_err(|error| error.error)?;
    Ok(())
}

fn remove_if_exists(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Preferences {
    /// By the settings and, over them, the file of chosen columns where there is one.
    ///
    /// # Errors
    /// In words: what is no column, and where it stands.
    pub fn from_settings(columns: &str, sort: &str, file: PathBuf) -> Result<Self, String> {
        let standard = columns.parse::<VisibleColumns>().map_err(|error| format!("console.columns: {error}"))?;
        let sort = sort.parse().map_err(|error| format!("console.sort: {error}"))?;
        let chosen = match std::fs::read_to_string(&file) {
            Ok(text) => Some(parse_saved_columns(&text).map_err(|why| format!("{}: {why}", file.display()))?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        let columns = chosen.unwrap_or_else(|| standard.clone());
        Ok(Self { columns, default_columns: standard, sort, columns_file: Some(file), ..Self::default() })
    }

    /// What is to be written, now that these columns were chosen.
    pub(super) fn columns_file_write(&self) -> Option<FileWrite> {
        let is_standard = self.columns == self.default_columns;
        let text = (!is_standard).then(|| format!("# Chosen in the console.\ncolumns = \"{}\"\n", self.columns));
        self.columns_file.clone().map(|file| FileWrite { file, text })
    }
}

fn parse_saved_columns(text: &str) -> Result<VisibleColumns, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct SavedColumns {
        columns: String,
    }
    let chosen = toml::from_str::<SavedColumns>(text).map_err(|error| error.to_string())?;
    chosen.columns.parse().map_err(|error: UnknownColumn| error.to_string())
}
