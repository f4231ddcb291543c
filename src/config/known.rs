//! The settings that there are, as `assets/config.toml` says, and whether a value is of the right kind.

use std::path::Path;

use ::config::{Value, ValueKind};

use super::environment;
use super::error::ConfigError;
use super::layers::{self, Setting, Written};
use super::origins::Origin;

/// Every setting, its default and a comment.
pub const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// How near a key must be to be proposed for a mistyped one (Jaro-Winkler, 0 to 1).
const NEAR: f64 = 0.8;

/// All settings with their defaults, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Known(Vec<Setting>);

impl Known {
    /// # Errors
    /// [`ConfigError::Syntax`] where the file that is compiled in is broken; a test keeps it whole.
    pub(super) fn read() -> Result<Self, ConfigError> {
        layers::from_toml(DEFAULTS, Path::new("assets/config.toml"), |_| Origin::Default).map(Self)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|setting| setting.key.as_str())
    }

    pub(super) fn defaults(&self) -> &[Setting] {
        &self.0
    }

    /// The value in the kind that the setting has; `None` for a table that only announces a section.
    ///
    /// # Errors
    /// [`ConfigError::UnknownKey`], [`ConfigError::WrongType`].
    pub(super) fn check(&self, setting: &Setting) -> Result<Option<Value>, ConfigError> {
        let Some(known) = self.0.iter().find(|known| known.key == setting.key) else {
            return self.check_section(setting);
        };
        let kind = Kind::of(&known.written);
        let taken = kind.take(&setting.written).ok_or_else(|| wrong(setting, kind.words()))?;
        Ok(Some(Value::new(Some(&setting.origin.to_string()), taken)))
    }

    fn check_section(&self, setting: &Setting) -> Result<Option<Value>, ConfigError> {
        let prefix = format!("{}.", setting.key);
        let is_section = self.keys().any(|key| key.starts_with(&prefix));
        match setting.written {
            Written::Other("a table") if is_section => Ok(None),
            _ if is_section => Err(wrong(setting, "a table of settings")),
            _ => Err(ConfigError::UnknownKey {
                origin: setting.origin.to_string(),
                key: setting.key.clone(),
                nearest: self.nearest(&setting.key),
            }),
        }
    }

    /// The known key that looks most like `key`.
    fn nearest(&self, key: &str) -> Option<String> {
        let scored = self.keys().map(|known| (strsim::jaro_winkler(known, key), known));
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best.0 >= NEAR).then(|| best.1.to_owned())
    }
}

fn wrong(setting: &Setting, expected: &str) -> ConfigError {
    let found = if environment::is_secret(&setting.key) {
        "something else (not shown)".to_owned()
    } else {
        in_words(&setting.written)
    };
    let expected = expected.to_owned();
    ConfigError::WrongType { origin: setting.origin.to_string(), key: setting.key.clone(), found, expected }
}

fn in_words(written: &Written) -> String {
    match written {
        Written::Plain(text) | Written::Text(text) => format!("the text {text:?}"),
        Written::Bool(yes) => yes.to_string(),
        Written::Number(digits) => format!("the number {digits}"),
        Written::List(_) => "a list".to_owned(),
        Written::Other(what) => (*what).to_owned(),
    }
}

/// What a setting holds; the kind of its default says it.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Whole,
    Decimal,
    Text,
    List,
}

impl Kind {
    fn of(default: &Written) -> Self {
        match default {
            Written::Bool(_) => Self::Bool,
            Written::Number(digits) if digits.parse::<i64>().is_ok() => Self::Whole,
            Written::Number(_) => Self::Decimal,
            Written::List(_) => Self::List,
            Written::Plain(_) | Written::Text(_) | Written::Other(_) => Self::Text,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Whole => "a whole number",
            Self::Decimal => "a number",
            Self::Text => "a text",
            Self::List => "a list of texts",
        }
    }

    /// A file says its kinds and is held to them; a variable is text and is read. A number may stand where a text
    /// is asked for, since nobody puts a price in quotes.
    fn take(self, written: &Written) -> Option<ValueKind> {
        Some(match (self, written) {
            (Self::Bool, Written::Bool(yes)) => ValueKind::Boolean(*yes),
            (Self::Bool, Written::Plain(text)) => ValueKind::Boolean(yes_or_no(text)?),
            (Self::Whole, Written::Number(text) | Written::Plain(text)) => ValueKind::I64(text.trim().parse().ok()?),
            (Self::Decimal, Written::Number(text) | Written::Plain(text)) => {
                ValueKind::Float(text.trim().parse().ok().filter(|number: &f64| number.is_finite())?)
            }
            (Self::Text, Written::Text(text) | Written::Number(text)) => ValueKind::String(text.clone()),
            (Self::Text, Written::Plain(text)) => ValueKind::String(text.trim().to_owned()),
            (Self::List, Written::List(texts)) => list(texts.iter().map(String::as_str)),
            (Self::List, Written::Plain(text)) => list(text.split(',').map(str::trim).filter(|part| !part.is_empty())),
            _ => return None,
        })
    }
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> ValueKind {
    ValueKind::Array(texts.map(|text| Value::new(None, text)).collect())
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
