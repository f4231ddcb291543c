//! Reads `.env` files: their settings, and warnings about lines that set nothing.

use std::fmt;
use std::path::Path;

use super::environment::MisspelledVariable;
use super::error::ConfigError;
use super::layers::{self, Setting};
use super::origin::Origin;
use super::schema::SettingsSchema;

/// A line of a `.env` file that sets nothing.
#[derive(Clone, Debug)]
pub(super) struct IgnoredLine {
    /// Path of the file and number of the line.
    pub(super) location: String,
    /// `None` if the line is not a variable.
    pub(super) variable: Option<MisspelledVariable>,
}

impl fmt::Display for IgnoredLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.variable {
            Some(variable) => write!(f, "{}: {variable}", self.location),
            None => write!(f, "{}: not a variable, so it is ignored; write NAME=value", self.location),
        }
    }
}

/// Returns the settings of a `.env` file, and the lines that are not variables or look misspelled. Does not change the
/// environment of the process.
///
/// # Errors
/// Returns [`ConfigError::Unreadable`] if the file exists but cannot be read.
pub(super) fn read_file(path: &Path, schema: &SettingsSchema) -> Result<(Vec<Setting>, Vec<IgnoredLine>), ConfigError> {
    match files::read_text(path) {
        Ok(text) => {
            let origin = |name| Origin::DotEnv { path: path.to_owned(), name };
            Ok((layers::from_variables(parse_variables(&text), origin), find_mistakes(&text, path, schema)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((Vec::new(), Vec::new())),
        Err(error) => Err(ConfigError::Unreadable { path: path.to_owned(), why: files::describe_io_error(&error) }),
    }
}

/// Parses the file with shell syntax, or line by line if that fails, because Docker's env files have unquoted values
/// with spaces and apostrophes.
fn parse_variables(text: &str) -> Vec<(String, String)> {
    let as_shell = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    as_shell.unwrap_or_else(|_| text.lines().filter_map(parse_line).collect())
}

fn parse_line(line: &str) -> Option<(String, String)> {
    match dotenvy::from_read_iter(line.as_bytes()).next() {
        Some(Ok(variable)) => Some(variable),
        Some(Err(_)) => {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        }
        None => None,
    }
}

/// Checks each line that begins a variable. Skips lines inside a quoted value.
fn find_mistakes(text: &str, path: &Path, schema: &SettingsSchema) -> Vec<IgnoredLine> {
    let mut quote = None;
    let mut mistakes = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| !line.contains(*open));
            continue;
        }
        let line = line.trim().strip_prefix("export ").unwrap_or(line.trim()).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let location = format!("{}, line {number}", path.display());
        match line.split_once('=') {
            None => mistakes.push(IgnoredLine { location, variable: None }),
            Some((name, value)) => {
                let misspelled = MisspelledVariable::from_name_or_key(name.trim(), schema.keys());
                mistakes.extend(misspelled.map(|variable| IgnoredLine { location, variable: Some(variable) }));
                let opening = value.trim_start().chars().next().filter(|c| ['"', '\''].contains(c));
                quote = opening.filter(|open| value.matches(*open).count() == 1);
            }
        }
    }
    mistakes
}
