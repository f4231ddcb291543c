//! Application state shared by all handlers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::health::HealthCache;
use super::metrics::Metrics;
use domain::job_spec::JobSpec;
use pipeline::app_context::AppContext;
use pipeline::queue::JobQueue;
use store::journal::Journal;

/// Maximum number of open event streams. Each holds a connection and at most one page of events, and reads the journal
/// when something happens.
pub(super) const MAX_EVENT_READERS: usize = 128;

/// Returns the settings that apply to what a request leaves open. They are read for each request, because a seller may
/// sign in while the service runs.
pub type DefaultSpecFn = Arc<dyn Fn() -> JobSpec + Send + Sync>;

/// The state of the service.
pub struct AppState {
    pub(super) queue: JobQueue,
    pub(super) default_spec: DefaultSpecFn,
    /// The folder of the journal, for the health checks.
    pub(super) data_dir: PathBuf,
    pub(super) reader_permits: Arc<Semaphore>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health_cache: HealthCache,
    pub(super) started_at: Instant,
    /// Cancelled at shutdown, which ends the event streams.
    pub(super) shutdown: CancellationToken,
}

impl AppState {
    /// Creates the state of a service over a queue.
    pub fn new(queue: JobQueue, default_spec: DefaultSpecFn, data_dir: PathBuf) -> Arc<Self> {
        let newest = *queue.context().journal.subscribe_head().borrow();
        Arc::new(Self {
            metrics: Arc::new(Metrics::new(newest)),
            queue,
            default_spec,
            data_dir,
            reader_permits: Arc::new(Semaphore::new(MAX_EVENT_READERS)),
            health_cache: HealthCache::default(),
            started_at: Instant::now(),
            shutdown: CancellationToken::new(),
        })
    }

    pub(super) fn context(&self) -> &AppContext {
        self.queue.context()
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.context().journal
    }

    /// Returns the number of open event streams.
    pub(super) fn open_stream_count(&self) -> usize {
        MAX_EVENT_READERS - self.reader_permits.available_permits()
    }
}
