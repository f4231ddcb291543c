//! Where listings wait for company: eBay takes 25 in one call, and calls are what a batch at eBay costs.
//!
//! A round leaves when 25 are there; when nothing else is on its way; when somebody is in a hurry; or when the first
//! has waited for so long that something must be stuck.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::super::draft_sink::InFlightGuard;
use domain::listing::Listing;

/// The most of one bulk call (Inventory API, bulkCreateOffer: "up to 25").
pub(super) const MAX_BATCH_LISTINGS: usize = 25;

/// How long the first one waits at most.
const MAX_BATCH_WAIT: Duration = Duration::from_mins(5);

/// Listings that may wait for the clerk.
const QUEUE_CAPACITY: usize = 256;

/// What is done for the listings of one round: an answer for each, in their order.
type BatchHandler<A> = Arc<dyn Fn(Vec<Listing>) -> BoxFuture<'static, Vec<A>> + Send + Sync>;

struct PendingListing<A> {
    listing: Listing,
    reply: oneshot::Sender<A>,
}

/// A handle to the counter; it closes when the last handle is gone.
pub(super) struct ListingBatcher<A> {
    requests: mpsc::Sender<PendingListing<A>>,
    expected: Arc<watch::Sender<usize>>,
    flush: watch::Sender<bool>,
}

impl<A: Send + 'static> ListingBatcher<A> {
    /// Opens it for rounds of this kind.
    pub(super) fn spawn_worker<F>(round: impl Fn(Vec<Listing>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (requests, queue) = mpsc::channel(QUEUE_CAPACITY);
        let (coming, of_coming) = watch::channel(0);
        let (flush, of_hurry) = watch::channel(false);
        let worker = ListingBatchWorker {
            handler: Arc::new(move |listings| Box::pin(round(listings))),
            waiting: Vec::new(),
            waiting_since: Instant::now(),
            in_flight: 0,
            batches: JoinSet::new(),
            expected: of_coming,
            flush: of_hurry,
        };
        tokio::spawn(worker.run(queue));
        Self { requests, expected: Arc::new(coming), flush }
    }

    pub(super) fn track_in_flight(&self) -> InFlightGuard {
        InFlightGuard::with_counter(self.expected.clone())
    }

    pub(super) fn flush_pending(&self) {
        self.flush.send_replace(true);
    }

    /// Hands a listing in and waits for what becomes of it; `None` where the round was given up.
    pub(super) async fn submit(&self, listing: Listing) -> Option<A> {
        let (answer, reply) = oneshot::channel();
        self.requests.send(PendingListing { listing, reply: answer }).await.ok()?;
        reply.await.ok()
    }
}

struct ListingBatchWorker<A> {
    handler: BatchHandler<A>,
    waiting: Vec<PendingListing<A>>,
    /// Since when the first of them waits.
    waiting_since: Instant,
    /// Listings of rounds under way.
    in_flight: usize,
    batches: JoinSet<usize>,
    expected: watch::Receiver<usize>,
    flush: watch::Receiver<bool>,
}

impl<A: Send + 'static> ListingBatchWorker<A> {
    async fn run(mut self, mut queue: mpsc::Receiver<PendingListing<A>>) {
        loop {
            let deadline = self.waiting_since + MAX_BATCH_WAIT;
            tokio::select! {
                ask = queue.recv() => match ask {
                    Some(ask) => self.enqueue(ask),
                    None => break,
                },
                Some(done) = self.batches.join_next(), if !self.batches.is_empty() => {
                    self.in_flight = self.in_flight.saturating_sub(done.unwrap_or_default());
                }
                Ok(()) = self.expected.changed() => {}
                Ok(()) = self.flush.changed() => {}
                () = sleep_until(deadline), if !self.waiting.is_empty() => self.start_batch(),
            }
            while self.is_batch_ready() {
                self.start_batch();
            }
        }
        while self.batches.join_next().await.is_some() {}
    }

    fn enqueue(&mut self, ask: PendingListing<A>) {
        if self.waiting.is_empty() {
            self.waiting_since = Instant::now();
        }
        self.waiting.push(ask);
    }

    /// True where nobody is worth waiting for.
    fn is_batch_ready(&self) -> bool {
        let all_here = self.waiting.len() + self.in_flight >= *self.expected.borrow();
        !self.waiting.is_empty() && (self.waiting.len() >= MAX_BATCH_LISTINGS || *self.flush.borrow() || all_here)
    }

    fn start_batch(&mut self) {
        let asks = self.waiting.drain(..self.waiting.len().min(MAX_BATCH_LISTINGS)).collect::<Vec<_>>();
        self.waiting_since = Instant::now();
        self.in_flight += asks.len();
        let round = self.handler.clone();
        self.batches.spawn(async move {
            let count = asks.len();
            let (listings, answers): (Vec<_>, Vec<_>) = asks.into_iter().map(|ask| (ask.listing, ask.reply)).unzip();
            let fates = round(listings).await;
            for (answer, fate) in answers.into_iter().zip(fates) {
                // An item that was stopped meanwhile no longer listens; the ledger knows what eBay has.
                answer.send(fate).ok();
            }
            count
        });
    }
}
