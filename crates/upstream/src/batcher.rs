//! Groups many requests into few calls, for services that accept several requests per call.
//!
//! ```text
//! submit(request) ─┐
//! submit(request) ─┼─> wait: batch full · window over · all expected requests in · flush ─> one call ─> a reply each
//! submit(request) ─┘
//! ```

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Capacity of the worker's queue. When it is full, [`Batcher::submit`] waits.
const QUEUE_CAPACITY: usize = 1_024;

/// Determines when a batch is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchPolicy {
    /// Maximum number of requests per call; 0 counts as 1.
    pub max_size: usize,
    /// Maximum time that the first request of a batch waits for others.
    pub window: Duration,
    /// Sends a batch as soon as every request announced with [`Batcher::expect_request`] is waiting or in a call. If
    /// none is announced, a batch is sent immediately.
    pub flush_when_complete: bool,
}

/// The call ended without a reply to a request: the call panicked or returned too few replies, or the runtime is
/// shutting down. The service may have executed the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call ended without a reply")]
pub struct NoBatchReply;

/// A handle to a batching worker. Clones share the worker, which stops when the last handle is dropped.
pub struct Batcher<Q, A> {
    requests: mpsc::Sender<PendingRequest<Q, A>>,
    expected: Arc<watch::Sender<usize>>,
    flush: Arc<watch::Sender<bool>>,
}

impl<Q, A> Clone for Batcher<Q, A> {
    fn clone(&self) -> Self {
        Self { requests: self.requests.clone(), expected: self.expected.clone(), flush: self.flush.clone() }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Batcher<Q, A> {
    /// Spawns a worker that passes each batch to `call`, which returns one reply per request in the same order. Calls
    /// may overlap.
    pub fn spawn<F>(policy: BatchPolicy, call: impl Fn(Vec<Q>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (requests, queue) = mpsc::channel(QUEUE_CAPACITY);
        let (expected, expected_receiver) = watch::channel(0);
        let (flush, flush_receiver) = watch::channel(false);
        let worker = BatchWorker {
            call: Arc::new(move |batch| call(batch).boxed()),
            policy: BatchPolicy { max_size: policy.max_size.max(1), ..policy },
            waiting: Vec::new(),
            waiting_since: Instant::now(),
            in_call: Vec::new(),
            calls: JoinSet::new(),
            expected: expected_receiver,
            flush: flush_receiver,
        };
        tokio::spawn(worker.run(queue));
        Self { requests, expected: Arc::new(expected), flush: Arc::new(flush) }
    }

    /// Adds `request` to the next batch and returns its reply.
    ///
    /// # Errors
    /// Returns [`NoBatchReply`] if the call ended without replying to this request.
    pub async fn submit(&self, request: Q) -> Result<A, NoBatchReply> {
        let ((reply, response), caller) = (oneshot::channel(), Arc::new(()));
        let pending = PendingRequest { request, reply, caller: Arc::downgrade(&caller) };
        self.requests.send(pending).await.map_err(|_| NoBatchReply)?;
        let answer = response.await.map_err(|_| NoBatchReply);
        drop(caller);
        answer
    }

    /// Announces a request that will probably be submitted, until the returned guard is dropped. Keep the guard until
    /// the reply arrives.
    pub fn expect_request(&self) -> ExpectedRequest {
        self.expected.send_modify(|expected| *expected += 1);
        ExpectedRequest { expected: self.expected.clone() }
    }

    /// Sends all waiting requests now, and every later request without waiting for others.
    pub fn flush(&self) {
        self.flush.send_replace(true);
    }
}

/// Guard for one announced request; see [`Batcher::expect_request`].
pub struct ExpectedRequest {
    expected: Arc<watch::Sender<usize>>,
}

impl Drop for ExpectedRequest {
    fn drop(&mut self) {
        self.expected.send_modify(|expected| *expected = expected.saturating_sub(1));
    }
}

struct PendingRequest<Q, A> {
    request: Q,
    reply: oneshot::Sender<A>,
    /// Exists while the caller waits for the reply.
    caller: Weak<()>,
}

type BatchCall<Q, A> = Arc<dyn Fn(Vec<Q>) -> BoxFuture<'static, Vec<A>> + Send + Sync>;

struct BatchWorker<Q, A> {
    call: BatchCall<Q, A>,
    policy: BatchPolicy,
    waiting: Vec<PendingRequest<Q, A>>,
    /// Arrival time of the first request in `waiting`.
    waiting_since: Instant,
    /// The callers of the requests in running calls. One that stopped waiting, or got its result in another way, no longer
    /// counts, because its request is no longer announced either.
    in_call: Vec<Weak<()>>,
    /// Running calls.
    calls: JoinSet<()>,
    expected: watch::Receiver<usize>,
    flush: watch::Receiver<bool>,
}

impl<Q: Send + 'static, A: Send + 'static> BatchWorker<Q, A> {
    async fn run(mut self, mut queue: mpsc::Receiver<PendingRequest<Q, A>>) {
        loop {
            let deadline = self.waiting_since + self.policy.window;
            tokio::select! {
                received = queue.recv() => match received {
                    Some(pending) => {
                        self.enqueue(pending);
                        while let Ok(pending) = queue.try_recv() {
                            self.enqueue(pending);
                        }
                    }
                    None => break,
                },
                Some(_) = self.calls.join_next(), if !self.calls.is_empty() => {}
                Ok(()) = self.expected.changed() => {}
                Ok(()) = self.flush.changed() => {}
                () = sleep_until(deadline), if !self.waiting.is_empty() => self.start_call(),
            }
            while self.is_batch_ready() {
                self.start_call();
            }
        }
        while self.calls.join_next().await.is_some() {}
    }

    fn enqueue(&mut self, pending: PendingRequest<Q, A>) {
        if self.waiting.is_empty() {
            self.waiting_since = Instant::now();
        }
        self.waiting.push(pending);
    }

    fn is_batch_ready(&mut self) -> bool {
        let is_full = self.waiting.len() >= self.policy.max_size;
        !self.waiting.is_empty() && (is_full || *self.flush.borrow() || self.is_complete())
    }

    /// Returns true if every announced request is waiting or in a call.
    fn is_complete(&mut self) -> bool {
        self.forget_answered();
        self.policy.flush_when_complete && self.waiting.len() + self.in_call.len() >= *self.expected.borrow()
    }

    fn forget_answered(&mut self) {
        self.in_call.retain(|caller| caller.strong_count() > 0);
    }

    fn start_call(&mut self) {
        let size = self.waiting.len().min(self.policy.max_size);
        let (mut batch, mut replies) = (Vec::with_capacity(size), Vec::with_capacity(size));
        self.forget_answered();
        for PendingRequest { request, reply, caller } in self.waiting.drain(..size) {
            batch.push(request);
            replies.push(reply);
            self.in_call.push(caller);
        }
        self.waiting_since = Instant::now();
        let call = self.call.clone();
        self.calls.spawn(async move {
            // Callers whose reply sender is dropped get `NoBatchReply`. The panic hook has already reported the panic.
            if let Ok(answers) = AssertUnwindSafe(async { call(batch).await }).catch_unwind().await {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // The caller may have been dropped.
                    reply.send(answer).ok();
                }
            }
        });
    }
}
