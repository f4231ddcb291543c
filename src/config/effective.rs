//! The settings in force: all layers merged, with the origin of each setting.
//!
//! [`Config::load`] merges the layers and checks every key and type. [`Config::section`] deserializes a table into the
//! settings of its module.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use ::config::{Map, Source, Value, ValueKind};
use serde::de::DeserializeOwned;

use super::dot_env::{self, WrongLine};
use super::environment::MisspelledVariable;
use super::error::ConfigError;
use super::folders::{DefaultFolders, OldFolder};
use super::layers::{self, RawValue, Setting};
use super::origin::Origin;
use super::schema::SettingsSchema;
use super::sources::ConfigSources;
use domain::condition::Condition;
use domain::seller_data::MediaGrade;
use domain::sink::SinkKind;
use domain::site::Site;
use domain::terminal_text::quote_for_shell;

/// The merged layers of settings.
#[derive(Clone, Debug)]
pub struct Config {
    merged: ::config::Config,
    /// The origin of each setting that a layer sets.
    origins: HashMap<String, Origin>,
    schema: SettingsSchema,
    warnings: Vec<String>,
    /// Variables that look misspelled, each with its place.
    misspelled: Vec<(String, MisspelledVariable)>,
    named_file: Option<PathBuf>,
    old_folders: Vec<OldFolder>,
}

impl Config {
    /// Reads every layer and checks every key and type.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] for the first mistake that is found.
    pub fn load(sources: &ConfigSources) -> Result<Self, ConfigError> {
        let known = SettingsSchema::built_in()?;
        let mut layers = vec![known.defaults().to_vec(), Vec::new()];
        layers.push(file_layer(sources)?);
        let (mut warnings, mut misspelled) = (Vec::new(), Vec::new());
        for path in &sources.dot_env {
            let (settings, wrong_lines) = dot_env::read_file(path, &known)?;
            layers.push(settings);
            warnings.extend(wrong_lines.iter().map(ToString::to_string));
            misspelled.extend(wrong_lines.into_iter().filter_map(WrongLine::into_misspelled));
        }
        for variable in sources.environment.iter().filter_map(|(name, _)| {
            // Other programs have variables such as LOG_LEVEL; only a prefix of its own makes a name certain.
            let keys = known.keys().filter(|_| name.starts_with("DRAFT_MAKER_"));
            MisspelledVariable::from_name_or_key(name, keys)
        }) {
            warnings.push(variable.to_string());
            misspelled.push(("environment".to_owned(), variable));
        }
        let in_environment = |name| Origin::Environment { name };
        layers.push(layers::from_variables(sources.environment.iter().cloned(), in_environment));
        layers.push(layers::from_flags(&sources.flags));
        let old_folders = default_folders(&layers, sources).old;
        layers[1] = computed_defaults(&layers, sources);
        let (merged, origins) = merge_layers(&known, layers)?;
        Ok(Self {
            merged,
            origins,
            schema: known,
            warnings,
            misspelled,
            named_file: sources.named_file.clone(),
            old_folders,
        })
    }

    /// Returns the flags that make another command use the same data and settings file, such as ` --data-dir data`.
    /// Empty if both are the defaults.
    pub fn command_flags(&self) -> String {
        let mut flags = String::new();
        let is_flag = matches!(self.origin("batch.data_dir"), Origin::Flag { .. });
        if let Some(value) = self.value("batch.data_dir").filter(|_| is_flag) {
            flags.extend([" --data-dir ", quote_for_shell(&value.to_string()).as_str()]);
        }
        if let Some(file) = &self.named_file {
            flags.extend([" --config ", quote_for_shell(&file.to_string_lossy()).as_str()]);
        }
        flags
    }

    /// Returns the folders of earlier versions that are in use, because they contain files and no setting names another
    /// folder.
    pub fn old_folders(&self) -> impl Iterator<Item = &OldFolder> {
        self.old_folders.iter().filter(move |old| self.origin(old.setting) == Origin::Default)
    }

