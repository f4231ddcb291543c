//! What every answer is made from.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::health::LastLook;
use super::metrics::Metrics;
use super::pages::Pages;
use domain::batch::Order;
use pipeline::queue::Queue;
use pipeline::works::Works;
use store::journal::Journal;

/// Readers of events at a time. Each holds a connection and at most one page.
const MOST_READERS: usize = 4_096;

/// What an order is where its body leaves something open. The settings are asked each time: somebody may have signed
/// in meanwhile.
pub type Standards = Arc<dyn Fn() -> Order + Send + Sync>;

/// The service behind the routes.
pub struct Front {
    pub(super) queue: Queue,
    pub(super) standards: Standards,
    /// Where the journal is and where result files go, for their checks.
    pub(super) data_dir: PathBuf,
    pub(super) pages: Pages,
    pub(super) readers: Arc<Semaphore>,
    pub(super) metrics: Metrics,
    pub(super) health: LastLook,
    pub(super) began: Instant,
    /// Cancelled when the service ends: streams end then.
    pub(super) ending: CancellationToken,
}

impl Front {
    /// The service over a queue.
    pub fn new(queue: Queue, standards: Standards, data_dir: PathBuf) -> Arc<Self> {
        let journal = queue.works().journal.clone();
        Arc::new(Self {
            metrics: Metrics::new(*journal.bell().borrow()),
            pages: Pages::of(journal),
            queue,
            standards,
            data_dir,
            readers: Arc::new(Semaphore::new(MOST_READERS)),
            health: LastLook::default(),
            began: Instant::now(),
            ending: CancellationToken::new(),
        })
    }

    pub(super) fn works(&self) -> &Works {
        self.queue.works()
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.works().journal
    }

    /// Readers of events now.
    pub(super) fn reading(&self) -> usize {
        MOST_READERS - self.readers.available_permits()
    }
}
