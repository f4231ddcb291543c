//! Writes the result files of a batch and the drafts file of its sink.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::BatchError;
use crate::app_context::AppContext;
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use report::{self, Totals};
use sinks::{DraftSink, WrittenFiles};

/// How the name of a drafts file begins, see the CSV sink.
pub const DRAFTS_FILE_PREFIX: &str = "ebay_drafts_";

/// The files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputFiles {
    /// Result files, then drafts files, in the order in which they are shown.
    pub paths: Vec<PathBuf>,
    /// Drafts files that an earlier run of the job wrote: the seller may have uploaded them.
    pub earlier_drafts: Vec<PathBuf>,
    /// Those of the earlier drafts files that lack changes, since the seller has added drafts to them.
    pub outdated_drafts: Vec<PathBuf>,
    /// The result file with every item, for messages such as "and 12 more, see …".
    pub full_report: Option<PathBuf>,
    /// Providers that did not answer for some items, a line each.
    pub unavailable_providers: Vec<String>,
}

/// Creates the folder for result files and checks that it can be written, before a provider is asked.
///
/// # Errors
/// Returns [`BatchError::Output`] if the folder cannot be created or written.
pub fn prepare_output_folder(spec: &JobSpec) -> Result<(), BatchError> {
    let created = std::fs::create_dir_all(&spec.output);
    let writable = created.and_then(|()| tempfile::tempfile_in(&spec.output));
    writable.map(drop).map_err(|error| BatchError::Output { folder: spec.output.clone(), error })
}

/// Writes the files of a job that is about to enter `final_state`. Closes `sink`, if there is one, which writes its
/// drafts file.
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
    let reports = report::write_reports(Path::new(&spec.output), &totals, details).await?;
    let paths = [reports.json.clone(), reports.csv].into_iter().chain(drafts.new).collect();
    let unavailable_providers = reports.failed_providers.iter().map(ToString::to_string).collect();
    let (earlier_drafts, outdated_drafts) = (drafts.earlier, drafts.outdated);
    let full_report = Some(reports.json);
    Ok(OutputFiles { paths, earlier_drafts, outdated_drafts, full_report, unavailable_providers })
}

/// Returns the result files and drafts files of a job that are in its output folder, sorted by name; none if the folder
/// cannot be read.
pub fn find_output_files(folder: &Path, job: &JobId) -> Vec<PathBuf> {
    let stamp = job.file_stamp();
    let has_stamp = |name: &str| {
        // `…_0` is not the stamp of `…_01`.
        let rest = name.split_once(stamp).map(|(_, rest)| rest);
        !name.starts_with('.') && rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files = entries
        .filter(|entry| has_stamp(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect::<Vec<_>>();
    files.sort_unstable();
    files
}

/// Returns true for a drafts file, by its name.
pub fn is_drafts_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(DRAFTS_FILE_PREFIX))
}

/// Returns no files, after the stop of a job whose files would take too long to write.
pub(super) fn deadline_missed() -> OutputFiles {
    tracing::warn!("the result files are not written yet; `draft-maker resume` writes them");
    OutputFiles::default()
}
