//! Stores result files in a local folder or in a Cloud Storage bucket.
//!
//! Files for a bucket are written to a local folder first and uploaded when a batch ends. The store records the
//! uploads. A bucket that cannot be written never fails a batch: the upload is retried at the end of the next batch
//! and by a running service.

use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use crate::result_upload::{FileUpload, UploadFileError, upload_file};
use domain::job_spec::JobId;
use domain::output_location::OutputLocation;
use input::gcs::{self, BucketFolder, GcsClient, GcsError, InvalidBucketFolder};
use store::StoreDatabaseError;
use store::location::StoreLocation;
use store::result_uploads::{ResultUpload, ResultUploads, UploadedFile};

/// Reason recorded while an upload is in progress.
const INTERRUPTED_REASON: &str = "the upload was interrupted";

/// Storage for result files, with the records of uploads.
pub struct ResultStorage {
    /// Local folder for files that will be uploaded to a bucket.
    staging_folder: PathBuf,
    gcs: gcs::Settings,
    store: StoreLocation,
    uploads: OnceCell<ResultUploads>,
    client: OnceCell<GcsClient>,
    /// Held while uploads are retried.
    retry: tokio::sync::Mutex<()>,
}

/// The result of uploading the files of a batch.
#[derive(Debug, Default)]
pub(crate) struct UploadReport {
    /// Files that are in the bucket.
    pub(crate) uploaded: Vec<UploadedFile>,
    pub(crate) changed_by_seller: Vec<UploadedFile>,
    /// Why not all files are in the bucket.
    pub(crate) error: Option<String>,
}

/// The reason why no file of a batch could be uploaded.
#[derive(Debug, thiserror::Error)]
enum ResultUploadError {
    #[error(transparent)]
    Gcs(#[from] GcsError),
    #[error("{file}: {error}")]
    File { file: String, error: UploadFileError },
}

impl ResultStorage {
    /// Creates the storage. It connects only when there are result files for a bucket.
    pub fn new(staging_folder: PathBuf, gcs: gcs::Settings, store: StoreLocation) -> Self {
        Self { staging_folder, gcs, store, uploads: OnceCell::new(), client: OnceCell::new(), retry: <_>::default() }
    }

    /// Returns the local folder in which the files for `output` are written: `output` itself unless it is in a bucket.
    pub fn local_folder(&self, output: &OutputLocation) -> PathBuf {
        match output {
            OutputLocation::Folder(folder) => PathBuf::from(folder),
            OutputLocation::Bucket(_) => self.staging_folder.clone(),
        }
    }

    /// Returns the result files and drafts files of a job, as bucket addresses or local paths. A file that could not
    /// be uploaded has a local path.
    pub async fn find_files(&self, job: &JobId, output: &OutputLocation) -> Vec<PathBuf> {
        let record = if output.is_bucket() { self.recorded_upload(job).await } else { None };
        let (folder, owner) = (self.local_folder(output), job.clone());
        let local = tokio::task::spawn_blocking(move || find_result_files(&folder, &owner)).await.unwrap_or_default();
        let Some(record) = record else { return local };
        let is_missing = |path: &PathBuf| {
            let name = file_name(path);
            record.error.is_some() && !record.files.iter().any(|uploaded| uploaded.file == name)
        };
        let mut found: Vec<PathBuf> = record.addresses().into_iter().map(PathBuf::from).collect();
        found.extend(local.into_iter().filter(is_missing));
        found
    }

