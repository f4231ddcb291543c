//! The sources that settings are read from.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::error::ConfigError;

/// A setting given by a flag, or by a command such as `demo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingOverride {
    /// Key of the setting: `batch.output`.
    pub key: String,
    /// Origin as shown to the operator: `--output`, `the demo`.
    pub flag: String,
    pub value: String,
}

impl SettingOverride {
    /// Creates an override from its key, the flag as typed, and the value.
    pub fn new(key: impl Into<String>, flag: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), flag: flag.into(), value: value.into() }
    }
}

/// The source of each layer. By default there are no sources, so that only the built-in defaults apply.
#[derive(Clone, Debug, Default)]
pub struct ConfigSources {
    /// Settings file named by the operator. It must exist.
    pub named_file: Option<PathBuf>,
    /// Settings file that is read if it exists and no file was named.
    pub default_file: Option<PathBuf>,
    /// `.env` files in increasing precedence. A missing file is not an error.
    pub dot_env: Vec<PathBuf>,
    pub environment: Vec<(String, String)>,
    pub flags: Vec<SettingOverride>,
    /// Data folder of the system for this program.
    pub data_home: Option<PathBuf>,
    /// Cache folder of the system for this program.
    pub cache_home: Option<PathBuf>,
    /// State folder of the system for this program; not all systems have one.
    pub state_home: Option<PathBuf>,
    /// Configuration folder of the system for this program.
    pub config_home: Option<PathBuf>,
    /// Path at which the container mounts the key for Google Cloud Storage.
    pub mounted_key: Option<PathBuf>,
}

impl ConfigSources {
    /// Returns the settings file: the named one, or the operator's own. It may not exist.
    pub fn settings_file(&self) -> Option<&Path> {
        self.named_file.as_deref().or(self.default_file.as_deref())
    }

    /// Returns the sources of this process.
    ///
    /// # Errors
    /// Returns [`ConfigError::NotUtf8`] if a variable of Draft Maker is not UTF-8.
    pub fn for_process(named_file: Option<PathBuf>, flags: Vec<SettingOverride>) -> Result<Self, ConfigError> {
        let project_dirs = ProjectDirs::from("", "", "draft-maker");
        Ok(Self {
            named_file,
            default_file: project_dirs.as_ref().map(|project_dirs| project_dirs.config_dir().join("config.toml")),
            dot_env: dot_env_files(),
            environment: env_variables()?,
            flags,
            config_home: project_dirs.as_ref().map(|project_dirs| project_dirs.config_dir().to_owned()),
            cache_home: project_dirs.as_ref().map(|project_dirs| project_dirs.cache_dir().to_owned()),
            state_home: project_dirs.as_ref().and_then(|project_dirs| project_dirs.state_dir().map(ToOwned::to_owned)),
            data_home: project_dirs.map(|project_dirs| project_dirs.data_dir().to_owned()),
            mounted_key: Some(PathBuf::from("/app/service-account-key.json")),
        })
    }
}

/// Returns the `.env` files: `/app/.env`, which the container mounts, and the one in the working directory, which takes
/// precedence.
fn dot_env_files() -> Vec<PathBuf> {
    let container = PathBuf::from("/app/.env");
    let here = std::env::current_dir().map(|folder| folder.join(".env"));
    let mut files = vec![container];
    files.extend(here.ok().filter(|here| *here != files[0]));
    files
}

fn env_variables() -> Result<Vec<(String, String)>, ConfigError> {
    let ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        let is_ours = super::environment::setting_for_variable(&name).is_some();
        (is_ours || super::environment::MisspelledVariable::from_name(&name).is_some()).then_some((name, value))
    });
    ours.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(ConfigError::NotUtf8 { name }),
    })
    .collect()
}
