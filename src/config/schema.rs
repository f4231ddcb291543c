//! The schema of the settings, from `assets/config.toml`: every key, its default and its type.

use std::path::Path;

use ::config::{Value, ValueKind};

use super::environment;
use super::error::ConfigError;
use super::layers::{self, RawValue, Setting};
use super::origin::Origin;

/// The built-in settings file: every setting with its default and a comment.
pub const DEFAULT_SETTINGS: &str = include_str!("../../assets/config.toml");

/// Minimum similarity (Jaro-Winkler, 0 to 1) at which a key is suggested for a mistyped one.
const MIN_KEY_SIMILARITY: f64 = 0.8;

/// All settings with their defaults, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct SettingsSchema(Vec<Setting>);

impl SettingsSchema {
    /// # Errors
    /// Returns [`ConfigError::Syntax`] if the built-in file is malformed, which a test rules out.
    pub(super) fn built_in() -> Result<Self, ConfigError> {
        layers::from_toml(DEFAULT_SETTINGS, Path::new("assets/config.toml"), |_| Origin::Default).map(Self)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|setting| setting.key.as_str())
    }

    pub(super) fn defaults(&self) -> &[Setting] {
        &self.0
    }

    /// Converts a value to the type of its setting. Returns `None` for a table that only opens a section.
    ///
    /// # Errors
    /// Returns [`ConfigError::UnknownKey`] or [`ConfigError::WrongType`].
    pub(super) fn check_setting(&self, setting: &Setting) -> Result<Option<Value>, ConfigError> {
        let key = self.canonical_key(setting.key.clone());
        let Some(known) = self.0.iter().find(|known| known.key == key) else {
            return self.check_section(setting);
        };
        let kind = SettingKind::from_default(&known.raw_value);
        let converted =
            kind.convert_value(&setting.raw_value).ok_or_else(|| wrong_type(setting, kind.description()))?;
        Ok(Some(Value::new(None, converted)))
    }

    /// Returns the canonical key for an alternative name: `batch.concurrency` is `batch.slots`, and
    /// `providers.discogs.enabled` is `providers.discogs.on`. Any other key is returned unchanged.
    pub(super) fn canonical_key(&self, key: String) -> String {
        let renamed = match key.strip_suffix(".enabled") {
            Some(section) => format!("{section}.on"),
            None if key == "batch.concurrency" => "batch.slots".to_owned(),
            None => return key,
        };
        if self.keys().any(|known| known == renamed) { renamed } else { key }
    }

    fn check_section(&self, setting: &Setting) -> Result<Option<Value>, ConfigError> {
        let prefix = format!("{}.", setting.key);
        let is_section = self.keys().any(|key| key.starts_with(&prefix));
        match setting.raw_value {
            RawValue::Other("a table") if is_section => Ok(None),
            _ if is_section => Err(wrong_type(setting, "a table of settings")),
            _ => Err(ConfigError::UnknownKey {
                origin: setting.origin.to_string(),
                key: setting.key.clone(),
                nearest: self.nearest_name(setting),
            }),
        }
    }

    /// Returns the known section that is most similar to an unknown one, or the known key that is most similar to an
    /// unknown key.
    fn nearest_name(&self, setting: &Setting) -> Option<String> {
        let key = setting.key.as_str();
        if matches!(setting.raw_value, RawValue::Other("a table")) {
            return most_similar(
                self.keys().filter_map(|known| known.rsplit_once('.')).map(|(section, _)| section),
                key,
            );
        }
        let token = key.strip_suffix(".token").map(|section| format!("{section}.key"));
        if let Some(known) = token.filter(|renamed| self.keys().any(|known| known == renamed)) {
            return Some(known);
        }
        // A name that only one section has was written without its section, or in another one. The sections of
        // [pricing] repeat its names.
        let leaf = key.rsplit('.').next().unwrap_or(key);
        let depth = |known: &&str| known.matches('.').count();
        let same_leaf = self.keys().filter(|known| known.rsplit('.').next() == Some(leaf)).collect::<Vec<_>>();
        let top = same_leaf.iter().map(depth).min();
        let mut topmost = same_leaf.iter().filter(|known| Some(depth(known)) == top);
        if let (Some(only), None) = (topmost.next(), topmost.next()) {
            return Some((*only).to_owned());
        }
        most_similar(self.keys(), key)
    }
}

