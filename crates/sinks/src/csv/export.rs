//! Writes the rows of one job from the ledger to its drafts files.
//!
//! ```text
//! ledger ── pages of 500 rows ──> survey: which file has which row ──> rows in no file ──> a new file
//! ```
//!
//! A row stays in the file to which it was first written, and later rows go to a new file: the seller may have uploaded
//! the first file, and uploading a row twice creates two drafts. The ledger records the file of each row. If a process
//! ends between writing a file and recording it, the next one finds that file by its name.
//!
//! JSON, files and `fsync` run on the blocking pool, so that a job of 100,000 drafts delays no other task.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::super::draft_sink::{WriteFilesError, WrittenFiles};
use super::row::CsvDraftRow;
use super::template::{SiteTemplate, TemplateColumns};
use super::writer::{DraftsFileWriter, DraftsFolder, FinishedPart};
use domain::job_spec::JobId;
use domain::sku::Sku;
use store::journal::{Journal, SellerAccount};

/// Number of rows in memory at a time.
const ROWS_PER_PAGE: usize = 500;

/// One lock for each job whose files are being written. If two jobs end at the same time, one may write the other's
/// file, and the later writer must see all rows. The data folder belongs to this process, so no other process writes
/// these files.
static FILE_LOCKS: Mutex<BTreeMap<JobId, Weak<AsyncMutex<()>>>> = Mutex::new(BTreeMap::new());

/// Lock of one job. It is held until the blocking work ends, even if the future that started it is dropped.
type JobLock = Arc<OwnedMutexGuard<()>>;

/// An export of the rows of one job to its drafts files.
#[derive(Clone)]
pub(super) struct DraftsFileExport {
    pub(super) journal: Journal,
    pub(super) seller: SellerAccount,
    /// Name of the sink in the ledger.
    pub(super) sink: String,
    /// eBay's template for the site of the job.
    pub(super) template: SiteTemplate,
    pub(super) job: JobId,
    pub(super) folder: PathBuf,
    pub(super) max_file_bytes: usize,
}

/// Rows of a job, grouped by the file that contains them.
#[derive(Debug, Default)]
struct RowSurvey {
    files: BTreeMap<String, FileRows>,
    /// Rows that are in no file yet.
    unwritten: FileRows,
}

#[derive(Debug, Default)]
struct FileRows {
    skus: HashSet<String>,
    /// Names of the item specifics in the rows.
    aspects: BTreeSet<String>,
    /// True if a row was replaced or withdrawn after the file was written.
    has_newer_rows: bool,
    /// Rows to remove from the file.
    withdrawn: Vec<Sku>,
}

impl FileRows {
    fn add_row(&mut self, row: CsvDraftRow) {
        if row.is_withdrawn {
            self.withdrawn.extend(Sku::parse(&row.sku));
        }
        self.aspects.extend(row.aspects.into_iter().map(|(name, _)| name));
        self.skus.insert(row.sku);
        self.has_newer_rows |= row.is_newer_than_file;
    }
}

impl DraftsFileExport {
    /// Writes the rows that are in no file yet to a new file, in several parts if it exceeds `max_file_bytes`. Restores
    /// earlier files that are missing or contain replaced rows. Returns the paths, or none if the ledger has no drafts
    /// of the job. If the caller drops this future, each part is still written completely or not at all.
    ///
    /// # Errors
    /// Returns [`WriteFilesError`].
    pub(super) async fn write_files(&self) -> Result<WrittenFiles, WriteFilesError> {
        let lock = Arc::new(lock_files_of(&self.job).await);
        let survey = self.survey_rows().await?;
        if survey.files.is_empty() && survey.unwritten.skus.is_empty() {
            return Ok(WrittenFiles::default());
        }
        let folder = self.drafts_folder();
        self.run_blocking(&lock, move || folder.prepare()).await?;
        let survey = self.record_unrecorded_files(&lock, survey).await?;
        let new = self.write_new_rows(&lock, &survey).await?;
        Ok(WrittenFiles { new, ..self.restore_files(&lock, &survey).await? })
    }

    /// Returns the existing files of the job. Writes nothing.
    ///
    /// # Errors
    /// Returns [`WriteFilesError`] if the task ends early.
    pub(super) async fn find_files(&self) -> Result<WrittenFiles, WriteFilesError> {
        let folder = self.drafts_folder();
        let found = tokio::task::spawn_blocking(move || folder.find_files()).await;
        Ok(WrittenFiles { earlier: found.map_err(|_| WriteFilesError::Panicked)?, ..WrittenFiles::default() })
    }

