//! The format of a command that prints one document.

use clap::ValueEnum;

/// Text for people or JSON for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    Json,
}

impl OutputFormat {
    /// Returns JSON if `--json` was given, otherwise this format.
    #[must_use]
    pub fn or_json(self, json: bool) -> Self {
        if json { Self::Json } else { self }
    }
}
