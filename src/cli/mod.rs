//! What the operator types: commands, their flags, their help.
//!
//! ```text
//! argv ──spell_out (SOURCE alone means `run SOURCE`)──> argv ──clap──> Cli ──> app
//! ```

mod commands;
mod default_subcommand;
mod ebay;
mod help;
mod run_args;
mod sandbox;

pub use commands::{
    Cli, CliCommand, ConsoleArgs, JobsArgs, LookupArgs, OutputFormat, ResumeArgs, ReviewArgs, StatusArgs,
};
pub use ebay::{AuthArgs, AuthCommand, DoctorArgs, DraftsArgs, SignInArgs};
pub use run_args::{BatchOptions, DemoArgs, EventFormatArg, OutputArgs, RunArgs, ScanArgs};
pub use sandbox::{FaultArg, ObjectArg, ParseFaultError, SandboxArgs};

/// A setting that a flag gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagSetting {
    /// The setting: `batch.output`.
    pub key: &'static str,
    /// The flag, for people: `--output`.
    pub flag: &'static str,
    pub value: String,
}
