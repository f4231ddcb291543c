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
mod known;
mod layers;
mod origins;
mod sections;
mod show;
mod sources;

pub use effective::Config;
pub use environment::{ENVIRONMENT, Variable};
pub use error::ConfigError;
pub use known::DEFAULTS;
pub use origins::Origin;
pub use sections::{Batch, Market};
pub use show::{Row, as_json, as_table};
pub use sources::{Flag, Sources};
