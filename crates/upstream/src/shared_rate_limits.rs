//! Rate limits shared by several processes: through files on one machine, or through a database for several machines.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// Rate limits shared by several processes, identified by name.
pub trait SharedRateLimits: Send + Sync {
    /// Waits for the next turn to send a request and claims it. The following turn is `interval` later.
    fn wait_for_turn<'a>(&'a self, name: &'a str, interval: Duration) -> BoxFuture<'a, ()>;

    /// Stops the requests of all processes for `pause`.
    fn pause_for<'a>(&'a self, name: &'a str, pause: Duration) -> BoxFuture<'a, ()>;
}

/// The shared rate limit of one upstream.
pub(super) struct SharedRateLimit {
    limits: Arc<dyn SharedRateLimits>,
    name: String,
    interval: Duration,
}

impl SharedRateLimit {
    /// Creates a handle to the limit with this name: one request per `interval`.
    pub(super) fn new(limits: Arc<dyn SharedRateLimits>, name: String, interval: Duration) -> Self {
        Self { limits, name, interval }
    }

    /// Waits for the next turn to send a request and claims it.
    pub(super) async fn wait_for_turn(&self) {
        self.limits.wait_for_turn(&self.name, self.interval).await;
    }

    /// Stops the requests of all processes for `pause`.
    pub(super) async fn pause_for(&self, pause: Duration) {
        self.limits.pause_for(&self.name, pause).await;
    }
}