    /// Returns warnings about the sources: ignored lines of `.env`, misspelled variables. Never contains a value.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Checks that no variable looks like a misspelled credential whose setting is unset, because batches would run
    /// without it.
    ///
    /// # Errors
    /// Returns [`ConfigError::MisspelledCredential`] for the first one.
    pub fn check_credential_names(&self) -> Result<(), ConfigError> {
        let is_unset = |key| self.value(key).is_none_or(|value| value.to_string().is_empty());
        for (location, variable) in &self.misspelled {
            if let Some(meant) = variable.meant_credential().filter(|meant| is_unset(meant.key)) {
                let (location, name) = (location.clone(), variable.name().to_owned());
                return Err(ConfigError::MisspelledCredential { location, name, meant: meant.name });
            }
        }
        Ok(())
    }

    /// Deserializes a table such as `http` or `providers.discogs` into the settings of its module. Empty texts are left
    /// out, so that an `Option` becomes `None`.
    ///
    /// # Errors
    /// Returns [`ConfigError::InvalidValue`] or [`ConfigError::InvalidSection`] with the module's message.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T, ConfigError> {
        let none = || ConfigError::InvalidSection { section: section.to_owned(), why: "unknown section".to_owned() };
        let table = strip_empty_values(self.value(section).ok_or_else(none)?.clone());
        table.clone().try_deserialize().map_err(|error| self.invalid_value::<T>(section, table, &error))
    }

    /// Returns the keys of all settings, in the order of `assets/config.toml`.
    pub fn setting_keys(&self) -> impl Iterator<Item = &str> {
        self.schema.keys()
    }

    /// Explains why a module could not read its table. The `config` crate knows which setting is wrong; a JSON
    /// deserializer has the better message, for example with all variants of an enumeration.
    fn invalid_value<T: DeserializeOwned>(
        &self,
        section: &str,
        table: Value,
        error: &::config::ConfigError,
    ) -> ConfigError {
        let in_json = table.try_deserialize().ok().and_then(|table| serde_json::from_value::<T>(table).err());
        let why = describe_value_error(&in_json.map_or_else(|| error.to_string(), |words| words.to_string()));
        let (::config::ConfigError::At { key: Some(part), .. } | ::config::ConfigError::Type { key: Some(part), .. }) =
            error
        else {
            return ConfigError::InvalidSection { section: section.to_owned(), why };
        };
        // The library names an element of a list `carriers[0]`.
        let key = format!("{section}.{}", part.split('[').next().unwrap_or(part));
        let origin = self.origin(&key).to_string();
        let why = if super::environment::is_secret(&key) {
            "wrong format (not shown, because it is a secret)".to_owned()
        } else {
            why
        };
        ConfigError::InvalidValue { origin, key, why }
    }

    /// Returns the error for a value that has the right type but is invalid, with the origin of the value. `message`
    /// names the setting.
    pub fn invalid_setting(&self, key: &str, message: impl std::fmt::Display) -> ConfigError {
        let origin = self.origins.get(key).map_or_else(|| "settings".to_owned(), Origin::to_string);
        ConfigError::InvalidSetting { origin, message: message.to_string() }
    }

    /// Returns the origin of a setting.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or_default()
    }

    /// Returns a setting or section.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        key.split('.').try_fold(&self.merged.cache, |value, part| match &value.kind {
            ValueKind::Table(table) => table.get(part),
            _ => None,
        })
    }
}

