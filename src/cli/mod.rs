//! What the operator types: commands, their flags, their help.
//!
//! ```text
//! argv ──spell_out (SOURCE alone means `run SOURCE`)──> argv ──clap──> Cli ──> app
//! ```

mod batch;
mod commands;
mod ebay;
mod help;
mod imitation;
mod shorthand;

pub use batch::{DemoArgs, LinesFormat, RunArgs, ScanArgs, Shown, Way};
pub use commands::{Cli, Command, ConsoleArgs, JobsArgs, LookupArgs, PlainFormat, ResumeArgs, ReviewArgs, StatusArgs};
pub use ebay::{AuthArgs, AuthCommand, DoctorArgs, DraftsArgs, SignInArgs};
pub use imitation::{Fault, SandboxArgs, Stored, UnreadableFault};

/// A setting that a flag gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagSetting {
    /// The setting: `batch.output`.
    pub key: &'static str,
    /// The flag, for people: `--output`.
    pub flag: &'static str,
    pub value: String,
}
