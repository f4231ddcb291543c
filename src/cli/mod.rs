//! The command line: commands, their flags, their help.
//!
//! ```text
//! argv ──insert_run (SOURCE alone means `run SOURCE`)──> argv ──clap──> Cli ──> commands
//! ```

mod commands;
mod default_subcommand;
mod ebay;
mod help;
mod output_format;
mod run_args;
mod sandbox;

pub use commands::{Cli, CliCommand, ConsoleArgs, JobsArgs, LookupArgs, ResumeArgs, ReviewArgs, StatusArgs};
pub use ebay::{AuthArgs, AuthCommand, DoctorArgs, DraftsArgs, SignInArgs};
pub use output_format::OutputFormat;
pub use run_args::{BatchOptions, DemoArgs, EventFormatArg, OutputArgs, RunArgs, ScanArgs};
pub use sandbox::{FaultArg, ObjectArg, ParseFaultError, SandboxArgs};
