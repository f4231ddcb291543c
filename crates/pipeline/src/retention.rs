//! Removes finished batches and result files after a configured time. The ledger of drafts is kept: it prevents an
//! item from being drafted twice, however old its batch is.

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use domain::job::JobState;
use domain::result_file::ResultFileKind;
use store::journal::{Journal, JournalError};

/// Hours per day; retention periods do not depend on a time zone.
const HOURS_PER_DAY: u64 = 24;

/// How often a service checks for expired data.
pub const RETENTION_INTERVAL: Duration = Duration::from_hours(1);

/// Settings in the section `[retention]`. 0 keeps everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RetentionSettings {
    /// Days after which a finished or canceled batch is removed from the journal.
    #[serde(default)]
    pub jobs_days: u64,
    /// Days after which a result file or drafts file is removed.
    #[serde(default)]
    pub result_files_days: u64,
}

/// The number of removed jobs and files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionReport {
    pub jobs: u64,
    pub files: u64,
}

/// Removes expired jobs and files and logs the removal. A file that cannot be removed is logged and kept.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read or written.
pub async fn remove_expired(
    journal: &Journal,
    output_dir: &Path,
    settings: RetentionSettings,
    now: Timestamp,
) -> Result<RetentionReport, JournalError> {
    let mut report = RetentionReport::default();
    if let Some(before) = expiry_time(settings.jobs_days, now) {
        report.jobs = remove_jobs_ended_before(journal, before).await?;
    }
    if let Some(before) = expiry_time(settings.result_files_days, now) {
        let folder = output_dir.to_owned();
        let removed = files::run_blocking(move || Ok(remove_result_files_before(&folder, before))).await;
        report.files = removed.unwrap_or_default();
    }
    if report != RetentionReport::default() {
        tracing::info!(
            jobs = report.jobs,
            files = report.files,
            "removed old batches and result files (settings [retention])"
        );
    }
    Ok(report)
}

/// Returns the time before which data expires; `None` if data is kept.
fn expiry_time(days: u64, now: Timestamp) -> Option<Timestamp> {
    let hours = i64::try_from(days.checked_mul(HOURS_PER_DAY)?).ok().filter(|hours| *hours > 0)?;
    now.checked_sub(SignedDuration::try_from_hours(hours)?).ok()
}

async fn remove_jobs_ended_before(journal: &Journal, before: Timestamp) -> Result<u64, JournalError> {
    let mut removed = 0;
    for status in journal.job_statuses().await? {
        if !matches!(status.state, JobState::Completed | JobState::Cancelled) {
            continue;
        }
        let ended = journal.job_summary(&status.job).await?.ended_at;
        if ended.is_some_and(|ended| ended < before) && journal.remove_job(&status.job).await? {
            removed += 1;
        }
    }
    Ok(removed)
}

fn remove_result_files_before(folder: &Path, before: Timestamp) -> u64 {
    let since_epoch = Duration::try_from(before.duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default();
    let before = SystemTime::UNIX_EPOCH + since_epoch;
    let mut removed = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let written = entry.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|file| file.modified().ok());
        if !is_result_file(&entry.file_name().to_string_lossy()) || written.is_none_or(|written| written >= before) {
            continue;
        }
        match std::fs::remove_file(entry.path()) {
            Ok(()) => removed += 1,
            Err(error) => {
                let error = files::describe_io_error(&error);
                tracing::warn!(error, file = %entry.path().display(), "cannot remove an old result file");
            }
        }
    }
    removed
}

/// Returns whether a file name is one that a batch writes to its output folder.
pub fn is_result_file(name: &str) -> bool {
    ResultFileKind::from_file_name(name).is_some()
}
