//! `draft-maker token`: prints the token that clients of the service must send.

use std::process::ExitCode;

use secrecy::ExposeSecret as _;

use crate::cli::OutputFormat;
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};

/// Prints the token from the settings, or the one that the service of this data folder generated.
pub(super) fn print_token(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let token = match config.section::<server::Settings>("server")?.token {
        Some(token) => Some(token),
        None => server::read_api_token(&data_dir)?,
    };
    let Some(token) = token else {
        let message = "the service needs no token: no token is set, and only this machine can reach the service";
        return Err(UsageError(message.to_owned()).into());
    };
    print_stdout(&match format {
        OutputFormat::Text => format!("{}\n", token.expose_secret()),
        OutputFormat::Json => format!("{}\n", serde_json::json!({ "token": token.expose_secret() })),
    })
}
