//! Application state shared by all handlers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::diagnostics::{self, CRITICAL_DISK_BYTES};
use super::error::ApiError;
use super::health::HealthCache;
use super::metrics::Metrics;
use super::upload_store::{UploadLimits, UploadStore};
use super::worker_health::worker_upstreams;
use domain::job_spec::JobSpec;
use domain::upstream_status::UpstreamStatus;
use pipeline::app_context::AppContext;
use pipeline::queue::JobQueue;
use store::forwarded_calls::CallStore;
use store::journal::Journal;
use store::uploaded_lists::UploadedLists;

/// Maximum number of open event streams. Each stream holds a connection and at most one page of events, and reads the
/// journal after each change.
pub(super) const MAX_EVENT_READERS: usize = 128;

/// Maximum number of photos that are decoded and uploaded at the same time.
const MAX_CONCURRENT_PHOTOS: usize = 3;

/// Returns the settings for everything that a request does not specify. They are read for each request, because a
/// seller may sign in while the service runs.
pub type DefaultSpecFn = Arc<dyn Fn() -> JobSpec + Send + Sync>;

/// The state of the service, shared by all handlers.
pub struct AppState {
    pub(super) queue: JobQueue,
    pub(super) default_spec: DefaultSpecFn,
    /// Folder of the journal, for the health checks.
    pub(super) data_dir: PathBuf,
    pub(super) reader_permits: Arc<Semaphore>,
    /// Held while a photo is decoded and uploaded.
    pub(super) photo_permits: Semaphore,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health_cache: HealthCache,
    pub(super) uploads: UploadStore,
    /// Where to forward requests that change something; `None` if this process owns the store.
    pub(super) forward_to: Option<CallStore>,
    pub(super) started_at: Instant,
    /// Cancelled at shutdown, to end the event streams.
    pub(super) shutdown: CancellationToken,
}

impl AppState {
    /// Creates the state of a service over a queue. `uploaded_lists` stores uploaded lists in the database as well; `None` if
    /// the store is in files.
    pub fn new(
        queue: JobQueue,
        default_spec: DefaultSpecFn,
        data_dir: PathBuf,
        limits: UploadLimits,
        uploaded_lists: Option<UploadedLists>,
    ) -> Arc<Self> {
        let uploads = UploadStore::new(&data_dir, limits, uploaded_lists);
        Self::with_owner(queue, default_spec, data_dir, uploads, None)
    }

    /// Creates the state of a service that does not own the store: it reads, and forwards requests that change
    /// something.
    pub fn new_forwarding(
        queue: JobQueue,
        default_spec: DefaultSpecFn,
        data_dir: PathBuf,
        limits: UploadLimits,
        forward_to: CallStore,
    ) -> Arc<Self> {
        let uploads = UploadStore::new(&data_dir, limits, None);
        Self::with_owner(queue, default_spec, data_dir, uploads, Some(forward_to))
    }

    fn with_owner(
        queue: JobQueue,
        default_spec: DefaultSpecFn,
        data_dir: PathBuf,
        uploads: UploadStore,
        forward_to: Option<CallStore>,
    ) -> Arc<Self> {
        let newest = *queue.context().journal.subscribe_head().borrow();
        Arc::new(Self {
            metrics: Arc::new(Metrics::new(newest)),
            queue,
            default_spec,
            uploads,
            data_dir,
            reader_permits: Arc::new(Semaphore::new(MAX_EVENT_READERS)),
            photo_permits: Semaphore::new(MAX_CONCURRENT_PHOTOS),
            health_cache: HealthCache::default(),
            forward_to,
            started_at: Instant::now(),
            shutdown: CancellationToken::new(),
        })
    }

    /// Checks that the disk of the data directory has room for another batch.
    ///
    /// # Errors
    /// Returns an error if the disk has too little room or cannot be read.
    pub(super) async fn ensure_disk_space(&self) -> Result<(), ApiError> {
        let folder = self.data_dir.clone();
        let free = match files::run_blocking(move || diagnostics::free_disk_bytes(&folder)).await {
            Ok(free) => free,
            Err(error) => {
                let why = files::describe_io_error(&error);
                return Err(ApiError::unavailable(format!("{}: {why}", self.data_dir.display())));
            }
        };
        if free >= CRITICAL_DISK_BYTES {
            return Ok(());
        }
        let space = diagnostics::describe_free_space(free, &self.data_dir);
        let needed = CRITICAL_DISK_BYTES / 1_000_000;
        Err(ApiError::unavailable(format!("{space}, but a batch needs {needed} MB: free some space, then try again")))
    }

    pub(super) fn context(&self) -> &AppContext {
        self.queue.context()
    }

    /// Returns the status of the upstream services in the process that sends requests to them.
    pub(super) async fn upstream_statuses(&self) -> Vec<UpstreamStatus> {
        if let Some(calls) = &self.forward_to
            && self.journal().has_active_owner().await.unwrap_or_default()
            && let Some(statuses) = worker_upstreams(calls).await
        {
            return statuses;
        }
        self.queue.upstream_statuses().await
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.context().journal
    }

    /// Returns the number of open event streams.
    pub(super) fn open_stream_count(&self) -> usize {
        MAX_EVENT_READERS - self.reader_permits.available_permits()
    }
}
