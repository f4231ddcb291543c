//! Commands about settings.

use clap::{Args, Subcommand};

use super::output_format::OutputFormat;

#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the paths of your settings file, data, cache and logs
    Path,
    /// Create your settings file, with every setting commented out
    Init,
}
