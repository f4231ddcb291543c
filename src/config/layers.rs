//! A layer of settings: flat keys, each with its value as written and its origin.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment;
use super::error::ConfigError;
use super::origin::Origin;
use super::sources::SettingOverride;
use files::line_number;

/// A setting as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    /// Key, for example `pricing.floor`.
    pub key: String,
    pub raw_value: RawValue,
    pub origin: Origin,
}

/// A value whose type has not been checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RawValue {
    /// Text from the environment or a flag, where every value is text.
    Untyped(String),
    /// Quoted text of a file.
    Text(String),
    Bool(bool),
    /// Number as written in the file; its digits tell whether it is an integer.
    Number(String),
    List(Vec<String>),
    /// Empty table, or a list that contains other values than texts; described for the error.
    Other(&'static str),
}

impl RawValue {
    pub(super) fn is_empty_text(&self) -> bool {
        matches!(self, Self::Untyped(text) | Self::Text(text) if text.is_empty())
    }
}

/// Returns the settings of a TOML text, in their order in the text.
///
/// # Errors
/// Returns [`ConfigError::Syntax`], which names the line but does not show it, because it may contain a secret.
pub(super) fn from_toml(
    text: &str,
    path: &Path,
    origin: impl Fn(usize) -> Origin,
) -> Result<Vec<Setting>, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_number(text, span.start));
        let why = unquoted_value_hint(text, line)
            .unwrap_or_else(|| format!("{}{}", error.message(), earlier_table_hint(text, line)));
        ConfigError::Syntax { path: path.to_owned(), line, why }
    })?;
    let mut found = Vec::new();
    flatten_table("", table.get_ref(), &mut found);
    found.sort_by_key(|(offset, ..)| *offset);
    // Counted from one setting to the next: the text is read once, not once for each setting.
    let (mut line, mut counted) = (1, 0);
    let setting = |(offset, key, raw_value): (usize, String, RawValue)| {
        line += text[counted..offset].matches('\n').count();
        counted = offset;
        Setting { key, raw_value, origin: origin(line) }
    };
    Ok(found.into_iter().map(setting).collect())
}

/// Quotation marks that word processors and web pages write.
pub(super) const CURLY_QUOTES: [char; 7] =
    ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{ab}'];

/// Returns the fix if the value in the line is a text without quotes, or with those of a word processor. Does not show it, because it may be a secret.
fn unquoted_value_hint(text: &str, line: usize) -> Option<String> {
    let (key, value) = text.lines().nth(line.checked_sub(1)?)?.split_once('=')?;
    let value = value.split('#').next()?.trim();
    if value.starts_with(CURLY_QUOTES) {
        return Some(format!(
            "the value of {key} begins with a quotation mark of a word processor; write {key} = \"…\"",
            key = key.trim()
        ));
    }
    let is_unquoted = value.starts_with(char::is_alphabetic) && !["true", "false", "inf", "nan"].contains(&value);
    is_unquoted.then(|| format!("the value of {key} is a text without quotes; write {key} = \"…\"", key = key.trim()))
}

/// Returns a hint to the line where a repeated table first appears; TOML allows each table once.
fn earlier_table_hint(text: &str, line: usize) -> String {
    let header = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let lines = text.lines().map(header).collect::<Vec<_>>();
    let Some(table) = lines.get(line.saturating_sub(1)).filter(|line| line.starts_with('[')) else {
        return String::new();
    };
    match lines.iter().position(|line| line == table) {
        Some(first) if first + 1 < line => {
            format!("; {table} begins in line {}: put its settings there, and remove this line", first + 1)
        }
        _ => String::new(),
    }
}

fn flatten_table(prefix: &str, table: &DeTable<'_>, found: &mut Vec<(usize, String, RawValue)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => flatten_table(&key, inner, found),
            _ => found.push((name.span().start, key, raw_value(value))),
        }
    }
}

fn raw_value(value: &Spanned<DeValue<'_>>) -> RawValue {
    match value.get_ref() {
        DeValue::String(text) => RawValue::Text(text.to_string()),
        DeValue::Boolean(yes) => RawValue::Bool(*yes),
        DeValue::Integer(number) if number.radix() == 10 => RawValue::Number(number.as_str().to_owned()),
        DeValue::Integer(_) => RawValue::Other("a number that is not decimal"),
        DeValue::Float(number) => RawValue::Number(number.as_str().to_owned()),
        DeValue::Datetime(_) => RawValue::Other("a date"),
        DeValue::Table(_) => RawValue::Other("a table"),
        DeValue::Array(list) => {
            let texts: Option<Vec<_>> = list.iter().map(|v| v.get_ref().as_str().map(ToOwned::to_owned)).collect();
            texts.map_or(RawValue::Other("a list of something other than texts"), RawValue::List)
        }
    }
}

/// Returns the settings that these variables set. An empty variable counts as not set.
pub(super) fn from_variables(
    variables: impl IntoIterator<Item = (String, String)>,
    origin: impl Fn(String) -> Origin,
) -> Vec<Setting> {
    let ours = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).filter_map(|(name, value)| {
        let key = environment::setting_for_variable(&name)?;
        Some((
            environment::variable_precedence(&name),
            Setting { key, raw_value: RawValue::Untyped(value), origin: origin(name) },
        ))
    });
    let mut ours: Vec<_> = ours.collect();
    ours.sort_by_key(|(rank, _)| *rank);
    ours.into_iter().map(|(_, setting)| setting).collect()
}

/// Returns the settings given by flags.
pub(super) fn from_flags(flags: &[SettingOverride]) -> Vec<Setting> {
    let setting = |flag: &SettingOverride| Setting {
        key: flag.key.clone(),
        raw_value: RawValue::Untyped(flag.value.clone()),
        origin: Origin::Flag { flag: flag.flag.clone() },
    };
    flags.iter().map(setting).collect()
}
