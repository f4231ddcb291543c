//! Rate limits that several processes share: in files of this machine, or where the program keeps them for several
//! machines.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// Rate limits that several processes share, each by its name.
pub trait SharedRateLimits: Send + Sync {
    /// Waits until a request may leave, and claims that moment: the next one may leave `interval` later.
    fn wait_for_turn<'a>(&'a self, name: &'a str, interval: Duration) -> BoxFuture<'a, ()>;

    /// Lets no process send for the length of `pause`.
    fn pause_for<'a>(&'a self, name: &'a str, pause: Duration) -> BoxFuture<'a, ()>;
}

/// The shared rate limit of one upstream.
pub(super) struct SharedRateLimit {
    limits: Arc<dyn SharedRateLimits>,
    name: String,
    interval: Duration,
}

impl SharedRateLimit {
    /// Returns the limit of this name: one request per `interval`.
    pub(super) fn new(limits: Arc<dyn SharedRateLimits>, name: String, interval: Duration) -> Self {
        Self { limits, name, interval }
    }

    /// Waits until a request may leave, and claims that moment.
    pub(super) async fn wait_for_turn(&self) {
        self.limits.wait_for_turn(&self.name, self.interval).await;
    }

    /// Lets no process send for the length of `pause`.
    pub(super) async fn pause_for(&self, pause: Duration) {
        self.limits.pause_for(&self.name, pause).await;
    }
}
