//! The commands, as clap reads them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use super::ebay::{AuthArgs, DoctorArgs, DraftsArgs};
use super::output_format::OutputFormat;
use super::run_args::{DemoArgs, EventFormatArg, OutputArgs, RunArgs, ScanArgs};
use super::sandbox::SandboxArgs;
use super::{default_subcommand, help};
use crate::config::SettingOverride;

/// Turns a list of scanned UPCs into eBay drafts: the right pressing, its price, its cover.
#[derive(Clone, Debug, Parser)]
#[command(name = "draft-maker", version, after_help = help::ROOT, disable_help_subcommand = true)]
#[command(override_usage = "draft-maker SOURCE [OPTIONS]\n       draft-maker COMMAND [OPTIONS]")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Everywhere")]
pub struct GlobalArgs {
    /// The folder that keeps the journal, the answers and the logs
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The settings file, instead of config.toml in the configuration folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write more into the log; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// No line for each item and no bar; the summary and errors stay
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub enum CliCommand {
    /// Open the console: browse a bucket, start a batch, watch it, open any item
    #[command(after_help = help::CONSOLE)]
    Console(ConsoleArgs),
    /// Process a list of UPCs: gs://bucket/object, a file, or - for standard input
    #[command(after_help = help::RUN)]
    Run(RunArgs),
    /// Scan barcodes into a running batch: a screen for a scanner, or a barcode a line from standard input
    #[command(after_help = help::SCAN)]
    Scan(ScanArgs),
    /// Look one UPC up: which release it is and why, its price, its cover
    #[command(after_help = help::LOOKUP)]
    Lookup(LookupArgs),
    /// Go on with a batch that was stopped or broke off
    #[command(after_help = help::EXIT_CODES)]
    Resume(ResumeArgs),
    /// Write what waits for a person into a file, to be edited and fed back with --apply
    #[command(after_help = help::REVIEW)]
    Review(ReviewArgs),
    /// Show what a batch came to so far, of a service too; --follow stays until it ends
    #[command(after_help = help::EXIT_CODES)]
    Status(StatusArgs),
    /// List the batches, the newest first
    Jobs(JobsArgs),
    /// Serve the HTTP API: jobs wait in a queue and survive restarts
    #[command(after_help = help::SERVE)]
    Serve(ServeArgs),
    /// See whether the running service can do its job: a container's health check
    #[command(after_help = help::HEALTH)]
    Health,
    /// Sign in at eBay, see what is signed in, or forget it
    #[command(after_help = help::AUTH)]
    Auth(AuthArgs),
    /// List the drafts that eBay holds of ours, with state, title and price as eBay reports them; or delete one
    #[command(after_help = help::DRAFTS)]
    Drafts(DraftsArgs),
    /// See whether everything is set up; each line that fails says what to do
    #[command(after_help = help::DOCTOR)]
    Doctor(DoctorArgs),
    /// Show the settings in force and where each comes from; secrets are masked
    #[command(after_help = help::CONFIG)]
    Config(ConfigArgs),
    /// See it work: real UPCs against imitated services on this machine, with no account, key or network
    #[command(after_help = help::EXIT_CODES)]
    Demo(DemoArgs),
    /// Imitate the music databases and the bucket on this machine, for trying things out
    #[command(after_help = help::SANDBOX)]
    Sandbox(SandboxArgs),
    /// Print the completion script of a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Clone, Debug, Default)]
pub struct ConsoleArgs {
    /// Where to begin: gs://bucket, a folder, a list, or a batch
    pub source: Option<String>,
    /// Print the keys in force, as a file that can be changed, and end
    #[arg(long)]
    pub print_keys: bool,
    /// Print the styles in force, as a file that can be changed, and end
    #[arg(long)]
    pub print_theme: bool,
}

#[derive(Args, Clone, Debug)]
pub struct LookupArgs {
    /// The barcode, with or without spaces and hyphens
    pub upc: String,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
    /// The condition that the price is for: new, like_new, very_good, good, acceptable
    #[arg(long, value_name = "C")]
    pub condition: Option<domain::condition::Condition>,
}

#[derive(Args, Clone, Debug)]
pub struct ResumeArgs {
    /// The batch, for example batch_20240318_143022_0; without it, the newest that did not finish
    pub job: Option<domain::job_spec::JobId>,
    /// Another folder for its result files than it was ordered with
    #[arg(long, value_name = "DIR")]
    pub output: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(Args, Clone, Debug)]
pub struct ReviewArgs {
    /// The batch; without it, the newest in which something waits
    pub job: Option<domain::job_spec::JobId>,
    /// Feed an edited file back
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub apply: Option<PathBuf>,
    /// Where the file is written, - for standard output; without it review_STAMP.toml
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// The batch; without it, the newest
    pub job: Option<domain::job_spec::JobId>,
    /// Show it live until it ends
    #[arg(long)]
    pub follow: bool,
    /// How it is printed; followed, JSON is a line for each event
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

impl StatusArgs {
    /// How a batch that is followed is shown.
    pub fn output_args(&self) -> OutputArgs {
        let format = match self.format {
            OutputFormat::Text => EventFormatArg::Text,
            OutputFormat::Json => EventFormatArg::Ndjson,
        };
        OutputArgs { format, ..OutputArgs::default() }
    }
}

#[derive(Args, Clone, Debug)]
pub struct JobsArgs {
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The address to listen on; anything but loopback needs DRAFT_MAKER_TOKEN
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The port; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
}

impl ServeArgs {
    fn flag_settings(&self) -> Vec<SettingOverride> {
        let host = self.host.clone().map(|value| SettingOverride::new("server.host", "--host", value));
        let port = self.port.map(|port| SettingOverride::new("server.port", "--port", port.to_string()));
        host.into_iter().chain(port).collect()
    }
}

#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    /// How the settings are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

impl Cli {
    /// Parses the command line, program name first.
    ///
    /// # Errors
    /// Returns clap's error, which also carries the output of `--help` and `--version`. Its exit code is 2 for bad usage
    /// and 0 for these.
    pub fn parse_args(typed: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(default_subcommand::insert_run(&Self::command(), typed.into_iter().collect()))
    }

    /// Returns the settings given by flags, which override all others.
    pub fn flag_settings(&self) -> Vec<SettingOverride> {
        let mut settings = match &self.command {
            Some(CliCommand::Run(args)) => args.options.flag_settings(),
            Some(CliCommand::Scan(args)) => args.options.flag_settings(),
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
