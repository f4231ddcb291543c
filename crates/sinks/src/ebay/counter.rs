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

use super::super::contract::Approach;
use domain::listing::Listing;

/// The most of one bulk call (Inventory API, bulkCreateOffer: "up to 25").
pub(super) const MOST: usize = 25;

/// How long the first one waits at most.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Listings that may wait for the clerk.
const QUEUE: usize = 256;

/// What is done for the listings of one round: an answer for each, in their order.
type Round<A> = Arc<dyn Fn(Vec<Listing>) -> BoxFuture<'static, Vec<A>> + Send + Sync>;

struct Ask<A> {
    listing: Listing,
    answer: oneshot::Sender<A>,
}

/// A handle to the counter; it closes when the last handle is gone.
pub(super) struct Counter<A> {
    asks: mpsc::Sender<Ask<A>>,
    coming: Arc<watch::Sender<usize>>,
    hurry: watch::Sender<bool>,
}

impl<A: Send + 'static> Counter<A> {
    /// Opens it for rounds of this kind.
    pub(super) fn open<F>(round: impl Fn(Vec<Listing>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (asks, queue) = mpsc::channel(QUEUE);
        let (coming, of_coming) = watch::channel(0);
        let (hurry, of_hurry) = watch::channel(false);
        let clerk = Clerk {
            round: Arc::new(move |listings| Box::pin(round(listings))),
            waiting: Vec::new(),
            since: Instant::now(),
            under_way: 0,
            rounds: JoinSet::new(),
            coming: of_coming,
            hurry: of_hurry,
        };
        tokio::spawn(clerk.serve(queue));
        Self { asks, coming: Arc::new(coming), hurry }
    }

    pub(super) fn approach(&self) -> Approach {
        Approach::counted(self.coming.clone())
    }

    pub(super) fn hurry(&self) {
        self.hurry.send_replace(true);
    }

    /// Hands a listing in and waits for what becomes of it; `None` where the round was given up.
    pub(super) async fn hand_in(&self, listing: Listing) -> Option<A> {
        let (answer, reply) = oneshot::channel();
        self.asks.send(Ask { listing, answer }).await.ok()?;
        reply.await.ok()
    }
}

struct Clerk<A> {
    round: Round<A>,
    waiting: Vec<Ask<A>>,
    /// Since when the first of them waits.
    since: Instant,
    /// Listings of rounds under way.
    under_way: usize,
    rounds: JoinSet<usize>,
    coming: watch::Receiver<usize>,
    hurry: watch::Receiver<bool>,
}

impl<A: Send + 'static> Clerk<A> {
    async fn serve(mut self, mut queue: mpsc::Receiver<Ask<A>>) {
        loop {
            let deadline = self.since + LONGEST_WAIT;
            tokio::select! {
                ask = queue.recv() => match ask {
                    Some(ask) => self.take(ask),
                    None => break,
                },
                Some(done) = self.rounds.join_next(), if !self.rounds.is_empty() => {
                    self.under_way = self.under_way.saturating_sub(done.unwrap_or_default());
                }
                Ok(()) = self.coming.changed() => {}
                Ok(()) = self.hurry.changed() => {}
                () = sleep_until(deadline), if !self.waiting.is_empty() => self.start(),
            }
            while self.is_full() {
                self.start();
            }
        }
        while self.rounds.join_next().await.is_some() {}
    }

    fn take(&mut self, ask: Ask<A>) {
        if self.waiting.is_empty() {
            self.since = Instant::now();
        }
        self.waiting.push(ask);
    }

    /// True where nobody is worth waiting for.
    fn is_full(&self) -> bool {
        let all_here = self.waiting.len() + self.under_way >= *self.coming.borrow();
        !self.waiting.is_empty() && (self.waiting.len() >= MOST || *self.hurry.borrow() || all_here)
    }

    fn start(&mut self) {
        let asks = self.waiting.drain(..self.waiting.len().min(MOST)).collect::<Vec<_>>();
        self.since = Instant::now();
        self.under_way += asks.len();
        let round = self.round.clone();
        self.rounds.spawn(async move {
            let count = asks.len();
            let (listings, answers): (Vec<_>, Vec<_>) = asks.into_iter().map(|ask| (ask.listing, ask.answer)).unzip();
            let fates = round(listings).await;
            for (answer, fate) in answers.into_iter().zip(fates) {
                // An item that was stopped meanwhile no longer listens; the ledger knows what eBay has.
                answer.send(fate).ok();
            }
            count
        });
    }
}
