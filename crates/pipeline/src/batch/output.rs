//! What a batch leaves behind: result files, and the drafts files of its market.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use report::{self, Totals};
use sinks::DraftSink;

/// What a run wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputFiles {
    /// Result files and drafts files, in the order in which they are named.
    pub paths: Vec<PathBuf>,
    /// The one that holds every item, for "and 12 more, see".
    pub full_report: Option<PathBuf>,
    /// Who could not answer, a line each.
    pub unavailable_providers: Vec<String>,
}

/// Makes the folder for result files and tries it before anything is asked, so that a wrong path costs nothing.
///
/// # Errors
/// [`BatchError::Output`].
pub fn prepare_output_folder(spec: &JobSpec) -> Result<(), BatchError> {
    let made = std::fs::create_dir_all(&spec.output);
    let tried = made.and_then(|()| tempfile::tempfile_in(&spec.output));
    tried.map(drop).map_err(|error| BatchError::Output { folder: spec.output.clone(), error })
}

/// Writes the files of a job that is just ending so; the drafts file of its market, where one is open.
pub(super) async fn write_output_files(
    context: &AppContext,
    job: &JobId,
    spec: &JobSpec,
    sink: Option<&dyn DraftSink>,
    ends: JobState,
) -> Result<OutputFiles, BatchError> {
    let drafts = match sink {
        Some(sink) => sink.close().await?,
        None => Vec::new(),
    };
    let projection = context.journal.projection(job).await?;
    let (totals, ended) = {
        let projection = projection.read();
        let ended = projection.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::new(&projection, Some(Timestamp::now())).with_final_state(ends), ended)
    };
    let totals = totals.with_rejected_lines(context.journal.rejected_lines(job).await?);
    let all_details = context.journal.stream_item_details(job, ended);
    let results = report::write_reports(Path::new(&spec.output), &totals, all_details).await?;
    let written = [results.json.clone(), results.csv].into_iter().chain(drafts).collect();
    let silent = results.failed_providers.iter().map(ToString::to_string).collect();
    Ok(OutputFiles { paths: written, full_report: Some(results.json), unavailable_providers: silent })
}

/// After a stop of a job so large that its files would keep the operator waiting.
pub(super) fn deadline_missed() -> OutputFiles {
    tracing::warn!("there was no time for the result files; `draft-maker resume` writes them when the batch is done");
    OutputFiles::default()
}
