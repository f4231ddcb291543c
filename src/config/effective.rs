//! The settings in force.

use std::path::{Path, PathBuf};

use ::config::{Map, Source, Value, ValueKind};
use serde::de::DeserializeOwned;

use super::error::ConfigError;
use super::known::Known;
use super::layers::{self, Setting, Written};
use super::origins::Origin;
use super::sources::Sources;

/// All layers, laid over each other.
#[derive(Clone, Debug)]
pub struct Config {
    merged: ::config::Config,
    known: Known,
}

impl Config {
    /// Reads every layer and checks every key and kind.
    ///
    /// # Errors
    /// The first thing that is wrong, see [`ConfigError`].
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let known = Known::read()?;
        let mut layers = vec![known.defaults().to_vec(), Vec::new()];
        layers.push(file_layer(sources)?);
        for path in &sources.dot_env {
            layers.push(layers::from_dot_env(path)?);
        }
        let in_environment = |name| Origin::Environment { name };
        layers.push(layers::from_variables(sources.environment.iter().cloned(), in_environment));
        layers.push(layers::from_flags(&sources.flags));
        layers[1] = computed_defaults(&layers, sources.data_home.as_deref());
        let merged = merge(&known, layers)?;
        Ok(Self { merged, known })
    }

    /// A module's own table, for example `http` or `providers.discogs`, as that module reads it. A setting that is
    /// an empty text is left out, so that an `Option` reads it as `None`.
    ///
    /// # Errors
    /// [`ConfigError::WrongType`] or [`ConfigError::Section`], with the module's own words.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T, ConfigError> {
        let bad = |error| section_error(section, error);
        let table = self.merged.get_table(section).map_err(bad)?;
        without_empty(Value::new(None, table)).try_deserialize().map_err(bad)
    }

    /// The keys of all settings, in the order of `assets/config.toml`.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.keys()
    }

    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.merged.get::<Value>(key).ok()
    }
}

fn file_layer(sources: &Sources) -> Result<Vec<Setting>, ConfigError> {
    let (path, must_be_there) = match (&sources.named_file, &sources.own_file) {
        (Some(named), _) => (named, true),
        (None, Some(own)) => (own, false),
        (None, None) => return Ok(Vec::new()),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            layers::from_toml(text, path, |line| Origin::File { path: path.clone(), line })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_be_there => Ok(Vec::new()),
        Err(error) => Err(ConfigError::Unreadable { path: path.clone(), why: error.to_string() }),
    }
}

/// The defaults that depend on the machine and on other settings: where data and logs are kept.
fn computed_defaults(layers: &[Vec<Setting>], data_home: Option<&Path>) -> Vec<Setting> {
    let home = data_home.map_or_else(|| PathBuf::from("draft-maker-data"), Path::to_owned);
    let written = layers.iter().flatten().rev().find_map(|setting| match &setting.written {
        Written::Plain(text) | Written::Text(text) if setting.key == "batch.data_dir" && !text.is_empty() => Some(text),
        _ => None,
    });
    let logs = written.map_or_else(|| home.clone(), PathBuf::from).join("logs");
    let default = |key: &str, path: PathBuf| Setting {
        key: key.to_owned(),
        written: Written::Text(path.to_string_lossy().into_owned()),
        origin: Origin::Default,
    };
    vec![default("batch.data_dir", home), default("log.directory", logs)]
}

fn merge(known: &Known, layers: Vec<Vec<Setting>>) -> Result<::config::Config, ConfigError> {
    let mut builder = ::config::Config::builder();
    for layer in layers {
        let mut checked = Map::new();
        for setting in layer {
            if let Some(value) = known.check(&setting)? {
                checked.insert(setting.key, value);
            }
        }
        builder = builder.add_source(Checked(checked));
    }
    builder.build().map_err(|error| section_error("", error))
}

/// A layer whose keys and kinds are right, for the `config` crate.
#[derive(Clone, Debug)]
struct Checked(Map<String, Value>);

impl Source for Checked {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        Ok(self.0.clone())
    }
}

fn without_empty(value: Value) -> Value {
    let origin = value.origin().map(ToOwned::to_owned);
    let kind = match value.kind {
        ValueKind::Table(table) => {
            let kept = table.into_iter().filter(|(_, value)| value.kind != ValueKind::String(String::new()));
            ValueKind::Table(kept.map(|(key, value)| (key, without_empty(value))).collect())
        }
        other => other,
    };
    Value::new(origin.as_ref(), kind)
}

/// The words of a module that could not read its table.
fn section_error(section: &str, error: ::config::ConfigError) -> ConfigError {
    match error {
        ::config::ConfigError::Type { origin: Some(origin), unexpected, expected, key } => ConfigError::WrongType {
            origin,
            key: [section, key.as_deref().unwrap_or_default()].join("."),
            found: unexpected.to_string(),
            expected: expected.to_owned(),
        },
        other => ConfigError::Section { section: section.to_owned(), why: other.to_string() },
    }
}