    /// Returns the record of a job's upload; `None` if there is none or the store cannot be read.
    pub async fn recorded_upload(&self, job: &JobId) -> Option<ResultUpload> {
        let found = async { self.uploads().await?.find(job).await }.await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read which bucket has the result files");
            None
        })
    }

    /// Returns the jobs with files that are missing in their bucket.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn unfinished_jobs(&self) -> Result<Vec<JobId>, StoreDatabaseError> {
        self.unfinished_jobs_where(OutputLocation::is_bucket).await
    }

    /// Returns the jobs whose result files could not be written to their folder on this machine.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub(crate) async fn unwritten_jobs(&self) -> Result<Vec<JobId>, StoreDatabaseError> {
        self.unfinished_jobs_where(|output| !output.is_bucket()).await
    }

    async fn unfinished_jobs_where(
        &self,
        is_wanted: impl Fn(&OutputLocation) -> bool,
    ) -> Result<Vec<JobId>, StoreDatabaseError> {
        let jobs = self.uploads().await?.unfinished_jobs().await?;
        let wanted = jobs.into_iter().filter(|(_, output)| is_wanted(&OutputLocation::from(output.as_str())));
        Ok(wanted.map(|(job, _)| job).collect())
    }

    /// Records that the result files of a job could not be written to their folder, so that they are written later.
    pub(crate) async fn record_unwritten(&self, job: &JobId, output: &OutputLocation, error: &impl ToString) {
        let record = ResultUpload { folder: output.to_string(), files: Vec::new(), error: Some(error.to_string()) };
        self.save_record(job, &record).await;
    }

    /// Forgets what is recorded of the files of a job.
    pub(crate) async fn forget_job(&self, job: &JobId) {
        if let Err(error) = async { self.uploads().await?.forget(job).await }.await {
            tracing::warn!(%job, %error, "cannot delete the record of where the result files are");
        }
    }

    /// Begins a retry of failed uploads; `None` while another task is retrying.
    pub(crate) fn begin_retry(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        self.retry.try_lock().ok()
    }

    /// Uploads files of a job to a folder of a bucket if they are new or have changed since the last upload. Files
    /// that are not uploaded are recorded for a retry.
    pub(crate) async fn upload_files(&self, job: &JobId, output: &OutputLocation, paths: &[PathBuf]) -> UploadReport {
        let folder = match output.as_str().parse::<BucketFolder>() {
            Ok(folder) => folder,
            Err(error) => return UploadReport { error: Some(error.to_string()), ..UploadReport::default() },
        };
        let earlier = self.recorded_upload(job).await.filter(|record| record.folder == folder.to_string());
        let known = earlier.map(|record| record.files).unwrap_or_default();
        let mut record =
            ResultUpload { folder: folder.to_string(), files: known, error: Some(INTERRUPTED_REASON.to_owned()) };
        self.save_record(job, &record).await;
        let mut stored = UploadReport::default();
        let uploaded = self.upload_each(&folder, paths, &mut record.files, &mut stored).await;
        stored.error = uploaded.err().map(|error| error.to_string());
        record.error.clone_from(&stored.error);
        self.save_record(job, &record).await;
        stored
    }

    async fn upload_each(
        &self,
        folder: &BucketFolder,
        paths: &[PathBuf],
        known: &mut Vec<UploadedFile>,
        stored: &mut UploadReport,
    ) -> Result<(), ResultUploadError> {
        let client = self.client.get_or_try_init(|| GcsClient::connect(&self.gcs)).await?;
        for path in paths {
            let file = file_name(path).into_owned();
            let earlier = known.iter().position(|uploaded| uploaded.file == file);
            let uploaded = upload_file(client, folder, path, earlier.map(|at| &known[at])).await;
            match uploaded.map_err(|error| ResultUploadError::File { file, error })? {
                FileUpload::Stored(uploaded) => {
                    match earlier {
                        Some(at) => known[at] = uploaded.clone(),
                        None => known.push(uploaded.clone()),
                    }
                    stored.uploaded.push(uploaded);
                }
                FileUpload::ChangedBySeller(uploaded) => stored.changed_by_seller.push(uploaded),
            }
        }
        Ok(())
    }

    async fn save_record(&self, job: &JobId, record: &ResultUpload) {
        let saved = async { self.uploads().await?.record(job, record).await }.await;
        if let Err(error) = saved {
            tracing::warn!(%error, "cannot record which bucket has the result files");
        }
    }

    async fn uploads(&self) -> Result<&ResultUploads, StoreDatabaseError> {
        self.uploads.get_or_try_init(|| Box::pin(ResultUploads::open(&self.store))).await
    }
}

/// Checks the address of a bucket folder; a local folder is not checked.
///
/// # Errors
/// Returns [`InvalidBucketFolder`] if the address is not a folder of a bucket.
pub fn check_output(output: &OutputLocation) -> Result<(), InvalidBucketFolder> {
    match output {
        OutputLocation::Folder(_) => Ok(()),
        OutputLocation::Bucket(address) => address.parse::<BucketFolder>().map(drop),
    }
}

/// Returns the address of an uploaded file; `output` is its folder.
pub(crate) fn uploaded_address(output: &OutputLocation, uploaded: &UploadedFile) -> Option<PathBuf> {
    Some(PathBuf::from(output.as_str().parse::<BucketFolder>().ok()?.address(&uploaded.object)))
}

/// Returns the name of a local file as used in upload records.
pub(crate) fn file_name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// Returns the result files and drafts files of a job in its output folder, sorted by name; empty if the folder cannot
/// be read.
fn find_result_files(folder: &Path, job: &JobId) -> Vec<PathBuf> {
    let stamp = job.file_stamp();
    let has_stamp = |name: &str| {
        // The stamp `…_0` is a prefix of `…_01`.
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
