//! The settings in force: five layers laid over each other, each value knowing where it came from.
//!
//! ```text
//! defaults (assets/config.toml)  <  settings file  <  .env  <  environment  <  flags
//!     │ says every key and its kind      └─ a value of another kind, or a key nobody knows, is an error
//!     └──────────── Layers ──────────> Config ──section("http")──> that module's own Settings
//!                                         └──── rows ────> `draft-maker config`
//! ```

mod effective;
mod environment;
mod error;
mod layers;
mod origin;
mod schema;
mod sections;
mod show;
mod sources;

pub use effective::Config;
pub use environment::{ENV_VARIABLES, EnvVariable};
pub use error::ConfigError;
pub use origin::Origin;
pub use schema::DEFAULT_SETTINGS;
pub use sections::{BatchSettings, SinkSettings};
pub use show::{SettingRow, format_as_json, format_as_table};
pub use sources::{ConfigSources, SettingOverride};