/// Returns the name that is most similar to `key`, if any is similar.
fn most_similar<'k>(names: impl Iterator<Item = &'k str>, key: &str) -> Option<String> {
    let scored = names.map(|known| (strsim::jaro_winkler(known, key), known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= MIN_KEY_SIMILARITY).then(|| best.1.to_owned())
}

fn wrong_type(setting: &Setting, expected: &str) -> ConfigError {
    let found = if environment::is_secret(&setting.key) {
        "another type (not shown, because it is a secret)".to_owned()
    } else {
        describe_raw_value(&setting.raw_value)
    };
    let expected = expected.to_owned();
    ConfigError::WrongType { origin: setting.origin.to_string(), key: setting.key.clone(), found, expected }
}

fn describe_raw_value(written: &RawValue) -> String {
    match written {
        RawValue::Untyped(text) | RawValue::Text(text) => format!("the text {text:?}"),
        RawValue::Bool(yes) => yes.to_string(),
        RawValue::Number(digits) => format!("the number {digits}"),
        RawValue::List(_) => "a list".to_owned(),
        RawValue::Other(what) => (*what).to_owned(),
    }
}

/// Type of a setting, inferred from its default.
#[derive(Clone, Copy)]
enum SettingKind {
    Bool,
    Integer,
    Float,
    Text,
    List,
}

impl SettingKind {
    fn from_default(default: &RawValue) -> Self {
        match default {
            RawValue::Bool(_) => Self::Bool,
            RawValue::Number(digits) if digits.parse::<i64>().is_ok() => Self::Integer,
            RawValue::Number(_) => Self::Float,
            RawValue::List(_) => Self::List,
            RawValue::Untyped(_) | RawValue::Text(_) | RawValue::Other(_) => Self::Text,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Text => "a text",
            Self::List => "a list of texts, such as [\"one\", \"two\"]",
        }
    }

    /// Converts a value to this type. A value of a file must have the type; a variable is text and is parsed. A number
    /// is accepted where text is expected, because prices are often written without quotes.
    fn convert_value(self, written: &RawValue) -> Option<ValueKind> {
        Some(match (self, written) {
            (Self::Bool, RawValue::Bool(yes)) => ValueKind::Boolean(*yes),
            (Self::Bool, RawValue::Untyped(text)) => ValueKind::Boolean(parse_bool(text)?),
            (Self::Integer, RawValue::Number(text) | RawValue::Untyped(text)) => {
                ValueKind::I64(text.trim().parse().ok()?)
            }
            (Self::Float, RawValue::Number(text) | RawValue::Untyped(text)) => {
                ValueKind::Float(text.trim().parse().ok().filter(|number: &f64| number.is_finite())?)
            }
            (Self::Text, RawValue::Text(text) | RawValue::Number(text)) => ValueKind::String(text.clone()),
            (Self::Text, RawValue::Untyped(text)) => ValueKind::String(text.trim().to_owned()),
            (Self::List, RawValue::List(texts)) => text_array(texts.iter().map(String::as_str)),
            (Self::List, RawValue::Untyped(text)) => {
                text_array(text.split(',').map(str::trim).filter(|part| !part.is_empty()))
            }
            _ => return None,
        })
    }
}

fn text_array<'a>(texts: impl Iterator<Item = &'a str>) -> ValueKind {
    ValueKind::Array(texts.map(|text| Value::new(None, text)).collect())
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
