//! Updates the draft of an item that was edited, or whose edit was undone.

use std::process::ExitCode;

use super::{attach, run};
use crate::cli::{EventFormatArg, OutputArgs, OutputFormat, ResumeArgs};
use crate::config::Config;
use domain::job_spec::JobId;

/// Updates the draft of an edited item, unless a running service does that.
pub(super) async fn resume_after_edit(
    config: &Config,
    job: JobId,
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
    let resume = ResumeArgs { job: Some(job), output: None, output_args: shown.clone() };
    run::resume_job(config, &resume, &shown, quiet).await
}
