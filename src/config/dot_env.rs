//! Reads `.env` files: their settings, and warnings about lines that set nothing or not what they seem to.

use std::fmt;
use std::path::Path;

use super::environment::MisspelledVariable;
use super::error::ConfigError;
use super::layers::{self, CURLY_QUOTES, Setting};
use super::origin::Origin;
use super::schema::SettingsSchema;

/// A line of a `.env` file with a mistake.
#[derive(Clone, Debug)]
pub(super) struct WrongLine {
    /// Path of the file and number of the line.
    pub(super) location: String,
    mistake: LineMistake,
}

/// What is wrong with a line.
#[derive(Clone, Debug)]
enum LineMistake {
    NotAVariable,
    Misspelled(MisspelledVariable),
    /// The value begins with a quotation mark that is never closed.
    OpenQuote,
    /// The value begins with a quotation mark of a word processor, which becomes part of the value.
    CurlyQuote,
}

impl WrongLine {
    /// Returns the variable that looks misspelled, with its place. `None` for another mistake.
    pub(super) fn into_misspelled(self) -> Option<(String, MisspelledVariable)> {
        match self.mistake {
            LineMistake::Misspelled(variable) => Some((self.location, variable)),
            LineMistake::NotAVariable | LineMistake::OpenQuote | LineMistake::CurlyQuote => None,
        }
    }
}

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.location)?;
        match &self.mistake {
            LineMistake::NotAVariable => f.write_str("not a variable, so it is ignored; write NAME=value"),
            LineMistake::Misspelled(variable) => variable.fmt(f),
            LineMistake::OpenQuote => {
                f.write_str("the quotation mark before the value has no second one; add it, or remove the first one")
            }
            LineMistake::CurlyQuote => {
                f.write_str("the value begins with a quotation mark of a word processor; write NAME=value without it")
            }
        }
    }
}

/// Returns the settings of a `.env` file, and the lines that are not variables or look misspelled. Does not change the
/// environment of the process.
///
/// # Errors
/// Returns [`ConfigError::Unreadable`] if the file exists but cannot be read.
pub(super) fn read_file(path: &Path, schema: &SettingsSchema) -> Result<(Vec<Setting>, Vec<WrongLine>), ConfigError> {
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
/// with spaces and apostrophes. A `$` is a character of the value, as in Docker's env files: passwords contain it.
fn parse_variables(text: &str) -> Vec<(String, String)> {
    let stand_in = ('\u{e000}'..='\u{f8ff}').find(|unused| !text.contains(*unused)).unwrap_or('\u{e000}');
    let text = replace_dollars(text, stand_in);
    let as_shell = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    let variables = as_shell.unwrap_or_else(|_| text.lines().filter_map(parse_line).collect());
    variables.into_iter().map(|(name, value)| (name, value.replace(stand_in, "$"))).collect()
}

/// Replaces each `$` that has no backslash of its own, so that the parser does not substitute variables.
fn replace_dollars(text: &str, stand_in: char) -> String {
    let mut is_escaped = false;
    let replace = |c| {
        let replaced = if c == '$' && !is_escaped { stand_in } else { c };
        is_escaped = c == '\\' && !is_escaped;
        replaced
    };
    text.chars().map(replace).collect()
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
fn find_mistakes(text: &str, path: &Path, schema: &SettingsSchema) -> Vec<WrongLine> {
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
        let location = || format!("{}, line {number}", path.display());
        let (found, opening) = check_line(line, schema);
        mistakes.extend(found.map(|mistake| WrongLine { location: location(), mistake }));
        let is_closed = |open: &char| text.lines().skip(number).any(|later| later.contains(*open));
        quote = opening.filter(is_closed);
        if quote.is_none() && opening.is_some() {
            mistakes.push(WrongLine { location: location(), mistake: LineMistake::OpenQuote });
        }
    }
    mistakes
}

/// Returns what is wrong with a line, and the quotation mark that its value opens but does not close.
fn check_line(line: &str, schema: &SettingsSchema) -> (Option<LineMistake>, Option<char>) {
    let Some((name, value)) = line.split_once('=') else { return (Some(LineMistake::NotAVariable), None) };
    let (name, value) = (name.trim(), value.trim_start());
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    let mistake = match MisspelledVariable::from_name_or_key(name, schema.keys()) {
        Some(variable) => Some(LineMistake::Misspelled(variable)),
        None if !is_name => Some(LineMistake::NotAVariable),
        None => value.starts_with(CURLY_QUOTES).then_some(LineMistake::CurlyQuote),
    };
    let opening = value.chars().next().filter(|c| ['"', '\''].contains(c));
    (mistake, opening.filter(|open| value.matches(*open).count() == 1))
}
