//! Checks a journal without changing it: the file, the positions of its events, and whether each job can be read.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{DecodeFailure, JournalError};
use super::model::DetailLevel;
use super::postgres::PostgresReader;
use super::replay::catch_up;
use super::sqlite::{DB_FILE, ReadPool, SalvageReader, validate_ledger_row};
use super::storage::StorageReader;
use crate::location::{DatabaseUrl, StoreLocation};
use domain::event::Seq;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// Maximum number of problems that are listed per kind.
const MAX_LISTED_PROBLEMS: usize = 20;

/// The result of [`check_journal`].
#[derive(Debug)]
pub struct JournalCheck {
    /// Path of the file, or URL of the database.
    pub path: PathBuf,
    /// False if there is no journal yet.
    pub exists: bool,
    pub jobs: u64,
    pub events: u64,
    pub ledger_entries: u64,
    /// Empty if the journal is sound.
    pub problems: Vec<JournalProblem>,
}

/// A problem found in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalProblem {
    /// SQLite or the operating system reports a problem with the file.
    File(String),
    /// No event has a position in this range (first and last, inclusive).
    MissingEvents(Seq, Seq),
    /// The events of a job cannot all be read.
    UnreadableJob { job: JobId, cause: Option<DecodeFailure>, message: String },
    /// Ledger entries cannot be decoded.
    UnreadableLedger(String),
}

impl fmt::Display for JournalProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(message) | Self::UnreadableLedger(message) => f.write_str(message),
            Self::MissingEvents(first, last) if first == last => write!(f, "event {} is missing", first.0),
            Self::MissingEvents(first, last) => write!(f, "events {} to {} are missing", first.0, last.0),
            Self::UnreadableJob { job, message, .. } => write!(f, "{job}: {message}"),
        }
    }
}

impl JournalCheck {
    /// Returns true if no problem was found.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns true if a later version of Draft Maker can explain every problem: the file is intact, and only the content
    /// of some events is unknown to this version.
    pub fn may_be_of_later_version(&self) -> bool {
        let is_unknown = |problem: &JournalProblem| {
            matches!(problem, JournalProblem::UnreadableJob { cause: Some(DecodeFailure::UnknownContent), .. })
        };
        !self.is_sound() && self.problems.iter().all(is_unknown)
    }
}

/// Checks the journal of a store. Another process may be working in the store.
///
/// # Errors
/// Returns [`JournalError::SchemaTooNew`] if a later version wrote the file, and [`JournalError::Disk`] if it cannot be
/// opened. Damage is not an error: it is part of the result.
pub async fn check_journal(location: impl Into<StoreLocation>) -> Result<JournalCheck, JournalError> {
    let location = location.into();
    if let Some(database) = location.database() {
        return check_database(database).await;
    }
    let dir = location.data_dir();
    let path = dir.join(DB_FILE);
    let exists = path.exists();
    let mut check = JournalCheck { path, exists, jobs: 0, events: 0, ledger_entries: 0, problems: Vec::new() };
    if exists {
        let checked = run_checks(dir, &mut check).await;
        match checked {
            Err(JournalError::Damaged { message, .. }) if check.problems.is_empty() => {
                check.problems.push(JournalProblem::File(message));
            }
            Err(JournalError::Damaged { .. }) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(check)
}

async fn run_checks(dir: &Path, check: &mut JournalCheck) -> Result<(), JournalError> {
    // Opened first because it detects a file that was cut off.
    let jobs = ReadPool::open(dir).await?;
    if check.path.metadata().is_ok_and(|file| file.len() == 0) {
        // A new file to which nothing has been written yet.
        check.exists = false;
        return Ok(());
    }
    let mut file = SalvageReader::open(dir).await?;
    check.problems.extend(file.integrity_messages().await.into_iter().map(JournalProblem::File));
    check_positions(&mut file, check).await?;
    check_ledger(&mut file, check).await;
    file.close().await;
    check_jobs(&StorageReader::Sqlite(jobs), check).await
}

/// Checks the journal in a database. The database server checks its own files.
async fn check_database(database: &DatabaseUrl) -> Result<JournalCheck, JournalError> {
    let reader = PostgresReader::open(database).await?;
    let path = PathBuf::from(database.to_string());
    let mut check = JournalCheck { path, exists: true, jobs: 0, events: 0, ledger_entries: 0, problems: Vec::new() };
    let (events, removed, newest) = reader.event_counts().await?;
    check.events = events;
    if events + removed != newest.0 {
        let gaps = reader.event_gaps(MAX_LISTED_PROBLEMS).await?;
        check.problems.extend(gaps.into_iter().map(|(first, last)| JournalProblem::MissingEvents(first, last)));
    }
    let (entries, unreadable) = reader.check_ledger(MAX_LISTED_PROBLEMS).await?;
    check.ledger_entries = entries;
    check.problems.extend(unreadable.into_iter().map(JournalProblem::UnreadableLedger));
    check_jobs(&StorageReader::Postgres(reader), &mut check).await?;
    Ok(check)
}

/// Checks that every position up to the newest has an event, unless the event was removed with its job.
async fn check_positions(file: &mut SalvageReader, check: &mut JournalCheck) -> Result<(), JournalError> {
    let (events, newest) = file.event_count().await?;
    check.events = events;
    if events + file.removed_event_count().await? == newest.0 {
        return Ok(());
    }
    let gaps = file.event_gaps(MAX_LISTED_PROBLEMS).await?;
    check.problems.extend(gaps.into_iter().map(|(first, last)| JournalProblem::MissingEvents(first, last)));
    Ok(())
}

async fn check_ledger(file: &mut SalvageReader, check: &mut JournalCheck) {
    let ledger = file.ledger_rows().await;
    check.ledger_entries = ledger.rows.len() as u64;
    let unreadable = ledger.rows.iter().filter_map(|row| validate_ledger_row(row).err());
    let unreadable: Vec<_> = unreadable.take(MAX_LISTED_PROBLEMS).map(|error| error.to_string()).collect();
    check.problems.extend(unreadable.into_iter().map(JournalProblem::UnreadableLedger));
    if ledger.unreadable > 0 {
        let message = "the ledger of drafts cannot be read to its end".to_owned();
        check.problems.push(JournalProblem::UnreadableLedger(message));
    }
}

/// Reads each job at full detail.
async fn check_jobs(reader: &StorageReader, check: &mut JournalCheck) -> Result<(), JournalError> {
    for job in reader.job_ids().await? {
        check.jobs += 1;
        let read = catch_up(reader, JobProjection::new(job.clone()), DetailLevel::Full, None).await;
        let (cause, message) = match read {
            Ok(_) => continue,
            Err(JournalError::DecodeFailed { row, cause, message }) => {
                (Some(cause), format!("{row} cannot be read ({message})"))
            }
            Err(JournalError::Damaged { message, .. }) => (Some(DecodeFailure::Damaged), message),
            Err(error @ JournalError::InvalidTransition(_)) => (None, error.to_string()),
            Err(error) => return Err(error),
        };
        if check.problems.len() < 3 * MAX_LISTED_PROBLEMS {
            check.problems.push(JournalProblem::UnreadableJob { job, cause, message });
        }
    }
    Ok(())
}