    /// Removes a withdrawn row from its file and from the ledger. Writes no new row. The returned outdated files still
    /// have the row.
    ///
    /// # Errors
    /// Returns [`WriteFilesError`].
    pub(super) async fn remove_withdrawn_row(&self, sku: &Sku) -> Result<WrittenFiles, WriteFilesError> {
        let lock = Arc::new(lock_files_of(&self.job).await);
        let mut survey = self.survey_rows().await?;
        // The other withdrawn rows stay in the ledger, so that the result of each names the file that still has it.
        survey.files.values_mut().for_each(|rows| rows.withdrawn.retain(|withdrawn| withdrawn == sku));
        survey.files.retain(|_, rows| !rows.withdrawn.is_empty());
        let folder = self.drafts_folder();
        self.run_blocking(&lock, move || folder.prepare()).await?;
        self.restore_files(&lock, &survey).await
    }

    fn drafts_folder(&self) -> DraftsFolder {
        DraftsFolder { path: self.folder.clone(), stamp: self.job.file_stamp().to_owned(), template: self.template }
    }

    async fn survey_rows(&self) -> Result<RowSurvey, WriteFilesError> {
        let (mut survey, mut after) = (RowSurvey::default(), 0);
        while let Some(rows) = self.next_page(&mut after).await? {
            for row in rows {
                match row.file.clone() {
                    Some(file) => survey.files.entry(file).or_default().add_row(row),
                    None => survey.unwritten.add_row(row),
                }
            }
        }
        Ok(survey)
    }

    /// Records the files that an earlier process wrote but did not record before it ended. Returns the updated survey.
    async fn record_unrecorded_files(&self, lock: &JobLock, survey: RowSurvey) -> Result<RowSurvey, WriteFilesError> {
        if survey.unwritten.skus.is_empty() {
            return Ok(survey);
        }
        let (folder, parts, skus) = (self.drafts_folder(), survey.files.len(), survey.unwritten.skus.clone());
        let found = self.run_blocking(lock, move || Ok(folder.find_unrecorded_parts(parts, &skus))).await?;
        if found.is_empty() {
            return Ok(survey);
        }
        self.record_parts(&found).await?;
        self.survey_rows().await
    }

    async fn write_new_rows(&self, lock: &JobLock, survey: &RowSurvey) -> Result<Vec<PathBuf>, WriteFilesError> {
        if survey.unwritten.skus.is_empty() {
            return Ok(Vec::new());
        }
        let columns = TemplateColumns::with_aspects(self.template, &survey.unwritten.aspects);
        let mut writer = DraftsFileWriter::new(self.drafts_folder(), columns, self.max_file_bytes, survey.files.len());
        let mut after = 0;
        while let Some(mut rows) = self.next_page(&mut after).await? {
            rows.retain(|row| survey.unwritten.skus.contains(&row.sku));
            let write = move || rows.iter().try_for_each(|row| writer.write_row(row)).map(|()| writer);
            writer = self.run_blocking(lock, write).await?;
        }
        let parts = self.run_blocking(lock, move || writer.finish()).await?;
        self.record_parts(&parts).await?;
        Ok(parts.into_iter().map(|part| part.path).collect())
    }

    /// Records in the ledger which file contains each row.
    async fn record_parts(&self, parts: &[FinishedPart]) -> Result<(), WriteFilesError> {
        let names = parts.iter().filter_map(|part| Some((part.path.file_name()?.to_string_lossy(), &part.skus)));
        let files =
            names.flat_map(|(name, skus)| skus.iter().map(move |sku| (sku.as_str(), name.clone().into_owned())));
        let files = files.collect::<HashMap<_, _>>();
        self.update_rows(|row| {
            let file = files.get(row.sku.as_str())?.clone();
            Some(CsvDraftRow { file: Some(file), ..row })
        })
        .await
    }

