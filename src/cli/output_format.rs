//! The format of a command that prints one document.

use clap::ValueEnum;

/// Text for the operator or JSON for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    Json,
}
