//! The command line: commands, their flags, their help.
//!
//! ```text
//! argv ──insert_run (SOURCE alone means `run SOURCE`)──> argv ──clap──> Cli ──> commands
//! ```

mod catalog;
mod command_groups;
mod commands;
mod config;
mod default_subcommand;
mod ebay;
mod edit;
mod global_args;
mod help;
mod output_format;
mod report;
mod run_args;
mod sandbox;
mod store;
mod suggestions;
mod version;

pub use catalog::{CatalogArgs, CatalogCommand, DatabaseArg, FindArgs, ImportArgs};
pub use commands::{
    Cli, CliCommand, ConsoleArgs, HealthArgs, JobsArgs, LookupArgs, ManArgs, ResumeArgs, ReviewArgs, StatusArgs,
    WatchArgs, full_command,
};
pub use config::{ConfigArgs, ConfigCommand};
pub use ebay::{AuthArgs, AuthCommand, DoctorArgs, DraftsArgs, LocationArgs, PhotosArgs, SignInArgs};
pub use edit::{EditArgs, UndoArgs};
pub use output_format::OutputFormat;
pub use report::{LabelPage, ReportArgs, ReportLack, ReportOrder};
pub use run_args::{BatchOptions, DemoArgs, EventFormatArg, OutputArgs, RunArgs, ScanArgs};
pub use sandbox::{FaultArg, ObjectArg, ParseFaultError, SandboxArgs};
pub use store::{StoreArgs, StoreCommand};
pub use suggestions::command_for_word;
pub use version::BuildVersion;
