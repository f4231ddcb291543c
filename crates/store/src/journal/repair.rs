//! Repairs a damaged journal: keeps a copy, and writes everything that can be read to a new file.
//!
//! ```text
//! journal.db ── copy ──> journal.db.damaged-STAMP
//!     └── each readable event that is valid after the previous ones ──> journal.repair/journal.db ── rename ──> journal.db
//! ```
//!
//! The new file is written like any journal: each event is checked against the previous ones, and a job's list follows
//! from its events. Events get new positions.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::check::{JournalCheck, check_journal};
use super::codec::decode_event;
use super::data_dir_lock::DataDirLock;
use super::error::JournalError;
use super::model::JournalOptions;
use super::pending::PendingChanges;
use super::snapshot::SnapshotStore;
use super::sqlite::{DB_FILE, SalvageCursor, SalvageReader, validate_ledger_row};
use super::storage::StorageWriter;
use crate::rebuildable_database::{DATABASE_FILE_SUFFIXES, with_suffix};
use crate::sqlite::SqliteError;
use crate::statement::arguments;
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// Folder in which the new file is written.
const WORK_DIR: &str = "journal.repair";

/// Events per transaction.
const EVENTS_PER_COMMIT: u64 = 1_000;

const INSERT_LEDGER_ROW_SQL: &str = "
    INSERT INTO ledger (number, ebay, account, sink, sku, job, upc, at, row)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";

const INSERT_SELLER_SQL: &str = "INSERT INTO sellers (ebay, name, account) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const INSERT_REQUEST_SQL: &str = "INSERT INTO requests (key, asked, job) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// The result of [`repair_journal`].
#[derive(Debug)]
pub enum JournalRepair {
    /// The journal is sound; nothing was changed.
    NotNeeded(JournalCheck),
    /// The file is intact but was written by a later version; nothing was changed.
    LaterVersion(JournalCheck),
    Repaired(RepairReport),
}

/// What a repair saved and what it lost.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent loss, and a field of the JSON output")]
pub struct RepairReport {
    /// Path of the copy of the damaged file.
    pub copy: PathBuf,
    #[serde(rename = "batches")]
    pub jobs: u64,
    pub events: u64,
    pub ledger_entries: u64,
    /// Events that could not be read, as far as their positions are known.
    pub lost_events: u64,
    /// Readable events that are not valid because earlier events are lost.
    pub dropped_events: u64,
    /// True if the newest events cannot be read, so that their number is unknown.
    pub is_end_lost: bool,
    /// Jobs that lost events on which later events depend.
    #[serde(rename = "incomplete_batches")]
    pub incomplete_jobs: BTreeSet<JobId>,
    /// Maximum number of ledger entries that could not be read: whether a row existed in an unreadable part is not known.
    pub lost_ledger_entries: u64,
    /// True if the names of the sellers could not be read: their drafts then count for every seller.
    #[serde(rename = "sellers_lost")]
    pub are_sellers_lost: bool,
    /// True if the idempotency keys could not be read: a list that was sent before can then run a second time.
    #[serde(rename = "requests_lost")]
    pub are_requests_lost: bool,
    /// True if even the first page of the file could not be read.
    pub is_all_lost: bool,
}

impl RepairReport {
    /// Returns whether everything was saved.
    pub fn is_complete(&self) -> bool {
        let lost = self.lost_events + self.dropped_events + self.lost_ledger_entries;
        let is_any_table_lost = self.are_sellers_lost || self.are_requests_lost;
        lost == 0 && !self.is_end_lost && !self.is_all_lost && !is_any_table_lost
    }
}

