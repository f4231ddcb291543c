//! Writes the result files of a batch and the drafts file of its sink.

use std::path::PathBuf;

use jiff::Timestamp;

use super::error::BatchError;
use crate::app_context::AppContext;
use crate::result_storage::{ResultStorage, check_output, file_name, uploaded_address};
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::output_location::OutputLocation;
use report::{self, Totals};
use sinks::{DraftSink, WrittenFiles};

/// The output files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputFiles {
    /// Result files, then drafts files, in display order.
    pub paths: Vec<PathBuf>,
    /// Drafts files written by an earlier run of the job. The seller may have uploaded them.
    pub earlier_drafts: Vec<PathBuf>,
    /// The earlier drafts files that lack changes because the seller has added drafts to them.
    pub outdated_drafts: Vec<PathBuf>,
    /// The result file that lists every item, for messages such as "and 12 more, see …".
    pub full_report: Option<PathBuf>,
    /// Providers that did not answer for some items, one line each.
    pub unavailable_providers: Vec<String>,
    /// Why files that should be in a bucket are only on this machine.
    pub upload_error: Option<String>,
}

/// Creates the local folder for result files and checks that it is writable, before any provider is asked. A bucket is
/// not checked: if it is not writable at the end, the files stay in the local folder until they can be uploaded.
///
/// # Errors
/// Returns [`BatchError::Output`] if the folder cannot be created or written, and [`BatchError::OutputAddress`] if a
/// bucket address is malformed.
pub async fn prepare_output_folder(storage: &ResultStorage, spec: &JobSpec) -> Result<(), BatchError> {
    check_output(&spec.output)?;
    let folder = storage.local_folder(&spec.output);
    let shown = folder.display().to_string();
    let check = move || std::fs::create_dir_all(&folder).and_then(|()| files::check_folder_writable(&folder));
    files::run_blocking(check).await.map_err(|error| BatchError::Output { folder: shown, error })
}

/// Writes the files of a job that is about to enter `final_state`. Closes `sink`, if given, which writes its drafts
/// file.
pub(super) async fn write_output_files(
    context: &AppContext,
    job: &JobId,
    spec: &JobSpec,
    sink: Option<&dyn DraftSink>,
    final_state: JobState,
) -> Result<OutputFiles, BatchError> {
    let drafts = match sink {
        Some(sink) => sink.close().await?,
        None => WrittenFiles::default(),
    };
    let projection = context.journal.projection(job).await?;
    let (totals, finished) = {
        let projection = projection.read();
        let finished = projection.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::new(&projection, Some(Timestamp::now())).with_final_state(final_state), finished)
    };
    let totals = totals.with_rejected_lines(context.journal.rejected_lines(job).await?);
    let details = context.journal.stream_item_details(job, finished);
    let reports = report::write_reports(&context.results.local_folder(&spec.output), &totals, details).await?;
    let paths = [reports.json.clone(), reports.csv].into_iter().chain(drafts.new).collect();
    let unavailable_providers = reports.failed_providers.iter().map(ToString::to_string).collect();
    let (earlier_drafts, outdated_drafts) = (drafts.earlier, drafts.outdated);
    let full_report = Some(reports.json);
    let upload_error = None;
    let files =
        OutputFiles { paths, earlier_drafts, outdated_drafts, full_report, unavailable_providers, upload_error };
    Ok(if spec.output.is_bucket() { upload_files(context, job, &spec.output, files).await } else { files })
}

/// Uploads the files to their bucket and returns them with their bucket addresses. Files that cannot be uploaded keep
/// their local paths.
async fn upload_files(
    context: &AppContext,
    job: &JobId,
    output: &OutputLocation,
    mut files: OutputFiles,
) -> OutputFiles {
    let paths = files.paths.iter().chain(&files.earlier_drafts).cloned().collect::<Vec<_>>();
    let stored = context.results.upload_files(job, output, &paths).await;
    let drafts = files.earlier_drafts.iter_mut().chain(&mut files.outdated_drafts);
    for path in files.paths.iter_mut().chain(drafts).chain(&mut files.full_report) {
        let name = file_name(path);
        let mut known = stored.uploaded.iter().chain(&stored.changed_by_seller);
        let found = known.find(|uploaded| uploaded.file == name);
        if let Some(address) = found.and_then(|uploaded| uploaded_address(output, uploaded)) {
            *path = address;
        }
    }
    let changed = stored.changed_by_seller.iter().filter_map(|uploaded| uploaded_address(output, uploaded));
    files.outdated_drafts.extend(changed);
    if let Some(error) = &stored.error {
        tracing::warn!(%output, error, "the result files are not in the bucket yet; the upload is tried again");
    }
    files.upload_error = stored.error.map(|error| format!("{output}: {error}"));
    files
}

/// Returns no files, for a stopped job whose files take too long to write.
pub(super) fn deadline_missed() -> OutputFiles {
    tracing::warn!("the result files are not written yet; `draft-maker resume` writes them");
    OutputFiles::default()
}