    /// Returns the files of earlier runs. Rewrites a file that is missing, or whose rows were replaced or withdrawn,
    /// unless the seller has added drafts to it. All other files stay unchanged, with the seller's edits.
    async fn restore_files(&self, lock: &JobLock, survey: &RowSurvey) -> Result<WrittenFiles, WriteFilesError> {
        let mut files = WrittenFiles::default();
        for (name, known) in &survey.files {
            let path = self.folder.join(name);
            let is_outdated = known.has_newer_rows || !tokio::fs::try_exists(&path).await.unwrap_or_default();
            let is_current = !is_outdated || self.write_file_again(lock, name, known).await?;
            if known.has_newer_rows && is_current {
                let is_newer = |row: &CsvDraftRow| row.is_newer_than_file && row.file.as_ref() == Some(name);
                self.update_rows(|row| is_newer(&row).then_some(CsvDraftRow { is_newer_than_file: false, ..row }))
                    .await?;
            }
            for sku in &known.withdrawn {
                self.journal.delete_ledger_entry(&self.seller, sku).await?;
            }
            if !is_current {
                files.outdated.push(path.clone());
            }
            files.earlier.push(path);
        }
        Ok(files)
    }

    /// Rewrites a file of an earlier run. Returns false and leaves the file unchanged if it contains drafts of the
    /// seller.
    async fn write_file_again(&self, lock: &JobLock, name: &str, known: &FileRows) -> Result<bool, WriteFilesError> {
        let (folder, columns) = (self.drafts_folder(), TemplateColumns::with_aspects(self.template, &known.aspects));
        let mut part = self.run_blocking(lock, move || folder.create_part(&columns)).await?;
        let mut after = 0;
        while let Some(mut rows) = self.next_page(&mut after).await? {
            rows.retain(|row| row.file.as_deref() == Some(name) && !row.is_withdrawn);
            let write = move || rows.iter().try_for_each(|row| part.write_row(row)).map(|()| part);
            part = self.run_blocking(lock, write).await?;
        }
        let (path, own) = (self.folder.join(name), known.skus.clone());
        self.run_blocking(lock, move || part.replace(&path, &own)).await
    }

    /// Replaces each ledger row for which `change` returns a new row.
    async fn update_rows(&self, change: impl Fn(CsvDraftRow) -> Option<CsvDraftRow>) -> Result<(), WriteFilesError> {
        let mut after = 0;
        while let Some(rows) = self.next_page(&mut after).await? {
            let changed = rows.into_iter().filter_map(&change).map(|row| to_ledger_entry(&row));
            let changed = changed.collect::<Result<Vec<_>, _>>()?;
            if !changed.is_empty() {
                self.journal.update_ledger_entries(&self.seller, &self.sink, changed).await?;
            }
        }
        Ok(())
    }

    /// Returns the next page of rows and advances `after`; `None` at the end.
    async fn next_page(&self, after: &mut u64) -> Result<Option<Vec<CsvDraftRow>>, WriteFilesError> {
        let page = self.journal.ledger_entries_page(&self.seller, &self.sink, &self.job, *after, ROWS_PER_PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        *after = last.number;
        let parse = move || {
            page.into_iter().map(|entry| CsvDraftRow::from_payload(entry.payload)).collect::<Result<Vec<_>, _>>()
        };
        let rows = tokio::task::spawn_blocking(parse).await.map_err(|_| WriteFilesError::Panicked)?;
        rows.map(Some).map_err(WriteFilesError::InvalidRow)
    }

    async fn run_blocking<T: Send + 'static>(
        &self,
        lock: &JobLock,
        work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, WriteFilesError> {
        let lock = lock.clone();
        let done = files::run_blocking(move || work().inspect(|_| drop(lock))).await;
        done.map_err(|error| WriteFilesError::Folder { folder: self.folder.clone(), error })
    }
}

fn to_ledger_entry(row: &CsvDraftRow) -> Result<(Sku, Value), WriteFilesError> {
    let invalid = WriteFilesError::InvalidRow;
    let sku = Sku::parse(&row.sku).ok_or_else(|| invalid(format!("its SKU is {:?}", row.sku)))?;
    Ok((sku, serde_json::to_value(row).map_err(|error| invalid(error.to_string()))?))
}

pub(super) async fn lock_files_of(job: &JobId) -> OwnedMutexGuard<()> {
    let lock = {
        let mut locks = FILE_LOCKS.lock();
        locks.retain(|_, lock| lock.strong_count() > 0);
        locks.get(job).and_then(Weak::upgrade).unwrap_or_else(|| {
            let lock = Arc::<AsyncMutex<()>>::default();
            locks.insert(job.clone(), Arc::downgrade(&lock));
            lock
        })
    };
    lock.lock_owned().await
}