/// Repairs the journal of a data directory.
///
/// # Errors
/// Returns [`JournalError::Locked`] if a process owns the directory, [`JournalError::SchemaTooNew`] if a later version
/// wrote the file, and [`JournalError::Disk`] or [`JournalError::DiskFull`] if the copy or the new file cannot be
/// written. On an error, the old file stays in place.
pub async fn repair_journal(dir: &Path, now: Timestamp) -> Result<JournalRepair, JournalError> {
    let _lock = DataDirLock::acquire(dir).await?;
    let check = check_journal(dir).await?;
    if check.is_sound() {
        return Ok(JournalRepair::NotNeeded(check));
    }
    if check.may_be_of_later_version() {
        return Ok(JournalRepair::LaterVersion(check));
    }
    let copy = copy_files(&check.path, now).map_err(|error| SqliteError::from_io(&check.path, &error))?;
    let work_dir = dir.join(WORK_DIR);
    let io_error = |error: io::Error| SqliteError::from_io(&work_dir, &error);
    remove_dir_if_present(&work_dir).map_err(io_error)?;
    std::fs::create_dir_all(&work_dir).map_err(io_error)?;
    let saved = save_into(dir, &work_dir).await;
    if saved.is_ok() {
        replace_journal(dir, &work_dir).map_err(io_error)?;
    }
    remove_dir_if_present(&work_dir).map_err(io_error)?;
    Ok(JournalRepair::Repaired(RepairReport { copy, ..saved? }))
}

/// Copies the file and its write-ahead log, and returns the path of the copy.
fn copy_files(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let copy = with_suffix(path, &now.strftime(".damaged-%Y%m%d_%H%M%S").to_string());
    for suffix in ["", "-wal"] {
        let source = with_suffix(path, suffix);
        if source.exists() {
            let target = with_suffix(&copy, suffix);
            std::fs::copy(&source, &target)?;
            std::fs::File::open(&target)?.sync_all()?;
        }
    }
    Ok(copy)
}

