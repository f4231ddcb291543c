//! Watches a folder of a bucket and submits each new object as a job.
//!
//! An object appears in a listing only when it is complete, so it is never read partially. An empty object is a
//! placeholder that its writer will replace. Objects are never changed, even if their job fails.
//!
//! The journal identifies each job by the object's name and generation. So an object is submitted once, even after a
//! restart or by two processes. A replaced object has a new generation and is a new list. Runs with and without drafts
//! are separate jobs.

use std::collections::HashSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::queue::{JobQueue, QueueError, SameListPolicy};
use domain::job_spec::{JobId, JobSource, JobSpec, JobSpecPatch};
use domain::source_type::SourceType;
use input::gcs::{BucketName, GcsClient, GcsError, GcsObjectMetadata, ObjectName};
use input::{ParseSourceError, Source};
use store::journal::IdempotentRequest;

/// A watched folder of a bucket.
pub struct FolderWatch {
    bucket: BucketName,
    folder: ObjectName,
    /// Name and generation of objects that were already submitted or reported.
    known: HashSet<(String, i64)>,
    /// Whether the folder has been listed before.
    is_listed: bool,
}

/// The result of a check of the folder.
#[derive(Debug)]
pub enum WatchReport {
    /// A new object was submitted as a job.
    Submitted { job: JobId, address: String },
    /// An object is empty and was skipped. Its next generation may have content.
    Empty { address: String },
    /// The first check found no objects in the folder; the address may be misspelled.
    NoObjects { address: String },
    /// The folder could not be listed, or a job could not be recorded. The next check tries again.
    Failed(FolderWatchError),
}

/// The reason why the objects of a folder were not submitted.
#[derive(Debug, thiserror::Error)]
pub enum FolderWatchError {
    #[error("{0} is not a folder in a bucket; use for example gs://bucket/incoming/")]
    NotAFolder(String),
    #[error("{0} is a whole bucket: make a folder in it for the lists, for example {0}/incoming/")]
    WholeBucket(String),
    #[error(transparent)]
    Source(#[from] ParseSourceError),
    #[error(transparent)]
    Gcs(#[from] GcsError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl FolderWatch {
    /// Creates a watch for `gs://bucket/folder/`.
    ///
    /// # Errors
    /// Returns [`FolderWatchError::WholeBucket`] for a bucket without a folder, and [`FolderWatchError::NotAFolder`]
    /// for any other address.
    pub fn new(address: &str) -> Result<Self, FolderWatchError> {
        let source = match address.parse() {
            Err(ParseSourceError::NoObject(bucket)) => return Err(FolderWatchError::WholeBucket(bucket)),
            source => source?,
        };
        match source {
            Source::Gcs { bucket, object, generation: None } if object.as_str().ends_with('/') => {
                Ok(Self { bucket, folder: object, known: HashSet::new(), is_listed: false })
            }
            _ => Err(FolderWatchError::NotAFolder(address.to_owned())),
        }
    }

    /// Submits new objects every `interval` until `stop`, and passes the results to `on_report`.
    pub async fn run(
        mut self,
        queue: &JobQueue,
        default_spec: impl Fn() -> JobSpec,
        interval: Duration,
        stop: &CancellationToken,
        on_report: impl Fn(&WatchReport),
    ) {
        loop {
            if let Err(error) = self.submit_new_objects(queue, &default_spec, &on_report).await {
                on_report(&WatchReport::Failed(error));
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(interval) => {}
            }
        }
    }

    /// Lists the folder once and submits its new objects, sorted by name.
    ///
    /// # Errors
    /// Returns [`FolderWatchError`] if the folder cannot be listed or a job cannot be recorded. Earlier objects of the
    /// listing stay submitted.
    pub(crate) async fn submit_new_objects(
        &mut self,
        queue: &JobQueue,
        default_spec: &impl Fn() -> JobSpec,
        report: &impl Fn(&WatchReport),
    ) -> Result<(), FolderWatchError> {
        let objects = self.list_new_objects(queue).await?;
        if !std::mem::replace(&mut self.is_listed, true) && objects.is_empty() {
            report(&WatchReport::NoObjects { address: format!("gs://{}/{}", self.bucket, self.folder) });
        }
        for object in objects {
            let address = format!("gs://{}/{}", self.bucket, object.name);
            if object.size == 0 {
                self.known.insert((object.name, object.generation));
                report(&WatchReport::Empty { address });
                continue;
            }
            let source = JobSource {
                address: address.clone(),
                source_type: SourceType::Gcs,
                generation: Some(object.generation),
            };
            let spec = JobSpecPatch { source: Some(source), ..JobSpecPatch::default() }.apply_to(default_spec());
            let request = IdempotentRequest {
                key: format!("{} {address}#{}", watch_mode(&spec), object.generation),
                fingerprint: "watch".to_owned(),
            };
            let submitted = queue.submit(spec, SameListPolicy::Accept, Some(request)).await?;
            self.known.insert((object.name, object.generation));
            if submitted.is_new {
                report(&WatchReport::Submitted { job: submitted.job, address });
            }
        }
        Ok(())
    }

    /// Returns the objects directly in the folder that have not been submitted or reported yet.
    async fn list_new_objects(&self, queue: &JobQueue) -> Result<Vec<GcsObjectMetadata>, FolderWatchError> {
        let client = GcsClient::connect(&queue.context().intake.gcs).await?;
        let mut objects = client.list_all_objects(&self.bucket, self.folder.as_str(), "/").await?.objects;
        objects.retain(|object| {
            !object.name.ends_with('/') && !self.known.contains(&(object.name.clone(), object.generation))
        });
        Ok(objects)
    }
}

/// Returns the prefix of the idempotency key. A run without drafts has a different key, so the object can still be run
/// with drafts.
fn watch_mode(spec: &JobSpec) -> &'static str {
    match (spec.create_drafts, spec.test_mode) {
        (true, false) => "watch",
        (true, true) => "watch-dry-run",
        (false, _) => "watch-no-drafts",
    }
}

impl WatchReport {
    /// Logs the report; a failure is logged as an error.
    pub fn log(&self) {
        match self {
            Self::Failed(error) => tracing::error!(%error, "cannot read the watched folder"),
            Self::NoObjects { address } => tracing::warn!(address, "{NO_OBJECTS}"),
            Self::Submitted { .. } | Self::Empty { .. } => self.log_as_info(),
        }
    }

    /// Logs the report as information, for an operator who sees failures elsewhere.
    pub fn log_as_info(&self) {
        match self {
            Self::Submitted { job, address } => tracing::info!(%job, address, "started a batch of a new list"),
            Self::Empty { address } => tracing::info!(address, "skipped an empty list"),
            Self::NoObjects { address } => tracing::info!(address, "{NO_OBJECTS}"),
            Self::Failed(error) => tracing::info!(%error, "cannot read the watched folder"),
        }
    }
}

const NO_OBJECTS: &str = "the watched folder has no lists yet";
