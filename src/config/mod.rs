//! The settings in force: five layers merged, each value with its origin.
//!
//! ```text
//! defaults (assets/config.toml)  <  settings file  <  .env  <  environment  <  flags
//!     │ defines every key and its type   └─ a value of another type, or an unknown key, is an error
//!     └──────────── Layers ──────────> Config ──section("http")──> that module's own Settings
//!                                         └──── rows ────> `draft-maker config`
//! ```

mod dot_env;
mod effective;
mod environment;
mod error;
mod folders;
mod layers;
mod origin;
mod schema;
mod sections;
mod show;
mod sources;

pub use effective::Config;
pub use environment::{ENV_VARIABLES, EnvVariable};
pub use error::ConfigError;
pub use folders::OldFolder;
pub use origin::Origin;
pub use schema::DEFAULT_SETTINGS;
pub use sections::{BatchSettings, CatalogSettings, Mode, SinkSettings};
pub use show::{SettingRow, commented_settings, format_as_json, format_as_table};
pub use sources::{ConfigSources, SettingOverride};