fn file_layer(sources: &ConfigSources) -> Result<Vec<Setting>, ConfigError> {
    let (path, must_be_there) = match (&sources.named_file, &sources.default_file) {
        (Some(named), _) => (named, true),
        (None, Some(own)) => (own, false),
        (None, None) => return Ok(Vec::new()),
    };
    match files::read_text(path) {
        Ok(text) => layers::from_toml(&text, path, |line| Origin::File { path: path.clone(), line }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_be_there => Ok(Vec::new()),
        Err(error) => Err(ConfigError::Unreadable { path: path.clone(), why: files::describe_io_error(&error) }),
    }
}

/// Returns the default folders, which depend on the data folder if any layer sets it.
fn default_folders(layers: &[Vec<Setting>], sources: &ConfigSources) -> DefaultFolders {
    DefaultFolders::new(sources, last_text(layers, "batch.data_dir"))
}

/// Returns the last value of a text setting in the layers; `None` if no layer sets it.
fn last_text<'a>(layers: &'a [Vec<Setting>], key: &str) -> Option<&'a str> {
    layers.iter().flatten().rev().find_map(|setting| match &setting.raw_value {
        RawValue::Untyped(text) | RawValue::Text(text) if setting.key == key && !text.is_empty() => Some(text.as_str()),
        _ => None,
    })
}

/// Returns the currency of the eBay site as a default. `None` for an unknown site, which is reported elsewhere.
fn default_currency(layers: &[Vec<Setting>]) -> Option<Setting> {
    let site = last_text(layers, "ebay.marketplace")?.parse::<Site>().ok()?;
    let raw_value = RawValue::Text(site.currency().code().to_owned());
    Some(Setting { key: "pricing.currency".to_owned(), raw_value, origin: Origin::Default })
}

/// Returns the defaults that depend on the machine and on other settings: the folders of data, cache and logs, the key
/// for Google Cloud Storage that the container mounts, the currency of the eBay site, and the seller's files in the
/// settings folder.
fn computed_defaults(layers: &[Vec<Setting>], sources: &ConfigSources) -> Vec<Setting> {
    let DefaultFolders { data, cache, logs, .. } = default_folders(layers, sources);
    let credentials = sources.config_home.clone().unwrap_or_else(|| data.clone());
    let state = sources.state_home.clone().unwrap_or_else(|| data.clone());
    let default = |key: &str, path: PathBuf| Setting {
        key: key.to_owned(),
        raw_value: RawValue::Text(path.to_string_lossy().into_owned()),
        origin: Origin::Default,
    };
    let key = sources.mounted_key.as_ref().filter(|key| key.is_file());
    let key =
        key.map(|key| Setting { origin: Origin::Detected, ..default("intake.gcs.credentials_file", key.clone()) });
    let seller_files = [("listing.template", "listing.html"), ("listing.categories", "categories.toml")];
    let seller_files = seller_files.map(|(key, name)| (key, credentials.join(name)));
    let seller_files = seller_files.into_iter().filter(|(_, path)| path.is_file());
    let seller_files = seller_files.map(|(key, path)| Setting { origin: Origin::Detected, ..default(key, path) });
    let seller_files = seller_files.collect::<Vec<_>>();
    let folders = [
        default("console.keys", credentials.join("keys.toml")),
        default("console.theme_file", credentials.join("theme.toml")),
        default("console.columns_file", credentials.join("columns.toml")),
        default("console.state_file", state.join("console.json")),
        default("ebay.credentials_dir", credentials),
        default("http.pace_dir", data.join("pace")),
        default("batch.data_dir", data),
        default("batch.cache_dir", cache),
        default("log.directory", logs),
    ];
    folders.into_iter().chain(key).chain(seller_files).chain(default_currency(layers)).collect()
}

fn merge_layers(
    known: &SettingsSchema,
    layers: Vec<Vec<Setting>>,
) -> Result<(::config::Config, HashMap<String, Origin>), ConfigError> {
    let mut builder = ::config::Config::builder();
    let mut origins = HashMap::new();
    // An empty text means the default, which is in the layer of computed defaults.
    let computed = layers[1].iter().filter(|setting| setting.origin == Origin::Default);
    let computed = computed.map(|setting| setting.key.clone()).collect::<HashSet<_>>();
    for layer in layers {
        let mut checked = Map::new();
        for setting in layer {
            if computed.contains(&setting.key) && setting.raw_value.is_empty_text() {
                continue;
            }
            if let Some(value) = known.check_setting(&setting)? {
                let key = known.canonical_key(setting.key);
                origins.insert(key.clone(), setting.origin);
                checked.insert(key, value);
            }
        }
        builder = builder.add_source(CheckedLayer(checked));
    }
    let merged = builder.build();
    let merged =
        merged.map_err(|error| ConfigError::InvalidSection { section: "all".to_owned(), why: error.to_string() })?;
    Ok((merged, origins))
}

