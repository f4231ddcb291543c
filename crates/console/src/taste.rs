//! How the operator likes his console: which columns in which order, sorted by what when a batch is opened, what is heard.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::columns::{BadColumn, Columns};
use super::view::Column;

/// His wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    pub columns: Columns,
    /// What the settings say of columns, for going back to it.
    pub standard: Columns,
    pub sort: Sort,
    /// True while the mouse is the console's.
    pub mouse: bool,
    /// True where the terminal's bell is rung for what somebody who looks away has to hear.
    pub bell: bool,
    /// So much silence ends a scan; none, and a scanner ends it by a key.
    pub scan_pause: Duration,
    /// Where chosen columns are kept; `None` and they are forgotten with the console.
    pub file: Option<PathBuf>,
}

/// `price`, or `-price` for the greatest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub by: Column,
    pub backwards: bool,
}

impl FromStr for Sort {
    type Err = BadColumn;

    fn from_str(text: &str) -> Result<Self, BadColumn> {
        let name = text.strip_prefix('-').unwrap_or(text);
        let by = if name.is_empty() { Column::Place } else { name.parse()? };
        Ok(Self { by, backwards: text.starts_with('-') })
    }
}

/// What a file is to hold from now on; `None` and it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub file: PathBuf,
    pub text: Option<String>,
}

impl Kept {
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// In words, with the file.
    pub(super) async fn write(self) -> Result<(), String> {
        let shown = self.file.display().to_string();
        let written = tokio::task::spawn_blocking(move || match self.text {
            Some(text) => replace(&self.file, &text),
            None => remove(&self.file),
        });
        let written = written.await.map_err(|error| error.to_string())?;
        written.map_err(|error| format!("{shown}: {error}"))
    }
}

fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut anew = tempfile::NamedTempFile::new_in(folder)?;
    anew.write_all(text.as_bytes())?;
    anew.persist(file).map_err(|error| error.error)?;
    Ok(())
}

fn remove(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Taste {
    /// By the settings and, over them, the file of chosen columns where there is one.
    ///
    /// # Errors
    /// In words: what is no column, and where it stands.
    pub fn of(columns: &str, sort: &str, file: PathBuf) -> Result<Self, String> {
        let standard = columns.parse::<Columns>().map_err(|error| format!("console.columns: {error}"))?;
        let sort = sort.parse().map_err(|error| format!("console.sort: {error}"))?;
        let chosen = match std::fs::read_to_string(&file) {
            Ok(text) => Some(chosen(&text).map_err(|why| format!("{}: {why}", file.display()))?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        let columns = chosen.unwrap_or_else(|| standard.clone());
        Ok(Self { columns, standard, sort, file: Some(file), ..Self::default() })
    }

    /// What is to be written, now that these columns were chosen.
    pub(super) fn keep(&self) -> Option<Kept> {
        let is_standard = self.columns == self.standard;
        let text = (!is_standard).then(|| format!("# Chosen in the console.\ncolumns = \"{}\"\n", self.columns));
        self.file.clone().map(|file| Kept { file, text })
    }
}

fn chosen(text: &str) -> Result<Columns, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Chosen {
        columns: String,
    }
    let chosen = toml::from_str::<Chosen>(text).map_err(|error| error.to_string())?;
    chosen.columns.parse().map_err(|error: BadColumn| error.to_string())
}
