//! Writes the two result files of a batch in one pass. They become visible when they are complete.
//!
//! ```text
//! hidden temporary files in the same folder ── fsync ── rename, never over another run's file
//! ```

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use futures::{Stream, TryStreamExt};
use tokio::sync::mpsc;

use super::csv::CsvReport;
use super::entry::ResultEntry;
use super::json::{self, JsonReport};
use super::totals::{ProviderFailureCount, Summary, Totals};
use domain::item_details::ItemDetails;
use domain::result_file::ResultFileKind;
use files::{AtomicFile, CreateError};

/// Maximum number of items that wait to be written.
const MAX_QUEUED_ITEMS: usize = 64;

/// Why the result files were not written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(
        "cannot write the result files to {}: {}; choose another folder: --output, or OUTPUT_DIR for a service",
        folder.display(), files::describe_io_error(error)
    )]
    Folder { folder: PathBuf, error: io::Error },
    /// The items cannot be read.
    #[error("the result files are not written: {0}")]
    Items(String),
}

/// Paths of the result files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportPaths {
    /// Path of `batch_results_STAMP.json`.
    pub json: PathBuf,
    /// Path of `batch_summary_STAMP.csv`.
    pub csv: PathBuf,
    /// Providers that failed for some items, as in the summary of the files.
    pub failed_providers: Vec<ProviderFailureCount>,
}

/// Writes both files into `folder`, and creates the folder if it is missing. A job that reports again (after a stop,
/// then at its end) replaces its own files. If another run's files have the names, `_1` is appended to the new names.
///
/// # Errors
/// Returns [`ReportError`] if the items cannot be read or the files cannot be written. Existing files are then
/// unchanged.
pub async fn write_reports<E: ToString>(
    folder: &Path,
    totals: &Totals,
    all_details: impl Stream<Item = Result<ItemDetails, E>>,
) -> Result<ReportPaths, ReportError> {
    let failed = |error| ReportError::Folder { folder: folder.to_owned(), error };
    let (sender, items) = mpsc::channel(MAX_QUEUED_ITEMS);
    let sending = async move {
        let mut all_details = std::pin::pin!(all_details);
        while let Some(details) = all_details.try_next().await? {
            // The writer stops at an error.
            if sender.send(details).await.is_err() {
                break;
            }
        }
        Ok::<_, E>(())
    };
    let (target, written_totals) = (folder.to_owned(), totals.clone());
    let writing = files::run_blocking(move || write_items(&target, &written_totals, items));
    let (sent, written) = tokio::join!(sending, writing);
    sent.map_err(|error| ReportError::Items(error.to_string()))?;
    let (json, csv, summary) = written.map_err(failed)?;
    let (target, opening) = (folder.to_owned(), json::format_opening(totals).map_err(failed)?);
    let stamp = totals.job_id.file_stamp().to_owned();
    let persisted = files::run_blocking(move || persist_reports(&target, &stamp, &opening, json, csv)).await;
    let (json, csv) = persisted.map_err(failed)?;
    Ok(ReportPaths { json, csv, failed_providers: summary.failed_providers })
}

/// Writes the items to temporary files, and returns both with the summary.
fn write_items(
    folder: &Path,
    totals: &Totals,
    mut items: mpsc::Receiver<ItemDetails>,
) -> io::Result<(AtomicFile, AtomicFile, Summary)> {
    std::fs::create_dir_all(folder)?;
    let mut json = JsonReport::new(create_temp_file(folder)?, totals)?;
    let mut csv = CsvReport::new(create_temp_file(folder)?)?;
    let mut summary = totals.summary().clone();
    while let Some(details) = items.blocking_recv() {
        summary.count_failures(&details.unavailable_providers);
        if let Some(entry) = ResultEntry::from_details(&details, totals.copy_defaults()) {
            json.write_entry(&entry)?;
            csv.write_entry(&entry)?;
        }
    }
    Ok((json.finish(&summary)?, csv.finish()?, summary))
}

/// Creates a hidden temporary file in `folder`, so that the rename stays within one file system.
fn create_temp_file(folder: &Path) -> io::Result<AtomicFile> {
    AtomicFile::create_in(folder, ".batch_", ".part")
}

/// Renames both files to their final names. Returns the paths of the JSON file and the CSV file.
fn persist_reports(
    folder: &Path,
    stamp: &str,
    opening: &str,
    json: AtomicFile,
    csv: AtomicFile,
) -> io::Result<(PathBuf, PathBuf)> {
    let (mut json, csv) = (json.finish()?, csv.finish()?);
    for number in 0.. {
        let stamp = if number == 0 { stamp.to_owned() } else { format!("{stamp}_{number}") };
        let results = folder.join(ResultFileKind::Results.file_name(&stamp));
        let table = folder.join(ResultFileKind::Summary.file_name(&stamp));
        if is_same_job_report(&results, opening) {
            json.replace(&results)?;
        } else if table.try_exists()? {
            continue;
        } else if let Err(error) = json.create(&results) {
            match error {
                CreateError::AlreadyExists(complete) => json = complete,
                CreateError::Io(error) => return Err(error),
            }
            continue;
        }
        csv.replace(&table)?;
        return Ok((results, table));
    }
    Err(io::Error::other("no free name"))
}

/// Returns true if `path` is an earlier report of the same job. An unreadable file counts as another run's.
fn is_same_job_report(path: &Path, opening: &str) -> bool {
    let mut beginning = Vec::with_capacity(opening.len());
    let read = File::open(path).and_then(|file| file.take(opening.len() as u64).read_to_end(&mut beginning));
    read.is_ok() && beginning == opening.as_bytes()
}
