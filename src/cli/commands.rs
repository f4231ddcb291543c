//! The commands, as clap reads them.
//!
//! [`Cli`] has the global flags and one variant of [`CliCommand`] per command. The doc comments of commands and flags
//! are their help texts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::catalog::{CatalogArgs, FindArgs};
use super::config::ConfigArgs;
use super::ebay::{AuthArgs, DoctorArgs, DraftsArgs, PhotosArgs};
use super::edit::{EditArgs, UndoArgs};
use super::global_args::GlobalArgs;
use super::output_format::OutputFormat;
use super::report::ReportArgs;
use super::run_args::{BatchOptions, DemoArgs, EventFormatArg, OutputArgs, RunArgs, ScanArgs, parse_condition};
use super::sandbox::{SandboxArgs, parse_port};
use super::store::StoreArgs;
use super::version::VERSION_TEXT;
use super::{command_groups, default_subcommand, help};
use crate::config::SettingOverride;

/// Maximum width of help, in columns: wider lines are hard to read.
const MAX_HELP_WIDTH: usize = 100;

/// Turn a list of scanned barcodes into eBay drafts. It never publishes.
#[derive(Clone, Debug, Parser)]
#[command(name = "draft-maker", version = VERSION_TEXT, after_help = help::ROOT_SHORT, after_long_help = help::ROOT)]
#[command(override_usage = "draft-maker LIST [OPTIONS]\n       draft-maker COMMAND [OPTIONS]")]
#[command(max_term_width = MAX_HELP_WIDTH)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    #[command(flatten)]
    pub global: GlobalArgs,
}

#[derive(Clone, Debug, Subcommand)]
pub enum CliCommand {
    /// Open the console: browse, start and watch batches
    #[command(after_help = help::MORE, after_long_help = help::CONSOLE)]
    Console(ConsoleArgs),
    /// Process a list: a file, gs://bucket/object, or - for stdin
    #[command(after_help = help::MORE, after_long_help = help::RUN)]
    Run(RunArgs),
    /// Run each new list in a folder of a bucket once
    #[command(after_help = help::MORE, after_long_help = help::WATCH)]
    Watch(WatchArgs),
    /// Read barcodes from a scanner or from standard input
    #[command(after_help = help::MORE, after_long_help = help::SCAN)]
    Scan(ScanArgs),
    /// Look up one barcode: release, price, cover, eBay title
    #[command(after_help = help::MORE, after_long_help = help::LOOKUP)]
    Lookup(LookupArgs),
    /// Find releases by catalog number, names or barcode
    #[command(after_help = help::MORE, after_long_help = help::FIND)]
    Find(FindArgs),
    /// Import, show or remove the offline catalog
    #[command(after_help = help::MORE, after_long_help = help::CATALOG)]
    Catalog(CatalogArgs),
    /// Resume a stopped or interrupted batch
    #[command(after_help = help::MORE, after_long_help = help::RESUME)]
    Resume(ResumeArgs),
    /// Write the items that need your decision to a file, or apply the file
    #[command(after_help = help::MORE, after_long_help = help::REVIEW)]
    Review(ReviewArgs),
    /// Change the draft of an item: title, price, condition, quantity
    #[command(after_help = help::MORE, after_long_help = help::EDIT)]
    Edit(EditArgs),
    /// Undo the last decision or edit
    #[command(after_help = help::MORE, after_long_help = help::UNDO)]
    Undo(UndoArgs),
    /// Show a batch; with --follow until it finishes
    #[command(after_help = help::MORE, after_long_help = help::STATUS)]
    Status(StatusArgs),
    /// List all batches, newest first
    #[command(after_help = help::MORE, after_long_help = help::JOBS)]
    Jobs(JobsArgs),
    /// List the drafts of a batch by location or price
    #[command(after_help = help::MORE, after_long_help = help::REPORT)]
    Report(ReportArgs),
    /// Print the token that clients of the service send
    #[command(after_help = help::MORE, after_long_help = help::TOKEN)]
    Token,
    /// Show the size of the stored data; check or repair the journal
    #[command(after_help = help::MORE, after_long_help = help::STORE)]
    Store(StoreArgs),
    /// Run the HTTP API
    #[command(after_help = help::MORE, after_long_help = help::SERVE)]
    Serve(ServeArgs),
    /// Check the running service (health check of the container)
    #[command(after_help = help::MORE, after_long_help = help::HEALTH)]
    Health(HealthArgs),
    /// Sign in to eBay, show the sign-in, or sign out
    #[command(after_help = help::MORE, after_long_help = help::AUTH)]
    Auth(AuthArgs),
    /// List the drafts that Draft Maker created on eBay
    #[command(after_help = help::MORE, after_long_help = help::DRAFTS)]
    Drafts(DraftsArgs),
    /// Upload your own photos and put them into drafts
    #[command(after_help = help::MORE, after_long_help = help::PHOTOS)]
    Photos(PhotosArgs),
    /// Check settings, credentials and services
    #[command(after_help = help::MORE, after_long_help = help::DOCTOR)]
    Doctor(DoctorArgs),
    /// Show all settings and their origins; create your own file
    #[command(after_help = help::MORE, after_long_help = help::CONFIG)]
    Config(ConfigArgs),
    /// Try Draft Maker with simulated services: no account, no network
    #[command(after_help = help::MORE, after_long_help = help::DEMO)]
    Demo(DemoArgs),
    /// Run simulated services, for testing
    #[command(after_help = help::MORE, after_long_help = help::SANDBOX)]
    Sandbox(SandboxArgs),
    /// Print the completion script of a shell
    #[command(after_help = help::MORE, after_long_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages
    #[command(after_help = help::MORE, after_long_help = help::MAN)]
    Man(ManArgs),
    /// Print the version, and the commit that it was built from
    Version,
}

