//! What every answer is made from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::event_cache::EventCache;
use super::health::HealthCache;
use super::metrics::Metrics;
use domain::job_spec::JobSpec;
use pipeline::app_context::AppContext;
use pipeline::queue::JobQueue;
use store::journal::Journal;

/// Readers of events at a time. Each holds a connection and at most one page.
const MAX_EVENT_READERS: usize = 4_096;

/// What an order is where its body leaves something open. The settings are asked each time: somebody may have signed
/// in meanwhile.
pub type DefaultSpecFn = Arc<dyn Fn() -> JobSpec + Send + Sync>;

/// The service behind the routes.
pub struct AppState {
    pub(super) queue: JobQueue,
    pub(super) default_spec: DefaultSpecFn,
    /// Where the journal is and where result files go, for their checks.
    pub(super) data_dir: PathBuf,
    pub(super) event_cache: EventCache,
    pub(super) reader_permits: Arc<Semaphore>,
    pub(super) metrics: Metrics,
    pub(super) health_cache: HealthCache,
    pub(super) started_at: Instant,
    /// Cancelled when the service ends: streams end then.
    pub(super) shutdown: CancellationToken,
}

impl AppState {
    /// The service over a queue.
    pub fn new(queue: JobQueue, standards: DefaultSpecFn, data_dir: PathBuf) -> Arc<Self> {
        let journal = queue.context().journal.clone();
        Arc::new(Self {
            metrics: Metrics::new(*journal.subscribe_head().borrow()),
            event_cache: EventCache::new(journal),
            queue,
            default_spec: standards,
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

    /// Readers of events now.
    pub(super) fn open_stream_count(&self) -> usize {
        MAX_EVENT_READERS - self.reader_permits.available_permits()
    }
}
