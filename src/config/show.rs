//! Prints the settings in force: key, value, origin. Never prints a secret.

use ::config::{Value, ValueKind};
use serde::Serialize;

use super::effective::Config;
use super::environment;
use super::origin::Origin;
use super::schema::DEFAULT_SETTINGS;

/// Shown instead of a secret, whatever its length.
const SECRET_MASK: &str = "***";

/// A setting with its value and origin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingRow {
    pub key: String,
    /// `null` if the setting is not set, `"***"` for a secret.
    pub value: serde_json::Value,
    pub origin: Origin,
}

impl Config {
    /// Returns every setting, in the order of `assets/config.toml`.
    pub fn setting_rows(&self) -> Vec<SettingRow> {
        self.setting_keys().filter_map(|key| Some(setting_row(key, self.value(key)?, self.origin(key)))).collect()
    }
}

fn setting_row(key: &str, value: &Value, origin: Origin) -> SettingRow {
    let shown = match masked_json(value) {
        serde_json::Value::Null => serde_json::Value::Null,
        _ if environment::is_secret(key) => SECRET_MASK.into(),
        serde_json::Value::String(text) => without_credentials(text).into(),
        other => other,
    };
    SettingRow { key: key.to_owned(), value: shown, origin }
}

fn masked_json(value: &Value) -> serde_json::Value {
    match &value.kind {
        ValueKind::String(text) if text.is_empty() => serde_json::Value::Null,
        ValueKind::String(text) => text.as_str().into(),
        ValueKind::Boolean(yes) => (*yes).into(),
        ValueKind::I64(number) => (*number).into(),
        ValueKind::Float(number) => (*number).into(),
        ValueKind::Array(list) => list.iter().map(masked_json).collect(),
        _ => serde_json::Value::Null,
    }
}

/// Masks the user name and password of an address: `https://me:secret@mirror`.
fn without_credentials(text: String) -> String {
    match url::Url::parse(&text) {
        Ok(mut url) if url.has_authority() && (!url.username().is_empty() || url.password().is_some()) => {
            let hidden = url.set_username(SECRET_MASK).and_then(|()| url.set_password(None));
            if hidden.is_ok() { url.into() } else { SECRET_MASK.to_owned() }
        }
        _ => text,
    }
}

/// Returns the built-in settings file with every value commented out, as a file to edit.
pub fn commented_settings() -> String {
    let mut text =
        "# Settings of Draft Maker. Remove the # before a setting to change it. `draft-maker config` shows the\n\
                    # settings in force, and reports wrong values.\n"
            .to_owned();
    // Skip the introduction, which is about the built-in file.
    let lines = DEFAULT_SETTINGS.lines().skip_while(|line| line.starts_with('#'));
    for line in lines {
        let is_setting = !line.starts_with(['#', '[']) && line.contains('=');
        text += if is_setting { "#" } else { "" };
        text += line;
        text.push('\n');
    }
    text
}

/// Formats the settings as a text table with three columns.
pub fn format_as_table(rows: &[SettingRow]) -> String {
    let cells: Vec<_> =
        rows.iter().map(|row| (row.key.as_str(), describe_json_value(&row.value), &row.origin)).collect();
    let widest = |column: fn(&(&str, String, &Origin)) -> usize, most: usize| {
        cells.iter().map(column).filter(|width| *width <= most).max().unwrap_or_default()
    };
    let (keys, values) = (widest(|c| c.0.len(), 60), widest(|c| c.1.chars().count(), 48));
    let line = |(key, value, origin): &(&str, String, &Origin)| format!("{key:keys$}  {value:values$}  {origin}\n");
    cells.iter().map(line).collect()
}

fn describe_json_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "(not set)".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) if list.is_empty() => "(none)".to_owned(),
        serde_json::Value::Array(list) => list.iter().map(describe_json_value).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Formats the settings as a JSON list of `{"key", "value", "origin"}`, one per line.
pub fn format_as_json(rows: &[SettingRow]) -> String {
    let lines: Vec<_> = rows.iter().map(|row| serde_json::json!(row).to_string()).collect();
    format!("[{}]\n", lines.join(",\n "))
}