impl CliCommand {
    /// Returns whether the command sends requests that need a credential. `doctor` and `auth` check credentials
    /// themselves.
    pub fn needs_credentials(&self) -> bool {
        matches!(
            self,
            Self::Run(_)
                | Self::Watch(_)
                | Self::Scan(_)
                | Self::Resume(_)
                | Self::Serve(_)
                | Self::Lookup(_)
                | Self::Find(_)
                | Self::Photos(_)
                | Self::Drafts(_)
        )
    }
}

#[derive(Args, Clone, Debug, Default)]
pub struct ConsoleArgs {
    /// What to open: gs://bucket, a folder, a list, or a batch
    pub source: Option<String>,
    /// Print the current key bindings as a file to edit, and exit
    #[arg(long)]
    pub print_keys: bool,
    /// Print the current styles as a file to edit, and exit
    #[arg(long)]
    pub print_theme: bool,
}

#[derive(Args, Clone, Debug)]
pub struct WatchArgs {
    /// The folder: gs://bucket/incoming/
    #[arg(value_name = "FOLDER")]
    pub folder: String,
    #[command(flatten)]
    pub options: BatchOptions,
}

#[derive(Args, Clone, Debug)]
pub struct LookupArgs {
    /// The barcode, with or without spaces and hyphens
    pub upc: String,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
    /// The condition for the price: new, like_new, very_good, good, acceptable
    #[arg(long, value_name = "CONDITION", value_parser = parse_condition)]
    pub condition: Option<domain::condition::Condition>,
}

#[derive(Args, Clone, Debug)]
pub struct ResumeArgs {
    /// The batch, for example batch_20240318_143022_0 [default: the newest unfinished one]
    pub job: Option<domain::job_spec::JobId>,
    /// The folder for its result files, instead of the one it was started with
    #[arg(long, value_name = "DIR")]
    pub output: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(Args, Clone, Debug)]