fn remove_dir_if_present(dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Replaces the old file with the new one. All connections to the old file are closed. Its write-ahead log is removed
/// first, because SQLite would otherwise apply it to the new file.
fn replace_journal(dir: &Path, work_dir: &Path) -> io::Result<()> {
    let path = dir.join(DB_FILE);
    for suffix in &DATABASE_FILE_SUFFIXES[1..] {
        match std::fs::remove_file(with_suffix(&path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    SnapshotStore::for_location(&dir.into()).remove_all()?;
    std::fs::rename(work_dir.join(DB_FILE), &path)?;
    std::fs::File::open(dir)?.sync_all()
}

/// Copies the readable content of the journal in `dir` into a new journal in `work_dir`.
async fn save_into(dir: &Path, work_dir: &Path) -> Result<RepairReport, JournalError> {
    let new = StorageWriter::open(&work_dir.into(), &JournalOptions::default(), Arc::default()).await?;
    let mut salvage = Salvage {
        new,
        report: RepairReport::default(),
        jobs: HashMap::new(),
        incomplete_jobs: BTreeSet::new(),
        appended_events: 0,
        newest: Seq::default(),
    };
    match SalvageReader::open(dir).await {
        Ok(mut old) => {
            let saved = salvage.save_tables(&mut old).await;
            old.close().await;
            saved?;
        }
        Err(JournalError::Damaged { .. }) => salvage.report.is_all_lost = true,
        Err(error) => return Err(error),
    }
    salvage.new.commit().await?;
    salvage.new.close().await;
    Ok(RepairReport { incomplete_jobs: salvage.incomplete_jobs, ..salvage.report })
}

/// The account of entries that count for every seller.
const ANY_ACCOUNT: i64 = 0;

/// State of a repair in progress.
struct Salvage {
    new: StorageWriter,
    report: RepairReport,
    jobs: HashMap<JobId, JobProjection>,
    /// Jobs that lost events before their last saved event.
    incomplete_jobs: BTreeSet<JobId>,
    appended_events: u64,
    /// Newest readable position in the old file.
    newest: Seq,
}

impl Salvage {
    async fn save_tables(&mut self, old: &mut SalvageReader) -> Result<(), JournalError> {
        let removed = old.removed_event_count().await.unwrap_or_default();
        let (mut cursor, mut readable) = (SalvageCursor::default(), 0);
        while let Some(read) = old.next_events(&mut cursor).await {
            self.report.is_end_lost = read.rows.is_empty() && read.unreadable > 0;
            for row in read.rows {
                self.newest = Seq(row.0.cast_unsigned());
                match decode_event(row) {
                    Ok(event) => {
                        readable += 1;
                        self.save_event(old, event).await?;
                    }
                    Err(JournalError::DecodeFailed { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.report.events = readable - self.report.dropped_events;
        self.report.lost_events = self.newest.0.saturating_sub(readable + removed);
        self.report.jobs = self.jobs.len() as u64;
        self.save_ledger(old).await
    }

    /// Saves an event unless it is not valid after the previous ones. If the event that added an item is lost,
    /// restores the item from the job's list.
    async fn save_event(&mut self, old: &mut SalvageReader, event: EventEnvelope) -> Result<(), JournalError> {
        if self.append_event(&event).await? {
            return Ok(());
        }
        if self.incomplete_jobs.insert(event.job.clone()) {
            let known = self.jobs.get(&event.job);
            let mut items = old.listed_items(&event.job).await;
            items.retain(|item| known.is_none_or(|projection| projection.item(item.upc).is_none()));
            let listed = EventEnvelope { payload: JobEvent::ItemsAdded { items }, ..event.clone() };
            if self.append_event(&listed).await? && self.append_event(&event).await? {
                return Ok(());
            }
        }
        self.report.dropped_events += 1;
        Ok(())
    }

    /// Appends an event to the new file. Returns false, and appends nothing, if the event is not valid.
    async fn append_event(&mut self, event: &EventEnvelope) -> Result<bool, JournalError> {
        let (job, payload) = (&event.job, event.payload.clone());
        let empty = JobProjection::new(job.clone());
        let projection = self.jobs.get(job).unwrap_or(&empty);
        let Ok(added) = PendingChanges::default().stage_events(projection, std::slice::from_ref(&payload)) else {
            return Ok(false);
        };
        if !self.jobs.contains_key(job) {
            self.new.execute("INSERT INTO jobs (job) VALUES ($1)", &arguments![job.as_str()]).await?;
        }
        for added in added {
            self.new.insert_items(job, added.first_position, &added.items).await?;
        }
        let changed = self.new.changed_items(job, std::slice::from_ref(&payload)).await?;
        self.new.update_items(job, &changed).await?;
        let saved = self.new.insert_event(job, event.at, payload).await?;
        self.jobs.entry(job.clone()).or_insert(empty).apply_event(&saved)?;
        self.appended_events += 1;
        if self.appended_events.is_multiple_of(EVENTS_PER_COMMIT) {
            self.new.commit().await?;
        }
        Ok(true)
    }

    async fn save_ledger(&mut self, old: &mut SalvageReader) -> Result<(), JournalError> {
        let (sellers, requests) = (old.sellers().await, old.requests().await);
        (self.report.are_sellers_lost, self.report.are_requests_lost) = (sellers.is_none(), requests.is_none());
        let ledger = old.ledger_rows().await;
        self.report.lost_ledger_entries = ledger.unreadable;
        for row in ledger.rows {
            if validate_ledger_row(&row).is_err() {
                self.report.lost_ledger_entries += 1;
                continue;
            }
            let (number, environment_id, account, sink, sku, job, upc, at, payload) = row;
            // An entry of an unknown seller counts for every seller, so that no draft is made a second time.
            let account = if sellers.is_some() { account } else { ANY_ACCOUNT };
            let entry = arguments![number, environment_id, account, sink, sku, job, upc, at, payload];
            self.new.execute(INSERT_LEDGER_ROW_SQL, &entry).await?;
            self.report.ledger_entries += 1;
        }
        for (environment_id, name, account) in sellers.unwrap_or_default() {
            self.new.execute(INSERT_SELLER_SQL, &arguments![environment_id, name, account]).await?;
        }
        for (key, fingerprint, job) in requests.unwrap_or_default() {
            self.new.execute(INSERT_REQUEST_SQL, &arguments![key, fingerprint, job]).await?;
        }
        Ok(())
    }
}
