//! Retries uploads of result files that failed or were interrupted.

use std::collections::HashSet;

use super::error::BatchError;
use super::output::{self, OutputFiles};
use super::start::prepare_sink;
use crate::app_context::AppContext;
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::output_location::OutputLocation;
use domain::sink::SinkKind;
use sinks::ExpectedItems;
use store::journal::JournalError;

/// Uploads the result files of every batch whose upload has failed. Writes the files again first, because they may be
/// on another machine. Another failure is logged and stays recorded. Only the process that runs the batches may call
/// this, because no other process may write their files.
pub async fn retry_uploads(context: &AppContext) {
    let Some(_turn) = context.results.begin_retry() else { return };
    let jobs = match context.results.unfinished_jobs().await {
        Ok(jobs) => jobs,
        Err(error) => return tracing::warn!(%error, "cannot read which result files are not in their bucket"),
    };
    // Folders that cannot be written; skipped for the remaining batches to avoid a timeout for each.
    let mut failed_outputs = HashSet::new();
    for job in jobs {
        if let Err(error) = retry_upload(context, &job, &mut failed_outputs).await {
            tracing::warn!(%job, %error, "cannot write the result files again");
        }
    }
}

/// Writes the files of a batch that does not run, with its drafts file if it has one.
///
/// # Errors
/// Returns [`BatchError`] if they cannot be written.
pub(crate) async fn rewrite_output_files(
    context: &AppContext,
    job: &JobId,
    spec: &JobSpec,
    final_state: JobState,
) -> Result<OutputFiles, BatchError> {
    let writes_drafts_file = spec.create_drafts && !spec.test_mode && spec.sink == SinkKind::Csv;
    let sink = if writes_drafts_file {
        Some(prepare_sink(context, spec, ExpectedItems::with_possible_condition(0)).await?.open_for_job(job.clone()))
    } else {
        None
    };
    output::write_output_files(context, job, spec, sink.as_deref(), final_state).await
}

/// Writes and uploads the files of one batch, unless its folder is in `failed_outputs`. Adds the folder on failure.
async fn retry_upload(
    context: &AppContext,
    job: &JobId,
    failed_outputs: &mut HashSet<OutputLocation>,
) -> Result<(), BatchError> {
    let summary = match context.journal.job_summary(job).await {
        Err(JournalError::UnknownJob(_)) => {
            context.results.forget_job(job).await;
            return Ok(());
        }
        summary => summary?,
    };
    // A batch that is running, or will run automatically, writes its files at the end.
    let Some(spec) = summary.spec.filter(|spec| spec.output.is_bucket() && !summary.state.is_active()) else {
        return Ok(());
    };
    if failed_outputs.contains(&spec.output) {
        return Ok(());
    }
    let files = Box::pin(rewrite_output_files(context, job, &spec, summary.state)).await?;
    if files.upload_error.is_some() {
        failed_outputs.insert(spec.output);
    } else {
        tracing::info!(%job, "the result files are in the bucket now");
    }
    Ok(())
}