pub struct ReviewArgs {
    /// The batch [default: the newest with items to review]
    pub job: Option<domain::job_spec::JobId>,
    /// The edited file to apply
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub apply: Option<PathBuf>,
    /// The file to write, - for standard output [default: review_STAMP.toml]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// The batch [default: the newest]
    pub job: Option<domain::job_spec::JobId>,
    /// Keep printing until the batch finishes
    #[arg(long)]
    pub follow: bool,
    /// The output format; with --follow, JSON is one line per event
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

impl StatusArgs {
    /// Returns the output options for `status --follow`.
    pub fn output_args(&self, format: OutputFormat) -> OutputArgs {
        let format = match format {
            OutputFormat::Text => EventFormatArg::Text,
            OutputFormat::Json => EventFormatArg::Ndjson,
        };
        OutputArgs { format, ..OutputArgs::default() }
    }
}

#[derive(Args, Clone, Debug)]
pub struct JobsArgs {
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// The folder to write all pages to [default: print the first page]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct HealthArgs {
    /// Check only that the process answers, for a check that restarts it
    #[arg(long)]
    pub live: bool,
}

#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The address to listen on; all but localhost need a token
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The port; 0 picks a free port
    #[arg(long, value_name = "PORT", value_parser = parse_port)]
    pub port: Option<u16>,
    /// With a database that several processes share: api, worker, or all
    #[arg(long, value_name = "ROLE", value_parser = ["api", "worker", "all"])]
    pub role: Option<String>,
}

impl ServeArgs {
    fn flag_settings(&self) -> Vec<SettingOverride> {
        let host = self.host.clone().map(|value| SettingOverride::new("server.host", "--host", value));
        let port = self.port.map(|port| SettingOverride::new("server.port", "--port", port.to_string()));
        let role = self.role.clone().map(|value| SettingOverride::new("server.role", "--role", value));
        host.into_iter().chain(port).chain(role).collect()
    }
}

/// Removes flags after `help`, which clap's `help` command does not accept: `draft-maker help run --help`,
/// `help --json`.
fn without_flags_of_help(mut typed: Vec<OsString>) -> Vec<OsString> {
    if typed.get(1).is_some_and(|word| word == "help") {
        typed.retain(|word| !["--help", "-h", "--json"].iter().any(|flag| word == flag));
    }
    typed
}

/// Returns the definition of the command line, with grouped help.
pub fn full_command() -> Command {
    command_groups::with_command_groups(Cli::command())
}

impl Cli {
    /// Parses the command line, program name first.
    ///
    /// # Errors
    /// Returns clap's error, which also carries the output of `--help` and `--version`. The exit code is 2 for bad
    /// usage and 0 for help and version.
    pub fn parse_args(typed: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let typed = typed.into_iter().collect::<Vec<_>>();
        if typed.len() < 2 {
            // Opens the console. Nothing has to be parsed, and the definitions of all commands take memory.
            return Ok(Self { command: None, global: GlobalArgs::default() });
        }
        let mut command = full_command();
        let typed = default_subcommand::insert_run(&command, without_flags_of_help(typed));
        let matches = command
            .try_get_matches_from_mut(&typed)
            .map_err(|error| default_subcommand::with_tip(&command, &typed, error))?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// Returns the settings given by flags, which override all others.
    pub fn flag_settings(&self) -> Vec<SettingOverride> {
        let mut settings = match &self.command {
            Some(CliCommand::Run(args)) => args.options.flag_settings(),
            Some(CliCommand::Scan(args)) => args.options.flag_settings(),
            Some(CliCommand::Watch(args)) => args.options.flag_settings(),
            Some(CliCommand::Demo(args)) => args.options.flag_settings(),
            Some(CliCommand::Serve(args)) => args.flag_settings(),
            Some(CliCommand::Lookup(LookupArgs { condition: Some(condition), .. })) => {
                vec![SettingOverride::new("listing.condition", "--condition", condition.to_string())]
            }
            _ => Vec::new(),
        };
        if let Some(folder) = &self.global.data_dir {
            let value = folder.to_string_lossy().into_owned();
            settings.push(SettingOverride::new("batch.data_dir", "--data-dir", value));
        }
        match self.global.verbose {
            0 => {}
            1 => settings.push(SettingOverride::new("log.level", "-v", "debug")),
            _ => settings.push(SettingOverride::new("log.level", "-vv", "trace")),
        }
        settings
    }
}
