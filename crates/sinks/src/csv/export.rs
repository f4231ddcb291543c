//! Writes the rows of one job from the ledger to its drafts file.
//!
//! ```text
//! ledger ── pages of 500 rows ──> pass 1: item specifics and SKUs ──> pass 2: rows ──> DraftsFileWriter
//! ```
//!
//! JSON, files and `fsync` run on the blocking pool, so that a job of 100,000 drafts holds up no other task.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::row::CsvDraftRow;
use super::template::{SiteTemplate, TemplateColumns};
use super::writer::DraftsFileWriter;
use domain::job_spec::JobId;
use store::journal::{Journal, SellerAccount};

/// Rows in memory at a time.
const ROWS_PER_PAGE: usize = 500;

/// A lock for each job whose file is being written: of two jobs that end together, one may write the other's file, and
/// the later one must see all rows. The data folder belongs to this process, so no other process writes these files.
static FILE_LOCKS: Mutex<BTreeMap<JobId, Weak<AsyncMutex<()>>>> = Mutex::new(BTreeMap::new());

/// What is written, and where.
#[derive(Clone)]
pub(super) struct DraftsFileExport {
    pub(super) journal: Journal,
    pub(super) seller: SellerAccount,
    /// The sink's name in the ledger.
    pub(super) sink: String,
    /// eBay's template at the site of the job.
    pub(super) template: SiteTemplate,
    pub(super) job: JobId,
    pub(super) folder: PathBuf,
    pub(super) max_file_bytes: usize,
}

impl DraftsFileExport {
    /// Writes the file, in parts if it grows larger than `max_file_bytes`. Returns the paths; none if the job has no
    /// drafts in the ledger. If the caller drops this future, each part is written whole or not at all.
    ///
    /// # Errors
    /// Returns a sentence if the ledger cannot be read or the file cannot be written.
    pub(super) async fn write_files(&self) -> Result<Vec<PathBuf>, String> {
        let lock = lock_file_of(&self.job).await;
        let (aspects, skus) = self.survey_rows().await?;
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        let (folder, stamp, max_bytes) = (self.folder.clone(), self.job.file_stamp().to_owned(), self.max_file_bytes);
        let columns = TemplateColumns::with_aspects(self.template, &aspects);
        // The lock moves along: it is held until the blocking work ends, also if this future is dropped.
        let create = move || Ok((DraftsFileWriter::create_in(folder, &stamp, columns, max_bytes, skus)?, lock));
        let mut open = self.run_blocking(create).await?;
        let mut after = 0;
        while let Some(rows) = self.next_page(&mut after).await? {
            open =
                self.run_blocking(move || rows.iter().try_for_each(|row| open.0.write_row(row)).map(|()| open)).await?;
        }
        let (writer, lock) = open;
        self.run_blocking(move || writer.finish().inspect(|_| drop(lock))).await
    }

    /// Returns the names of all item specifics and all SKUs of the job.
    async fn survey_rows(&self) -> Result<(BTreeSet<String>, HashSet<String>), String> {
        let (mut aspects, mut skus, mut after) = (BTreeSet::new(), HashSet::new(), 0);
        while let Some(rows) = self.next_page(&mut after).await? {
            for row in rows {
                aspects.extend(row.aspects.into_iter().map(|(name, _)| name));
                skus.insert(row.sku);
            }
        }
        Ok((aspects, skus))
    }

    /// Returns the rows after the number `after` and moves it on; `None` at the end.
    async fn next_page(&self, after: &mut u64) -> Result<Option<Vec<CsvDraftRow>>, String> {
        let page = self.journal.ledger_entries_page(&self.seller, &self.sink, &self.job, *after, ROWS_PER_PAGE).await;
        let page = page.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { return Ok(None) };
        *after = last.number;
        let parse = move || {
            page.into_iter().map(|entry| CsvDraftRow::from_payload(entry.payload)).collect::<Result<Vec<_>, _>>()
        };
        tokio::task::spawn_blocking(parse).await.map_err(|error| error.to_string())?.map(Some)
    }

    async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        done.map_err(|error| format!("the drafts file cannot be written to {}: {error}", self.folder.display()))
    }
}

async fn lock_file_of(job: &JobId) -> OwnedMutexGuard<()> {
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
