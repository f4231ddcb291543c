//! Which result files of a batch are in a bucket, and which files have to be written or uploaded again. Shared by all
//! processes of a store, so that a machine that takes over finishes the work of the one before.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteSynchronous;

use crate::location::StoreLocation;
use crate::statement::arguments;
use crate::store_database::{StoreDatabase, StoreDatabaseError, StorePart};
use crate::store_files::{RESULT_UPLOADS_FILE, RESULT_UPLOADS_MIGRATIONS};
use domain::job_spec::JobId;

const STORE_PART: StorePart = StorePart {
    file_name: RESULT_UPLOADS_FILE,
    migrations: RESULT_UPLOADS_MIGRATIONS,
    synchronous: SqliteSynchronous::Full,
    consequence: "uploads of result files that failed before are not tried again",
};

/// The result files of a batch in a bucket, or those that could not be written to a folder of this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ResultUpload {
    /// The folder: `gs://bucket/prefix/`, or a path.
    pub folder: String,
    #[serde(default)]
    pub files: Vec<UploadedFile>,
    /// Why files are missing; `None` if all were uploaded.
    #[serde(default)]
    pub error: Option<String>,
}

impl ResultUpload {
    /// Returns the URLs of the uploaded files: `gs://bucket/prefix/name`.
    pub fn addresses(&self) -> Vec<String> {
        let bucket = self.folder.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        self.files.iter().map(|uploaded| format!("{bucket}/{}", uploaded.object)).collect()
    }
}

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct UploadedFile {
    /// File name without the folder.
    pub file: String,
    /// Full name of the object in the bucket.
    pub object: String,
    /// Generation of the object that was written.
    pub generation: i64,
    /// SHA-256 digest of the content.
    pub digest: String,
}

/// The upload records of a store. Clones share the database.
#[derive(Clone, Debug)]
pub struct ResultUploads {
    database: StoreDatabase,
}

impl ResultUploads {
    /// Opens the upload records of a store: its database, or a file in its folder. Creates the file if it is missing
    /// or damaged.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn open(location: &StoreLocation) -> Result<Self, StoreDatabaseError> {
        Ok(Self { database: StoreDatabase::open(location, STORE_PART).await? })
    }

    /// Records the upload of a batch. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn record(&self, job: &JobId, upload: &ResultUpload) -> Result<(), StoreDatabaseError> {
        let record = serde_json::to_string(upload).unwrap_or_default();
        let upsert = "INSERT INTO result_uploads (job, failed, record) VALUES ($1, $2, $3)
            ON CONFLICT (job) DO UPDATE SET failed = $2, record = $3";
        let row = arguments![job.as_str(), i64::from(upload.error.is_some()), record];
        self.database.execute(upsert, &row).await.map(drop)
    }

    /// Returns the upload of a batch; `None` if no upload was attempted.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn find(&self, job: &JobId) -> Result<Option<ResultUpload>, StoreDatabaseError> {
        let select = "SELECT record FROM result_uploads WHERE job = $1";
        let found: Option<(String,)> = self.database.fetch_optional(select, &arguments![job.as_str()]).await?;
        Ok(found.and_then(|(record,)| serde_json::from_str(&record).ok()))
    }

    /// Returns the batches whose files are not all in their folder, with the folder, sorted by ID.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn unfinished_jobs(&self) -> Result<Vec<(JobId, String)>, StoreDatabaseError> {
        let select = "SELECT job, record FROM result_uploads WHERE failed = 1 ORDER BY job";
        let rows: Vec<(String, String)> = self.database.fetch_all(select, &[]).await?;
        let read = |(job, record): (String, String)| {
            let upload: ResultUpload = serde_json::from_str(&record).ok()?;
            Some((job.parse().ok()?, upload.folder))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Deletes the record of a batch's upload. The objects in the bucket stay.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn forget(&self, job: &JobId) -> Result<(), StoreDatabaseError> {
        let delete = "DELETE FROM result_uploads WHERE job = $1";
        self.database.execute(delete, &arguments![job.as_str()]).await.map(drop)
    }
}