/// A checked layer, in the form that the `config` crate reads.
#[derive(Clone, Debug)]
struct CheckedLayer(Map<String, Value>);

impl Source for CheckedLayer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        Ok(self.0.clone())
    }
}

/// Maximum number of allowed values listed in an error.
const MAX_VALUES_LISTED: usize = 15;

/// Rewrites serde's message about a wrong value for the operator: ``unknown variant `x`, expected one of `a`, `b` ``
/// becomes `"x" is not allowed; use a or b`. Returns other messages unchanged.
fn describe_value_error(message: &str) -> String {
    let Some((found, expected)) =
        message.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, expected "))
    else {
        return describe_type_error(message).unwrap_or_else(|| message.to_owned());
    };
    // A dry run is not a destination that a setting can select.
    let allowed = expected.split('`').skip(1).step_by(2).filter(|value| *value != SinkKind::DryRun.as_str());
    let allowed: Vec<_> = allowed.collect();
    if let Some(hint) = meant_value_hint(found, &allowed) {
        return format!("{found:?} is not allowed; {hint}");
    }
    match allowed.as_slice() {
        [] => format!("{found:?} is not allowed"),
        many if many.contains(&"USD") => {
            format!("{found:?} is not allowed; use an ISO 4217 code such as USD, EUR or GBP")
        }
        many if many.contains(&"VG+") => {
            format!("{found:?} is not allowed; use M, NM, EX, VG+, VG, G+, G, F or P")
        }
        many if many.len() > MAX_VALUES_LISTED => {
            format!("{found:?} is not allowed; use one such as {}", many[..3].join(", "))
        }
        values => format!("{found:?} is not allowed; use {}", join_values(values)),
    }
}

/// Joins values: `csv, inventory or item-draft`.
fn join_values(values: &[&str]) -> String {
    match values {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => values.concat(),
    }
}

/// Returns a hint to the value that was meant: `Very Good` means `very_good`, and a grade is another setting.
fn meant_value_hint(found: &str, allowed: &[&str]) -> Option<String> {
    let letters = |text: &str| text.to_lowercase().replace([' ', '_', '-'], "");
    if let Some(meant) = allowed.iter().find(|value| letters(value) == letters(found)) {
        return Some(format!("write {meant}"));
    }
    let is_grade = allowed.contains(&Condition::VeryGood.as_str()) && found.parse::<MediaGrade>().is_ok();
    is_grade.then(|| format!("it is a grade: write it to listing.media_grade, or use {}", join_values(allowed)))
}

/// Rewrites serde's message about a value of the wrong type or range: ``invalid value: integer `-1`, expected u32`` becomes
/// `-1 is not allowed; write a whole number, 0 or more`. `None` for any other message.
fn describe_type_error(message: &str) -> Option<String> {
    let rest = message.strip_prefix("invalid value: ").or_else(|| message.strip_prefix("invalid type: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let wanted = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "a list in brackets",
        nonzero if nonzero.starts_with("a nonzero") => "a whole number, 1 or more",
        _ => return None,
    };
    // serde names the type before the value, and quotes texts as well as numbers.
    let value = found.trim_start_matches(|c| c != '`' && c != '"').trim_matches('`');
    let value = if value.is_empty() { found } else { value };
    Some(format!("{value} is not allowed; write {wanted}"))
}

fn strip_empty_values(value: Value) -> Value {
    let kind = match value.kind {
        ValueKind::Table(table) => {
            let set_values = table.into_iter().filter(|(_, value)| value.kind != ValueKind::String(String::new()));
            ValueKind::Table(set_values.map(|(key, value)| (key, strip_empty_values(value))).collect())
        }
        other => other,
    };
    Value::new(None, kind)
}
