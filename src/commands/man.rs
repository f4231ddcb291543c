//! `draft-maker man`: generates manual pages from the definitions of the commands.

use std::process::ExitCode;

use anyhow::Context as _;
use clap_mangen::Man;

use crate::cli::{ManArgs, OutputFormat, full_command};
use crate::commands::output::{print_json, print_stdout};

/// Prints the main page, or writes one page per command into a folder.
pub(super) fn print_or_write_pages(args: &ManArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let Some(folder) = &args.output else {
        let mut page = Vec::new();
        Man::new(full_command()).render(&mut page)?;
        let page = String::from_utf8(page)?;
        return match format {
            OutputFormat::Text => print_stdout(&page),
            OutputFormat::Json => print_json(&serde_json::json!({ "page": page })),
        };
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    clap_mangen::generate_to(full_command(), folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    match format {
        OutputFormat::Text => print_stdout(&format!("Manual pages written to {}\n", folder.display())),
        OutputFormat::Json => print_json(&serde_json::json!({ "folder": folder.to_string_lossy() })),
    }
}
