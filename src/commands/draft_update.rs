//! Updates the drafts of items that were edited, or whose edit was undone.

use std::process::ExitCode;

use super::{attach, run};
use crate::cli::{EventFormatArg, OutputArgs, OutputFormat};
use crate::config::Config;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// Updates the drafts of edited items, unless a running service does so.
pub(super) async fn resume_after_edit(
    config: &Config,
    (job, upcs): (JobId, Vec<Upc>),
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    if attach::running_service(config)?.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let event_format = match format {
        OutputFormat::Text => EventFormatArg::Text,
        OutputFormat::Json => EventFormatArg::Ndjson,
    };
    let shown = OutputArgs { format: event_format, ..OutputArgs::default() };
    run::resume_edited_job(config, (job, upcs), &shown, quiet).await
}
